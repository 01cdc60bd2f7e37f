"""Task queues of limited services on a real server: the rate over all workers, a hanging vendor alone, stops together, who is missing."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import time
import uuid
from decimal import Decimal
from typing import Any

import pytest
from temporalio import client as temporal_client
from temporalio.api.enums import v1 as enums

import worker
from activities import service_limits
from activities import settings as settings_module
from starter import embedded, pollers, task_queues
from tests import plans, runs
from workflows import contract, converter
from workflows.core import model


def limited(rate: str = "none", calls_at_once: int = 20) -> service_limits.ServiceLimit:
    """A limit for a service of this test's own."""
    return service_limits.ServiceLimit(f"s{uuid.uuid4().hex[:8]}", service_limits.parse(rate), calls_at_once)


def tool_of(limit: service_limits.ServiceLimit) -> model.Tool:
    """A tool of a limited service, as the catalog gives it."""
    return model.Tool(
        f"{limit.service}.do", "rest", limit.service, {}, "0123456789ab", Decimal(30), effect=model.SAFE, task_queue=limit.task_queue
    )


def calls_plan(count: int, *limits: service_limits.ServiceLimit) -> dict[str, Any]:
    """A plan whose steps call the services in turn."""
    tools = {**plans.TOOLS, **{tool.address: tool for tool in map(tool_of, limits)}}
    steps = [{"id": f"c{number}", "uses": tool_of(limits[number % len(limits)]).address, "with": {}} for number in range(count)]
    return plans.plan_of([*steps, plans.call("free")], tools=tools)


async def test_calls_of_a_limited_service_go_through_its_queue_and_others_start_eagerly(client: temporal_client.Client) -> None:
    limit = limited()
    async with runs.worker(client, limits=[limit]) as queue:
        ended = await runs.ended(client, await runs.started(client, calls_plan(1, limit), queue))
    assert ended.result is not None and ended.result["completed"] == 2
    scheduled = [event for event in ended.events if event.event_type == enums.EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED]
    assert [event.activity_task_scheduled_event_attributes.task_queue.name for event in scheduled] == [limit.task_queue, queue]
    assert ended.count("ActivityTaskScheduled") == ended.count("ActivityTaskCompleted") == 2
    names = ended.names()
    last = names.index("WorkflowTaskCompleted", names.index("ActivityTaskCompleted"))
    assert names[last + 1 : last + 4] == ["ActivityTaskScheduled", "ActivityTaskStarted", "ActivityTaskCompleted"]


async def test_the_rate_holds_over_the_workers_together(client: temporal_client.Client, embedded_server: embedded.EmbeddedServer) -> None:
    limit = limited("5/second")
    other = await temporal_client.Client.connect(embedded_server.address, data_converter=converter.DATA_CONVERTER)
    moments: list[float] = []

    async def note(given: dict[str, Any]) -> int:
        moments.append(time.monotonic())
        return len(moments)

    tools = [runs.Tools({"c0": note}), runs.Tools({"c0": note})]
    async with (
        runs.worker(client, tools[0], limits=[limit]) as queue,
        runs.worker(other, tools[1], limits=[limit]),
    ):
        handles = [await runs.started(client, calls_plan(1, limit), queue) for _ in range(18)]
        await asyncio.gather(*(handle.result() for handle in handles))
    assert len(moments) == 18
    assert all(sum(step == "c0" for step, _, _ in one.calls) for one in tools)  # both had a part in it
    # a bucket of 5 that fills by 5 a second; the server lets one more through at the begin, and one for the way from it to here
    for first in range(18):
        for last in range(first, 18):
            assert last - first + 1 <= 5 + 5 * (moments[last] - moments[first]) + 2
    assert 2.2 < moments[-1] - moments[0] < 6.0  # and it is used: (18 - 5) / 5 = 2.6 s


