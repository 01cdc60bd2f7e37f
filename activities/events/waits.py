"""The activities of a run that waits for an event: it is registered, and offered what came shortly before. Safe to do twice."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from temporalio import activity, client, common

from activities import heartbeats
from activities.events import past_events, router, sending, waiting_runs
from workflows import contract
from workflows.core import event_wait

_HANDED_ON_SECONDS: Final = 5.0


class Waits:
    """One object for a worker."""

    def __init__(self, temporal: client.Client) -> None:
        self._temporal = temporal

    @activity.defn(name=contract.BEGIN_EVENT_WAIT)
    async def begin_event_wait(self, given: contract.LookBack) -> str | None:
        """Registers the wait, then looks back: whatever comes after the first is offered by its own workflow, whatever came before here.

        Gives the id of the event that the run took.
        """
        async with heartbeats.beating():
            await router.begin_wait(self._temporal, given["event_type"], given["wait"], activity.info().task_queue)
            return await self._look(given)

    @activity.defn(name=contract.LOOK_BACK)
    async def look_back(self, given: contract.LookBack) -> str | None:
        """Offers the run the events that came since a time, oldest first; gives the id of the one that it took."""
        async with heartbeats.beating():
            return await self._look(given)

    async def _look(self, given: contract.LookBack) -> str | None:
        known, wait, event_type = set(given["known"]), given["wait"], given["event_type"]
        async for event in past_events.since(self._temporal, event_type, given["since"]):
            if event["id"] in known or not event_wait.fits(wait["pins"], event_type, event["payload"]):
                continue
            answer = await waiting_runs.offer(self._temporal, wait["run"], wait["step"], event)
            if answer == waiting_runs.TAKEN:
                await self._note_taken(event, f"{wait['run']} {wait['step']}")
                return event["id"]
            if answer == waiting_runs.GONE:
                return None
        return None

    async def _note_taken(self, event: contract.Event, taker: str) -> None:
        """An event that nobody took when it came is taken now: its newest workflow says so."""
        handle = self._temporal.get_workflow_handle(sending.workflow_id(event["type"], event["id"]))
        try:
            async with asyncio.timeout(_HANDED_ON_SECONDS):
                status = (await handle.result())["status"]  # it may still be under way
        except (TimeoutError, client.WorkflowFailureError):
            return
        if status == contract.EVENT_UNCLAIMED:
            again: Any = {**event, "taken_by": [taker]}
            await sending.start(self._temporal, again, common.WorkflowIDReusePolicy.ALLOW_DUPLICATE, activity.info().task_queue)
