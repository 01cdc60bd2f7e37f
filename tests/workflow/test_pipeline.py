"""The interpreter workflow on a real server: what a run does, and what can be seen of it."""

from __future__ import annotations

import asyncio
import datetime
from decimal import Decimal
from typing import Any

import pytest
from temporalio import activity, exceptions
from temporalio import client as temporal_client

from starter import history
from tests import plans, runs
from workflows import contract
from workflows.core import errors

NOMINAL = datetime.datetime(2026, 11, 23, 16, 0, tzinfo=datetime.UTC)


async def test_a_run_calls_computes_waits_skips_and_counts(client: temporal_client.Client) -> None:
    tools = runs.Tools()
    ended = await runs.run(client, plans.everything(), tools, nominal=NOMINAL)
    assert ended.result == {
        "status": "completed",
        "completed": 5,
        "skipped": 1,
        "nominal_time": "2026-11-23T18:00:00+02:00",
        "warnings": 0,
    }
    assert [step["status"] for step in ended.shown["steps"]] == ["completed", "completed", "completed", "completed", "skipped", "completed"]
    steps = ended.steps
    assert steps["fetch"]["with"] == {"action": "read", "since": "2026-11-22", "limit": Decimal("2.50")}
    assert str(steps["total"]["output"]["sum"]) == "2.60"
    assert steps["total"]["output"]["day"] == "2026-11-23"
    assert steps["judge"]["output"]["triggered"] == [{"name": "large", "severity": "high", "value": True}]
    assert steps["pause"]["output"] == {"slept_seconds": 1}
    assert steps["never"] == {
        "id": "never",
        "uses": "desk.tickets",
        "status": "skipped",
        "with": None,
        "output": None,
        "error": None,
        "attempts": 0,
    }
    version = steps["total"]["output"]["release"]
    assert steps["open"]["with"] == {"action": "create", "note": f"release {version}"}
    assert [(step, attempt) for step, attempt, _ in tools.calls] == [("fetch", 1), ("open", 1)]


async def test_query_history_and_workflow_tell_the_same(client: temporal_client.Client) -> None:
    ended = await runs.run(client, plans.everything("everything-agreed"))
    assert ended.progress == ended.shown
    assert ended.result is not None
    assert ended.result["status"] == ended.shown["status"] == "completed"
    assert ended.result["nominal_time"] == ended.shown["nominal_time"]


async def test_the_workflows_own_result_is_small(client: temporal_client.Client) -> None:
    tools = runs.Tools({"big": {"text": "x" * 100_000}})
    ended = await runs.run(client, plans.plan_of([plans.call("big", save_as="big"), plans.transform("again", "${big}")]), tools)
    closing = ended.events[-1].workflow_execution_completed_event_attributes
    assert sum(len(payload.data) for payload in closing.result.payloads) < 200
    assert ended.steps["again"]["output"] == {"text": "x" * 100_000}


async def test_only_what_a_call_needs_goes_to_its_activity(client: temporal_client.Client) -> None:
    tools = runs.Tools({"first": {"text": "x" * 10_000, "id": 7}})
    plan = plans.plan_of([plans.call("first", save_as="first"), plans.call("second", "create", with_={"id": "${first.id}"})])
    await runs.run(client, plan, tools)
    assert tools.calls[1][2] == {
        "tool": "desk.tickets",
        "arguments": {"action": "create", "id": 7},
        "effect": "key",
        "digest": "0123456789ab",
    }


async def test_a_template_error_ends_the_run_with_its_step_and_reason(client: temporal_client.Client) -> None:
    plan = plans.plan_of([plans.call("first", save_as="first"), plans.call("second", with_={"id": "${first.idd}"}), plans.call("third")])
    ended = await runs.run(client, plan, runs.Tools({"first": {"id": 7}}))
    assert isinstance(ended.error, exceptions.ApplicationError)
    assert ended.error.type == "template error"
    assert ended.error.non_retryable
    assert ended.error.details == ({"step": "second"},)
    assert ended.error.message.startswith("step 'second': in with.id: ")
    assert "idd" in ended.error.message and "id" in ended.error.message
    assert [step["status"] for step in ended.shown["steps"]] == ["completed", "failed", "pending"]
    assert ended.shown["error"]["step"] == "second"
    assert ended.progress == ended.shown


ONE_TRY = [
    pytest.param(errors.INVALID_INPUT, id="arguments refused by the schema"),
    pytest.param(errors.REJECTED, id="rejected by the vendor"),
    pytest.param(errors.BAD_OUTPUT, id="an answer that cannot be read"),
]


