"""The due times that a backfill runs: nominal ones, also where the schedule adds jitter."""

from __future__ import annotations

import datetime
import itertools
from typing import Final

from temporalio import client

from starter.schedules import matching, one
from workflows.core.schedules import occurrences

_ONE_SECOND: Final = datetime.timedelta(seconds=1)


async def within(
    temporal: client.Client, applied: one.Applied, first: datetime.datetime, last: datetime.datetime, limit: int
) -> list[datetime.datetime]:
    """The first `limit` due times from `first` to `last`, both inclusive, in UTC."""
    if applied.timing.is_timeless:
        return []
    if applied.kept.policies.jitter:  # the service lists when they would start, not when they are due
        found = occurrences.between(applied.timing, applied.kept.anchor, first - _ONE_SECOND, last)
        return [occurrence.time for occurrence in itertools.islice(found, limit)]
    return await matching.between(temporal, applied.name, first - _ONE_SECOND, last, limit)


async def end_of(temporal: client.Client, applied: one.Applied, last: datetime.datetime) -> datetime.datetime:
    """The end of a backfill that has `last` as its last time: Temporal compares it with the jittered one."""
    jitter = applied.kept.policies.jitter
    if not jitter:
        return last
    started = await matching.between(temporal, applied.name, last - _ONE_SECOND, last + datetime.timedelta(seconds=jitter), 1)
    return started[0] if started else last


def action_id(applied: one.Applied) -> str:
    """What the ids of its runs begin with; Temporal adds the nominal time."""
    action = applied.description.schedule.action
    return action.id if isinstance(action, client.ScheduleActionStartWorkflow) else applied.name
