"""Follows a run by its history: each change of a step is told as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import client, service
from temporalio.api.common import v1 as common
from temporalio.api.workflowservice import v1 as workflowservice

from starter import history, output
from workflows.core import errors, run


async def read(temporal: client.Client, run_id: str) -> history.RunHistory:
    """The history of a run as it stands.

    Raises:
        errors.ToolError: no run has this id, or it is not a run of a pipeline.
    """
    told = history.RunHistory(temporal.data_converter)
    try:
        async for event in temporal.get_workflow_handle(run_id).fetch_history_events():
            await told.read([event])
    except service.RPCError as error:
        missing = (service.RPCStatusCode.NOT_FOUND, service.RPCStatusCode.INVALID_ARGUMENT)
        if error.status in missing and "amespace" not in error.message:
            raise errors.ToolError(errors.INVALID_INPUT, f"no run '{run_id}' here; 'ordinaut runs' lists them") from None
        raise
    if not isinstance(told.given, dict) or "plan" not in told.given:
        raise errors.ToolError(errors.INVALID_INPUT, f"'{run_id}' is no run of a pipeline")
    return told


async def follow(
    temporal: client.Client, run_id: str, quiet: bool, changed: Callable[[history.RunHistory], None] | None = None
) -> history.RunHistory:
    """Waits until the run has ended; prints each step as it changes unless `quiet`, and calls `changed` after each news."""
    told = history.RunHistory(temporal.data_converter)
    shown: dict[str, str] = {}
    token = b""
    while told.closed is None:
        events, token = await _next_events(temporal, run_id, token)
        await told.read(events)
        if told.given and not quiet:
            _tell(told.record(), shown)
        if told.given and changed is not None:
            changed(told)
    return told


async def _next_events(temporal: client.Client, run_id: str, token: bytes) -> tuple[Any, bytes]:
    """The next page of the history; waits at the server until there is something new."""
    request = workflowservice.GetWorkflowExecutionHistoryRequest(
        namespace=temporal.namespace,
        execution=common.WorkflowExecution(workflow_id=run_id),
        wait_new_event=True,
        next_page_token=token,
    )
    away = False
    while True:
        try:
            answer = await temporal.workflow_service.get_workflow_execution_history(request, retry=True)
            return answer.history.events, answer.next_page_token
        except service.RPCError as error:
            if error.status not in (
                service.RPCStatusCode.DEADLINE_EXCEEDED,
                service.RPCStatusCode.UNAVAILABLE,
                service.RPCStatusCode.CANCELLED,
            ):
                raise
            if error.status == service.RPCStatusCode.UNAVAILABLE and not away:
                output.note("the service does not answer; the run goes on when it is back (Ctrl-C stops watching)")
                away = True
            await asyncio.sleep(0.5)


def _tell(record: run.RunRecord, shown: dict[str, str]) -> None:
    for step in record.steps:
        mark = f"{step.status}/{step.attempts}"
        if step.status != run.PENDING and shown.get(step.id) != mark:
            shown[step.id] = mark
            output.note(output.step_line(step.as_json()))
