"""The activity that hands an event on: starts a run of each subscribed pipeline, offers it to each run that waits. Safe to do twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, Final, TypedDict

from temporalio import activity, client, exceptions, service

from activities import heartbeats, run_starting
from activities.events import router, subscriptions, waiting_runs
from workflows import contract
from workflows.core import errors, sizes
from workflows.core.approvals import origin

#: So many runs are started, or asked, at once.
_AT_ONCE: Final = 20
#: After so many tries a run that does not answer is given up for this event; it finds the event when it looks back.
_MOST_OFFERS: Final = 12


class Taken(TypedDict):
    """Who took an event."""

    runs: list[str]  # started by it
    waits: list[str]  # "RUN STEP" that waited for it
    paused: list[str]  # pipelines that are subscribed, but paused
    failed: dict[str, str]  # pipeline or run to the reason why it did not get the event


class HandingOn:
    """One object for a worker."""

    def __init__(self, temporal: client.Client) -> None:
        self._temporal = temporal
        self._subscriptions = subscriptions.Subscriptions(temporal)

    @activity.defn(name=contract.HAND_ON_EVENT)
    async def hand_on_event(self, event: contract.Event) -> Taken:
        """Hands an event on. What could not be done for now fails it, and is tried again; what is done stays done.

        Raises:
            ApplicationError: the service, or a run that waits, does not answer.
        """
        taken: Taken = {"runs": [], "waits": [], "paused": [], "failed": {}}
        try:
            async with heartbeats.beating():
                found = await router.takers(self._temporal, event["type"], event["payload"])
                starts = [self._start(event, name, revision, taken) for name, revision in found["subscriptions"].items()]
                await _all([*starts, *(self._offer(event, wait, taken) for wait in found["waits"])])
        except (service.RPCError, client.WorkflowUpdateRPCTimeoutOrCancelledError, client.WorkflowQueryFailedError) as error:
            reason = str(error) or type(error).__name__
            raise exceptions.ApplicationError(f"the event is not handed on to everybody yet: {reason}", type=errors.UNREACHABLE) from None
        return {
            "runs": sorted(taken["runs"]),
            "waits": sorted(taken["waits"]),
            "paused": sorted(taken["paused"]),
            "failed": taken["failed"],
        }

    async def _start(self, event: contract.Event, name: str, revision: str, taken: Taken) -> None:
        try:
            found = await self._subscriptions.find(event["type"], name, revision)
            if found is None:
                await router.unsubscribe(self._temporal, event["type"], name, activity.info().task_queue)
            elif found.paused:
                taken["paused"].append(name)
            else:
                taken["runs"].append(await self._started(event, name, found))
        except errors.OrdinautError as error:
            taken["failed"][name] = str(error)
            activity.logger.error("event %s does not start %s: %s", event["id"], name, error)

    async def _started(self, event: contract.Event, name: str, found: subscriptions.Subscription) -> str:
        """Starts the run; its id is the event's, so that it is started once however often this is done."""
        run_id = f"{name}-event-{event['id']}"
        given: Any = {
            **found.given,
            "event": event["payload"],
            "event_id": event["id"],
            "nominal_time": event["received_at"],
            "started_by": origin.of_event(event["source"], event["payload"]),
        }
        sizes.check_size(given, "what the run is given (plan, params, event)")
        try:
            await run_starting.start(self._temporal, given, run_id, found.task_queue, once=True, timeout=found.timeout)
        except exceptions.WorkflowAlreadyStartedError:
            activity.logger.debug("%s was started before", run_id)
        return run_id

    async def _offer(self, event: contract.Event, wait: dict[str, str], taken: Taken) -> None:
        run_id, step = wait["run"], wait["step"]
        try:
            answer = await waiting_runs.offer(self._temporal, run_id, step, event)
        except (service.RPCError, client.WorkflowUpdateRPCTimeoutOrCancelledError):
            if activity.info().attempt < _MOST_OFFERS:
                raise
            taken["failed"][run_id] = "it waits for such events, but does not answer"
            return
        if answer == waiting_runs.TAKEN:
            taken["waits"].append(f"{run_id} {step}")
        elif answer == waiting_runs.GONE:
            await router.end_wait(self._temporal, event["type"], wait, activity.info().task_queue)


async def _all(work: Iterable[Awaitable[None]]) -> None:
    """Does all of it, whatever of it fails; then raises the first failure."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def in_turn(one: Awaitable[None]) -> None:
        async with turns:
            await one

    done = await asyncio.gather(*map(in_turn, work), return_exceptions=True)
    if failures := [one for one in done if isinstance(one, BaseException)]:
        raise failures[0]
