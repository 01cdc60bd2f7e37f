"""The events that came, newest first, and who took them; for `ordinaut events`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from temporalio import client, common, exceptions, service

from activities.events import past_events, sending
from workflows import contract
from workflows.core import errors

#: Of events that were sent again more executions are listed than events.
_EXTRA: Final = 2
_AT_ONCE: Final = 20
UNCLAIMED: Final = (contract.EVENT_UNCLAIMED, contract.EVENT_PARTLY_TAKEN)
_STATUS: Final = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STATUS)
_TYPE: Final = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_EVENT_TYPE)


async def listed(temporal: client.Client, event_type: str | None, unclaimed: bool, limit: int) -> list[dict[str, Any]]:
    """[{"event_id", "event_type", "status", "received_at", "runs", "waits", "paused", "failed"}]; an event that was sent again counts once.

    `unclaimed`: only those that nobody took, or that somebody could not get.
    """
    query = f"WorkflowType = '{contract.EVENT_WORKFLOW}'"
    if event_type:
        query += f" AND {contract.ATTRIBUTE_EVENT_TYPE} = '{event_type}'"
    if unclaimed:
        query += f" AND {contract.ATTRIBUTE_STATUS} IN ({', '.join(repr(one) for one in UNCLAIMED)})"
    newest: dict[str, client.WorkflowExecution] = {}
    async for one in temporal.list_workflows(query, limit=limit * _EXTRA, page_size=1_000):
        known = newest.setdefault(one.id, one)
        if known.start_time < one.start_time:
            newest[one.id] = one
    found = sorted(newest.values(), key=lambda one: one.start_time, reverse=True)
    if unclaimed:
        found = await _still(temporal, found)
    shown = found[:limit]
    results = await _all(_result(temporal, one) for one in shown)
    return [_facts(one, result) for one, result in zip(shown, results, strict=True)]


async def resend(temporal: client.Client, event_type: str, event_id: str, task_queue: str = contract.TASK_QUEUE) -> None:
    """Hands an event on again: runs that it has started are not started twice.

    Raises:
        errors.ToolError: the service has no such event, or it is being handed on now.
    """
    workflow_id = sending.workflow_id(event_type, event_id)
    event = await past_events.read(temporal, workflow_id)
    if event is None:
        advice = f"'ordinaut events --type {event_type}' lists what is kept"
        raise errors.ToolError(errors.INVALID_INPUT, f"no event '{event_id}' of type {event_type} here; {advice}")
    event.pop("taken_by", None)
    try:
        await sending.start(temporal, event, common.WorkflowIDReusePolicy.ALLOW_DUPLICATE, task_queue)
    except exceptions.WorkflowAlreadyStartedError:
        raise errors.ToolError(errors.INVALID_INPUT, f"the event '{event_id}' is being handed on now; look again later") from None


async def _still(temporal: client.Client, found: Sequence[client.WorkflowExecution]) -> list[client.WorkflowExecution]:
    """Those whose newest workflow is the one found: others were taken since, or are being handed on again."""

    async def newest_run(one: client.WorkflowExecution) -> str | None:
        try:
            return (await temporal.get_workflow_handle(one.id).describe()).run_id
        except service.RPCError as error:
            if error.status == service.RPCStatusCode.NOT_FOUND:
                return None
            raise

    runs = await _all(newest_run(one) for one in found)
    return [one for one, run_id in zip(found, runs, strict=True) if run_id == one.run_id]


async def _result(temporal: client.Client, one: client.WorkflowExecution) -> dict[str, Any]:
    if one.status != client.WorkflowExecutionStatus.COMPLETED:
        return {}
    result: dict[str, Any] = await temporal.get_workflow_handle(one.id, run_id=one.run_id).result()
    return result


def _facts(one: client.WorkflowExecution, result: dict[str, Any]) -> dict[str, Any]:
    event_type = one.typed_search_attributes.get(_TYPE) or ""
    return {
        "event_id": one.id.removeprefix(sending.workflow_id(event_type, "")),
        "event_type": event_type,
        "status": result.get("status") or one.typed_search_attributes.get(_STATUS),
        "received_at": one.start_time.replace(microsecond=0).isoformat(),
        **{key: result.get(key, [] if key != "failed" else {}) for key in ("runs", "waits", "paused", "failed")},
    }


async def _all(work: Any) -> list[Any]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def in_turn(one: Any) -> Any:
        async with turns:
            return await one

    return await asyncio.gather(*map(in_turn, work))
