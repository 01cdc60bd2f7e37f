"""A run told from its history, whatever became of it; the tests of the interpreter hold it against the workflow's own words."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import pytest
from temporalio import client as temporal_client
from temporalio.api.enums import v1 as enums
from temporalio.api.history import v1 as histories

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


WAITS = [
    plans.call("ask", save_as="ask"),
    {"id": "w", "uses": "system.wait_for_event", "with": {"event_type": "a.b", "match": "event.key == ask.key", "timeout": "1h"}},
]


async def payloads(*values: Any) -> dict[str, Any]:
    """Arguments as they stand in a history."""
    return {"payloads": await converter.DATA_CONVERTER.encode(list(values))}


async def read(*events: tuple[str, dict[str, Any]]) -> history.RunHistory:
    """What is known of a run of WAITS after these events, a minute apart."""
    told = told_of(plan=plans.plan_of(WAITS))
    assert told.started is not None
    made = []
    for number, (name, attributes) in enumerate(events, start=1):
        event = histories.HistoryEvent(event_id=number, event_type=enums.EventType.Value(f"EVENT_TYPE_{name.upper()}"))
        event.event_time.FromDatetime(told.started + datetime.timedelta(minutes=number))
        summary = attributes.pop("summary", None)
        if summary is not None:
            event.user_metadata.summary.CopyFrom((await converter.DATA_CONVERTER.encode([summary]))[0])
        attribute = getattr(event, f"{name}_event_attributes")
        attribute.SetInParent()
        attribute.CopyFrom(type(attribute)(**attributes))
        made.append(event)
    await told.read(made)
    return told


async def asked() -> list[tuple[str, dict[str, Any]]]:
    """The events up to the wait: the first step's call, and an activity that no step shows."""
    call = {"tool": "desk.tickets", "arguments": {}, "effect": "safe", "digest": "0"}
    return [
        ("workflow_task_started", {}),
        ("workflow_task_completed", {}),
        ("activity_task_scheduled", {"activity_id": "ask", "activity_type": {"name": "call_tool"}, "input": await payloads(call)}),
        ("activity_task_completed", {"scheduled_event_id": 3, "result": await payloads({"output": {"key": "SHOP-7"}})}),
        ("workflow_task_started", {}),
        ("workflow_task_completed", {}),
        ("timer_started", {"timer_id": "1", "summary": "w: wait for event"}),
        ("activity_task_scheduled", {"activity_id": "w: listen", "activity_type": {"name": "listen"}, "input": await payloads({})}),
        ("activity_task_completed", {"scheduled_event_id": 8, "result": await payloads(None)}),
        ("workflow_task_started", {}),
        ("workflow_task_completed", {}),
    ]


async def by_signal(key: str, wait: str = "w") -> tuple[str, dict[str, Any]]:
    """An event that came by signal."""
    given = {"id": key, "type": "a.b", "payload": {"key": key}, "wait": wait}
    return "workflow_execution_signaled", {"signal_name": "event", "input": await payloads(given)}


async def by_update(key: str) -> tuple[str, dict[str, Any]]:
    """An event that came by update, without the name of a wait."""
    given = {"id": key, "type": "a.b", "payload": {"key": key}}
    return "workflow_execution_update_accepted", {"accepted_request": {"input": {"name": "event", "args": await payloads(given)}}}


SEEN = [("workflow_task_scheduled", {}), ("workflow_task_started", {}), ("workflow_task_completed", {})]


async def test_a_run_that_waits_for_an_event_is_told_as_waiting() -> None:
    record = (await read(*await asked(), await by_signal("SHOP-8"), *SEEN)).record()
    assert [step.status for step in record.steps] == ["completed", "waiting"]
    assert record.steps[1].arguments == {"event_type": "a.b", "match": "event.key == ask.key", "timeout": "1h"}


@pytest.mark.parametrize("way", ["signal", "update"])
async def test_the_event_that_a_wait_took_is_in_the_history(way: str) -> None:
    event = await by_signal("SHOP-7") if way == "signal" else await by_update("SHOP-7")
    came = [await by_signal("SHOP-8"), event, *SEEN] if way == "signal" else [await by_signal("SHOP-8"), *SEEN, event]
    told = await read(*await asked(), *came)
    record = told.record()
    assert (record.status, record.steps[1].status, record.steps[1].output) == ("completed", "completed", {"key": "SHOP-7"})
    assert told.started is not None
    # the task that learned of it is the 15th event with two signals before it, the 14th with one
    assert told.recording.times["event 1"] == told.started + datetime.timedelta(minutes=15 if way == "signal" else 14)


async def test_a_wait_that_ran_out_is_told_as_failed_whatever_came_later() -> None:
    fired = ("timer_fired", {"timer_id": "1"})
    record = (await read(*await asked(), fired, *SEEN, await by_signal("SHOP-7"))).record()
    assert (record.status, record.steps[1].status) == ("failed", "failed")
    assert record.error == {
        "type": "timeout",
        "message": "system.wait_for_event: no event 'a.b' for which event.key == ask.key came within 1h",
        "step": "w",
    }


async def test_an_activity_that_no_step_shows_and_that_failed_is_none_of_the_calls() -> None:
    failed = ("activity_task_failed", {"scheduled_event_id": 8, "failure": {"message": "no router", "application_failure_info": {}}})
    told = await read(*(await asked())[:8], failed)
    assert set(told.recording.calls) == {"ask"}
    assert [step.status for step in told.record().steps] == ["completed", "waiting"]
