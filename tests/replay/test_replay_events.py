"""Histories of events and of a router, recorded by `python -m tests.replay.test_replay_events`: they go on replaying."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import pytest
from temporalio import client as temporal_client
from temporalio import worker as temporal_worker

from activities.events import router, sending
from starter import embedded
from tests import plans, runs, subscriptions
from workflows import contract, converter, events

HISTORIES: Final = Path(__file__).resolve().parent / "event_histories"
_TYPE: Final = "desk.recorded"


@pytest.mark.parametrize("name", sorted(file.stem for file in HISTORIES.glob("*.json")))
async def test_a_recorded_history_of_an_event_or_router_replays(name: str) -> None:
    text = (HISTORIES / f"{name}.json").read_text(encoding="utf-8")
    replayer = temporal_worker.Replayer(
        workflows=[events.EventWorkflow, events.EventRouterWorkflow],
        data_converter=converter.DATA_CONVERTER,
        workflow_runner=temporal_worker.UnsandboxedWorkflowRunner(),
    )
    await replayer.replay_workflow(temporal_client.WorkflowHistory.from_json(name, text))


def test_every_way_of_an_event_is_recorded() -> None:
    assert {file.stem for file in HISTORIES.glob("*.json")} == {"taken", "unclaimed", "taken-later", "router"}


async def record() -> None:
    """Records them anew; only before the first release of what they show."""
    HISTORIES.mkdir(exist_ok=True)
    async with embedded.EmbeddedServer(headless=True) as server:
        temporal = await temporal_client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER, identity="recorder")
        async with runs.worker(temporal, task_queue="record") as queue:
            await subscriptions.subscribe(temporal, plans.plan_of([], name="recorded", event_type=_TYPE), _TYPE, queue)
            wait = {"run": "run", "step": "wait", "pins": [[["n"], 1]], "until": "2100-01-01T00:00:00+00:00"}
            await router.begin_wait(temporal, _TYPE, wait, queue)
            await sending.send(temporal, subscriptions.event(_TYPE, "e1", {"n": 2}), queue)
            await sending.send(temporal, subscriptions.event(f"{_TYPE}.no", "e2", {"n": 2}), queue)
            await sending.send(temporal, {**subscriptions.event(_TYPE, "e3", {"n": 2}), "taken_by": ["run wait"]}, queue)
            await router.end_wait(temporal, _TYPE, wait, queue)
            await router.unsubscribe(temporal, _TYPE, "recorded", queue)
            ids = {
                "taken": sending.workflow_id(_TYPE, "e1"),
                "unclaimed": sending.workflow_id(f"{_TYPE}.no", "e2"),
                "taken-later": sending.workflow_id(_TYPE, "e3"),
            }
            for name, workflow_id in ids.items():
                result = await temporal.get_workflow_handle(workflow_id).result()
                assert result["status"] == ("unclaimed" if name == "unclaimed" else "taken"), name
            await router.takers(temporal, _TYPE, {})
            for name, workflow_id in {**ids, "router": contract.router_id(_TYPE)}.items():
                history = await temporal.get_workflow_handle(workflow_id).fetch_history()
                (HISTORIES / f"{name}.json").write_text(history.to_json() + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record())
    os._exit(0)  # a plain exit sometimes aborts in the SDK's native threads
