"""Pipelines that events start, subscribed as `ordinaut apply` does it, on a task queue of the test's own."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from typing import Any

from temporalio import client

from activities.events import router
from activities.schedules import definition, memo
from workflows.core.schedules import timing


async def subscribe(temporal: client.Client, plan: Mapping[str, Any], event_type: str, queue: str) -> None:
    """Creates the schedule of a plan and tells the router."""
    now = datetime.datetime.now(datetime.UTC)
    made = definition.compiled(plan["name"], timing.Timing(timing.EVENT, event_type), timing.Policies(), {"plan": dict(plan)}, now, now)
    await temporal.create_schedule(made.name, definition.schedule(made, task_queue=queue), memo=memo.marker())
    await router.subscribe(temporal, event_type, made.name, secrets.token_hex(4), queue)


def event(event_type: str, event_id: str, payload: dict[str, Any]) -> Any:
    """An event as the gateway would send it."""
    received_at = "2026-11-23T10:00:00+00:00"
    return {"id": event_id, "type": event_type, "source": "github/main", "received_at": received_at, "payload": payload}
