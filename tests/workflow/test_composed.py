"""Composed actions on a real server: an activity for each call, a retry that repeats none before it, a worker that goes between two calls."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import worker as temporal_worker
from temporalio.client import Client

from tests import plans, runs, shop
from tests.workflow import test_sandboxed
from workflows import pipeline

CREATE = {"id": "create", "uses": "shop.orders", "with": {"action": "open", "customer": "C-1", "tags": ["gift"]}, "save_as": "made"}
STEPS = [CREATE, plans.transform("after", "${made.order}")]


def plan() -> dict[str, Any]:
    return plans.plan_of(STEPS, tools=shop.tools())


async def test_each_call_is_an_activity_and_the_history_tells_the_step(client: Client) -> None:
    tools = runs.Tools({"create.open": {"n": 7}, "create.tag": [runs.failure("unreachable", "away", again=True, seconds=0.01), {}]})
    ended = await runs.run(client, plan(), tools)
    assert ended.result is not None
    assert (tools.tries("create.open"), tools.tries("create.tag"), tools.tries("create")) == (1, 2, 0)
    assert ended.steps["create"]["output"] == {"order": 7}
    assert ended.steps["create"]["attempts"] == 2
    assert ended.steps["after"]["output"] == 7
    assert ended.count("ActivityTaskScheduled") == 2
    assert ended.progress == ended.shown


async def test_a_failed_second_call_fails_the_step_and_tells_what_stays_done(client: Client) -> None:
    refused = runs.failure("rejected by the vendor", "step create.tag: shop.order tag: no such tag", again=False)
    ended = await runs.run(client, plan(), runs.Tools({"create.open": {"n": 7}, "create.tag": refused}))
    message = "step create.tag: shop.order tag: no such tag; 'open' of shop.orders open was done before and stays done"
    assert ended.error is not None
    assert str(ended.error) == f"rejected by the vendor: {message}"
    assert ended.shown["error"] == {"type": "rejected by the vendor", "message": message, "step": "create"}
    assert ended.progress == ended.shown
    assert ended.steps["after"]["status"] == "pending"


async def test_a_worker_that_goes_between_two_calls_repeats_none(client: Client) -> None:
    first = runs.Tools({"create.open": {"n": 7}, "create.tag": runs.failure("unreachable", "away", again=True, seconds=0.5)})
    async with runs.worker(client, first) as queue:
        handle = await runs.started(client, plan(), queue)
        while not first.tries("create.tag"):
            await asyncio.sleep(0.02)
    second = runs.Tools()
    async with runs.worker(client, second, task_queue=queue):
        ended = await runs.ended(client, handle)
    assert (first.tries("create.open"), second.tries("create.open")) == (1, 0)
    assert second.tries("create.tag") == 1
    assert ended.steps["create"]["output"] == {"order": 7}


async def test_the_history_replays(client: Client) -> None:
    async with runs.worker(client, runs.Tools({"create.open": {"n": 7}})) as queue:
        handle = await runs.started(client, plan(), queue)
        await runs.ended(client, handle)
    replayer = temporal_worker.Replayer(
        workflows=[pipeline.PipelineWorkflow],
        data_converter=client.data_converter,
        workflow_runner=temporal_worker.UnsandboxedWorkflowRunner(),
    )
    await replayer.replay_workflow(await handle.fetch_history())


async def test_the_sandbox_finds_nothing_forbidden(client: Client) -> None:
    ended = await runs.run(client, plan(), runs.Tools({"create.open": {"n": 7}}), runner=test_sandboxed.sandboxed())
    assert ended.steps["create"]["output"] == {"order": 7}
