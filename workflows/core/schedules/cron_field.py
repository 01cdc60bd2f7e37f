"""One field of a cron expression, 1-5,10-50/10, for the cron reader: its values, and a sentence for what it cannot say."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final, NoReturn

from workflows.core import errors

_RANGE: Final = re.compile(r"(?P<low>\*|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\w+))?", re.ASCII)
_MAX_SHOWN_CHARS: Final = 40


@dataclass(frozen=True, slots=True)
class Field:
    """What may stand in a field: `low` to `high`, by number or by name."""

    noun: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    first_name: int = 0  # the number of names[0]

    @property
    def allowed(self) -> str:
        """The values in words: "1 to 12 or JAN to DEC"."""
        named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"{self.low} to {self.high}{named}"


MINUTE: Final = Field("minute", 0, 59)
HOUR: Final = Field("hour", 0, 23)
DAY_OF_MONTH: Final = Field("day of month", 1, 31)
MONTH: Final = Field("month", 1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1)
DAY_OF_WEEK: Final = Field("day of week", 0, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))
FIELDS: Final = (MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK)


def values(text: str, field: Field) -> tuple[int, ...]:
    """The numbers that a field says, ascending; a range may wrap around: 22-2, FRI-MON. Of the week 0 is Sunday, never 7.

    Raises:
        ScheduleError: a value that the field does not have.
    """
    found: set[int] = set()
    for item in text.upper().split(","):
        if not item:
            _fail(field, text, "a value is missing beside a comma", "take the comma out")
        found.update(_span(item, field))
    return tuple(sorted(number % 7 for number in found) if field is DAY_OF_WEEK else sorted(found))


def is_restricted(text: str) -> bool:
    """Whether a field chooses, as crontab counts it: one that begins with * does not."""
    return not text.startswith("*")


def _span(item: str, field: Field) -> list[int]:
    match = _RANGE.fullmatch(item)
    if match is None:
        _unreadable(item, field)
    # A 7 is Sunday like 0, but only the end of the week has it as a number of its own: 5-7.
    last = 6 if field is DAY_OF_WEEK else field.high
    if match["low"] == "*":
        if match["high"]:
            _fail(field, item, "* is all of them and begins no range", f"write {field.low}-{match['high']}")
        low, high = field.low, last
    else:
        low = _number(match["low"], item, field)
        high = _number(match["high"], item, field) if match["high"] else (last if match["step"] else low)
    step = _step(match["step"], item, field) if match["step"] else 1
    size = last - field.low + 1
    if high < low:  # around the end: FRI-MON, 22-2
        high += size
    return [(number - field.low) % size + field.low for number in range(low, high + 1, step)]


def _number(text: str, item: str, field: Field) -> int:
    if text in field.names:
        return field.names.index(text) + field.first_name
    if not text.isdigit() or len(text) > 4:
        _no_number(text, item, field)
    number = int(text)
    if not field.low <= number <= field.high:
        hint = "the full hour is 0" if field is MINUTE else "midnight is 0" if field is HOUR else ""
        _fail(field, item, f"it goes from {field.allowed}", hint)
    return number


def _step(text: str, item: str, field: Field) -> int:
    most = field.high - field.low
    if not text.isdigit() or len(text) > 6:
        _fail(field, item, "the step behind / is a number", "write */5 for every fifth")
    step = int(text)
    if step == 0:
        _fail(field, item, "a step is at least 1", "write */5 for every fifth, or leave /0 out")
    if step > most:
        unit = {"minute": "m", "hour": "h"}.get(field.noun)
        hint = f"every {step} {field.noun}s is @every {step}{unit}" if unit else "write the value alone"
        _fail(field, item, f"a step is at most {most}: it begins anew each {_WHOLE[field.noun]}", hint)
    return step


_WHOLE: Final = {"minute": "hour", "hour": "day", "day of month": "month", "month": "year", "day of week": "week"}


def _no_number(text: str, item: str, field: Field) -> NoReturn:
    for other in FIELDS:
        if other is not field and text in other.names:
            _fail(field, item, f"{text} is a {other.noun}", f"{other.noun} is field {FIELDS.index(other) + 1} of 5")
    near = difflib.get_close_matches(text[:3], field.names, 1, 0.6) if text.isalpha() else []
    _fail(field, item, f"it goes from {field.allowed}", f"did you mean {near[0]}?" if near else "")


def _unreadable(item: str, field: Field) -> NoReturn:
    if item.startswith("/"):
        _fail(field, item, "the step lacks what it steps through", f"write *{item}")
    if turned := re.fullmatch(r"(\d+)/\*", item):
        _fail(field, item, "the step stands behind the slash", f"write */{turned[1]}")
    if re.fullmatch(r"-\d+", item):
        _fail(field, item, f"it goes from {field.allowed}", "cron does not count from the end; an RRULE does: BYMONTHDAY=-1")
    _fail(
        field,
        item,
        "it is neither a value, a range nor a list",
        f"it goes from {field.allowed}, like {field.low},{field.low + 2}-{field.high}/2",
    )


def _fail(field: Field, item: str, reason: str, hint: str) -> NoReturn:
    shown = item if len(item) <= _MAX_SHOWN_CHARS else f"{item[:_MAX_SHOWN_CHARS]}..."
    raise errors.ScheduleError(f"cron: '{shown}' as {field.noun}: {reason}", hint, part=shown)
