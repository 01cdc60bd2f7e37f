"""The date values of the language, for its arithmetic and its words: days, moments, years."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from workflows.core import errors, wall_clock


@dataclass(frozen=True, slots=True)
class Day:
    """A date of the calendar in a zone; `zone` is None for a date read from a text where no zone is known."""

    date: datetime.date
    zone: datetime.tzinfo | None = None

    @property
    def text(self) -> str:
        """`2026-11-23`."""
        return self.date.isoformat()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, shown by the clocks of a zone."""

    instant_us: int  # see wall_clock.instant
    zone: datetime.tzinfo

    def __post_init__(self) -> None:
        wall_clock.check(self.instant_us, self.zone)

    @property
    def local(self) -> datetime.datetime:
        """What the clocks show, as a datetime with the zone."""
        return wall_clock.local(self.instant_us, self.zone)

    @property
    def text(self) -> str:
        """`2027-01-01T00:30:00+02:00`: no fractions, never `Z`."""
        return self.local.isoformat(timespec="seconds")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Year:
    """A year: its number in arithmetic and comparisons, the text "2026" where it leaves an expression."""

    number: int

    def __post_init__(self) -> None:
        if not datetime.MINYEAR <= self.number <= datetime.MAXYEAR:
            raise wall_clock.out_of_range()

    @property
    def text(self) -> str:
        """`2026`."""
        return f"{self.number:04}"

    def __str__(self) -> str:
        return self.text

    def __int__(self) -> int:
        return self.number


def moment(time: datetime.datetime, zone: datetime.tzinfo) -> Moment:
    """The moment of a datetime with zone, shown in `zone`.

    Raises:
        ValueError: the datetime has no zone.
        EvaluationError: its local year is not 1 to 9999.
    """
    if time.tzinfo is None or time.utcoffset() is None:
        raise ValueError("a datetime without zone is no moment")
    return Moment((time - wall_clock.START) // wall_clock.MICROSECOND, zone)


def clock(date: datetime.date, time: datetime.time, zone: datetime.tzinfo) -> Moment:
    """The moment when clocks in the zone show this; shifted by the gap where a change skips it, the first of two copies."""
    return Moment(wall_clock.instant(datetime.datetime.combine(date, time), zone), zone)


def midnight(day: Day, zone: datetime.tzinfo | None = None) -> Moment:
    """The day's first moment in its own zone, or in the given one where it has none.

    Raises:
        EvaluationError: neither zone is known.
    """
    own = day.zone or zone
    if own is None:
        raise errors.EvaluationError(f'the date "{day}" has no time zone', "write it as a time with offset: 2026-11-23T00:00:00+02:00")
    return clock(day.date, datetime.time(), own)