@pytest.mark.parametrize("kind", ONE_TRY)
async def test_a_failure_for_good_is_not_tried_again(client: temporal_client.Client, kind: str) -> None:
    tools = runs.Tools({"call": runs.failure(kind, "no such ticket", False, tool="desk.tickets", attempt=1, status=404)})
    ended = await runs.run(client, plans.plan_of([plans.call("call"), plans.call("after")]), tools)
    assert tools.tries("call") == 1
    assert tools.tries("after") == 0
    assert ended.shown["error"] == {"type": kind, "message": "no such ticket", "step": "call"}
    assert ended.steps["call"]["error"] == {"type": kind, "message": "no such ticket", "details": {"tool": "desk.tickets", "status": 404}}
    assert ended.progress == ended.shown


@pytest.mark.parametrize("kind", [errors.UNREACHABLE, errors.THROTTLED, errors.UNKNOWN_OUTCOME, errors.INTERNAL_ERROR])
async def test_a_passing_failure_is_tried_again(client: temporal_client.Client, kind: str) -> None:
    passing = runs.failure(kind, "come back later", True, attempt=1)
    tools = runs.Tools({"call": [passing, passing, {"id": 7}]})
    ended = await runs.run(client, plans.plan_of([plans.call("call", save_as="call")]), tools)
    assert tools.tries("call") == 3
    assert ended.steps["call"]["output"] == {"id": 7}
    assert ended.steps["call"]["attempts"] == 3
    assert ended.progress == ended.shown


async def test_a_failure_names_its_step_once(client: temporal_client.Client) -> None:
    tools = runs.Tools({"call": runs.failure(errors.REJECTED, "step call: desk.tickets read, attempt 1: no such ticket", False)})
    ended = await runs.run(client, plans.plan_of([plans.call("call")]), tools)
    assert ended.error is not None and ended.error.message == "step call: desk.tickets read, attempt 1: no such ticket"


async def test_tries_end_where_the_tools_policy_says(client: temporal_client.Client) -> None:
    tools = runs.Tools({"call": [runs.failure(errors.UNREACHABLE, "refused", True, attempt=number) for number in range(1, 10)]})
    ended = await runs.run(client, plans.plan_of([plans.call("call")]), tools)
    assert tools.tries("call") == 4
    assert ended.steps["call"]["attempts"] == 4
    assert ended.shown["error"] == {"type": "unreachable", "message": "refused", "step": "call"}
    assert ended.progress == ended.shown


async def test_a_throttled_call_waits_as_long_as_the_vendor_asks(client: temporal_client.Client) -> None:
    tools = runs.Tools({"call": [runs.failure(errors.THROTTLED, "slow down", True, 2.0), {}]})
    ended = await runs.run(client, plans.plan_of([plans.call("call")]), tools)
    scheduled = next(event for event in ended.events if event.HasField("activity_task_scheduled_event_attributes"))
    done = next(event for event in ended.events if event.HasField("activity_task_completed_event_attributes"))
    seconds = (done.event_time.ToDatetime() - scheduled.event_time.ToDatetime()).total_seconds()
    assert 2.0 <= seconds < 6.0


async def test_an_unknown_outcome_that_may_not_be_sent_again_ends_the_run(client: temporal_client.Client) -> None:
    tools = runs.Tools({"pay": runs.failure(errors.UNKNOWN_OUTCOME, "look it up", False, attempt=1)})
    ended = await runs.run(client, plans.plan_of([plans.call("pay", "refund")]), tools)
    assert tools.tries("pay") == 1
    assert ended.shown["error"]["type"] == "unknown outcome"


#: What a call whose worker died means; see tests/acceptance/test_kills.py for workers that do.
DEAD_WORKER = [
    pytest.param("read", True, id="safe"),
    pytest.param("assign", True, id="idempotent"),
    pytest.param("create", True, id="key"),
    pytest.param("refund", False, id="unsafe"),
]


