"""What the checker says of a schedule: rules that cannot be read or never come due, settings without effect, times one may not expect."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import re
import zoneinfo
from collections.abc import Iterator
from typing import Final

from workflows.core import errors, iso_text, model, parse_schedule, problems, zones
from workflows.core.schedules import business_days, clock_changes, moves, occurrences, rfc5545, rule, spec, timing

#: Where no present time is given: anchors and warnings are taken from here.
REFERENCE: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
#: The server's queue of a schedule; what comes due beyond it is lost.
MAX_BUFFERED_RUNS: Final = 1_000
#: So many in a row are worth a thought; an hourly pipeline has 169 in the default catchup_window.
MANY_RUNS: Final = 200

_EARLIEST: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_LATEST: Final = datetime.datetime(spec.LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
_SECOND: Final = datetime.timedelta(seconds=1)
_DAY: Final = datetime.timedelta(days=1)
_CRON_FIELDS: Final = 5
_NUMBERED: Final = re.compile(r"(?:^|[,-])\d")  # not the step of */2
#: What the readers of rules say of one without any time.
_NEVER: Final = "never fires"

#: Settings that need times that come due by themselves.
_OF_DUE_TIMES: Final = (*parse_schedule.TIMING_KEYS, "catchup_window", "jitter", "pause_on_failure", "max_runs")
_CODES: Final = {
    "holidays": "wrong-holidays",
    "weekend": "wrong-value",
    "start_at": "wrong-time",
    "end_at": "wrong-time",
    "timezone": "unknown-time-zone",
}


def check(pipeline: model.Pipeline, gathered: problems.Gathered, now: datetime.datetime | None = None) -> None:
    """Gathers every problem of a pipeline's schedule that the parser could not see.

    `now` is the present, for what is past and what comes next; None where nobody may know it.
    """
    _Checker(pipeline, gathered, now).check()


class _Checker:
    def __init__(self, pipeline: model.Pipeline, gathered: problems.Gathered, now: datetime.datetime | None) -> None:
        self._pipeline = pipeline
        self._problems = gathered
        self._timing = pipeline.timing or timing.Timing(timing.EVENT)
        self._now = now
        self._anchor = (now or REFERENCE).astimezone(datetime.UTC).replace(second=0, microsecond=0)

    def check(self) -> None:
        """Everything; what builds on a rule only where the rule can be read."""
        self._unused()
        if self._is_broken():
            return
        self._calendar()
        if self._pipeline.schedule_kind not in (timing.RRULE, timing.CRON, timing.ONCE) or not self._timing.expr:
            return
        try:
            zone = zones.load(self._timing.timezone)
        except errors.EvaluationError:
            return  # the checker tells it
        try:
            self._rule(zone)
        except errors.ScheduleError as error:
            code = "never-due" if _NEVER in error.message else _CODES.get(error.key, "wrong-schedule")
            self._problems.error(code, error.message, error.key, self._place(error.key), error.hint)

    def _is_broken(self) -> bool:
        """Whether a setting was refused, so that its default stands for it and the rest would be judged wrongly."""
        keys = (*parse_schedule.TIMING_KEYS, "catchup_window", "overlap")
        return any(one.severity == "error" and one.path.partition("[")[0] in keys for one in self._problems.problems)

    def _place(self, key: str) -> model.Position:
        found = self._pipeline.positions.get(key) or self._pipeline.positions.get("schedule_expr")
        return found or model.Position(1, 1)

    def _given(self, key: str) -> bool:
        return key in self._pipeline.positions

    def _no_effect(self, key: str, reason: str, hint: str = "") -> None:
        self._problems.warning("no-effect", f"'{key}' has no effect: {reason}", key, self._place(key), hint)

    def _unused(self) -> None:
        kind = self._pipeline.schedule_kind
        if kind == timing.EVENT:
            for key in filter(self._given, parse_schedule.KEYS):
                self._no_effect(key, "a pipeline that events start has no schedule")
        elif kind == timing.MANUAL:
            for key in filter(self._given, ("schedule_expr", *_OF_DUE_TIMES)):
                self._no_effect(key, "a manual pipeline never runs by itself", "schedule_kind is 'rrule', 'cron' or 'once' where it should")

    def _calendar(self) -> None:
        """Whether the settings of the business calendar agree with each other."""
        given = self._timing
        if given.kind not in (timing.RRULE, timing.CRON, timing.ONCE):
            return
        if given.on_holiday != timing.RUN and not self._given("holidays"):
            hint = 'add "holidays": "MD" (the code of a country), or a list of dates: ["2026-12-31"]'
            self._problems.error(
                "missing-key", f"on_holiday is '{given.on_holiday}', but no holidays are named", "holidays", self._place("on_holiday"), hint
            )
        if given.business_day is not None:
            if given.kind == timing.ONCE:
                hint = "write the day itself in schedule_expr"
                self._problems.error(
                    "wrong-value", "business_day needs a rule: 'once' names one day", "business_day", self._place("business_day"), hint
                )
            for key in ("on_holiday", "on_weekend"):
                if self._given(key) and getattr(given, key) != timing.RUN:
                    self._no_effect(key, "a business_day is never on a holiday or weekend")
        elif given.holidays and given.on_weekend in (timing.RUN, timing.SKIP) and not self._given("on_holiday"):
            self._no_effect(
                "holidays", "nothing says what happens on one", '"on_holiday": "skip", "next_business_day" or "previous_business_day"'
            )
        if self._given("weekend") and not given.moves:
            self._no_effect(
                "weekend",
                "runs are due on weekends as on other days",
                '"on_weekend": "skip", "next_business_day" or "previous_business_day"',
            )
        if given.moves:
            self._usual_weekend()
        self._outdated()

    def _usual_weekend(self) -> None:
        if self._given("weekend"):
            return
        for code in _codes(self._timing.holidays):
            usual = business_days.usual_weekend(code)
            if usual and set(usual) != set(self._timing.weekend):
                listed = ", ".join(f'"{day}"' for day in usual)
                message = f"the weekend of '{code}' is {' and '.join(usual)}, that of the schedule {' and '.join(self._timing.weekend)}"
                self._problems.warning("usual-weekend", message, "weekend", self._place("holidays"), f'add "weekend": [{listed}]')

    def _outdated(self) -> None:
        if self._now is None or not self._timing.holidays:
            return
        today = self._now.date()
        dates = [text for text in self._timing.holidays if text[:1].isdigit()]
        if dates and max(dates) < today.isoformat():
            message = f"the last of the listed closed days, {max(dates)}, is past"
            self._problems.warning("outdated-holidays", message, "holidays", self._place("holidays"), "add the coming ones")
        for code in _codes(self._timing.holidays):
            if (year := business_days.last_known_year(code)) <= today.year:
                message = f"the holidays of '{code}' are known up to {year} only; later ones are taken for business days"
                self._problems.warning("outdated-holidays", message, "holidays", self._place("holidays"), "add the coming ones as dates")

    def _rule(self, zone: zoneinfo.ZoneInfo) -> None:
        """All that needs the rule itself.

        Raises:
            ScheduleError: it cannot be read.
        """
        rules = occurrences.rule_set(self._timing, self._anchor)
        for sentence in rules.warnings:
            self._problems.warning("read-otherwise", sentence, "schedule_expr", self._place("schedule_expr"))
        self._zone_left_open(rules)
        first = self._first(rules)
        if first is None:
            self._never_or_ended()
            return
        if self._timing.kind == timing.RRULE:
            self._start(zone)
        if self._timing.kind == timing.CRON:
            self._numbered_weekdays()
        for sentence in clock_changes.touched(rules, self._anchor, self._is_due):
            hint = "nothing to do, or choose a time outside that hour"
            self._problems.warning("clock-change", sentence, "schedule_expr", self._place("schedule_expr"), hint)
        self._many(first)

    def _zone_left_open(self, rules: rule.RuleSet) -> None:
        """Whether times are named and nothing says on whose clock."""
        given = self._timing
        if self._pipeline.timezone is not None or (given.kind == timing.RRULE and rfc5545.zone_named(given.expr)):
            return
        once = iso_text.read(given.expr.strip()) if given.kind == timing.ONCE else None
        local = isinstance(once, datetime.date) and getattr(once, "tzinfo", None) is None
        if local or any(not one.elapsed for one in rules.rules):
            message = (
                f"the schedule says times, but the document names no timezone; {given.timezone} is taken (ORDINAUT_TIMEZONE, else UTC)"
            )
            self._problems.warning(
                "no-time-zone", message, "schedule_expr", self._place("schedule_expr"), 'add "timezone": "Europe/Chisinau"'
            )

    def _first(self, rules: rule.RuleSet) -> datetime.datetime | None:
        """The first time that is still to come."""
        if self._timing.moves:
            # Rules of seconds can have more times that are skipped than can be looked through: their days are looked at before.
            days = dataclasses.replace(rules, rules=tuple(map(_once_a_day, rules.rules)))
            if next(moves.between(self._timing, days, self._anchor - _DAY, _LATEST), None) is None:
                return None
        found = next(occurrences.between(self._timing, self._anchor, self._anchor - _SECOND, _LATEST), None)
        return found.time if found else None

    def _never_or_ended(self) -> None:
        place = self._place("schedule_expr")
        if self._is_always_skipped():
            message = f"'{self._timing.expr[:80]}' never comes due: the business calendar skips all its times"
            self._problems.error("never-due", message, "schedule_expr", place, "let on_holiday or on_weekend move them")
        elif next(occurrences.between(self._timing, self._anchor, _EARLIEST, self._anchor - _SECOND), None) is None:
            message = f"'{self._timing.expr[:80]}' never comes due: none of its times is inside start_at and end_at"
            self._problems.error("never-due", message, "schedule_expr", place, "'ordinaut next' shows the times of a rule")
        elif self._now is not None:
            message = "every time of this schedule is past: it will not run by itself"
            self._problems.warning("ended-schedule", message, "schedule_expr", place, "'ordinaut backfill' runs past times")

    def _is_always_skipped(self) -> bool:
        """Whether the rule goes on for more than a year, and the calendar leaves none of it."""
        plain = dataclasses.replace(self._timing, on_holiday=timing.RUN, on_weekend=timing.RUN, business_day=None)
        later = self._anchor + 366 * _DAY
        return self._timing.moves and next(occurrences.between(plain, self._anchor, later, _LATEST), None) is not None

    def _start(self, zone: zoneinfo.ZoneInfo) -> None:
        written = rfc5545.parse(self._timing.expr, zone)
        if written.start is not None:
            return
        for one in written.rules:
            if missing := list(_left_open(one)):
                what, parts = " and ".join(what for what, _ in missing), ";".join(part for _, part in missing if part)
                message = f"the rule does not say {what}: the moment of the first apply decides it"
                dtstart = "a line before the rule: DTSTART:20260105T090000"
                hint = f"add {dtstart}" if one.interval > 1 else f"add {parts}, or {dtstart}"
                self._problems.warning("no-start", message, "schedule_expr", self._place("schedule_expr"), hint)

    def _numbered_weekdays(self) -> None:
        """Whether a cron expression counts the days of the week: the earlier system and others begin with Monday as 0."""
        fields = self._timing.expr.split()
        if len(fields) == _CRON_FIELDS and _NUMBERED.search(fields[-1]):
            message = f"the day of week '{fields[-1][:40]}' is read as crontab does: 0 and 7 are Sunday, 1 is Monday"
            place = self._place("schedule_expr")
            self._problems.warning("read-otherwise", message, "schedule_expr", place, "names leave no doubt: MON, FRI")

    def _is_due(self, moment: datetime.datetime) -> bool:
        return next(occurrences.between(self._timing, self._anchor, moment - _SECOND, moment), None) is not None

    def _many(self, first: datetime.datetime) -> None:
        """Whether a standstill would fill the queue of a schedule that catches up with every run."""
        policies = self._pipeline.policies
        if policies.overlap != "buffer_all":
            return
        window = datetime.timedelta(seconds=policies.catchup_window)
        due = occurrences.between(self._timing, self._anchor, first - _SECOND, min(first + window, _LATEST))
        count = sum(1 for _ in itertools.islice(due, MAX_BUFFERED_RUNS + 1))
        if count <= MANY_RUNS:
            return
        lost = f"; the server queues {MAX_BUFFERED_RUNS:,} and loses the rest" if count > MAX_BUFFERED_RUNS else ""
        number = f"more than {MAX_BUFFERED_RUNS:,}" if count > MAX_BUFFERED_RUNS else f"{count:,}"
        message = (
            f"after a standstill of {_words(policies.catchup_window)} (catchup_window) {number} runs would follow one after another{lost}"
        )
        hint = 'a shorter "catchup_window": "1h", or "overlap": "skip" where only the newest run matters'
        key = "catchup_window" if self._given("catchup_window") else "schedule_expr"
        self._problems.warning("many-runs", message, key, self._place(key), hint)


def _codes(holidays: tuple[str, ...]) -> Iterator[str]:
    return (text for text in holidays if not text[:1].isdigit())


def _once_a_day(one: rule.Rule) -> rule.Rule:
    """A rule of all days on which a rule of hours, minutes or seconds may have times; others are left as they are."""
    if not one.is_sub_daily:
        return one
    return dataclasses.replace(
        one, frequency=rule.DAILY, interval=1, count=None, by_hour=(0,), by_minute=(0,), by_second=(0,), by_set_position=()
    )


def _left_open(one: rule.Rule) -> Iterator[tuple[str, str]]:
    """What a rule without a start takes from its first apply, and the part that would say it."""
    if one.elapsed:
        return  # every 90 minutes: any beginning is as good
    if not one.is_sub_daily and not one.by_hour:
        yield "the time of day", "BYHOUR=9;BYMINUTE=0"
    elif one.frequency == rule.HOURLY and not one.by_minute and not one.by_hour:
        yield "the minute", "BYMINUTE=0"
    if not one.names_days:
        if one.frequency == rule.WEEKLY:
            yield "the day of the week", "BYDAY=MO"
        elif one.frequency == rule.MONTHLY:
            yield "the day of the month", "BYMONTHDAY=1"
        elif one.frequency == rule.YEARLY:
            yield ("the day of the month", "BYMONTHDAY=1") if one.by_month else ("the day of the year", "BYMONTH=1;BYMONTHDAY=1")
    if one.interval > 1:
        units = {"YEARLY": "years", "MONTHLY": "months", "WEEKLY": "weeks", "DAILY": "days", "HOURLY": "hours", "MINUTELY": "minutes"}
        yield f"which of every {one.interval} {units.get(one.frequency, 'seconds')}", ""


def _words(seconds: int) -> str:
    """`7 days`, `36 hours`, `90 seconds`."""
    unit, size = next(
        (unit, size) for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)) if seconds % size == 0
    )
    number = seconds // size
    return f"{number:,} {unit}{'' if number == 1 else 's'}"
