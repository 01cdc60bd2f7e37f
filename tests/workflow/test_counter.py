"""The durable counter of a pipeline: one value a run, kept through restarts and retries."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from temporalio import client as temporal_client
from temporalio import worker as temporal_worker

from tests import plans, runs
from workflows import contract
from workflows import counter as counter_workflow


def _numbered(name: str, sleep_seconds: int = 0) -> dict[str, Any]:
    """A pipeline that reads the counter in its params and in two steps."""
    reads = [
        plans.transform("one", "{{params.version}}"),
        plans.sleep("pause", sleep_seconds),
        plans.transform("two", "${auto_increment_version}"),
        plans.call("tell", "create", with_={"note": "version {{auto_increment_version}}"}),
    ]
    return plans.plan_of(reads, {"version": "{{auto_increment_version}}"}, name=name)


def _values(ended: runs.Ended) -> tuple[Any, ...]:
    return ended.steps["one"]["output"], ended.steps["two"]["output"], ended.steps["tell"]["with"]["note"]


async def test_one_value_in_a_run_and_the_next_in_the_next_run(client: temporal_client.Client) -> None:
    plan = _numbered(f"counted-{uuid.uuid4()}")
    async with runs.worker(client) as queue:
        first = await runs.ended(client, await runs.started(client, plan, queue))
        second = await runs.ended(client, await runs.started(client, plan, queue))
    assert _values(first) == (1, 1, "version 1")
    assert _values(second) == (2, 2, "version 2")
    assert sum(event.activity_task_scheduled_event_attributes.activity_type.name == "next_version" for event in first.events) == 1


async def test_the_value_outlives_the_worker(client: temporal_client.Client) -> None:
    plan, queue = _numbered(f"counted-{uuid.uuid4()}", sleep_seconds=3), f"restarted-{uuid.uuid4()}"
    async with runs.worker(client, task_queue=queue):
        handle = await runs.started(client, plan, queue)
        async with asyncio.timeout(runs.SECONDS):
            while (await handle.query(contract.QUERY_PROGRESS))["steps"][1]["status"] != "waiting":
                await asyncio.sleep(0.05)
    async with runs.worker(client, task_queue=queue):
        first = await runs.ended(client, handle)
        second = await runs.ended(client, await runs.started(client, _numbered(plan["name"]), queue))
    assert _values(first) == (1, 1, "version 1")
    assert _values(second) == (2, 2, "version 2")


async def test_a_retried_run_keeps_the_value_of_the_first(client: temporal_client.Client) -> None:
    plan = _numbered(f"counted-{uuid.uuid4()}")
    async with runs.worker(client) as queue:
        first = await runs.ended(client, await runs.started(client, plan, queue))
        other = await runs.ended(client, await runs.started(client, plan, queue))
        retried = await runs.ended(client, await runs.started(client, plan, queue, first_run=first.run_id))
    assert _values(other) == (2, 2, "version 2")
    assert _values(retried) == _values(first) == (1, 1, "version 1")


async def test_a_retried_run_calls_with_the_keys_of_the_first(client: temporal_client.Client) -> None:
    tools = runs.Tools()
    await runs.run(client, plans.plan_of([plans.call("call")]), tools, first_run="desk-manual-1")
    assert tools.calls[0][2]["run"] == "desk-manual-1"


async def test_pipelines_count_apart(client: temporal_client.Client) -> None:
    one, two = _numbered(f"counted-{uuid.uuid4()}"), _numbered(f"counted-{uuid.uuid4()}")
    async with runs.worker(client) as queue:
        ended = [await runs.ended(client, await runs.started(client, plan, queue)) for plan in (one, two)]
    assert [_values(each)[0] for each in ended] == [1, 1]


async def test_a_given_param_does_not_advance_the_counter(client: temporal_client.Client) -> None:
    name = f"counted-{uuid.uuid4()}"
    plan = plans.plan_of([plans.transform("one", "${params.version}")], {"version": "{{auto_increment_version}}"}, name=name)
    async with runs.worker(client) as queue:
        given = await runs.ended(client, await runs.started(client, plan, queue, params={"version": 41}))
        counted = await runs.ended(client, await runs.started(client, plan, queue))
    assert given.steps["one"]["output"] == 41
    assert given.count("ActivityTaskScheduled") == 0
    assert counted.steps["one"]["output"] == 1


async def test_runs_at_the_same_time_get_values_of_their_own(client: temporal_client.Client) -> None:
    plan = _numbered(f"counted-{uuid.uuid4()}")
    async with runs.worker(client) as queue:
        handles = [await runs.started(client, plan, queue) for _ in range(10)]
        ended = [await runs.ended(client, handle) for handle in handles]
    assert sorted(_values(each)[0] for each in ended) == list(range(1, 11))


async def _next(handle: temporal_client.WorkflowHandle[Any, Any], run: str) -> int:
    value: int = await handle.execute_update(contract.UPDATE_NEXT_VERSION, run, result_type=int)
    return value


async def test_the_counter_remembers_the_last_thousand_runs(client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter_workflow, "REMEMBERED_RUNS", 3)
    async with runs.worker(client) as queue:
        handle = await client.start_workflow(contract.COUNTER, {}, id=f"counter-{uuid.uuid4()}", task_queue=queue)
        assert [await _next(handle, run) for run in "abcabcd"] == [1, 2, 3, 1, 2, 3, 4]
        assert await _next(handle, "b") == 2
        assert await _next(handle, "a") == 5  # forgotten
        await handle.terminate()


async def test_a_counter_starts_from_the_state_it_is_given(client: temporal_client.Client) -> None:
    state = {"value": 41, "runs": {"daily-1": 40, "daily-2": 41}}
    async with runs.worker(client) as queue:
        handle = await client.start_workflow(contract.COUNTER, state, id=f"counter-{uuid.uuid4()}", task_queue=queue)
        assert [await _next(handle, run) for run in ("daily-1", "daily-2", "daily-3")] == [40, 41, 42]
        await handle.terminate()


@pytest.mark.timeout(180)
async def test_the_counter_goes_on_in_a_new_history_when_the_old_grows_long(client: temporal_client.Client) -> None:
    """Temporal suggests it at about 4,100 events; no value is lost or given twice, whatever was under way."""
    async with runs.worker(client) as queue:
        handle = await client.start_workflow(contract.COUNTER, {}, id=f"counter-{uuid.uuid4()}", task_queue=queue)
        values: list[int] = []
        for batch in range(500):
            values += await asyncio.gather(*(_next(handle, f"run-{batch}-{n}") for n in range(3)))
            if (await handle.describe()).run_id != handle.first_execution_run_id:
                break
        assert (await handle.describe()).run_id != handle.first_execution_run_id
        assert sorted(values) == list(range(1, len(values) + 1))
        assert await _next(handle, f"run-{batch}-0") in values
        assert await _next(handle, "after") == len(values) + 1
        await handle.terminate()


async def test_the_counter_replays(client: temporal_client.Client) -> None:
    async with runs.worker(client) as queue:
        handle = await client.start_workflow(contract.COUNTER, {}, id=f"counter-{uuid.uuid4()}", task_queue=queue)
        assert [await _next(handle, run) for run in ("x", "y", "x")] == [1, 2, 1]
        replayer = temporal_worker.Replayer(
            workflows=[counter_workflow.CounterWorkflow],
            workflow_runner=temporal_worker.UnsandboxedWorkflowRunner(),
            data_converter=client.data_converter,
        )
        await replayer.replay_workflow(await handle.fetch_history())
        await handle.terminate()
