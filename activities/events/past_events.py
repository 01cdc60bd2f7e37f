"""The events of a type that came lately, oldest first, read from their own workflows; for runs that begin to wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from temporalio import client, service

from workflows import contract

#: More in one window are not looked through; the oldest are left out.
MOST: Final = 20_000
_AT_ONCE: Final = 20


async def since(temporal: client.Client, event_type: str, time: str) -> AsyncIterator[contract.Event]:
    """The events of a type that came at or after an ISO 8601 time, each once, oldest first.

    The service lists a workflow a moment after it began, so that the very newest events may be missing.
    """
    quoted = event_type.replace("\\", "\\\\").replace("'", "\\'")
    query = f"WorkflowType = '{contract.EVENT_WORKFLOW}' AND {contract.ATTRIBUTE_EVENT_TYPE} = '{quoted}' AND StartTime >= '{time}'"
    newest = [one async for one in temporal.list_workflows(query, limit=MOST, page_size=1_000)]
    first_runs = {one.id: one for one in newest}  # of an event that was sent again the oldest
    ordered = list(reversed(first_runs.values()))
    ordered.sort(key=lambda one: one.start_time)
    for start in range(0, len(ordered), _AT_ONCE):
        for event in await _read(temporal, ordered[start : start + _AT_ONCE]):
            if event is not None:
                yield event


async def _read(temporal: client.Client, some: Sequence[client.WorkflowExecution]) -> list[contract.Event | None]:
    return list(await asyncio.gather(*(read(temporal, one.id, one.run_id) for one in some)))


async def read(temporal: client.Client, workflow_id: str, run_id: str | None = None) -> contract.Event | None:
    """An event as its workflow got it; None where the service keeps it no longer.

    Raises:
        RPCError: the service does not answer.
    """
    handle = temporal.get_workflow_handle(workflow_id, run_id=run_id)
    try:
        first = await anext(handle.fetch_history_events(page_size=1))
    except service.RPCError as error:
        if error.status == service.RPCStatusCode.NOT_FOUND:
            return None
        raise
    payloads = first.workflow_execution_started_event_attributes.input.payloads
    (event,) = await temporal.data_converter.decode(list(payloads))
    found: contract.Event = event
    return found
