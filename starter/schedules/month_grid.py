"""A year of due times as a grid of months in the terminal; it reads without colours too."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import click

from starter.schedules import clock_words

RUN: Final = "•"
HOLIDAY: Final = "'"
SKIPPED: Final = "x"
WEEKEND: Final = "."
MANY: Final = "+"
_COUNTS: Final = {1: RUN, 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹"}
_CELL_CHARS: Final = 3
_GAP: Final = "   "
_MONTH_CHARS: Final = 7 * _CELL_CHARS
_MONTH_NAMES: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Year:
    """What a grid shows. Dates are local; `holidays` maps each to its name, `weekend` holds days of the week, 0 is Monday."""

    number: int
    runs: Mapping[datetime.date, int]
    skipped: frozenset[datetime.date] = frozenset()
    holidays: Mapping[datetime.date, str] = field(default_factory=dict)
    weekend: frozenset[int] = frozenset({5, 6})
    today: datetime.date | None = None


def months_across(columns: int) -> int:
    """How many months stand beside each other: 4, 3, 2 or 1."""
    return next((count for count in (4, 3, 2) if count * (_MONTH_CHARS + len(_GAP)) - len(_GAP) <= columns), 1)


def draw(year: Year, columns: int, colours: bool) -> list[str]:
    """The lines of a grid for a terminal of so many columns: title, twelve months, legend."""
    across = months_across(columns)
    total = sum(count for day, count in year.runs.items() if day.year == year.number)
    lines = [f"{year.number}: {total:,} {'time' if total == 1 else 'times'} on {_days(len(_in_year(year)))}", ""]
    for first in range(1, 13, across):
        blocks = [_month(year, month, colours) for month in range(first, first + across)]
        height = max(len(block) for block in blocks)
        for row in range(height):
            lines.append(_GAP.join(block[row] if row < len(block) else " " * _MONTH_CHARS for block in blocks).rstrip())
        lines.append("")
    return [*lines, _legend(year)]


def _in_year(year: Year) -> list[datetime.date]:
    return [day for day, count in year.runs.items() if day.year == year.number and count]


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _month(year: Year, month: int, colours: bool) -> list[str]:
    """Title, days of the week, and a line for each week, all _MONTH_CHARS wide."""
    title = _MONTH_NAMES[month - 1].center(_MONTH_CHARS)
    head = "".join(f"{name[:2]:<{_CELL_CHARS}}" for name in clock_words.DAYS)
    weeks = calendar.Calendar().monthdatescalendar(year.number, month)
    rows = ["".join(_cell(year, day, colours) if day.month == month else " " * _CELL_CHARS for day in week) for week in weeks]
    return [_styled(title, colours, bold=True), _styled(head, colours, dim=True), *rows]


def _cell(year: Year, day: datetime.date, colours: bool) -> str:
    """`20•`: the day and its mark."""
    text = f"{day.day:>2}"
    count = year.runs.get(day, 0)
    closed = day.weekday() in year.weekend
    holiday = day in year.holidays
    underline = day == year.today or None
    if count:
        return _styled(f"{text}{_COUNTS.get(count, MANY)}", colours, fg="green", bold=True, reverse=True, underline=underline)
    if day in year.skipped:
        return _styled(f"{text}{SKIPPED}", colours, fg="yellow", strikethrough=True, underline=underline)
    if holiday:
        return _styled(f"{text}{HOLIDAY}", colours, fg="red", underline=underline)
    return _styled(f"{text}{WEEKEND if closed else ' '}", colours, dim=closed or None, underline=underline)


def _styled(text: str, colours: bool, **style: bool | str | None) -> str:
    return click.style(text, **style) if colours and any(style.values()) else text  # type: ignore[arg-type]  # click types each keyword apart


def _legend(year: Year) -> str:
    return "  ".join(_legend_parts(year))


def _legend_parts(year: Year) -> Iterator[str]:
    counts = {year.runs[day] for day in _in_year(year)}
    yield f"{RUN} one time"
    if counts - {1}:
        yield "² to ⁹ so many times"
    if any(count not in _COUNTS for count in counts):
        yield f"{MANY} ten or more"
    if any(day.year == year.number for day in year.skipped):
        yield f"{SKIPPED} skipped"
    if any(day.year == year.number for day in year.holidays):
        yield f"{HOLIDAY} holiday"
    if year.weekend:
        yield f"{WEEKEND} weekend"
