"""The compiler's neutral spec as Temporal's messages, for those who create and update schedules."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from temporalio import client

from workflows.core.schedules import spec


def of(made: spec.Spec, jitter_seconds: int = 0) -> client.ScheduleSpec:
    """What Temporal is told.

    >>> of(Spec("UTC", calendars=(Calendar(hour=((9, 9, 1),)),))).calendars[0].hour
    [ScheduleRange(start=9, end=9, step=1)]
    """
    return client.ScheduleSpec(
        calendars=[_calendar(one) for one in made.calendars],
        intervals=[
            client.ScheduleIntervalSpec(datetime.timedelta(seconds=one.every), datetime.timedelta(seconds=one.offset))
            for one in made.intervals
        ],
        skip=[_calendar(one) for one in made.skip],
        start_at=made.start_at,
        end_at=made.end_at,
        jitter=datetime.timedelta(seconds=jitter_seconds) if jitter_seconds else None,
        time_zone_name=made.timezone,
    )


def _calendar(one: spec.Calendar) -> client.ScheduleCalendarSpec:
    return client.ScheduleCalendarSpec(
        second=_ranges(one.second),
        minute=_ranges(one.minute),
        hour=_ranges(one.hour),
        day_of_month=_ranges(one.day_of_month),
        month=_ranges(one.month),
        year=_ranges(one.year),
        day_of_week=_ranges(one.day_of_week),
    )


def _ranges(ranges: tuple[spec.Range, ...]) -> list[client.ScheduleRange]:
    return [client.ScheduleRange(*numbers) for numbers in ranges]


def digest(made: client.ScheduleSpec) -> str:
    """Twelve hex digits, the same for a spec as it was sent and as Temporal shows it; jitter, which moves no due time, aside."""
    shown = [
        made.time_zone_name or "UTC",
        [_fields(one) for one in made.calendars],
        [[one.every.total_seconds(), one.offset.total_seconds() if one.offset else 0.0] for one in made.intervals],
        [_fields(one) for one in made.skip],
        made.start_at.timestamp() if made.start_at else None,
        made.end_at.timestamp() if made.end_at else None,
        list(made.cron_expressions),
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:12]


def _fields(one: client.ScheduleCalendarSpec) -> list[Any]:
    every = (one.second, one.minute, one.hour, one.day_of_month, one.month, one.year, one.day_of_week)
    return [_numbers(ranges) for ranges in every]


def _numbers(ranges: Sequence[client.ScheduleRange]) -> list[list[int]]:
    # Temporal takes an end before the start, and no step, as it takes a single number.
    return [[one.start, max(one.start, one.end), one.step or 1] for one in ranges]
