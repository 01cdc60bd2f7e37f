"""Compares what the real server lists for a compiled timing with what the reference says."""

from __future__ import annotations

import datetime
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from temporalio import client

from tests import schedule_server
from workflows.core import errors, recurrence
from workflows.core.schedules import occurrences, spec, timing, zone_changes

ANCHOR: Final = datetime.datetime(2026, 11, 23, 9, 17, tzinfo=datetime.UTC)
_DAY: Final = datetime.timedelta(days=1)
#: A window holds at most so many times; denser rules are looked at in shorter ones.
_MOST: Final = 1_500

EXACT: Final = "exact"
REFUSED: Final = "refused"
WRONG: Final = "wrong"


@dataclass(frozen=True, slots=True)
class Result:
    """How one timing fared."""

    timing: timing.Timing
    status: str
    compile_seconds: float
    said: str = ""
    times: int = 0


async def compare(temporal: client.Client, one: timing.Timing) -> Result:
    """Three years where the times are few, else a fortnight; and the days around each change of clocks of two years."""
    started = time.perf_counter()
    try:
        made = recurrence.compile(one, ANCHOR, ANCHOR)
    except errors.ScheduleError as refused:
        return Result(one, REFUSED, time.perf_counter() - started, str(refused))
    seconds, seen = time.perf_counter() - started, 0
    async with schedule_server.created(temporal, made) as handle:
        for begin, end in windows(one, made):
            expected = [due.time for due in itertools.islice(occurrences.between(one, ANCHOR, begin, end), _MOST + 1)]
            if len(expected) > _MOST:
                expected, end = expected[:_MOST], expected[_MOST - 1]
            listed = [moment for moment in await schedule_server.times(temporal, handle, begin, end) if moment not in made.placeholders]
            seen += len(expected)
            if listed != expected:
                return Result(one, WRONG, seconds, _difference(listed, expected), seen)
    return Result(one, EXACT, seconds, times=seen)


def windows(one: timing.Timing, made: spec.Spec) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """Where the spec says that it is exact: from its start to its horizon."""
    first = (made.start_at or datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)) - datetime.timedelta(seconds=1)
    last = made.horizon - datetime.timedelta(seconds=1) if made.horizon else datetime.datetime(2100, 12, 31, tzinfo=datetime.UTC)
    wanted = [(ANCHOR, ANCHOR + 3 * 365 * _DAY), (ANCHOR - 200 * _DAY, ANCHOR), (datetime.datetime(2090, 3, 1, tzinfo=datetime.UTC),) * 2]
    wanted[2] = (wanted[2][0], wanted[2][0] + 300 * _DAY)
    changes = dict.fromkeys(window.change for window in zone_changes.windows(made.timezone, 2026, 2028))
    wanted += [(change - 2 * _DAY, change + 2 * _DAY) for change in changes]
    for begin, end in wanted:
        begin, end = max(begin, first), min(end, last)
        if begin < end:
            yield begin, end


def _difference(listed: list[datetime.datetime], expected: list[datetime.datetime]) -> str:
    extra, missing = sorted(set(listed) - set(expected))[:3], sorted(set(expected) - set(listed))[:3]
    return f"too much: {', '.join(map(str, extra)) or 'none'}; missing: {', '.join(map(str, missing)) or 'none'}"
