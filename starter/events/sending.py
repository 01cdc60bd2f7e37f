"""Hands an event to the durable router of its type, for the gateway and for commands."""

from __future__ import annotations

from typing import Any

from temporalio import client, common

from workflows import contract


def router_id(event_type: str) -> str:
    """The workflow id of a type's router: `events-github.push`."""
    return f"events-{event_type}"


async def send(
    temporal: client.Client,
    event_type: str,
    payload: dict[str, Any],
    *,
    event_id: str,
    source: str,
    task_queue: str = contract.TASK_QUEUE,
) -> None:
    """Returns when Temporal has the event; one with the same id is taken once. Starts the router where there is none.

    Raises:
        temporalio.service.RPCError: Temporal did not take it; send it again.
    """
    await temporal.start_workflow(
        contract.EVENT_ROUTER,
        {},
        id=router_id(event_type),
        task_queue=task_queue,
        id_conflict_policy=common.WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=contract.EVENT,
        start_signal_args=[{"id": event_id, "source": source, "payload": payload}],
    )
