"""Schedules of a few moments, for the compiler: each is told by itself, and a placeholder keeps the schedule listed when they are over."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Final

from workflows.core.schedules import instants, spec

#: A schedule with at most so many times is told time by time.
MOST: Final = 300


def told(zone: str, times: tuple[datetime.datetime, ...]) -> spec.Spec:
    """A schedule of a few moments; the placeholder keeps it listed when they are over."""
    spare = spare_second(times) if instants.needs_spare_second(times) else None
    if spare is None and instants.needs_spare_second(times):  # a moment in each second of the minute: it ends with the last one
        horizon = instants.SECOND_TIME if max(times) >= instants.SECOND_TIME else None
        ahead = [moment for moment in times if horizon is None or moment < horizon]
        return spec.Spec(zone, intervals=instants.intervals(ahead, None), end_at=max(ahead), horizon=horizon)
    return spec.Spec(
        zone,
        intervals=instants.intervals((*times, instants.PLACEHOLDER), spare),
        skip=() if spare is None else (instants.skipped(spare),),
        placeholders=(instants.PLACEHOLDER,),
    )


def spare_second(times: Iterable[datetime.datetime], used: frozenset[int] = frozenset()) -> int | None:
    """A second of the minute at which nothing is due, 59 being the placeholder's."""
    taken = {moment.second for moment in times} | used | {instants.PLACEHOLDER.second}
    return next((second for second in (37, *range(59)) if second not in taken), None)
