"""The router on a real server: for those who subscribe pipelines to events."""

from __future__ import annotations

import uuid
from typing import Any

from temporalio import client as temporal_client
from temporalio import worker as temporal_worker
from temporalio import workflow

from starter.events import sending
from workflows import contract, events


@workflow.defn(name=contract.PIPELINE)
class StandIn:
    """A pipeline that ends at once with what it was given."""

    @workflow.run
    async def run(self, given: dict[str, Any]) -> dict[str, Any]:
        event: dict[str, Any] = given["event"]
        return event


def _given(name: str) -> dict[str, Any]:
    return {"plan": {"name": name, "title": name, "event_type": "t", "steps": []}}


async def test_every_event_starts_every_subscription_once_and_unclaimed_ones_can_be_sent_again(client: temporal_client.Client) -> None:
    mark = uuid.uuid4().hex[:8]
    queue, names = f"events-{mark}", [f"one-{mark}", f"two-{mark}"]
    early: dict[str, Any] = {"id": "early", "source": "s", "payload": {"n": 1}}
    late: dict[str, Any] = {"id": "late", "source": "s", "payload": {"n": 2}}
    runner = temporal_worker.UnsandboxedWorkflowRunner()
    async with temporal_worker.Worker(client, task_queue=queue, workflows=[events.EventRouterWorkflow, StandIn], workflow_runner=runner):
        await sending.send(client, queue, early["payload"], event_id="early", source="s", task_queue=queue)
        router = client.get_workflow_handle(sending.router_id(queue))
        assert await router.query(contract.QUERY_UNCLAIMED) == [early]
        for name in names:
            assert await router.execute_update(contract.SUBSCRIBE, args=[name, _given(name)]) is True
            assert await router.execute_update(contract.SUBSCRIBE, args=[name, _given(name)]) is False
        for _ in range(3):
            await sending.send(client, queue, late["payload"], event_id="late", source="s", task_queue=queue)
        assert await router.execute_update(contract.RESEND, "early") is True
        assert await router.execute_update(contract.RESEND, "early") is False
        assert await router.execute_update(contract.UNSUBSCRIBE, names[0]) is True
        for event in (early, late):
            assert await client.get_workflow_handle(f"{names[1]}-event-{event['id']}").result() == event["payload"]
        history = await router.fetch_history()
        await router.terminate()
    started = [event for event in history.events if event.HasField("start_child_workflow_execution_initiated_event_attributes")]
    assert len({event.start_child_workflow_execution_initiated_event_attributes.workflow_id for event in started}) == len(started)
    await temporal_worker.Replayer(workflows=[events.EventRouterWorkflow], workflow_runner=runner).replay_workflow(history)
