"""The neutral form of a Temporal ScheduleSpec: what the compiler makes and activities turn into Temporal's messages."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Final

#: (first, last, step), inclusive; (5, 5, 1) is 5 alone.
Range = tuple[int, int, int]

ALL_SECONDS: Final[tuple[Range, ...]] = ((0, 59, 1),)
ALL_MINUTES: Final[tuple[Range, ...]] = ((0, 59, 1),)
ALL_HOURS: Final[tuple[Range, ...]] = ((0, 23, 1),)
ALL_DAYS: Final[tuple[Range, ...]] = ((1, 31, 1),)
ALL_MONTHS: Final[tuple[Range, ...]] = ((1, 12, 1),)
ALL_WEEKDAYS: Final[tuple[Range, ...]] = ((0, 6, 1),)
ZERO: Final[tuple[Range, ...]] = ((0, 0, 1),)

#: The last moment that Temporal's schedules know; no schedule goes past it.
LAST_YEAR: Final = 2100


@dataclass(frozen=True, slots=True)
class Calendar:
    """Local times whose every field is in its ranges; day of month and day of week both count. 0 is Sunday. No years: every year."""

    second: tuple[Range, ...] = ZERO
    minute: tuple[Range, ...] = ZERO
    hour: tuple[Range, ...] = ZERO
    day_of_month: tuple[Range, ...] = ALL_DAYS
    month: tuple[Range, ...] = ALL_MONTHS
    day_of_week: tuple[Range, ...] = ALL_WEEKDAYS
    year: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so many seconds of elapsed time, counted from 1970-01-01T00:00:00Z plus the offset (0 <= offset < every)."""

    every: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Spec:
    """When a schedule fires: calendars and intervals together, without `skip`, from start_at to end_at (both inclusive, UTC).

    `horizon` is None where the spec is exact up to LAST_YEAR (or to its own end); else it is exact before that moment (UTC), does not
    fire from then on, and must be compiled anew well before.
    """

    timezone: str = "UTC"
    calendars: tuple[Calendar, ...] = ()
    intervals: tuple[Interval, ...] = ()
    skip: tuple[Calendar, ...] = ()
    start_at: datetime.datetime | None = None
    end_at: datetime.datetime | None = None
    horizon: datetime.datetime | None = None
    #: Instants in `intervals` that are no times of the pipeline: they keep an ended schedule listed. Never shown.
    placeholders: tuple[datetime.datetime, ...] = field(default=())
