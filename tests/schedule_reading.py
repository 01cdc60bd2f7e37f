"""What a neutral spec says, read in the plainest way and without a server: for tests of the compiler away from changes of clocks."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator

from workflows.core import zones
from workflows.core.schedules import clock, spec, zone_changes

_SECOND = datetime.timedelta(seconds=1)


def numbers(ranges: Iterable[spec.Range]) -> set[int]:
    """The numbers of ranges: ((1, 3, 1), (10, 30, 10)) -> {1, 2, 3, 10, 20, 30}."""
    return {number for first, last, step in ranges for number in range(first, last + 1, step)}


def times(made: spec.Spec, first: datetime.datetime, last: datetime.datetime) -> list[datetime.datetime]:
    """When a spec is due from first to last (UTC, inclusive), ascending.

    Raises:
        AssertionError: a calendar has a time in an hour around a change of clocks, where Temporal errs.
    """
    first, last = max(first, made.start_at or first), min(last, made.end_at or last)
    skipped = list(made.skip)
    found = {moment for calendar in made.calendars for moment in _of_calendar(calendar, made.timezone, first, last)}
    found |= {moment for interval in made.intervals for moment in _of_interval(interval, first, last)}
    zone = zones.load(made.timezone)
    return sorted(moment for moment in found if not any(_has(calendar, clock.shown(moment, zone)) for calendar in skipped))


def _of_calendar(calendar: spec.Calendar, zone_name: str, first: datetime.datetime, last: datetime.datetime) -> Iterator[datetime.datetime]:
    zone = zones.load(zone_name)
    of_day = list(_times_of_day(calendar))
    spoilt = {window.day: window for window in zone_changes.windows(zone_name, first.year - 1, last.year + 1)}
    day = clock.shown(first, zone).date()
    while day <= clock.shown(last, zone).date():
        midnight = datetime.datetime.combine(day, datetime.time())
        if _has_day(calendar, day):
            for seconds in of_day:
                window = spoilt.get(day.toordinal())
                assert window is None or not window.first <= seconds < window.end, f"{day} at {seconds} s is told by a calendar"
                moment = clock.instant(midnight + seconds * _SECOND, zone)
                if first <= moment <= last:
                    yield moment
        day += datetime.timedelta(days=1)


def _times_of_day(calendar: spec.Calendar) -> Iterator[int]:
    parts = (sorted(numbers(part)) for part in (calendar.hour, calendar.minute, calendar.second))
    return (hour * 3_600 + minute * 60 + second for hour, minute, second in itertools.product(*parts))


def _of_interval(interval: spec.Interval, first: datetime.datetime, last: datetime.datetime) -> Iterator[datetime.datetime]:
    begin, end = int(first.timestamp()), int(last.timestamp())
    count = -((interval.offset - begin) // interval.every)
    while (moment := interval.offset + count * interval.every) <= end:
        if moment >= begin:
            yield datetime.datetime.fromtimestamp(moment, datetime.UTC)
        count += 1


def _has_day(calendar: spec.Calendar, day: datetime.date) -> bool:
    return (
        day.day in numbers(calendar.day_of_month)
        and day.month in numbers(calendar.month)
        and day.isoweekday() % 7 in numbers(calendar.day_of_week)
        and (not calendar.year or day.year in numbers(calendar.year))
    )


def _has(calendar: spec.Calendar, local: datetime.datetime) -> bool:
    return (
        _has_day(calendar, local.date())
        and local.hour in numbers(calendar.hour)
        and local.minute in numbers(calendar.minute)
        and local.second in numbers(calendar.second)
    )
