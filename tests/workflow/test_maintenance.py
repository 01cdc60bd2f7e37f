"""Maintenance on a real server: schedules near their horizon are told further ahead, everything else is left as it is."""

from __future__ import annotations

import asyncio
import datetime
import uuid
from typing import Any

from temporalio import client as temporal_client

import worker
from activities import settings as settings_module
from activities.schedules import definition, extending, memo
from starter import starting
from starter.schedules import maintenance
from tests import plans, schedule_server
from workflows import contract
from workflows.core.schedules import occurrences, timing

UTC = datetime.UTC
SIA = timing.Timing(
    "rrule",
    "FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=9",
    "Europe/Chisinau",
    holidays=("MD",),
    on_holiday="previous_business_day",
    on_weekend="previous_business_day",
)


def compiled(timing_: timing.Timing, now: datetime.datetime) -> definition.Definition:
    plan = plans.plan_of([plans.transform("day", "${today}")], name=f"maintained-{uuid.uuid4().hex[:6]}")
    return definition.compiled(
        plan["name"], timing_, timing.Policies(note="keep me"), starting.run_input(plan, {"who": "ana"}, None, None), now, now
    )


async def created(temporal: temporal_client.Client, made: definition.Definition) -> temporal_client.ScheduleHandle:
    return await temporal.create_schedule(made.name, definition.schedule(made), memo=memo.marker())


async def maintained(temporal: temporal_client.Client, *handles: temporal_client.ScheduleHandle) -> dict[str, Any]:
    """One run of the maintenance, when the service lists these schedules."""
    while not {handle.id for handle in handles} <= {entry.id async for entry in await temporal.list_schedules()}:
        await asyncio.sleep(0.1)
    queue = f"maintenance-{uuid.uuid4()}"
    async with worker.running(temporal, settings_module.Settings.from_mapping({}), queue):
        return await temporal.execute_workflow(contract.MAINTENANCE, id=queue, task_queue=queue, result_type=dict)


async def kept_of(handle: temporal_client.ScheduleHandle) -> memo.Memo:
    found = await memo.read(await handle.describe())
    assert found is not None
    return found


async def test_a_schedule_near_its_horizon_is_told_further_ahead_and_is_exact_beyond_it(client: temporal_client.Client) -> None:
    # compiled ten years ago, as if no worker had run since: some weeks are left
    long_ago = datetime.datetime.now(UTC) - datetime.timedelta(days=10.2 * 365)
    old, fresh, endless = (
        compiled(SIA, long_ago),
        compiled(SIA, datetime.datetime.now(UTC)),
        compiled(timing.Timing("rrule", "FREQ=DAILY;BYHOUR=9", "UTC"), long_ago),
    )
    handles = [await created(client, made) for made in (old, fresh, endless)]
    try:
        await handles[0].pause(note="audit")
        done = await maintained(client, *handles)
        assert old.name in done["extended"]
        assert not {fresh.name, endless.name} & set(done["extended"])
        assert old.name not in (await maintained(client, *handles))["extended"]
        kept, described = await kept_of(handles[0]), await handles[0].describe()
        assert old.kept.horizon is not None and kept.horizon is not None
        assert kept.horizon > old.kept.horizon + datetime.timedelta(days=8 * 365)
        assert (kept.anchor, dict(kept.params), kept.policies.note) == (old.kept.anchor, {"who": "ana"}, "keep me")
        assert described.schedule.state.paused and described.schedule.state.note == "audit"
        start, end = old.kept.horizon - datetime.timedelta(days=200), old.kept.horizon + datetime.timedelta(days=700)
        due = [one.time for one in occurrences.between(SIA, kept.anchor, start, end)]
        assert await schedule_server.times(client, handles[0], start, end) == due
        assert len(due) > 25
    finally:
        for handle in handles:
            await handle.delete()


async def test_an_older_database_of_time_zones_is_a_reason_to_compile_anew() -> None:
    now = datetime.datetime.now(UTC)
    made = compiled(timing.Timing("rrule", "FREQ=DAILY;BYHOUR=9", "Europe/Chisinau"), now).kept
    assert not extending.is_due(made, now)
    old = memo.Memo(**{**{name: getattr(made, name) for name in memo.Memo.__dataclass_fields__}, "tzdata": "2020a"})
    assert extending.is_due(old, now)


async def test_one_that_cannot_be_extended_is_named_and_the_others_go_on(client: temporal_client.Client) -> None:
    long_ago = datetime.datetime.now(UTC) - datetime.timedelta(days=10.2 * 365)
    wrong, old = compiled(SIA, long_ago), compiled(SIA, long_ago)
    spoilt = memo.Memo(
        **{**{name: getattr(wrong.kept, name) for name in memo.Memo.__dataclass_fields__}, "timing": timing.Timing("rrule", "FREQ=NEVER")}
    )
    handles = [await created(client, definition.Definition(spoilt, wrong.spec, wrong.given)), await created(client, old)]
    try:
        done = await maintained(client, *handles)
    finally:
        for handle in handles:
            await handle.delete()
    assert "FREQ=NEVER" in done["failed"][wrong.name]
    assert old.name in done["extended"]


async def test_the_maintenance_has_a_schedule_of_its_own_made_once(client: temporal_client.Client) -> None:
    handle = client.get_schedule_handle(maintenance.ID)
    await maintenance.ensure(client, "maintenance-elsewhere")
    try:
        first = await handle.describe()
        await maintenance.ensure(client, "maintenance-elsewhere")
        assert (await handle.describe()).info.last_updated_at == first.info.last_updated_at
        assert isinstance(first.schedule.action, temporal_client.ScheduleActionStartWorkflow)
        assert first.schedule.action.workflow == contract.MAINTENANCE
        assert len(first.info.next_action_times) == 10
        assert not await memo.is_ours(first)
    finally:
        await handle.delete()
