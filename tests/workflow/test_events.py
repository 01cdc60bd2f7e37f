"""Events on a real server: every subscribed pipeline starts once, nothing is lost, and what nobody took can be sent again."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from temporalio import client as temporal_client

from activities.events import router, sending
from starter.events import listing
from tests import plans, runs, subscriptions
from workflows import contract

STEP = {"id": "t", "uses": "system.transform", "with": {"template": {"n": "${event.n}"}}}


@dataclass
class Desk:
    """An event type and pipelines of one test, on a task queue of its own."""

    client: temporal_client.Client
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def type(self) -> str:
        return f"desk.{self.mark}"

    def name(self, word: str) -> str:
        return f"{word}-{self.mark}"

    async def subscribe(self, word: str, queue: str) -> str:
        plan = plans.plan_of([STEP], name=self.name(word), event_type=self.type)
        await subscriptions.subscribe(self.client, plan, self.type, queue)
        return self.name(word)

    async def send(self, event_id: str, queue: str, payload: dict[str, Any] | None = None) -> bool:
        return await sending.send(self.client, subscriptions.event(self.type, event_id, payload or {"n": 1}), queue)

    async def result(self, event_id: str) -> dict[str, Any]:
        result: dict[str, Any] = await self.client.get_workflow_handle(sending.workflow_id(self.type, event_id)).result()
        return result


async def test_an_event_starts_every_subscribed_pipeline_once_with_its_payload_and_time(client: temporal_client.Client) -> None:
    desk = Desk(client)
    async with runs.worker(client) as queue:
        names = [await desk.subscribe(word, queue) for word in ("one", "two")]
        assert [await desk.send("e1", queue, {"n": Decimal("7.50")}) for _ in range(3)] == [True, False, False]
        assert await desk.result("e1") == {
            "status": "taken",
            "runs": [f"{name}-event-e1" for name in names],
            "waits": [],
            "paused": [],
            "failed": {},
        }
        for name in names:
            ended = await runs.ended(client, client.get_workflow_handle(f"{name}-event-e1"))
            assert ended.steps["t"]["output"] == {"n": Decimal("7.50")}
            assert str(ended.steps["t"]["output"]["n"]) == "7.50"
            assert ended.shown["nominal_time"] == "2026-11-23T12:00:00+02:00"


async def test_an_event_that_nobody_took_is_listed_and_starts_its_run_when_it_is_sent_again(client: temporal_client.Client) -> None:
    desk = Desk(client)
    async with runs.worker(client) as queue:
        await desk.send("early", queue)
        assert (await desk.result("early"))["status"] == contract.EVENT_UNCLAIMED
        while not await listing.listed(client, desk.type, True, 10):
            await asyncio.sleep(0.05)
        name = await desk.subscribe("late", queue)
        await listing.resend(client, desk.type, "early", queue)
        assert (await desk.result("early"))["runs"] == [f"{name}-event-early"]
        await listing.resend(client, desk.type, "early", queue)
        assert (await desk.result("early"))["runs"] == [f"{name}-event-early"]
        executions = [one async for one in client.list_workflows(f"WorkflowId = '{name}-event-early'")]
        assert len(executions) <= 1
        assert await listing.listed(client, desk.type, True, 10) == []
        listed = await listing.listed(client, desk.type, False, 10)
        assert [(one["event_id"], one["status"]) for one in listed] == [("early", "taken")]


async def test_a_paused_pipeline_is_not_started_and_a_deleted_one_is_forgotten(client: temporal_client.Client) -> None:
    desk = Desk(client)
    async with runs.worker(client) as queue:
        paused, deleted = [await desk.subscribe(word, queue) for word in ("paused", "deleted")]
        await client.get_schedule_handle(paused).pause()
        await client.get_schedule_handle(deleted).delete()
        await desk.send("e1", queue)
        result = await desk.result("e1")
        assert (result["status"], result["runs"], result["paused"]) == ("unclaimed", [], [paused])
        assert list((await router.takers(client, desk.type, {}))["subscriptions"]) == [paused]


async def test_a_pipeline_that_cannot_get_an_event_holds_up_no_other(client: temporal_client.Client) -> None:
    desk = Desk(client)
    async with runs.worker(client) as queue:
        await desk.subscribe("small", queue)
        steps = [{**STEP, "id": f"t{number}", "with": {"template": "x" * 200_000}} for number in range(5)]
        large = plans.plan_of(steps, name=desk.name("large"), event_type=desk.type)
        await subscriptions.subscribe(client, large, desk.type, queue)
        await desk.send("e1", queue, {"n": 1, "text": "z" * 1_000_000})
        result = await desk.result("e1")
        assert (result["status"], result["runs"]) == ("partly-taken", [f"{desk.name('small')}-event-e1"])
        assert "(MAX_PAYLOAD_BYTES)" in result["failed"][desk.name("large")]


async def test_a_worker_that_comes_late_hands_on_what_waited(client: temporal_client.Client) -> None:
    desk, queue = Desk(client), f"late-{uuid.uuid4()}"
    name = await desk.subscribe("late", queue)
    for number in range(30):
        assert await desk.send(f"e{number}", queue, {"n": number})
    async with runs.worker(client, task_queue=queue):
        for number in range(30):
            assert (await desk.result(f"e{number}"))["runs"] == [f"{name}-event-e{number}"]
            ended = await runs.ended(client, client.get_workflow_handle(f"{name}-event-e{number}"))
            assert ended.steps["t"]["output"] == {"n": number}


async def test_a_router_that_is_renewed_knows_its_subscriptions(client: temporal_client.Client) -> None:
    desk = Desk(client)
    async with runs.worker(client) as queue:
        name = await desk.subscribe("kept", queue)
        handle = client.get_workflow_handle(contract.router_id(desk.type))
        first = (await handle.describe()).run_id
        for _ in range(60):
            await asyncio.gather(*(router.subscribe(client, desk.type, name, f"r{number}", queue) for number in range(75)))
            if (await handle.describe()).run_id != first:
                break
        assert (await handle.describe()).run_id != first, "4,500 signals did not renew it"
        assert list((await router.takers(client, desk.type, {}))["subscriptions"]) == [name]
