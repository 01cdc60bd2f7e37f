"""What an event's runs are given is read from the schedule: once for many events, anew after a change, never a failure again."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from temporalio import client as temporal_client
from temporalio import service

from activities.events import subscriptions
from tests import plans
from tests import subscriptions as subscribing


async def test_many_events_at_once_read_a_schedule_once_and_a_new_revision_reads_it_again(
    client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = uuid.uuid4().hex[:8]
    event_type, name = f"desk.{mark}", f"read-{mark}"
    await subscribing.subscribe(client, plans.plan_of([], name=name, event_type=event_type), event_type, "nowhere")
    found = subscriptions.Subscriptions(client)
    reads = []

    async def counted(*arguments: str) -> subscriptions.Subscription | None:
        reads.append(arguments)
        return await subscriptions.Subscriptions._read(found, *arguments)

    monkeypatch.setattr(found, "_read", counted)
    many = await asyncio.gather(*(found.find(event_type, name, "r1") for _ in range(50)))
    assert {one.paused for one in many if one} == {False}
    assert len(reads) == 1
    await client.get_schedule_handle(name).pause()
    assert (await found.find(event_type, name, "r1")).paused is False  # type: ignore[union-attr]
    assert (await found.find(event_type, name, "r2")).paused is True  # type: ignore[union-attr]
    assert await found.find("another.type", name, "r2") is None
    assert await found.find(event_type, f"{name}-gone", "r2") is None


async def test_a_read_that_failed_is_tried_again(client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = subscriptions.Subscriptions(client)
    answers: list[Exception | None] = [service.RPCError("away", service.RPCStatusCode.UNAVAILABLE, b""), None]

    async def answered(*_: str) -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    monkeypatch.setattr(found, "_read", answered)
    with pytest.raises(service.RPCError):
        await found.find("t", "name", "r1")
    assert await found.find("t", "name", "r1") is None