async def test_a_vendor_that_hangs_holds_up_no_other(client: temporal_client.Client) -> None:
    slow, quick = limited(calls_at_once=2), limited(calls_at_once=2)
    released, hanging = asyncio.Event(), asyncio.Semaphore(0)

    async def hang(given: dict[str, Any]) -> None:
        if given["tool"].startswith(slow.service):
            hanging.release()
            await released.wait()

    async with runs.worker(client, runs.Tools({"c0": hang}), limits=[slow, quick]) as queue:
        stuck = [await runs.started(client, calls_plan(1, slow), queue) for _ in range(5)]
        await hanging.acquire()
        await hanging.acquire()
        started = time.monotonic()
        done = await runs.ended(client, await runs.started(client, calls_plan(1, quick), queue))
        assert done.result is not None and time.monotonic() - started < 5
        assert hanging.locked()  # its slots are taken: the third waits
        released.set()
        await asyncio.gather(*(handle.result() for handle in stuck))


async def test_a_limit_that_is_lifted_is_lifted_at_the_server_too(client: temporal_client.Client) -> None:
    slow = limited("1/hour")
    async with runs.worker(client, limits=[slow]) as queue:
        await runs.ended(client, await runs.started(client, calls_plan(1, slow), queue))
    async with runs.worker(client, limits=[dataclasses.replace(slow, rate=None)]) as queue:
        ended = await runs.ended(client, await runs.started(client, calls_plan(4, slow), queue), seconds=20)
    assert ended.result is not None and ended.result["completed"] == 5


async def test_all_workers_of_a_process_end_within_one_grace(client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_queues, "GRACEFUL_SHUTDOWN", datetime.timedelta(seconds=1))
    limits = [limited() for _ in range(3)]
    started = asyncio.Semaphore(0)

    async def hang(given: dict[str, Any]) -> None:
        started.release()
        await asyncio.Event().wait()

    tools = runs.Tools({"c0": hang})
    async with runs.worker(client, tools, limits=limits) as queue:
        handles = [await runs.started(client, calls_plan(1, limit), queue) for limit in limits]
        for _ in limits:
            await started.acquire()
        begun = time.monotonic()
    assert 0.9 < time.monotonic() - begun < 2.5
    for handle in handles:
        await handle.terminate()


async def test_no_call_is_lost_with_a_worker_that_ends(client: temporal_client.Client) -> None:
    """A poll that a worker gives up when it ends must not be given a call any more: it would count as lost with its worker."""
    limit = limited()
    tools = runs.Tools()
    async with runs.worker(client, tools) as queue:
        handles = [await runs.started(client, calls_plan(20, limit), queue) for _ in range(3)]
        running = asyncio.gather(*(handle.result() for handle in handles))
        while not running.done():
            async with task_queues.together([task_queues.service_worker(client, limit, tools.call_tool)]):
                await asyncio.wait([running], timeout=0.1)
    assert max(attempt for _, attempt, _ in tools.calls) == 1


async def test_warns_of_queues_that_no_worker_polls(client: temporal_client.Client, capsys: pytest.CaptureFixture[str]) -> None:
    limits = [limited(), limited()]
    plan = calls_plan(2, *limits)
    names = sorted(limit.task_queue for limit in limits)
    assert task_queues.of_plan(plan) == [contract.TASK_QUEUE, *names]
    await pollers.warn(client, names)
    await pollers.warn(client, [names[0], names[0]])
    advice = "what is to run there waits; start one: ordinaut worker (ORDINAUT_TASK_QUEUES, where it is set, must name them)"
    assert capsys.readouterr().err == (
        f"warning: no worker polls the task queues {', '.join(names)}: {advice}\n"
        f"warning: no worker polls the task queue {names[0]}: {advice}\n"
    )
    async with runs.worker(client, limits=limits) as queue:
        await runs.ended(client, await runs.started(client, plan, queue))
        assert await pollers.without_worker(client, names) == []
        started = time.monotonic()
        await pollers.warn(client, names)
        assert time.monotonic() - started < 0.5  # some 10 ms on a machine that has nothing else to do
    assert capsys.readouterr().err == ""


async def test_a_worker_takes_the_queues_that_it_is_told_to(client: temporal_client.Client) -> None:
    settings = settings_module.Settings.from_mapping({"ORDINAUT_TASK_QUEUES": "tools.zendesk, tools.sia"})
    async with worker.running(client, settings) as queues:
        assert queues == ["tools.sia", "tools.zendesk"]
        lacking = ["tools.sia", "tools.zendesk"]
        for _ in range(100):
            if not (lacking := await pollers.without_worker(client, queues)):
                break
            await asyncio.sleep(0.02)
        assert lacking == []
