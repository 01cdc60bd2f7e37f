"""A run told from its history, whatever became of it; the tests of the interpreter hold it against the workflow's own words."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import pytest
from temporalio import client as temporal_client

from starter import following, history
from tests import plans, runs
from workflows import converter
from workflows.core import errors, run


async def shown(client: temporal_client.Client, run_id: str) -> dict[str, Any]:
    """The result as `show` tells it."""
    return (await following.read(client, run_id)).record().as_json(run_id)


async def until(client: temporal_client.Client, run_id: str, step: str, status: str) -> dict[str, Any]:
    """The result as soon as a step has this status."""
    async with asyncio.timeout(30):
        while True:
            told = await shown(client, run_id)
            if next(one for one in told["steps"] if one["id"] == step)["status"] == status:
                return told
            await asyncio.sleep(0.1)


async def test_run_that_nobody_has_taken_up_shows_its_first_call_as_it_will_be(client: temporal_client.Client) -> None:
    plan = plans.plan_of(
        [plans.call("fetch", with_={"n": "${params.n + 1}"}), plans.call("post", with_={"n": "${steps.fetch.n}"})], {"n": 1}
    )
    handle = await runs.started(client, plan, "nobody-listens")
    told = await shown(client, handle.id)
    assert (told["status"], [step["status"] for step in told["steps"]]) == ("running", ["running", "pending"])
    assert [step["with"] for step in told["steps"]] == [{"action": "read", "n": 2}, None]
    await handle.terminate(reason="enough")
    told = await shown(client, handle.id)
    assert (told["status"], told["error"]["type"], told["error"]["message"]) == ("failed", "cancelled", "the run was terminated: enough")


async def test_call_that_is_tried_again_and_a_run_that_waits_are_told_as_such(client: temporal_client.Client) -> None:
    tools = runs.Tools({"fetch": [runs.failure(errors.THROTTLED, "HTTP 429", again=True), {"n": 7}]})
    steps = [plans.call("fetch", save_as="fetched"), plans.sleep("nap", "${fetched.n * 100}"), plans.call("post")]
    async with runs.worker(client, tools) as queue:
        handle = await runs.started(client, plans.plan_of(steps), queue)
        told = await until(client, handle.id, "nap", run.WAITING)
        assert [(step["status"], step["attempts"]) for step in told["steps"]] == [("completed", 2), ("waiting", 1), ("pending", 0)]
        assert told["steps"][1]["with"] == {"duration_seconds": 700}
        await handle.cancel()
        await runs.ended(client, handle)
    told = await shown(client, handle.id)
    assert (told["status"], [step["status"] for step in told["steps"]]) == ("cancelled", ["completed", "failed", "pending"])


async def test_failed_call_keeps_its_kind_message_and_details(client: temporal_client.Client) -> None:
    tools = runs.Tools({"fetch": runs.failure(errors.REJECTED, "step fetch: no", again=False, tool="desk.tickets", status=404)})
    ended = await runs.run(client, plans.plan_of([plans.call("fetch")]), tools)
    assert ended.shown["error"] == {"type": "rejected by the vendor", "message": "step fetch: no", "step": "fetch"}
    assert ended.shown["steps"][0]["error"]["details"] == {"tool": "desk.tickets", "status": 404}


async def test_run_whose_plan_cannot_be_loaded_shows_why(client: temporal_client.Client) -> None:
    lost = await runs.run(client, {**plans.plan_of([plans.call("call")]), "format": 99})
    assert lost.shown["status"] == "failed" and lost.shown["steps"] == []
    assert lost.shown["error"] == lost.progress["error"] and "99" in lost.shown["error"]["message"]


def told_of(**given: Any) -> history.RunHistory:
    """What is known of a run right after its first event."""
    told = history.RunHistory(converter.DATA_CONVERTER)
    told.given = {"plan": plans.plan_of([]), **given}
    told.started = datetime.datetime(2026, 11, 23, 16, 0, 7, tzinfo=datetime.UTC)
    return told


def test_nominal_time_is_the_given_one_else_the_schedules_else_the_start() -> None:
    due = datetime.datetime(2026, 11, 23, 15, tzinfo=datetime.UTC)
    told = told_of()
    assert told.nominal_time() == told.started
    told.scheduled = due
    assert told.nominal_time() == due
    told.given["nominal_time"] = "2026-11-20T18:00:00+02:00"
    assert told.nominal_time().isoformat() == "2026-11-20T18:00:00+02:00"


def test_nominal_time_that_is_none_ends_as_a_failed_run() -> None:
    record = told_of(nominal_time="tomorrow").record()
    assert record.status == run.FAILED and record.error is not None
    assert record.error["message"] == "the nominal time 'tomorrow' is no time with its offset, like 2026-11-23T18:00:00+02:00"
    with pytest.raises(errors.ToolError):
        told_of(nominal_time="tomorrow").nominal_time()
