"""Who asked for runs of a schedule: kept in what its runs are given, so that approvals know who started a triggered or backfilled run.

Temporal starts those runs like any other of the schedule, and tells them nothing of who asked. So before it is asked, the schedule's
action is told the person and the span of due times; a run that is due within it was started by that person.
"""

from __future__ import annotations

import datetime
from typing import Any, Final

from temporalio import client

from activities.schedules import quiet
from workflows.core.approvals import origin

#: A triggered run is due when the service takes the request: by its own clock, which need not be ours.
BEFORE: Final = datetime.timedelta(seconds=5)
AFTER: Final = datetime.timedelta(seconds=15)


async def note_now(handle: client.ScheduleHandle, who: str) -> None:
    """Remembers who triggers a run in this moment.

    Raises:
        RPCError: the service refuses.
    """
    now = datetime.datetime.now(datetime.UTC)
    await note(handle, who, now - BEFORE, now + AFTER)


async def note(handle: client.ScheduleHandle, who: str, first: datetime.datetime, last: datetime.datetime) -> None:
    """Remembers who asks for the runs that are due from the first to the last moment.

    Raises:
        RPCError: the service refuses.
    """
    info = (await handle.describe()).info
    await quiet.moment([*info.next_action_times, *(action.scheduled_at for action in info.recent_actions)])

    async def updated(given: client.ScheduleUpdateInput) -> client.ScheduleUpdate:
        schedule = given.description.schedule
        action = schedule.action
        assert isinstance(action, client.ScheduleActionStartWorkflow)
        (told,) = await given.description.data_converter.decode(list(action.args))
        action.args = [origin.with_trigger(told, who, first, last)]
        return client.ScheduleUpdate(schedule)

    await handle.update(updated)


async def carried(given: dict[str, Any], present: client.ScheduleDescription) -> dict[str, Any]:
    """What runs are to be given, with the triggers that the present schedule remembers: their runs may still be to come."""
    action = present.schedule.action
    if not isinstance(action, client.ScheduleActionStartWorkflow):
        return given
    told = await present.data_converter.decode(list(action.args))
    kept = told[0].get("triggers") if len(told) == 1 and isinstance(told[0], dict) else None
    return {**given, "triggers": kept} if kept else given
