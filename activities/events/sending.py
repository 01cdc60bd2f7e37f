"""Hands an event to Temporal, for gateway, commands and look-backs: it is a workflow of its own from then on, and cannot be lost."""

from __future__ import annotations

import datetime
from typing import Any

from temporalio import client, common, exceptions

from workflows import contract
from workflows.core import progress


def workflow_id(event_type: str, event_id: str) -> str:
    """The workflow id of an event: `event:github.push:github.main.72d3162e`."""
    return f"event:{event_type}:{event_id}"


def event(event_type: str, event_id: str, source: str, payload: dict[str, Any], received_at: datetime.datetime) -> contract.Event:
    """An event as its workflow gets it; halves of surrogate pairs in its texts, which no UTF-8 can hold, become U+FFFD."""
    given: dict[str, Any] = progress.writable(payload)
    return {"id": event_id, "type": event_type, "source": source, "received_at": received_at.isoformat(), "payload": given}


async def send(temporal: client.Client, event: contract.Event, task_queue: str = contract.TASK_QUEUE) -> bool:
    """Returns when Temporal has the event: True, or False where it had it before (ids are remembered as long as the namespace keeps runs).

    Raises:
        RPCError: Temporal did not take it; send it again.
        LimitExceeded: it is larger than Temporal carries.
    """
    try:
        await start(temporal, event, common.WorkflowIDReusePolicy.REJECT_DUPLICATE, task_queue)
    except exceptions.WorkflowAlreadyStartedError:
        return False
    return True


async def start(
    temporal: client.Client, event: contract.Event, reuse: common.WorkflowIDReusePolicy, task_queue: str = contract.TASK_QUEUE
) -> None:
    """Starts the workflow of an event.

    Raises:
        WorkflowAlreadyStartedError: there is one of this id, and `reuse` does not allow another.
    """
    keyword = common.SearchAttributeKey.for_keyword
    pairs: list[Any] = [
        common.SearchAttributePair(keyword(contract.ATTRIBUTE_EVENT_TYPE), event["type"]),
        common.SearchAttributePair(keyword(contract.ATTRIBUTE_STATUS), contract.EVENT_RECEIVED),
    ]
    await temporal.start_workflow(
        contract.EVENT_WORKFLOW,
        event,
        id=workflow_id(event["type"], event["id"]),
        task_queue=task_queue,
        id_reuse_policy=reuse,
        search_attributes=common.TypedSearchAttributes(pairs),
        static_summary=f"{event['type'][:150]} from {event['source'][:40]}",
    )
