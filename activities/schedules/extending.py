"""Tells schedules further ahead, for their maintenance: those that near their horizon, and those compiled with older databases."""

from __future__ import annotations

import asyncio
import datetime
import importlib.metadata
from typing import Any, Final

from temporalio import activity, client

from activities.schedules import definition, memo, quiet
from workflows import contract
from workflows.core import errors, zones
from workflows.core.schedules import occurrences

#: A schedule whose horizon is nearer than this is compiled anew ...
NEAR: Final = datetime.timedelta(days=365)
#: ... and changed where that tells it at least so much further.
WORTH_IT: Final = datetime.timedelta(days=30)


def is_due(kept: memo.Memo, now: datetime.datetime) -> bool:
    """Whether a schedule has to be compiled anew.

    >>> is_due(Memo(..., horizon=now + timedelta(days=90)), now)
    True
    """
    if kept.tzdata != zones.version() or (kept.holidays and kept.holidays != importlib.metadata.version("holidays")):
        return True
    return kept.horizon is not None and kept.horizon < now + NEAR


class Extending:
    """The activity `extend_schedules`."""

    def __init__(self, temporal: client.Client) -> None:
        self._temporal = temporal

    @activity.defn(name=contract.EXTEND_SCHEDULES)
    async def extend_schedules(self) -> dict[str, Any]:
        """Looks at every schedule of ours; one that cannot be extended is named, and does not stop the others. May be done twice."""
        extended: list[str] = []
        failed: dict[str, str] = {}
        looked_at = 0
        async for entry in await self._temporal.list_schedules(page_size=1_000):
            if not await memo.is_ours(entry):
                continue
            looked_at += 1
            activity.heartbeat(entry.id)
            try:
                if await self._extend(entry.id):
                    extended.append(entry.id)
            except errors.OrdinautError as error:
                failed[entry.id] = str(error)
                activity.logger.warning("schedule %s cannot be told further ahead: %s", entry.id, error)
        return {"looked_at": looked_at, "extended": extended, "failed": failed}

    async def _extend(self, name: str) -> bool:
        handle = self._temporal.get_schedule_handle(name)
        description = await handle.describe()
        kept = await memo.read(description)
        now = datetime.datetime.now(datetime.UTC)
        if kept is None or not is_due(kept, now):
            return False
        given = await _given(description)
        arguments = (kept.name, kept.timing, kept.policies, given, kept.anchor, now, kept.file)
        made = await asyncio.to_thread(definition.compiled, *arguments)
        if made.kept.tzdata == kept.tzdata and made.kept.holidays == kept.holidays and not _is_further(made.kept, kept):
            return False

        async def updated(present: client.ScheduleUpdateInput) -> client.ScheduleUpdate:
            soon = occurrences.between(kept.timing, kept.anchor, now - quiet.MARGIN, now + 60 * quiet.MARGIN)
            await quiet.moment([*present.description.info.next_action_times, *(due.time for due in soon)])
            return client.ScheduleUpdate(definition.schedule(made, definition.Present(present.description.schedule, kept)))

        await handle.update(updated)
        return True


def _is_further(made: memo.Memo, kept: memo.Memo) -> bool:
    return made.horizon is None or kept.horizon is None or made.horizon >= kept.horizon + WORTH_IT


async def _given(description: client.ScheduleDescription) -> dict[str, Any]:
    """What each run is given, as the schedule holds it: the plan that was checked at the last apply."""
    action = description.schedule.action
    assert isinstance(action, client.ScheduleActionStartWorkflow)
    (given,) = await description.data_converter.decode(list(action.args))
    found: dict[str, Any] = given
    return found
