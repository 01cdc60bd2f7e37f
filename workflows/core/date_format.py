"""The directives of the filter `date('%d.%m.%Y')`, for all who show a date: English names from a table, the same on every machine."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable
from typing import Final

from workflows.core import errors

MAX_PATTERN_CHARS: Final = 200

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_DIRECTIVE: Final = re.compile(r"%(-?)(.?)", re.DOTALL)
_WITH_ZONE: Final = frozenset("zZs")  # say nothing without a zone
_PADDED: Final = frozenset("CdegGHIjmMSuUVwWyY")  # take the flag of %-d


def _offset(time: datetime.datetime) -> str:
    offset = time.utcoffset() or datetime.timedelta()
    sign, size = ("-", -offset) if offset < datetime.timedelta() else ("+", offset)
    minutes, seconds = divmod(int(size.total_seconds()), 60)
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")


def _week(time: datetime.datetime, first_weekday: int) -> str:
    """The week of the year, where week 1 starts with the first such weekday (0 is Monday) and days before it are in week 0."""
    return f"{(time.timetuple().tm_yday + 6 - (time.weekday() - first_weekday) % 7) // 7:02}"


_DIRECTIVES: Final[dict[str, Callable[[datetime.datetime], str]]] = {
    "a": lambda time: _DAYS[time.weekday()][:3],
    "A": lambda time: _DAYS[time.weekday()],
    "b": lambda time: _MONTHS[time.month - 1][:3],
    "B": lambda time: _MONTHS[time.month - 1],
    "C": lambda time: f"{time.year // 100:02}",
    "d": lambda time: f"{time.day:02}",
    "e": lambda time: f"{time.day:2}",
    "g": lambda time: f"{time.isocalendar().year % 100:02}",
    "G": lambda time: f"{time.isocalendar().year:04}",
    "h": lambda time: _MONTHS[time.month - 1][:3],
    "H": lambda time: f"{time.hour:02}",
    "I": lambda time: f"{(time.hour - 1) % 12 + 1:02}",
    "j": lambda time: f"{time.timetuple().tm_yday:03}",
    "m": lambda time: f"{time.month:02}",
    "M": lambda time: f"{time.minute:02}",
    "n": lambda time: "\n",
    "p": lambda time: "AM" if time.hour < 12 else "PM",
    "s": lambda time: str((time - _EPOCH) // datetime.timedelta(seconds=1)),
    "S": lambda time: f"{time.second:02}",
    "t": lambda time: "\t",
    "u": lambda time: str(time.isoweekday()),
    "U": lambda time: _week(time, 6),
    "V": lambda time: f"{time.isocalendar().week:02}",
    "w": lambda time: str(time.isoweekday() % 7),
    "W": lambda time: _week(time, 0),
    "y": lambda time: f"{time.year % 100:02}",
    "Y": lambda time: f"{time.year:04}",
    "z": _offset,
    "Z": lambda time: time.tzname() or "",
    "%": lambda time: "%",
}

#: Directives that stand for others.
_COMPOSED: Final = {
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "X": "%H:%M:%S",
    "c": "%a %b %e %H:%M:%S %Y",
    "r": "%I:%M:%S %p",
    "x": "%m/%d/%y",
}  # fmt: skip
_ALLOWED: Final = " ".join(f"%{letter}" for letter in sorted({*_DIRECTIVES, *_COMPOSED}, key=lambda letter: (letter.lower(), letter)))


def render(time: datetime.datetime, pattern: str) -> str:
    """The time in a pattern of `strftime` directives; `%-d` leaves the padding away.

    >>> render(datetime.datetime(2026, 11, 3), "%-d %B %Y")
    '3 November 2026'

    Raises:
        EvaluationError: the pattern is no text, too long, or has an unknown directive; or `%z`, `%Z`, `%s` and no zone is known.
    """
    if not isinstance(pattern, str):
        raise errors.EvaluationError("the format of a date is a text", "for example date('%d.%m.%Y')")
    if len(pattern) > MAX_PATTERN_CHARS:
        raise errors.LimitExceeded(f"a date format of more than {MAX_PATTERN_CHARS} characters (MAX_PATTERN_CHARS)")
    parts, needs_zone = _compiled(pattern)
    if needs_zone and time.tzinfo is None:
        raise errors.EvaluationError(
            f"'{needs_zone}' needs a time zone and the date has none", "write its offset: 2026-11-23T10:00:00+02:00"
        )
    return "".join(part if isinstance(part, str) else part(time) for part in parts)


@functools.lru_cache(maxsize=256)  # a loop formats many dates with one pattern
def _compiled(pattern: str) -> tuple[tuple[str | Callable[[datetime.datetime], str], ...], str]:
    """The pattern as literal texts and functions, and the first directive in it that needs a zone ("" for none)."""
    parts: list[str | Callable[[datetime.datetime], str]] = []
    needs_zone, end = "", 0
    expanded = _DIRECTIVE.sub(lambda match: _COMPOSED.get(match[2], match[0]) if not match[1] else match[0], pattern)
    for match in _DIRECTIVE.finditer(expanded):
        parts += (expanded[end : match.start()], _directive(match))
        needs_zone = needs_zone or (match[0] if match[2] in _WITH_ZONE else "")
        end = match.end()
    return tuple(part for part in (*parts, expanded[end:]) if part), needs_zone


def _directive(match: re.Match[str]) -> Callable[[datetime.datetime], str]:
    unpadded, letter = match[1] == "-", match[2]
    if letter not in _DIRECTIVES or (unpadded and letter not in _PADDED):
        raise _unknown(match[0])
    padded = _DIRECTIVES[letter]
    return (lambda time: padded(time).lstrip("0 ") or "0") if unpadded else padded


def _unknown(directive: str) -> errors.EvaluationError:
    if directive in ("%", "%-"):
        return errors.EvaluationError(f"the date format ends in '{directive}'", f"a percent sign is written %%; allowed: {_ALLOWED}")
    return errors.EvaluationError(f"unknown directive '{directive}' in a date format", f"allowed: {_ALLOWED}")
