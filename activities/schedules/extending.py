"""Tells schedules further ahead, for their maintenance: those that near their horizon, and those compiled with older databases."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import importlib.metadata
from typing import Any, Final

from temporalio import activity, client, service

from activities.schedules import definition, memo, replacing
from workflows import contract
from workflows.core import errors, zones

#: A schedule whose horizon is nearer than this is compiled anew ...
NEAR: Final = datetime.timedelta(days=365)
#: ... and changed where that tells it so much further, or by a quarter of its reach where it cannot reach far.
WORTH_IT: Final = datetime.timedelta(days=30)


def is_due(kept: memo.Memo, now: datetime.datetime) -> bool:
    """Whether a schedule has to be compiled anew.

    >>> is_due(Memo(..., horizon=now + timedelta(days=90)), now)
    True
    """
    return _is_of_older_data(kept) or (kept.horizon is not None and kept.horizon < now + NEAR)


def is_worth_it(made: memo.Memo, kept: memo.Memo, now: datetime.datetime) -> bool:
    """Whether what was compiled anew is to replace what is there."""
    if kept.horizon is None or _is_of_older_data(kept):
        return _is_of_older_data(kept)
    return made.horizon is None or made.horizon >= kept.horizon + min(WORTH_IT, (made.horizon - now) / 4)


def _is_of_older_data(kept: memo.Memo) -> bool:
    return kept.tzdata != zones.version() or (bool(kept.holidays) and kept.holidays != importlib.metadata.version("holidays"))


class Extending:
    """The activity `extend_schedules`."""

    def __init__(self, temporal: client.Client) -> None:
        self._temporal = temporal

    @activity.defn(name=contract.EXTEND_SCHEDULES)
    async def extend_schedules(self) -> dict[str, Any]:
        """Looks at every schedule of ours; one that cannot be extended is named, and does not stop the others. May be done twice.

        `lost` names those whose horizon had passed before anybody came: what was due since then did not run.
        """
        done: dict[str, Any] = {"looked_at": 0, "extended": [], "lost": {}, "failed": {}}
        async for entry in await self._temporal.list_schedules(page_size=1_000):
            if not await memo.is_ours(entry):
                continue
            done["looked_at"] += 1
            activity.heartbeat(entry.id)
            try:
                await self._extend(entry.id, done)
            except (errors.OrdinautError, service.RPCError) as error:
                if isinstance(error, service.RPCError) and error.status == service.RPCStatusCode.NOT_FOUND:
                    continue  # deleted meanwhile; the list lags behind
                done["failed"][entry.id] = str(error)
                activity.logger.warning("schedule %s cannot be told further ahead: %s", entry.id, error)
        return done

    async def _extend(self, name: str, done: dict[str, Any]) -> None:
        handle = self._temporal.get_schedule_handle(name)
        description = await handle.describe()
        kept = await memo.read(description)
        now = datetime.datetime.now(datetime.UTC)
        if kept is None or not is_due(kept, now):
            return
        arguments = (kept.name, kept.timing, kept.policies, await _given(description), kept.anchor, now, kept.file)
        made = await asyncio.to_thread(definition.compiled, *arguments)
        if not is_worth_it(made.kept, kept, now):
            return
        applied = dataclasses.replace(made.kept, applied_at=kept.applied_at, applied_by=kept.applied_by)
        await replacing.replace(handle, dataclasses.replace(made, kept=applied))
        done["extended"].append(name)
        if kept.horizon is not None and kept.horizon <= now:
            done["lost"][name] = _advice(name, kept.horizon, now)
            activity.logger.warning("schedule %s: %s", name, done["lost"][name])


def _advice(name: str, horizon: datetime.datetime, now: datetime.datetime) -> str:
    since, until = f"{horizon:%Y-%m-%dT%H:%M:%SZ}", f"{now:%Y-%m-%dT%H:%M:%SZ}"
    advice = f"ordinaut backfill {name} --from {since} --to {until}"
    return f"nothing ran from {since} to {until}, since no worker was there to tell its times in time; {advice}"


async def _given(description: client.ScheduleDescription) -> dict[str, Any]:
    """What each run is given, as the schedule holds it: the plan that was checked at the last apply."""
    action = description.schedule.action
    assert isinstance(action, client.ScheduleActionStartWorkflow)
    (given,) = await description.data_converter.decode(list(action.args))
    found: dict[str, Any] = given
    return found
