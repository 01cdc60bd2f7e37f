"""Schedules that fire for real: none missed, none doubled, nominal times exact; outages caught up; a backfill of last quarter."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import itertools
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from temporalio import client as temporal_client

import worker
from activities import settings as settings_module
from activities.schedules import definition, memo, replacing
from starter import embedded, following, starting
from tests import plans
from workflows import contract, converter
from workflows.core import zones
from workflows.core.schedules import timing

UTC = datetime.UTC
EACH_TWO_SECONDS = timing.Timing("rrule", "FREQ=SECONDLY;INTERVAL=2", "Europe/Chisinau")


async def applied(
    temporal: temporal_client.Client,
    plan: dict[str, Any],
    timing_: timing.Timing,
    policies: timing.Policies,
    queue: str,
    anchor: datetime.datetime | None = None,
) -> temporal_client.ScheduleHandle:
    """The schedule as `apply` makes it."""
    now = datetime.datetime.now(UTC)
    given = starting.run_input(plan, {}, None, None)
    made = definition.compiled(plan["name"], timing_, policies, given, anchor or now, now)
    return await temporal.create_schedule(made.name, definition.schedule(made, task_queue=queue), memo=memo.marker())


def day_plan(word: str, *more: Any) -> dict[str, Any]:
    """A pipeline that says what day and minute it is for."""
    facts = plans.transform("facts", {"day": "${today}", "time": "${now}", "quarter_start": "${today | date('%Y-%m')}"})
    return plans.plan_of([facts, *more], name=f"{word}-{uuid.uuid4().hex[:6]}", timezone="Europe/Chisinau")


@contextlib.asynccontextmanager
async def firing(
    temporal: temporal_client.Client, plan: dict[str, Any], timing_: timing.Timing, policies: timing.Policies
) -> AsyncIterator[temporal_client.ScheduleHandle]:
    """A schedule of its own with a worker of its own."""
    queue = f"firing-{uuid.uuid4()}"
    handle = await applied(temporal, plan, timing_, policies, queue)
    try:
        # the schedules fire side by side in this process, which may take work from each service's queue once only
        async with worker.running(temporal, settings_module.Settings.from_mapping({"ORDINAUT_TASK_QUEUES": "pipelines"}), queue):
            yield handle
    finally:
        await handle.delete()


async def nominal_times(temporal: temporal_client.Client, name: str) -> list[datetime.datetime]:
    """The nominal time of each run of the schedule, as its id says, ascending."""
    listed = [run.id async for run in temporal.list_workflows(f"TemporalScheduledById = '{name}'")]
    return sorted(datetime.datetime.fromisoformat(one.removeprefix(f"{name}-").replace("Z", "+00:00")) for one in listed)


async def until_runs(temporal: temporal_client.Client, name: str, count: int, seconds: float) -> list[datetime.datetime]:
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        found = await nominal_times(temporal, name)
        if len(found) >= count:
            return found
        await asyncio.sleep(0.5)
    return await nominal_times(temporal, name)


async def facts_of(temporal: temporal_client.Client, run_id: str) -> dict[str, Any]:
    """What the step `facts` of a finished run gave."""
    await temporal.get_workflow_handle(run_id).result()
    told = await following.read(temporal, run_id)
    steps = {step["id"]: step["output"] for step in told.record().as_json(run_id)["steps"]}
    found: dict[str, Any] = steps["facts"]
    return found


async def test_twenty_firings_two_seconds_apart_none_missed_none_doubled(client: temporal_client.Client) -> None:
    queue, plan = f"firing-{uuid.uuid4()}", day_plan("each-two")
    settings = settings_module.Settings.from_mapping({})
    handle = await applied(client, plan, EACH_TWO_SECONDS, timing.Policies(), queue)
    try:
        async with worker.running(client, settings, queue):
            await until_runs(client, plan["name"], 6, 30)
        await asyncio.sleep(7)  # no worker: the runs of these seconds wait for one
        async with worker.running(client, settings, queue):
            found = (await until_runs(client, plan["name"], 21, 60))[:20]
            await handle.pause()
            for time in found:
                shown = await facts_of(client, f"{plan['name']}-{time:%Y-%m-%dT%H:%M:%SZ}")
                assert datetime.datetime.fromisoformat(shown["time"]) == time
    finally:
        await handle.delete()
    assert len(found) == 20
    assert {later - earlier for earlier, later in itertools.pairwise(found)} == {datetime.timedelta(seconds=2)}
    assert max(Counter(found).values()) == 1


async def a_backfill_of_last_quarter(temporal: temporal_client.Client) -> None:
    """Nominal times of the past, and the date words of that time."""
    plan = day_plan("monthly")
    monthly = timing.Timing("rrule", "FREQ=MONTHLY;BYMONTHDAY=5;BYHOUR=1;BYMINUTE=30", "Europe/Chisinau")
    zone = zones.load("Europe/Chisinau")
    today = datetime.datetime.now(UTC).astimezone(zone).date()
    months = [(today.year * 12 + (today.month - 1) // 3 * 3 - back) for back in (3, 2, 1)]
    due = [datetime.datetime(month // 12, month % 12 + 1, 5, 1, 30, tzinfo=zone) for month in months]
    async with firing(temporal, plan, monthly, timing.Policies()) as handle:
        first, last = due[0] - datetime.timedelta(days=4), due[-1] + datetime.timedelta(days=25)
        await handle.backfill(temporal_client.ScheduleBackfill(first, last, temporal_client.ScheduleOverlapPolicy.ALLOW_ALL))
        found = await until_runs(temporal, plan["name"], 3, 30)
        shown = [await facts_of(temporal, f"{plan['name']}-{time:%Y-%m-%dT%H:%M:%SZ}") for time in found]
    assert found == due
    assert [one["day"] for one in shown] == [f"{time:%Y-%m-%d}" for time in due]
    assert [one["time"] for one in shown] == [time.isoformat() for time in due]


async def max_runs_ends_it(temporal: temporal_client.Client) -> None:
    plan = day_plan("limited")
    async with firing(temporal, plan, EACH_TWO_SECONDS, timing.Policies(max_runs=3)):
        found = await until_runs(temporal, plan["name"], 3, 30)
        await asyncio.sleep(5)
        assert await nominal_times(temporal, plan["name"]) == found
    assert len(found) == 3


async def a_manual_pipeline_runs_when_triggered(temporal: temporal_client.Client) -> None:
    plan = day_plan("manual")
    async with firing(temporal, plan, timing.Timing("manual", timezone="Europe/Chisinau"), timing.Policies()) as handle:
        before = datetime.datetime.now(UTC).replace(microsecond=0)
        await handle.trigger()
        found = await until_runs(temporal, plan["name"], 1, 30)
        shown = await facts_of(temporal, f"{plan['name']}-{found[0]:%Y-%m-%dT%H:%M:%SZ}")
    assert len(found) == 1 and before <= found[0] <= before + datetime.timedelta(seconds=10)
    assert datetime.datetime.fromisoformat(shown["time"]) == found[0]


async def overlap_is_as_the_document_says(temporal: temporal_client.Client, overlap: str, least: int, most: int) -> None:
    plan = day_plan(overlap.replace("_", "-"), plans.sleep("long", 6))
    began = time.monotonic()
    async with firing(temporal, plan, EACH_TWO_SECONDS, timing.Policies(overlap=overlap)) as handle:
        await asyncio.sleep(13)
        found = await nominal_times(temporal, plan["name"])
        info = (await handle.describe()).info
    slower = max(1.0, (time.monotonic() - began) / 15)  # a busy machine looks later, when more were due
    assert least <= len(found) <= most * slower
    assert (info.num_actions_skipped_overlap > 0) == (overlap == "skip")
    if overlap == "buffer_all":  # each due time in its turn
        assert {later - earlier for earlier, later in itertools.pairwise(found)} <= {datetime.timedelta(seconds=2)}


async def a_failed_run_pauses_it(temporal: temporal_client.Client) -> None:
    plan = plans.plan_of([plans.transform("wrong", "${params.nothing}")], name=f"pausing-{uuid.uuid4().hex[:6]}")
    async with firing(temporal, plan, EACH_TWO_SECONDS, timing.Policies(pause_on_failure=True)) as handle:
        for _ in range(60):
            state = (await handle.describe()).schedule.state
            if state.paused:
                break
            await asyncio.sleep(0.5)
    assert state.paused
    assert "failure" in (state.note or "")


async def an_update_loses_none_and_doubles_none(temporal: temporal_client.Client) -> None:
    """Replaced eight times while it is due each second."""
    plan = day_plan("updated")
    each_second = timing.Timing("rrule", "FREQ=SECONDLY", "Europe/Chisinau")
    async with firing(temporal, plan, each_second, timing.Policies(overlap="allow_all")) as handle:
        await until_runs(temporal, plan["name"], 2, 20)
        queue = (await handle.describe()).schedule.action.task_queue  # type: ignore[union-attr]
        for number in range(8):
            now = datetime.datetime.now(UTC)
            policies = timing.Policies(overlap="allow_all", note=f"change {number}")
            made = definition.compiled(plan["name"], each_second, policies, starting.run_input(plan, {}, None, None), now, now)
            await replacing.replace(handle, made, queue)
            await asyncio.sleep(0.7)
        note = (await handle.describe()).schedule.state.note
        await handle.pause()
        await asyncio.sleep(1.5)
        found = await nominal_times(temporal, plan["name"])
    assert note == "change 7"
    assert len(found) >= 8
    assert {later - earlier for earlier, later in itertools.pairwise(found)} == {datetime.timedelta(seconds=1)}


async def test_what_the_settings_of_a_schedule_say_is_what_happens(client: temporal_client.Client) -> None:
    """Side by side, since each waits for the clock most of the time; one that fails is named by its function."""
    async with asyncio.TaskGroup() as together:
        for scenario in (
            a_backfill_of_last_quarter(client),
            max_runs_ends_it(client),
            a_manual_pipeline_runs_when_triggered(client),
            overlap_is_as_the_document_says(client, "skip", 1, 3),
            overlap_is_as_the_document_says(client, "buffer_all", 1, 3),
            overlap_is_as_the_document_says(client, "allow_all", 5, 9),
            a_failed_run_pauses_it(client),
            an_update_loses_none_and_doubles_none(client),
        ):
            together.create_task(scenario)


async def test_an_outage_of_the_server_is_caught_up_within_the_window(tmp_path: Path) -> None:
    database, queue = tmp_path / "temporal.db", f"firing-{uuid.uuid4()}"
    narrow, wide = day_plan("narrow"), day_plan("wide")
    async with embedded.EmbeddedServer(headless=True, database=database) as server:
        temporal = await temporal_client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
        await applied(temporal, narrow, EACH_TWO_SECONDS, timing.Policies(overlap="allow_all", catchup_window=10), queue)
        await applied(temporal, wide, EACH_TWO_SECONDS, timing.Policies(overlap="allow_all", catchup_window=3_600), queue)
        assert len(await until_runs(temporal, wide["name"], 2, 20)) >= 2
        server.kill()
    await asyncio.sleep(16)
    async with embedded.EmbeddedServer(headless=True, database=database) as server:
        temporal = await temporal_client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
        async with worker.running(temporal, settings_module.Settings.from_mapping({}), queue):
            back = datetime.datetime.now(UTC)
            caught = [time for time in await until_runs(temporal, wide["name"], 14, 60)]
            await asyncio.sleep(4)
            caught, few = await nominal_times(temporal, wide["name"]), await nominal_times(temporal, narrow["name"])
            shown = await facts_of(temporal, f"{wide['name']}-{caught[5]:%Y-%m-%dT%H:%M:%SZ}")
    assert {later - earlier for earlier, later in itertools.pairwise(caught)} == {datetime.timedelta(seconds=2)}
    assert max((later - earlier for earlier, later in itertools.pairwise(few)), default=datetime.timedelta()) > datetime.timedelta(
        seconds=4
    )
    assert datetime.datetime.fromisoformat(shown["time"]) == caught[5]
    assert caught[5] < back + datetime.timedelta(seconds=30)


def test_the_task_queue_of_schedules_is_that_of_the_worker() -> None:
    plan = day_plan("queue")
    now = datetime.datetime(2026, 11, 23, tzinfo=UTC)
    made = definition.compiled(plan["name"], EACH_TWO_SECONDS, timing.Policies(), starting.run_input(plan, {}, None, None), now, now)
    action = definition.schedule(made).action
    assert isinstance(action, temporal_client.ScheduleActionStartWorkflow)
    assert (action.workflow, action.id, action.task_queue) == (contract.PIPELINE, plan["name"], "pipelines")
