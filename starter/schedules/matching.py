"""The times that Temporal itself says a schedule fires at, for previews and backfills."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Final

from temporalio import client
from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest

from workflows.core.schedules import instants

#: More in one answer are cut off without a word.
PAGE: Final = 1_000
#: Windows grow so that a rule of seconds and a rule of decades both take few calls.
_WINDOWS: Final = tuple(datetime.timedelta(days=days) for days in (2, 40, 400, 4_000, 40_000))
#: Nothing of a schedule lies after it but the placeholder, which is no time of a pipeline.
END: Final = instants.PLACEHOLDER - datetime.timedelta(seconds=1)
_FIRST: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_ONE_SECOND: Final = datetime.timedelta(seconds=1)


async def between(
    temporal: client.Client, name: str, after: datetime.datetime, until: datetime.datetime, limit: int
) -> list[datetime.datetime]:
    """The first `limit` times of a schedule in (after, until], ascending, in UTC; with jitter they are the jittered ones."""
    found: list[datetime.datetime] = []
    async for time in _all(temporal, name, after, min(until, END)):
        found.append(time)
        if len(found) == limit:
            break
    return found


async def _all(temporal: client.Client, name: str, after: datetime.datetime, until: datetime.datetime) -> AsyncIterator[datetime.datetime]:
    windows = iter(_WINDOWS)
    window = next(windows)
    while after < until:
        end = min(until, after + window)
        page = await _page(temporal, name, after, end)
        for time in page:
            yield time
        after = page[-1] if len(page) >= PAGE else end
        window = next(windows, window)


async def _page(temporal: client.Client, name: str, after: datetime.datetime, until: datetime.datetime) -> list[datetime.datetime]:
    request = ListScheduleMatchingTimesRequest(namespace=temporal.namespace, schedule_id=name)
    request.start_time.FromDatetime(after)
    request.end_time.FromDatetime(until)
    answer = await temporal.workflow_service.list_schedule_matching_times(request, retry=True)
    return [time.ToDatetime(datetime.UTC) for time in answer.start_time]


async def last_before(temporal: client.Client, name: str, before: datetime.datetime) -> datetime.datetime | None:
    """The latest time of a schedule before a moment; None where there is none."""
    end = before - _ONE_SECOND
    for window in _WINDOWS:
        start = max(end - window, _FIRST)
        found = None
        async for time in _all(temporal, name, start, end):
            found = time
        if found is not None:
            return found
    return None
