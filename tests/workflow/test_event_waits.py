"""Runs that wait for events, on a real server: what fits is taken once, before or after the wait began, and nothing else is."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from temporalio import client as temporal_client
from temporalio import common, exceptions, workflow
from temporalio import worker as temporal_worker
from temporalio.api.enums import v1 as enums

from activities.events import router, sending
from activities.events import waits as activity_waits
from starter.events import listing
from tests import plans, runs, subscriptions
from workflows import contract, event_waits, events
from workflows.core import errors, event_wait


@dataclass
class Desk:
    """An event type of one test."""

    client: temporal_client.Client
    queue: str
    type: str = field(default_factory=lambda: f"desk.{uuid.uuid4().hex[:8]}")

    def wait(self, step: str = "wait", **arguments: Any) -> dict[str, Any]:
        with_ = {"event_type": self.type, "timeout": "30s", **arguments}
        return {"id": step, "uses": "system.wait_for_event", "with": with_, "save_as": step}

    async def start(self, *steps: dict[str, Any], **more: Any) -> temporal_client.WorkflowHandle[Any, Any]:
        return await runs.started(self.client, plans.plan_of(steps), self.queue, **more)

    async def send(self, event_id: str, payload: dict[str, Any]) -> None:
        await sending.send(self.client, subscriptions.event(self.type, event_id, payload), self.queue)

    async def result(self, event_id: str) -> dict[str, Any]:
        """What became of an event."""
        result: dict[str, Any] = await self.client.get_workflow_handle(sending.workflow_id(self.type, event_id)).result()
        return result

    async def waiting(self, count: int = 1) -> None:
        """Until the router knows so many waits."""
        async with asyncio.timeout(runs.SECONDS):
            while len((await router.takers(self.client, self.type, {}))["waits"]) < count:
                await asyncio.sleep(0.02)

    async def listed(self) -> None:
        """Until the service lists all events: a look back before that finds nothing."""
        async with asyncio.timeout(runs.SECONDS):
            while not await listing.listed(self.client, self.type, False, 10):
                await asyncio.sleep(0.02)


async def test_a_run_takes_the_event_that_matches_and_no_other(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        desk = Desk(client, queue)
        handle = await desk.start(
            plans.transform("made", {"key": "OPS-1"}), desk.wait(match="event.issue.key == steps.made.key and event.done")
        )
        await _until_status(handle, "waiting-event")
        await desk.send("other", {"issue": {"key": "OPS-2"}, "done": True})
        await desk.send("early", {"issue": {"key": "OPS-1"}, "done": False})
        assert [(await desk.result(one))["status"] for one in ("other", "early")] == ["unclaimed", "unclaimed"]
        await desk.send("mine", {"issue": {"key": "OPS-1"}, "done": True})
        assert (await desk.result("mine"))["waits"] == [f"{handle.id} wait"]
        ended = await runs.ended(client, handle)
        assert ended.steps["wait"]["output"] == {"issue": {"key": "OPS-1"}, "done": True}
        assert ended.progress == ended.shown
        accepted = [event for event in ended.events if event.event_type == enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED]
        assert len(accepted) == 1, "events that were refused leave nothing in the run's history"
        assert (await router.takers(client, desk.type, {}))["waits"] == []


async def test_an_event_that_came_shortly_before_is_taken_and_told_as_taken(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        desk = Desk(client, queue)
        await desk.send("before", {"n": 1})
        assert (await desk.result("before"))["status"] == contract.EVENT_UNCLAIMED
        await desk.listed()
        ended = await runs.ended(client, await desk.start(desk.wait(match="event.n == 1")))
        assert ended.steps["wait"]["output"] == {"n": 1}
        assert ended.progress == ended.shown
        assert (await desk.result("before"))["status"] == contract.EVENT_TAKEN


async def test_an_event_of_before_the_window_is_not_taken_and_the_step_says_what_then(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        desk = Desk(client, queue)
        await desk.send("before", {"n": 1})
        await desk.listed()
        instead = desk.wait(within=0, timeout="1s", on_timeout={"value": {"n": None}})
        ended = await runs.ended(client, await desk.start(instead))
        assert ended.steps["wait"]["output"] == {"n": None}
        assert ended.progress == ended.shown
        ended = await runs.ended(client, await desk.start(desk.wait(within=0, timeout="1s", match="event.n == 1")))
        assert ended.shown["error"] == {
            "type": errors.TIMEOUT,
            "message": f"system.wait_for_event: no event '{desk.type}' for which event.n == 1 came within 1s",
            "step": "wait",
        }
        assert ended.progress == ended.shown


async def test_each_of_many_runs_takes_its_own_event_once(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        desk = Desk(client, queue)
        handles = [
            await desk.start(plans.transform("made", {"n": number}), desk.wait(match="event.n == steps.made.n")) for number in range(20)
        ]
        await asyncio.gather(*(desk.send(f"e{number}", {"n": number}) for number in range(20)))
        for number, handle in enumerate(handles):
            assert (await runs.ended(client, handle)).steps["wait"]["output"] == {"n": number}
        statuses = [(await desk.result(f"e{number}"))["status"] for number in range(20)]
        assert statuses == [contract.EVENT_TAKEN] * 20


async def test_a_run_takes_each_event_once_and_not_the_one_that_started_it(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        desk = Desk(client, queue)
        for event_id in ("own", "first", "second"):
            await desk.send(event_id, {"id": event_id})
            await desk.result(event_id)
        while len(await listing.listed(client, desk.type, False, 10)) < 3:
            await asyncio.sleep(0.02)
        ended = await runs.ended(
            client,
            await desk.start(
                desk.wait("one"),
                desk.wait("two"),
                desk.wait("three", timeout="1s", on_timeout={"value": "none"}),
                event={"id": "own"},
                event_id="own",
            ),
        )
        assert [ended.steps[step]["output"] for step in ("one", "two", "three")] == [{"id": "first"}, {"id": "second"}, "none"]
        assert ended.progress == ended.shown


async def test_a_signal_is_taken_also_where_it_came_before_the_wait(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        desk = Desk(client, queue)
        handle = await desk.start(plans.sleep("pause", 1), desk.wait(match="event.n > 1"))
        for signal in ("nonsense", {"type": "another", "payload": {"n": 2}}, {"type": desk.type, "payload": {"n": 2}}):
            await handle.signal(contract.EVENT, signal)
        ended = await runs.ended(client, handle)
        assert ended.steps["wait"]["output"] == {"n": 2}
        assert ended.progress == ended.shown


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        pytest.param("text", "refused", 'an event is {"type": "...", "payload": {...}}, with an "id" that deduplicates it', id="no event"),
        pytest.param(
            {"type": "TYPE", "payload": {}, "wait": "else"}, "gone", "nothing waits for an event here as 'else'", id="another wait"
        ),
        pytest.param({"type": "TYPE", "payload": {"n": 1}, "id": "own"}, "refused", "this run has had this event", id="its own"),
        pytest.param(
            {"type": "TYPE", "payload": {"n": 1}},
            "refused",
            "the run waits for another event: 'wait' for TYPE with event.n == 2",
            id="no match",
        ),
    ],
)
async def test_an_update_that_is_no_event_for_the_run_is_refused_with_the_reason(
    client: temporal_client.Client, given: Any, kind: str, message: str
) -> None:
    async with runs.worker(client) as queue:
        desk = Desk(client, queue)
        handle = await desk.start(desk.wait(match="event.n == 2"), event_id="own")
        await _until_status(handle, "waiting-event")
        told = {**given, "type": desk.type} if isinstance(given, dict) else given
        with pytest.raises(temporal_client.WorkflowUpdateFailedError) as refused:
            await handle.execute_update(contract.EVENT, told)
        cause = refused.value.cause
        assert isinstance(cause, exceptions.ApplicationError)
        assert (cause.type, cause.message) == (kind, message.replace("TYPE", desk.type))
        await handle.cancel()


async def _until_status(handle: temporal_client.WorkflowHandle[Any, Any], status: str) -> None:
    key = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STATUS)
    async with asyncio.timeout(runs.SECONDS):
        while (await handle.describe()).typed_search_attributes.get(key) != status:
            await asyncio.sleep(0.02)


@workflow.defn(name="ManyWaits")
class ManyWaitsWorkflow:
    """A run that waits for several events at once, as branches of a pipeline will."""

    def __init__(self) -> None:
        self._inbox = event_waits.Inbox(None)

    @workflow.run
    async def run(self, event_type: str) -> list[Any]:
        """The payloads in the order of the waits."""
        waits = [event_wait.of_arguments({"event_type": event_type, "timeout": "30s", "within": 0}, f"wait{n}") for n in range(3)]
        return list(await asyncio.gather(*(self._inbox.wait(wait, lambda: None) for wait in waits)))

    @workflow.update(name=contract.EVENT)
    def event(self, given: Any) -> dict[str, Any]:
        """See `pipeline.PipelineWorkflow`."""
        return self._inbox.take(given)

    @event.validator
    def _may_take(self, given: Any) -> None:
        self._inbox.judge(given)


async def test_several_waits_of_one_run_at_once_take_an_event_each(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        desk = Desk(client, queue)
        runner = temporal_worker.UnsandboxedWorkflowRunner()
        waits = activity_waits.Waits(client)
        async with temporal_worker.Worker(
            client,
            task_queue=f"{queue}-many",
            workflows=[ManyWaitsWorkflow, events.EventRouterWorkflow],
            activities=[waits.begin_event_wait, waits.look_back],
            workflow_runner=runner,
        ):
            handle = await client.start_workflow("ManyWaits", desk.type, id=f"many-{queue}", task_queue=f"{queue}-many")
            await desk.waiting(3)
            for number in range(4):
                await desk.send(f"e{number}", {"n": number})
                await desk.result(f"e{number}")
            found = await handle.result()
            assert sorted(one["n"] for one in found) == [0, 1, 2]
            assert [(await desk.result(f"e{number}"))["status"] for number in range(4)] == ["taken", "taken", "taken", "unclaimed"]
            waits_of = [(await desk.result(f"e{number}"))["waits"] for number in range(3)]
            assert all(len(one) == 1 for one in waits_of), "each event once for this run"


async def test_a_cancelled_run_leaves_its_event_to_others_and_is_forgotten(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        desk = Desk(client, queue)
        cancelled, stays = await desk.start(desk.wait(within=0)), await desk.start(desk.wait(within=0))
        await desk.waiting(2)
        await cancelled.cancel()
        assert (await runs.ended(client, cancelled)).shown["status"] == "cancelled"
        await desk.send("e1", {"n": 1})
        assert (await desk.result("e1"))["waits"] == [f"{stays.id} wait"]
        assert (await runs.ended(client, stays)).steps["wait"]["output"] == {"n": 1}
        async with asyncio.timeout(10):
            while (await router.takers(client, desk.type, {}))["waits"]:
                await asyncio.sleep(0.05)
