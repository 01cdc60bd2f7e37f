"""The parts of one RRULE or EXRULE, FREQ=...;INTERVAL=..., for the RFC 5545 reader: each wrong one is told in a sentence of its own."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from workflows.core import errors
from workflows.core.schedules import rule as rules
from workflows.core.schedules import timing

MAX_INTERVAL: Final = 1_000_000
MAX_COUNT: Final = 1_000_000_000
_MAX_SHOWN_CHARS: Final = 40

_PARTS: Final = (
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYEASTER",
    "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS",
)  # fmt: skip
_PROPERTIES: Final = frozenset({"DTSTART", "RDATE", "EXDATE", "RRULE", "EXRULE"})
#: What people write for a part: other libraries' words, and RFC 7529's parts, which are not read.
_MEANT: Final = {"BYWEEKDAY": "BYDAY", "BYDAYS": "BYDAY", "BYWEEK": "BYWEEKNO", "BYPOS": "BYSETPOS", "EVERY": "INTERVAL", "TIMES": "COUNT"}
_DAY: Final = re.compile(r"([+-]?\d{1,3})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER: Final = re.compile(r"[+-]?\d{1,10}")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DAY_NAMES: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_MONTH_NAMES: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A part that lists numbers: from `low` to `high`, and from the end (-1 is the last) where it is `signed`."""

    field: str
    low: int
    high: int
    noun: str
    signed: bool = False
    hint: str = ""


