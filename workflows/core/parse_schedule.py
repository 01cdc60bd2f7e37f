"""The schedule settings of a document, for the parser: what each key may hold, with defaults, and every problem with its place."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from workflows.core import durations, errors, iso_text, model, problems
from workflows.core.schedules import business_days, closed_days, timing

#: Keys that say when runs are due, beside schedule_kind, schedule_expr and timezone.
TIMING_KEYS: Final = ("holidays", "on_holiday", "on_weekend", "weekend", "business_day", "start_at", "end_at")
#: Keys that say how the runs of the schedule behave.
POLICY_KEYS: Final = ("overlap", "catchup_window", "jitter", "pause_on_failure", "max_runs", "timeout", "note")
KEYS: Final = (*TIMING_KEYS, *POLICY_KEYS)

LEAST_CATCHUP_SECONDS: Final = 10  # the server takes 10 for less
MAX_NOTE_CHARS: Final = 1_000
MAX_RUNS: Final = 1_000_000_000

#: Gives the bytes of a file beside the document.
FileReader = Callable[[str], bytes]
Members = Mapping[str, tuple[Any, model.Position]]

_DEFAULTS: Final = timing.Policies()


def read(
    members: Members, kind: str, expr: str, timezone: str, gathered: problems.Gathered, read_file: FileReader | None = None
) -> tuple[timing.Timing | None, timing.Policies]:
    """When the pipeline runs (None for kind `event`) and how its runs behave; what is wrong is gathered and its default taken.

    `members` are the document's top-level keys; `read_file` gives a file beside the document, or raises ScheduleError.
    """
    reader = _Reader(members, gathered, read_file)
    when, how = reader.when(kind, expr, timezone), reader.how()
    return (when if kind in (timing.RRULE, timing.CRON, timing.ONCE, timing.MANUAL) else None), how


class _Reader:
    def __init__(self, members: Members, gathered: problems.Gathered, read_file: FileReader | None) -> None:
        self._members = members
        self._problems = gathered
        self._read_file = read_file

    def when(self, kind: str, expr: str, timezone: str) -> timing.Timing:
        """The keys that say when runs are due."""
        return timing.Timing(
            kind=kind,
            expr=expr,
            timezone=timezone,
            holidays=self._holidays(),
            on_holiday=self._choice("on_holiday", timing.MOVES, timing.RUN),
            on_weekend=self._choice("on_weekend", timing.MOVES, timing.RUN),
            weekend=self._weekend(),
            business_day=self._business_day(),
            start_at=self._time("start_at", "00:00:00"),
            end_at=self._time("end_at", "23:59:59"),
        )

    def how(self) -> timing.Policies:
        """The keys that say how runs behave."""
        return timing.Policies(
            overlap=self._choice("overlap", timing.OVERLAPS, _DEFAULTS.overlap),
            catchup_window=self._catchup_window(),
            jitter=self._seconds("jitter") or 0,
            pause_on_failure=self._truth("pause_on_failure"),
            max_runs=self._count("max_runs"),
            timeout=self._seconds("timeout", positive=True),
            note=self._note(),
        )

    def _holidays(self) -> tuple[str, ...]:
        if not (given := self._given("holidays")):
            return ()
        node, position = given
        items = node.items if isinstance(node, model.Array) else (node,)
        found: list[str] = []
        for index, item in enumerate(items):
            path = f"holidays[{index}]" if isinstance(node, model.Array) else "holidays"
            place = item.position if isinstance(node, model.Array) and item.position != model.NOWHERE else position
            try:
                found.extend(self._holiday(item, path, place))
            except errors.ScheduleError as error:
                self._problems.error("wrong-holidays", error.message, path, place, error.hint)
        return tuple(dict.fromkeys(found))

    def _holiday(self, node: Any, path: str, place: model.Position) -> Sequence[str]:
        """The codes and dates that one item stands for.

        Raises:
            ScheduleError: an unknown code, no date, a wrong file.
        """
        if isinstance(node, model.Object):
            return self._dates_of_file(node, path, place)
        text = node.value if isinstance(node, model.Const) else None
        if not isinstance(text, str):
            expected = 'a code ("MD"), a date ("2026-12-31") or {"file": "closed-days.txt"}'
            self._problems.error("wrong-type", f"expected {expected}, found {problems.described(node)}", path, place)
            return ()
        if text[:1].isdigit():
            return (business_days.iso_date(text).isoformat(),)
        business_days.check_code(text)
        return (text,)

    def _dates_of_file(self, node: model.Object, path: str, place: model.Position) -> Sequence[str]:
        members = {
            entry.key.value: entry.value for entry in node.entries if isinstance(entry, model.Entry) and isinstance(entry.key, model.Const)
        }
        name = members["file"].value if set(members) == {"file"} and isinstance(members["file"], model.Const) else None
        if not isinstance(name, str) or len(node.entries) != 1:
            found = problems.described(node) if not members else f"an object with {', '.join(map(str, members))}"
            self._problems.error("wrong-type", f'expected {{"file": "closed-days.txt"}}, found {found}', path, place)
            return ()
        if self._read_file is None:
            raise errors.ScheduleError(
                f"'{name}' cannot be read here: the document has no folder", "write the dates into the document", "holidays"
            )
        return closed_days.read(self._read_file(name), name)

    def _weekend(self) -> tuple[str, ...]:
        default = ("SA", "SU")
        if not (given := self._given("weekend")):
            return default
        node, position = given
        if not isinstance(node, model.Array):
            self._wrong(node, 'a list of days like ["SA", "SU"]', "weekend", position)
            return default
        days = [item.value if isinstance(item, model.Const) else None for item in node.items]
        if not all(isinstance(day, str) for day in days):
            wrong = next(item for item, day in zip(node.items, days, strict=True) if not isinstance(day, str))
            self._wrong(wrong, 'a day like "SA"', "weekend", position)
            return default
        weekend = tuple(dict.fromkeys(map(str, days)))
        try:
            business_days.Calendar.of(timing.Timing(timing.RRULE, weekend=weekend))
        except errors.ScheduleError as error:
            self._problems.error("wrong-value", error.message, "weekend", position, error.hint)
            return default
        return weekend

    def _business_day(self) -> int | None:
        if not (given := self._given("business_day")):
            return None
        node, position = given
        most = business_days.MAX_BUSINESS_DAY
        number = node.value if isinstance(node, model.Const) else None
        if not isinstance(number, int) or isinstance(number, bool):
            self._wrong(node, f"a whole number from 1 to {most}, or from -1 (the last) to -{most}", "business_day", position)
            return None
        if not 1 <= abs(number) <= most:
            hint = f"1 to {most} from the start of the month, -1 (the last) to -{most} from its end"
            self._problems.error("wrong-value", f"business_day is {number}", "business_day", position, hint)
            return None
        return number

    def _time(self, key: str, time_of_a_date: str) -> str:
        text = self._text(key)
        if not text:
            return ""
        found = iso_text.read(text)
        if found is None:
            hint = "write 2026-11-23, 2026-11-23T18:00:00 (in the pipeline's time zone) or 2026-11-23T18:00:00+02:00"
            self._problems.error("wrong-time", f"'{text[:60]}' is no time", key, self._members[key][1], hint)
            return ""
        return found.isoformat() if isinstance(found, datetime.datetime) else f"{found.isoformat()}T{time_of_a_date}"

    def _catchup_window(self) -> int:
        seconds = self._seconds("catchup_window")
        if seconds is None:
            return _DEFAULTS.catchup_window
        if seconds < LEAST_CATCHUP_SECONDS:
            message = f"a catchup_window of {seconds} s is shorter than {LEAST_CATCHUP_SECONDS} s, the least that Temporal takes"
            hint = "with 10s, what comes due while the server is down is lost"
            self._problems.error("wrong-value", message, "catchup_window", self._members["catchup_window"][1], hint)
            return _DEFAULTS.catchup_window
        return seconds

    def _seconds(self, key: str, *, positive: bool = False) -> int | None:
        """A duration in whole seconds; None where not given, or wrong."""
        if not (given := self._given(key)):
            return None
        node, position = given
        if not isinstance(node, model.Const) or isinstance(node.value, bool):
            self._wrong(node, 'a duration like 90, "90s", "1h30m" or "2d"', key, position)
            return None
        try:
            length = durations.seconds(node.value, positive=positive)
        except errors.EvaluationError as error:
            self._problems.error("wrong-duration", error.message, key, position, error.hint)
            return None
        if length.microseconds:
            self._problems.error(
                "wrong-duration", f"'{key}' counts whole seconds", key, position, "schedules know no fractions of a second"
            )
            return None
        return length.days * 86_400 + length.seconds

    def _count(self, key: str) -> int | None:
        if not (given := self._given(key)):
            return None
        node, position = given
        number = node.value if isinstance(node, model.Const) else None
        if not isinstance(number, int) or isinstance(number, bool):
            self._wrong(node, "a whole number", key, position)
        elif not 1 <= number <= MAX_RUNS:
            hint = "leave it out for no limit; schedule_kind 'manual' never runs by itself"
            self._problems.error("wrong-value", f"{key} is {number}", key, position, hint)
        else:
            return number
        return None

    def _truth(self, key: str) -> bool:
        if not (given := self._given(key)):
            return False
        node, position = given
        if isinstance(node, model.Const) and isinstance(node.value, bool):
            return node.value
        self._wrong(node, "true or false", key, position)
        return False

    def _note(self) -> str:
        note = self._text("note") or ""
        if len(note) > MAX_NOTE_CHARS:
            message = f"the note has {len(note):,} characters; at most {MAX_NOTE_CHARS:,} are kept (MAX_NOTE_CHARS)"
            self._problems.error("too-large", message, "note", self._members["note"][1], "longer words belong into 'description'")
            return ""
        return note

    def _choice(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        text = self._text(key)
        if text is None:
            return default
        if text in allowed:
            return text
        begun = [value for value in allowed if text and value.startswith(text.lower())]
        listed = f"one of: {', '.join(allowed)}"
        hint = f"did you mean '{begun[0]}'?" if begun else problems.did_you_mean(text.lower(), allowed, listed)
        self._problems.error("wrong-value", f"{key} is '{text[:60]}'", key, self._members[key][1], hint)
        return default

    def _text(self, key: str) -> str | None:
        if not (given := self._given(key)):
            return None
        node, position = given
        if isinstance(node, model.Const) and isinstance(node.value, str):
            return node.value
        if isinstance(node, model.Text):
            self._problems.error("wrong-type", f"'{key}' takes plain text, no templates", key, position)
        else:
            self._wrong(node, "text", key, position)
        return None

    def _given(self, key: str) -> tuple[Any, model.Position] | None:
        """The value and place of a key; None where it is not there, or null."""
        node, position = self._members.get(key, (model.Const(None), model.NOWHERE))
        return None if isinstance(node, model.Const) and node.value is None else (node, position)

    def _wrong(self, node: Any, expected: str, path: str, position: model.Position) -> None:
        self._problems.error("wrong-type", f"expected {expected}, found {problems.described(node)}", path, position)
