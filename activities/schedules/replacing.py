"""Replaces a schedule by what it is to be, between two of its firings, for apply and maintenance."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Final

from temporalio import client

from activities.schedules import definition, memo, quiet, triggers
from workflows import contract
from workflows.core.schedules import occurrences

#: So far ahead due times matter: longer than one asks the service and waits for a quiet moment.
_AHEAD: Final = datetime.timedelta(seconds=10)


async def replace(handle: client.ScheduleHandle, made: definition.Definition, task_queue: str = contract.TASK_QUEUE) -> None:
    """Replaces the schedule of this definition. What people did to it until this very moment is kept: see definition.schedule.

    Raises:
        RPCError: the service refuses, or the schedule is gone.
        ToolError: somebody spoilt what it remembers.
    """
    described = await handle.describe()
    await quiet.moment([*_of_the_old(described.info), *_of_the_new(made)])

    async def updated(given: client.ScheduleUpdateInput) -> client.ScheduleUpdate:
        # Asked for again after the wait: what somebody did to it meanwhile must not be undone.
        kept = await memo.read(given.description)
        present = definition.Present(given.description.schedule, kept) if kept else None
        whole = dataclasses.replace(made, given=await triggers.carried(dict(made.given), given.description))
        return client.ScheduleUpdate(definition.schedule(whole, present, task_queue))

    await handle.update(updated)


def _of_the_old(info: client.ScheduleInfo) -> Iterator[datetime.datetime]:
    yield from info.next_action_times
    for action in info.recent_actions:
        yield action.scheduled_at


def _of_the_new(made: definition.Definition) -> Iterator[datetime.datetime]:
    now = datetime.datetime.now(datetime.UTC)
    for due in occurrences.between(made.kept.timing, made.kept.anchor, now - quiet.MARGIN, now + _AHEAD):
        yield due.time
