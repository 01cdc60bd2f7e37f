"""Schedules that fire for real: none missed, none doubled, nominal times exact; outages caught up; a backfill of last quarter."""

from __future__ import annotations

import asyncio
import datetime
import itertools
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from temporalio import client as temporal_client

import worker
from activities import settings as settings_module
from activities.schedules import definition
from starter import embedded, following, starting
from tests import plans
from workflows import contract, converter
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
    return await temporal.create_schedule(plan["name"], definition.schedule(made, task_queue=queue))


def day_plan(word: str, *more: Any) -> dict[str, Any]:
    """A pipeline that says what day and minute it is for."""
    facts = plans.transform("facts", {"day": "${today}", "time": "${now}", "quarter_start": "${today | date('%Y-%m')}"})
    return plans.plan_of([facts, *more], name=f"{word}-{uuid.uuid4().hex[:6]}", timezone="Europe/Chisinau")


async def nominal_times(temporal: temporal_client.Client, name: str, queue: str = "") -> list[datetime.datetime]:
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


async def test_a_backfill_of_last_quarter_and_its_date_words(client: temporal_client.Client) -> None:
    queue, plan = f"firing-{uuid.uuid4()}", day_plan("monthly")
    monthly = timing.Timing("rrule", "FREQ=MONTHLY;BYMONTHDAY=5;BYHOUR=1;BYMINUTE=30", "Europe/Chisinau")
    handle = await applied(client, plan, monthly, timing.Policies(overlap="allow_all"), queue)
    try:
        async with worker.running(client, settings_module.Settings.from_mapping({}), queue):
            start, end = datetime.datetime(2026, 7, 1, tzinfo=UTC), datetime.datetime(2026, 9, 30, tzinfo=UTC)
            await handle.backfill(temporal_client.ScheduleBackfill(start, end, temporal_client.ScheduleOverlapPolicy.ALLOW_ALL))
            found = await until_runs(client, plan["name"], 3, 30)
            shown = [await facts_of(client, f"{plan['name']}-{time:%Y-%m-%dT%H:%M:%SZ}") for time in found]
    finally:
        await handle.delete()
    # summer time: 01:30+03:00 is 22:30Z of the day before
    assert found == [datetime.datetime(2026, month, 4, 22, 30, tzinfo=UTC) for month in (7, 8, 9)]
    assert [one["day"] for one in shown] == ["2026-07-05", "2026-08-05", "2026-09-05"]
    assert [one["time"] for one in shown] == [f"2026-{month}-05T01:30:00+03:00" for month in ("07", "08", "09")]


async def test_max_runs_a_trigger_and_a_manual_pipeline(client: temporal_client.Client) -> None:
    queue = f"firing-{uuid.uuid4()}"
    limited, manual = day_plan("limited"), day_plan("manual")
    first = await applied(client, limited, EACH_TWO_SECONDS, timing.Policies(max_runs=3), queue)
    second = await applied(client, manual, timing.Timing("manual", timezone="Europe/Chisinau"), timing.Policies(), queue)
    try:
        async with worker.running(client, settings_module.Settings.from_mapping({}), queue):
            before = datetime.datetime.now(UTC).replace(microsecond=0)
            await second.trigger()
            triggered = await until_runs(client, manual["name"], 1, 20)
            found = await until_runs(client, limited["name"], 3, 20)
            await asyncio.sleep(4)
            assert await nominal_times(client, limited["name"]) == found
    finally:
        await first.delete()
        await second.delete()
    assert len(found) == 3
    assert len(triggered) == 1 and before <= triggered[0] <= before + datetime.timedelta(seconds=5)


@pytest.mark.parametrize(("overlap", "least", "most"), [("skip", 1, 3), ("buffer_all", 1, 3), ("allow_all", 5, 9)])
async def test_overlap_as_the_document_says(client: temporal_client.Client, overlap: str, least: int, most: int) -> None:
    queue, plan = f"firing-{uuid.uuid4()}", day_plan(overlap.replace("_", "-"), plans.sleep("long", 6))
    handle = await applied(client, plan, EACH_TWO_SECONDS, timing.Policies(overlap=overlap), queue)
    try:
        async with worker.running(client, settings_module.Settings.from_mapping({}), queue):
            await asyncio.sleep(13)
            found = await nominal_times(client, plan["name"])
            info = (await handle.describe()).info
    finally:
        await handle.delete()
    steps = [later - earlier for earlier, later in itertools.pairwise(found)]
    assert least <= len(found) <= most
    assert (info.num_actions_skipped_overlap > 0) == (overlap == "skip")
    if overlap == "buffer_all":  # each due time in its turn
        assert set(steps) <= {datetime.timedelta(seconds=2)}


async def test_a_failed_run_pauses_where_the_document_says_so(client: temporal_client.Client) -> None:
    queue = f"firing-{uuid.uuid4()}"
    plan = plans.plan_of([plans.transform("wrong", "${params.nothing}")], name=f"pausing-{uuid.uuid4().hex[:6]}")
    handle = await applied(client, plan, EACH_TWO_SECONDS, timing.Policies(pause_on_failure=True), queue)
    try:
        async with worker.running(client, settings_module.Settings.from_mapping({}), queue):
            for _ in range(60):
                described = await handle.describe()
                if described.schedule.state.paused:
                    break
                await asyncio.sleep(0.5)
    finally:
        await handle.delete()
    assert described.schedule.state.paused
    assert "failure" in (described.schedule.state.note or "")


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


async def test_an_update_between_two_firings_loses_none_and_doubles_none(client: temporal_client.Client) -> None:
    queue, plan = f"firing-{uuid.uuid4()}", day_plan("updated")
    each_second = timing.Timing("rrule", "FREQ=SECONDLY", "Europe/Chisinau")
    handle = await applied(client, plan, each_second, timing.Policies(overlap="allow_all"), queue)
    try:
        async with worker.running(client, settings_module.Settings.from_mapping({}), queue):
            await until_runs(client, plan["name"], 2, 20)
            for number in range(8):
                await _update(handle, plan, each_second, timing.Policies(overlap="allow_all", note=f"change {number}"), queue)
                await asyncio.sleep(0.7)
            await handle.pause()
            await asyncio.sleep(1.5)
            found = await nominal_times(client, plan["name"])
    finally:
        await handle.delete()
    assert len(found) >= 8
    assert {later - earlier for earlier, later in itertools.pairwise(found)} == {datetime.timedelta(seconds=1)}


async def _update(
    handle: temporal_client.ScheduleHandle, plan: dict[str, Any], timing_: timing.Timing, policies: timing.Policies, queue: str
) -> None:
    from activities.schedules import quiet

    now = datetime.datetime.now(UTC)
    made = definition.compiled(plan["name"], timing_, policies, starting.run_input(plan, {}, None, None), now, now)

    async def updated(given: temporal_client.ScheduleUpdateInput) -> temporal_client.ScheduleUpdate:
        await quiet.moment(given.description.info.next_action_times)
        return temporal_client.ScheduleUpdate(definition.schedule(made, task_queue=queue))

    await handle.update(updated)


def test_the_task_queue_of_schedules_is_that_of_the_worker() -> None:
    plan = day_plan("queue")
    now = datetime.datetime(2026, 11, 23, tzinfo=UTC)
    made = definition.compiled(plan["name"], EACH_TWO_SECONDS, timing.Policies(), starting.run_input(plan, {}, None, None), now, now)
    action = definition.schedule(made).action
    assert isinstance(action, temporal_client.ScheduleActionStartWorkflow)
    assert (action.workflow, action.id, action.task_queue) == (contract.PIPELINE, plan["name"], "pipelines")