@pytest.mark.parametrize(("action", "goes_on"), DEAD_WORKER)
async def test_a_timeout_is_tried_again_only_where_twice_does_no_harm(
    client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch, action: str, goes_on: bool
) -> None:
    monkeypatch.setattr(contract, "ACTIVITY_GRACE", datetime.timedelta(0))

    async def hangs(given: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    tools = runs.Tools({"call": [hangs, {"id": 7}]})
    ended = await runs.run(client, plans.plan_of([plans.call("call", action, timeout_seconds=1)]), tools)
    if goes_on:
        assert ended.steps["call"]["output"] == {"id": 7}
        assert ended.steps["call"]["attempts"] == 2
        return
    assert tools.tries("call") == 1
    assert ended.shown["error"] == {
        "type": "unknown outcome",
        "message": "desk.tickets refund: the worker stopped or hung while the call was under way, so it may or may not have been done; "
        "look it up at the vendor before you run this step again",
        "step": "call",
    }
    assert ended.progress == ended.shown


WITH_LOOK_UP = [
    pytest.param("desk.payments", "pay", True, id="an action that looks up"),
    pytest.param("desk.payments", "refund", False, id="one that does not"),
    pytest.param("desk.order", "any", True, id="a tool without actions"),
]


@pytest.mark.parametrize(("uses", "action", "goes_on"), WITH_LOOK_UP)
async def test_a_dead_worker_is_no_end_where_a_look_up_goes_before_the_next_try(
    client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch, uses: str, action: str, goes_on: bool
) -> None:
    monkeypatch.setattr(contract, "ACTIVITY_GRACE", datetime.timedelta(0))

    async def hangs(given: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    tools = runs.Tools({"call": [hangs, {"id": 7}]})
    plan = plans.plan_of([plans.call("call", action, uses, timeout_seconds=1)], tools=plans.LOOKING)
    ended = await runs.run(client, plan, tools)
    assert tools.tries("call") == (2 if goes_on else 1)
    assert [given.get("look_up") for _, _, given in tools.calls] == [True if goes_on else None] * tools.tries("call")
    assert ended.steps["call"]["status"] == ("completed" if goes_on else "failed")


async def test_cancel_ends_a_waiting_run(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        handle = await runs.started(client, plans.plan_of([plans.call("first"), plans.sleep("wait", 3600), plans.call("after")]), queue)
        await _until(handle, "wait", "waiting")
        await handle.cancel()
        ended = await runs.ended(client, handle)
    assert isinstance(ended.error, exceptions.CancelledError)
    assert ended.shown["status"] == "cancelled"
    assert ended.steps["wait"]["status"] == "failed"
    assert ended.steps["wait"]["error"] == {"type": "cancelled", "message": "the run was cancelled while this step was under way"}
    assert ended.steps["after"]["status"] == "pending"
    assert ended.progress == ended.shown


async def test_cancel_reaches_a_call_under_way(client: temporal_client.Client) -> None:
    reached = asyncio.Event()

    async def long(given: dict[str, Any]) -> dict[str, Any]:
        try:
            while True:
                activity.heartbeat()
                await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            reached.set()
            raise

    async with runs.worker(client, runs.Tools({"call": long}), max_heartbeat_throttle_interval=datetime.timedelta(seconds=0.2)) as queue:
        handle = await runs.started(client, plans.plan_of([plans.call("call")]), queue)
        await _until(handle, "call", "running")
        await handle.cancel()
        ended = await runs.ended(client, handle)
    assert reached.is_set()
    assert ended.shown["status"] == "cancelled"
    assert ended.progress == ended.shown


async def test_progress_and_history_agree_while_a_run_waits(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        handle = await runs.started(client, plans.plan_of([plans.call("first"), plans.sleep("wait", 3600), plans.call("after")]), queue)
        await _until(handle, "wait", "waiting")
        progress = await handle.query(contract.QUERY_PROGRESS)
        told = history.RunHistory(client.data_converter)
        await told.read([event async for event in handle.fetch_history_events()])
        await handle.terminate()
    assert progress == told.record().as_json(handle.id)
    assert [step["status"] for step in progress["steps"]] == ["completed", "waiting", "pending"]
    assert progress["status"] == "running"


async def test_a_terminated_run_is_shown_as_failed_with_the_reason(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        handle = await runs.started(client, plans.plan_of([plans.sleep("wait", 3600)]), queue)
        await _until(handle, "wait", "waiting")
        await handle.terminate(reason="wrong month")
        told = history.RunHistory(client.data_converter)
        await told.read([event async for event in handle.fetch_history_events()])
    shown = told.record().as_json(handle.id)
    assert shown["status"] == "failed"
    assert shown["error"] == {"type": "cancelled", "message": "the run was terminated: wrong month", "step": "wait"}


async def _until(handle: temporal_client.WorkflowHandle[Any, Any], step: str, status: str) -> None:
    """Waits until a step has this status, as the query tells it."""
    async with asyncio.timeout(runs.SECONDS):
        while True:
            progress = await handle.query(contract.QUERY_PROGRESS)
            if {one["id"]: one["status"] for one in progress["steps"]}.get(step) == status:
                return
            await asyncio.sleep(0.05)
