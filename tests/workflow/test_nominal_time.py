"""The nominal time of a run: from a real schedule, as told at the start, else the start itself."""

from __future__ import annotations

import asyncio
import datetime
import uuid
from typing import Any

from temporalio import client as temporal_client

from activities import run_attributes
from starter import history, starting
from tests import plans, runs
from workflows import contract

PLAN = plans.plan_of([plans.transform("day", "{{today}} in {{current_quarter}}, {{now}}")], name="nominal", timezone="Europe/Chisinau")


async def _action(client: temporal_client.Client, queue: str, name: str) -> temporal_client.ScheduleActionStartWorkflow:
    given = starting.run_input(PLAN, {}, None, None)
    return temporal_client.ScheduleActionStartWorkflow(
        contract.PIPELINE, given, id=name, task_queue=queue, typed_search_attributes=run_attributes.of(PLAN)
    )


async def _scheduled(client: temporal_client.Client, queue: str, name: str) -> temporal_client.ScheduleHandle:
    """A schedule at 18:00 in Chisinau on each day; paused, so that only what the test asks for is started."""
    return await client.create_schedule(
        name,
        temporal_client.Schedule(
            action=await _action(client, queue, name),
            spec=temporal_client.ScheduleSpec(cron_expressions=["0 18 * * *"], time_zone_name="Europe/Chisinau"),
            state=temporal_client.ScheduleState(paused=True),
        ),
    )


async def _started_by(client: temporal_client.Client, schedule: temporal_client.ScheduleHandle, count: int) -> list[str]:
    async with asyncio.timeout(runs.SECONDS):
        while True:
            recent = (await schedule.describe()).info.recent_actions
            if len(recent) >= count:
                return [
                    one.action.workflow_id for one in recent if isinstance(one.action, temporal_client.ScheduleActionExecutionStartWorkflow)
                ]
            await asyncio.sleep(0.1)


async def test_a_backfilled_run_has_the_time_it_was_due(client: temporal_client.Client) -> None:
    name = f"nominal-{uuid.uuid4()}"
    async with runs.worker(client) as queue:
        schedule = await _scheduled(client, queue, name)
        day = datetime.datetime(2026, 3, 28, tzinfo=datetime.UTC)
        await schedule.backfill(
            temporal_client.ScheduleBackfill(day, day + datetime.timedelta(days=2), overlap=temporal_client.ScheduleOverlapPolicy.ALLOW_ALL)
        )
        started = sorted(await _started_by(client, schedule, 2))
        ended = [await runs.ended(client, client.get_workflow_handle(run_id)) for run_id in started]
        await schedule.delete()
    # the clocks change in between, on 29 March
    assert started == [f"{name}-2026-03-28T16:00:00Z", f"{name}-2026-03-29T15:00:00Z"]
    assert [one.shown["nominal_time"] for one in ended] == ["2026-03-28T18:00:00+02:00", "2026-03-29T18:00:00+03:00"]
    assert ended[0].steps["day"]["output"] == "2026-03-28 in 2026-Q1, 2026-03-28T18:00:00+02:00"
    assert all(one.progress == one.shown for one in ended)


async def test_a_triggered_run_has_the_time_of_its_schedule(client: temporal_client.Client) -> None:
    name = f"nominal-{uuid.uuid4()}"
    async with runs.worker(client) as queue:
        schedule = await _scheduled(client, queue, name)
        before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        await schedule.trigger()
        (run_id,) = await _started_by(client, schedule, 1)
        ended = await runs.ended(client, client.get_workflow_handle(run_id))
        await schedule.delete()
    nominal = datetime.datetime.fromisoformat(ended.shown["nominal_time"])
    assert run_id == f"{name}-{nominal.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
    assert before <= nominal <= before + datetime.timedelta(seconds=30)
    assert ended.told.scheduled is not None
    assert ended.progress == ended.shown


async def test_a_run_by_hand_takes_the_time_it_is_told(client: temporal_client.Client) -> None:
    nominal = datetime.datetime(2024, 12, 31, 23, 30, tzinfo=datetime.UTC)
    ended = await runs.run(client, PLAN, nominal=nominal)
    assert ended.shown["nominal_time"] == "2025-01-01T01:30:00+02:00"
    assert ended.steps["day"]["output"] == "2025-01-01 in 2025-Q1, 2025-01-01T01:30:00+02:00"
    assert ended.progress == ended.shown


async def test_a_run_whose_worker_came_late_has_the_time_of_its_start(client: temporal_client.Client) -> None:
    """Not that of its first task: the two are hours apart when no worker was up."""
    queue = f"late-{uuid.uuid4()}"
    handle = await runs.started(client, PLAN, queue)
    await asyncio.sleep(2.2)
    async with runs.worker(client, task_queue=queue):
        ended = await runs.ended(client, handle)
    started = ended.events[0].event_time.ToDatetime(datetime.UTC).replace(microsecond=0)
    assert datetime.datetime.fromisoformat(ended.shown["nominal_time"]) == started
    assert datetime.datetime.fromisoformat(ended.progress["nominal_time"]) == started
    assert ended.progress == ended.shown


def test_a_history_knows_its_time_before_anything_ran() -> None:
    told = history.RunHistory(payloads=_no_payloads())
    told.started = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
    assert told.nominal_time() == told.started
    told.scheduled = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
    assert told.nominal_time() == told.scheduled


def _no_payloads() -> Any:
    return None
