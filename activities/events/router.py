"""The router of an event type as others reach it: who might take an event, subscriptions and waits told to it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final, TypedDict

from temporalio import client, common, service

from workflows import contract

_ANSWER: Final = datetime.timedelta(seconds=10)


class Takers(TypedDict):
    """Who might take an event."""

    subscriptions: dict[str, str]  # pipeline to the revision of its subscription
    waits: list[dict[str, str]]  # {"run", "step"}


async def takers(temporal: client.Client, event_type: str, payload: Mapping[str, Any]) -> Takers:
    """Who might take an event; nobody where the type has no router yet.

    Raises:
        RPCError: the service or a worker does not answer.
    """
    handle = temporal.get_workflow_handle(contract.router_id(event_type))
    try:
        found: Takers = await handle.query(contract.QUERY_TAKERS, dict(payload), rpc_timeout=_ANSWER)
    except service.RPCError as error:
        if error.status == service.RPCStatusCode.NOT_FOUND:
            return {"subscriptions": {}, "waits": []}
        raise
    return found


async def subscribe(temporal: client.Client, event_type: str, name: str, revision: str | None, task_queue: str) -> None:
    """A pipeline starts on this type from now on; None keeps the revision. Returns when Temporal has it; no worker is needed."""
    given = {"name": name} if revision is None else {"name": name, "revision": revision}
    await _tell(temporal, event_type, contract.SUBSCRIBE, given, task_queue)


async def unsubscribe(temporal: client.Client, event_type: str, name: str, task_queue: str) -> None:
    """A pipeline starts on this type no longer."""
    await _tell(temporal, event_type, contract.UNSUBSCRIBE, name, task_queue)


async def begin_wait(temporal: client.Client, event_type: str, wait: Mapping[str, Any], task_queue: str) -> None:
    """A run waits; see `contract.Wait`."""
    await _tell(temporal, event_type, contract.BEGIN_WAIT, dict(wait), task_queue)


async def end_wait(temporal: client.Client, event_type: str, wait: Mapping[str, str], task_queue: str) -> None:
    """A run waits no longer."""
    await _tell(temporal, event_type, contract.END_WAIT, dict(wait), task_queue)


async def _tell(temporal: client.Client, event_type: str, signal: str, given: Any, task_queue: str) -> None:
    await temporal.start_workflow(
        contract.EVENT_ROUTER,
        {},
        id=contract.router_id(event_type),
        task_queue=task_queue,
        id_conflict_policy=common.WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=signal,
        start_signal_args=[given],
        static_summary=f"who takes events of type {event_type[:150]}",
    )
