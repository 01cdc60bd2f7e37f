"""The approvals that wait, and decisions on them, for the commands, the page and assistants (which only look)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from temporalio import client, exceptions, service

from workflows import approval_waits, contract
from workflows.core import errors

#: A worker that lives answers within this time. Where one died, Temporal waits 10 s for it before it asks another.
ANSWER_SECONDS: Final = 20.0
_AT_ONCE: Final = 10
_FILTER: Final = (
    f"WorkflowType = '{contract.PIPELINE}' AND ExecutionStatus = 'Running' AND {contract.ATTRIBUTE_STATUS} = '{approval_waits.WAITING}'"
)


async def listed(temporal: client.Client, limit: int) -> list[dict[str, Any]]:
    """What people are asked now, newest run first: `book.Book.shown`, each with its `run_id`.

    Raises:
        errors.ToolError: no worker answers.
    """
    runs = [one async for one in temporal.list_workflows(_FILTER, limit=limit)]
    found: list[dict[str, Any]] = []
    for start in range(0, len(runs), _AT_ONCE):
        some = [of_run(temporal, one.id) for one in runs[start : start + _AT_ONCE]]
        found += [one async for many in _each(some) for one in many]
    return found


async def told(temporal: client.Client, limit: int, seconds: float) -> tuple[list[dict[str, Any]], list[str]]:
    """As `listed`, for the page: what the runs tell within so many seconds, and the ids of those that did not."""
    runs = [one.id async for one in temporal.list_workflows(_FILTER, limit=limit)]
    gate = asyncio.Semaphore(2 * _AT_ONCE)

    async def asked(run_id: str) -> list[dict[str, Any]]:
        async with gate:
            return await of_run(temporal, run_id)

    questions = {run_id: asyncio.create_task(asked(run_id)) for run_id in runs}
    if questions:
        await asyncio.wait(questions.values(), timeout=seconds)
    for question in questions.values():
        question.cancel()
    answers = dict(zip(runs, await asyncio.gather(*questions.values(), return_exceptions=True), strict=True))
    ended = {run_id for run_id, one in answers.items() if isinstance(one, errors.ToolError) and one.kind == errors.INVALID_INPUT}
    silent = [run_id for run_id, one in answers.items() if isinstance(one, BaseException) and run_id not in ended]
    return [one for many in answers.values() if not isinstance(many, BaseException) for one in many], silent


async def of_run(temporal: client.Client, run_id: str) -> list[dict[str, Any]]:
    """What one run asks; [] where it waits for nobody.

    Raises:
        errors.ToolError: there is no such run, or no worker answers.
    """
    handle = temporal.get_workflow_handle(run_id)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            asked: list[dict[str, Any]] = await handle.query(contract.QUERY_APPROVALS)
    except (TimeoutError, service.RPCError, client.WorkflowQueryFailedError) as error:
        raise _unanswered(error, run_id) from None
    return [{"run_id": run_id, **one} for one in asked]


async def decide(temporal: client.Client, run_id: str, verb: str, given: dict[str, str]) -> dict[str, Any]:
    """Hands a decision to a run: `given` is {"step", "who", "comment", "digest", "token"}; gives how the approval stands.

    Raises:
        errors.ToolError: the decision does not count, with the reason in its sentence; no such run; no worker answers.
    """
    handle = temporal.get_workflow_handle(run_id)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            stands: dict[str, Any] = await handle.execute_update(verb, given)
    except client.WorkflowUpdateFailedError as error:
        cause = error.cause
        kind = cause.type if isinstance(cause, exceptions.ApplicationError) and cause.type else errors.INTERNAL_ERROR
        message = cause.message if isinstance(cause, exceptions.ApplicationError) else str(cause)
        raise errors.ToolError(kind, message) from None
    except (TimeoutError, service.RPCError) as error:
        raise _unanswered(error, run_id) from None
    return stands


async def _each(some: list[Any]) -> AsyncIterator[list[dict[str, Any]]]:
    for one in await asyncio.gather(*some, return_exceptions=True):
        if isinstance(one, errors.ToolError) and one.kind == errors.INVALID_INPUT:
            continue  # it has ended since the list was made
        if isinstance(one, BaseException):
            raise one
        yield one


def _unanswered(error: Exception, run_id: str) -> Exception:
    status = error.status if isinstance(error, service.RPCError) else None
    if status == service.RPCStatusCode.NOT_FOUND:
        return errors.ToolError(errors.INVALID_INPUT, f"no run '{run_id}' waits here; 'ordinaut approvals' lists those that do")
    if status is not None and status not in (service.RPCStatusCode.DEADLINE_EXCEEDED, service.RPCStatusCode.CANCELLED):
        return error
    if isinstance(error, client.WorkflowQueryFailedError):
        return errors.ToolError(errors.INVALID_INPUT, f"'{run_id}' is no run of a pipeline, or of an earlier version")
    return errors.ToolError(
        errors.UNREACHABLE,
        f"no worker answered for '{run_id}' within {ANSWER_SECONDS:g} s; nothing was decided; start one: ordinaut worker",
    )