_NUMBERS: Final = {
    "BYMONTH": _Numbers("by_month", 1, 12, "months"),
    "BYWEEKNO": _Numbers("by_week_number", 1, 53, "weeks of the year", True),
    "BYYEARDAY": _Numbers("by_year_day", 1, 366, "days of the year", True),
    "BYMONTHDAY": _Numbers("by_month_day", 1, 31, "days of the month", True, "-1 is the last day of the month"),
    "BYEASTER": _Numbers("by_easter", -366, 366, "days after Easter Sunday"),
    "BYHOUR": _Numbers("by_hour", 0, 23, "hours", hint="midnight is 0"),
    "BYMINUTE": _Numbers("by_minute", 0, 59, "minutes", hint="the full hour is 0"),
    "BYSECOND": _Numbers("by_second", 0, 59, "seconds", hint="no schedule has leap seconds"),
    "BYSETPOS": _Numbers("by_set_position", 1, 366, "positions in the set", True),
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A rule but for its UNTIL, which can only be read together with DTSTART."""

    rule: rules.Rule
    until: str  # as written, upper case; "" where there is none
    warnings: tuple[str, ...] = ()


def parse(text: str) -> Parsed:
    """The rule that `FREQ=WEEKLY;BYDAY=MO;BYHOUR=9` says.

    Raises:
        ScheduleError: a part is wrong, or does not go with another.
    """
    parts = _split(text.upper())
    if "FREQ" not in parts:
        _fail("the rule has no FREQ", f"begin it with FREQ= and one of {', '.join(rules.FREQUENCIES)}", text)
    if "COUNT" in parts and "UNTIL" in parts:
        _fail("COUNT and UNTIL stand in one rule; a rule ends in one way", "take one of them out", f"COUNT={parts['COUNT']}")
    rule = rules.Rule(
        _frequency(parts["FREQ"]),
        interval=_whole("INTERVAL", parts.get("INTERVAL", "1"), MAX_INTERVAL),
        count=_whole("COUNT", parts["COUNT"], MAX_COUNT) if "COUNT" in parts else None,
        week_start=_week_start(parts.get("WKST", "MO")),
        by_day=_days(parts["BYDAY"]) if "BYDAY" in parts else (),
    )
    lists: dict[str, Any] = {kind.field: _numbers(name, parts[name], kind) for name, kind in _NUMBERS.items() if name in parts}
    rule = dataclasses.replace(rule, **lists)
    _check_together(rule, parts)
    return Parsed(rule, parts.get("UNTIL", ""), tuple(_warnings(rule)))


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in text.removesuffix(";").split(";"):
        name, equals, value = (part.strip() for part in piece.partition("="))
        if not piece.strip():
            _fail("a part of the rule is empty: two ; follow each other", "take one ; out", text)
        if not equals:
            _fail(f"'{_cut(name)}' is no part of a rule", _named(name), name)
        if name not in _PARTS:
            _unknown(name, value)
        if name in parts:
            _doubled(name, parts[name], value)
        if not value:
            _fail(f"{name} has no value", f"write one after {name}=, or take the part out", piece)
        parts[name] = value
    return parts


def _named(name: str) -> str:
    if name in rules.FREQUENCIES:
        return f"write FREQ={name}"
    if name in timing.WEEKDAYS:
        return f"write BYDAY={name}"
    return "a part is NAME=VALUE, like FREQ=DAILY"


def _unknown(name: str, value: str) -> NoReturn:
    found = f"a rule has no part {_cut(name)}"
    if name in _PROPERTIES:
        _fail(f"{name} is no part of a rule", f"it stands on a line of its own: {name}:{_cut(value)}", name)
    if name in ("RSCALE", "SKIP"):
        _fail(f"{found}: other calendars and skips (RFC 7529) are not read", "take it out; on_holiday and on_weekend move days", name)
    near = [_MEANT[name]] if name in _MEANT else difflib.get_close_matches(name, _PARTS, 1, 0.6)
    _fail(found, f"did you mean {near[0]}?" if near else f"the parts are {', '.join(_PARTS)}", name)


def _doubled(name: str, first: str, second: str) -> NoReturn:
    listed = name.startswith("BY")
    _fail(f"{name} stands twice in one rule", f"write {name}={_cut(first)},{_cut(second)}" if listed else "write it once", name)


def _frequency(value: str) -> str:
    if value in rules.FREQUENCIES:
        return value
    near = difflib.get_close_matches(value, rules.FREQUENCIES, 1, 0.5)
    hint = f"did you mean FREQ={near[0]}?" if near else f"allowed are {', '.join(rules.FREQUENCIES)}"
    _fail(f"FREQ={_cut(value)}: no such frequency", hint, f"FREQ={value}")


def _whole(name: str, value: str, most: int) -> int:
    part = f"{name}={_cut(value)}"
    meaning = "INTERVAL=2 is every second time, INTERVAL=1 each time" if name == "INTERVAL" else "COUNT=10 ends the rule after ten times"
    if not _NUMBER.fullmatch(value):
        _fail(f"{part}: {name} is a whole number from 1", meaning, part)
    number = int(value)
    if number < 1:
        _fail(f"{part}: {name} is at least 1", meaning, part)
    if number > most:
        _fail(f"{part}: {name} is at most {most:,}", "write a smaller number", part)
    return number


def _week_start(value: str) -> int:
    if value not in timing.WEEKDAYS:
        _fail(f"WKST={_cut(value)}: no such day of the week", _day_hint(value, "WKST"), f"WKST={value}")
    return timing.WEEKDAYS.index(value)


def _days(value: str) -> tuple[rules.Weekday, ...]:
    days = []
    for item in _items("BYDAY", value):
        part = f"BYDAY={_cut(item)}"
        match = _DAY.fullmatch(item)
        if match is None:
            _fail(f"{part}: no such day of the week", _day_hint(item, "BYDAY"), part)
        ordinal = int(match[1]) if match[1] else 0
        if match[1] and not 1 <= abs(ordinal) <= 53:
            _fail(f"{part}: the number before a day is 1 to 53, or -1 to -53", f"1{match[2]} is the first, -1{match[2]} the last", part)
        days.append(rules.Weekday(timing.WEEKDAYS.index(match[2]), ordinal))
    return tuple(sorted(set(days)))


def _day_hint(item: str, name: str) -> str:
    """What was meant by a day that is none: MONDAY, MON, MO1, MO(1), 1, WEEKDAYS."""
    if turned := re.fullmatch(r"(MO|TU|WE|TH|FR|SA|SU)\(?([+-]?\d{1,2})\)?", item):
        return f"the number stands first: {name}={int(turned[2])}{turned[1]}"
    for code, day in zip(timing.WEEKDAYS, _DAY_NAMES, strict=True):
        if len(item) > 2 and day.startswith(item):
            return f"did you mean {name}={code}?"
    return f"the days are {', '.join(timing.WEEKDAYS)}" + (", with a number for one of the month or year: 1MO, -1FR" * (name == "BYDAY"))


def _numbers(name: str, value: str, kind: _Numbers) -> tuple[int, ...]:
    return tuple(sorted({_number(name, item, kind) for item in _items(name, value)}))


def _number(name: str, item: str, kind: _Numbers) -> int:
    part = f"{name}={_cut(item)}"
    span = f"{kind.low} to {kind.high}" + (f", or -1 to -{kind.high} from the end" if kind.signed else "")
    if not _NUMBER.fullmatch(item):
        _fail(f"{part}: {kind.noun} are numbers from {span}", _number_hint(name, item) or kind.hint, part)
    number = int(item)
    if not kind.low <= (abs(number) if kind.signed else number) <= kind.high:
        _fail(f"{part}: {kind.noun} go from {span}", kind.hint, part)
    return number


def _number_hint(name: str, item: str) -> str:
    """BYHOUR=9:30, BYMONTH=JAN, BYMONTHDAY=1-5, BYHOUR=*."""
    if name == "BYHOUR" and (clock := _CLOCK.fullmatch(item)):
        second = f";BYSECOND={int(clock[3])}" if clock[3] else ""
        return f"write BYHOUR={int(clock[1])};BYMINUTE={int(clock[2])}{second}"
    if name == "BYMONTH" and item[:3] in _MONTH_NAMES:
        return f"write BYMONTH={_MONTH_NAMES.index(item[:3]) + 1}"
    if span := re.fullmatch(r"(\d{1,3})-(\d{1,3})", item):
        low, high = int(span[1]), int(span[2])
        listed = ",".join(str(number) for number in range(low, high + 1)) if low < high <= low + 31 else f"{low},{high}"
        return f"write each of them: {name}={listed}"
    return f"leave {name} out for all" if item == "*" else ""


def _items(name: str, value: str) -> Iterable[str]:
    items = [item.strip() for item in value.split(",")]
    if not all(items):
        _fail(f"{name}={_cut(value)}: a value is missing beside a comma", "take the comma out", f"{name}={value}")
    return items


def _check_together(rule: rules.Rule, parts: dict[str, str]) -> None:
    if any(day.ordinal for day in rule.by_day):
        _check_ordinals(rule, parts["BYDAY"])
    if rule.by_set_position and not (rule.names_days or rule.names_times or rule.by_month):
        _fail(
            f"BYSETPOS={_cut(parts['BYSETPOS'])} has no set to choose from",
            "add the part that makes the set, like BYDAY=MO,TU,WE,TH,FR for BYSETPOS=-1, the last working day",
            f"BYSETPOS={parts['BYSETPOS']}",
        )


def _check_ordinals(rule: rules.Rule, written: str) -> None:
    day = next(day for day in rule.by_day if day.ordinal)
    code = timing.WEEKDAYS[day.day]
    part = f"BYDAY={_cut(written)}"
    if rule.frequency not in (rules.YEARLY, rules.MONTHLY):
        _fail(
            f"{part}: numbered days ({day.ordinal}{code}) go with FREQ=MONTHLY and YEARLY only, not with {rule.frequency}",
            f"write FREQ=MONTHLY;BYDAY={day.ordinal}{code}, or BYDAY={code} for each one",
            part,
        )
    if rule.by_week_number:
        _fail(f"{part}: numbered days do not go with BYWEEKNO, since a week has each day once", f"write BYDAY={code}", part)
    in_month = rule.frequency == rules.MONTHLY or bool(rule.by_month)
    if in_month and (far := [day for day in rule.by_day if abs(day.ordinal) > 5]):
        code = timing.WEEKDAYS[far[0].day]
        part = f"BYDAY={far[0].ordinal}{code}"
        _fail(f"{part}: no month has more than five of one day", f"{part} is of the year with FREQ=YEARLY without BYMONTH", part)


def _warnings(rule: rules.Rule) -> Iterable[str]:
    """Combinations that the RFC forbids and every library reads alike: as a further condition."""
    if rule.by_month_day and rule.frequency == rules.WEEKLY:
        yield "RFC 5545 has no BYMONTHDAY with FREQ=WEEKLY; it is read as a condition: only those days that fall on it"
    if rule.by_year_day and rule.frequency in (rules.DAILY, rules.WEEKLY, rules.MONTHLY):
        yield f"RFC 5545 has no BYYEARDAY with FREQ={rule.frequency}; it is read as a condition: only those days that fall on it"
    if rule.by_week_number and rule.frequency != rules.YEARLY:
        yield f"RFC 5545 has no BYWEEKNO with FREQ={rule.frequency}; it is read as a condition: only those days that fall into the week"
    if rule.by_easter:
        yield "BYEASTER is not in RFC 5545 but an addition of python-dateutil: days after the western Easter Sunday"


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN_CHARS else f"{text[:_MAX_SHOWN_CHARS]}..."


def _fail(message: str, hint: str, part: str) -> NoReturn:
    raise errors.ScheduleError(message, hint, part=_cut(part))
