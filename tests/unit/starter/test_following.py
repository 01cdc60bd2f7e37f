"""A run is followed by its history: each change of a step is told once, and the end is noticed."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from temporalio import client as temporal_client
from temporalio import service, workflow
from temporalio import worker as temporal_worker

from starter import following
from tests import plans, runs
from workflows.core import errors, run


async def test_each_change_is_told_once_and_in_order(client: temporal_client.Client, capfd: pytest.CaptureFixture[str]) -> None:
    steps = [plans.call("fetch"), plans.sleep("nap", 1), plans.transform("sum", "${1 + 1}"), plans.call("never", if_="false")]
    async with runs.worker(client, runs.Tools({"fetch": [runs.failure(errors.THROTTLED, "HTTP 429", again=True), 1]})) as queue:
        handle = await runs.started(client, plans.plan_of(steps), queue)
        told = await asyncio.wait_for(following.follow(client, handle.id, quiet=False), 30)
    assert told.closed == run.COMPLETED
    lines = [line.split() for line in capfd.readouterr().err.splitlines()]
    words = [(line[1], line[-1] if "attempts" not in line else " ".join(line[-3:])) for line in lines]
    assert words[0] == ("fetch", "running")
    assert words[-4:] == [("nap", "waiting"), ("nap", "completed"), ("sum", "completed"), ("never", "skipped")]
    assert ("fetch", "completed, 2 attempts") in words
    assert len(words) == len(set(words))


async def test_quiet_following_tells_nothing(client: temporal_client.Client, capfd: pytest.CaptureFixture[str]) -> None:
    async with runs.worker(client) as queue:
        handle = await runs.started(client, plans.plan_of([plans.transform("boom", "${params.nothing}")]), queue)
        told = await asyncio.wait_for(following.follow(client, handle.id, quiet=True), 30)
    assert told.record().status == run.FAILED
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("run_id", ["no-such-run", "", "x" * 2_000])
async def test_run_that_nobody_knows_is_told(client: temporal_client.Client, run_id: str) -> None:
    with pytest.raises(errors.ToolError) as raised:
        await following.read(client, run_id)
    assert (raised.value.kind, str(raised.value)) == (errors.INVALID_INPUT, f"no run '{run_id}' here; 'ordinaut runs' lists them")


async def test_namespace_that_nobody_knows_is_no_missing_run(client: temporal_client.Client) -> None:
    other = temporal_client.Client(client.service_client, namespace="other")
    with pytest.raises(service.RPCError, match="amespace"):
        await following.read(other, "any")


@workflow.defn(name="SomebodyElses", sandboxed=False)
class SomebodyElses:
    """A workflow that is none of ours."""

    @workflow.run
    async def run(self, given: list[int]) -> int:
        """Does nothing."""
        return len(given)


async def test_other_workflows_are_no_runs(client: temporal_client.Client) -> None:
    name = f"other-{uuid.uuid4()}"
    async with temporal_worker.Worker(client, task_queue=name, workflows=[SomebodyElses]):
        await client.execute_workflow("SomebodyElses", [1], id=name, task_queue=name)
    with pytest.raises(errors.ToolError, match=f"^'{name}' is no run of a pipeline$"):
        await following.read(client, name)


async def test_short_outage_is_told_once_and_waited_for(
    client: temporal_client.Client, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = await runs.run(client, plans.plan_of([plans.transform("a", 1)]))
    real, failures = client.workflow_service.get_workflow_execution_history, [service.RPCStatusCode.UNAVAILABLE] * 2

    async def shaky(request: object, **more: object) -> object:
        if failures:
            raise service.RPCError("gone", failures.pop(), b"")
        return await real(request, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(client.workflow_service, "get_workflow_execution_history", shaky)
    told = await asyncio.wait_for(following.follow(client, ended.run_id, quiet=True), 30)
    assert told.closed == run.COMPLETED
    assert capfd.readouterr().err == "the service does not answer; the run goes on when it is back (Ctrl-C stops watching)\n"
