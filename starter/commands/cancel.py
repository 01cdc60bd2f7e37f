"""`ordinaut cancel`: asks a run to stop at once."""

from __future__ import annotations

import asyncio
from typing import Final

import click
from temporalio import client, service

from starter import connection, following, output
from starter.approvals import options, people
from workflows import converter
from workflows.core import errors, run
from workflows.core.approvals import policy

CANCELLING: Final = "cancelling"


@click.command("cancel", epilog="\b\nExample: ordinaut cancel automated-release-manual-20261123T160000Z-3fa9")
@click.argument("run_id", metavar="RUN")
@options.person("cancels it")
@output.json_option
def command(run_id: str, who: str | None, as_json: bool) -> int:
    """Cancel a run. What its steps have done stays done; a call under way is told to stop."""
    people.allowed(policy.START, who)
    return asyncio.run(_cancel(run_id, as_json))


async def _cancel(run_id: str, as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    told = await following.read(temporal, run_id)  # says so where there is no such run
    if told.closed not in (None, run.RUN_CANCELLED):
        raise _has_ended(run_id, told.closed)
    state = await _ask(temporal.get_workflow_handle(run_id)) if told.closed is None else run.RUN_CANCELLED
    if as_json:
        output.json_document({"run_id": run_id, "status": state})
    else:
        output.say(f"{run_id}  {state}")
        if state == CANCELLING:
            output.note("no worker has taken it up yet; it is cancelled as soon as one runs: ordinaut worker")
    return 0


async def _ask(handle: client.WorkflowHandle[object, object]) -> str:
    """Asks the run to stop; gives how it ended."""
    try:
        await handle.cancel()
    except service.RPCError as error:
        if error.status != service.RPCStatusCode.NOT_FOUND:
            raise
        raise _has_ended(handle.id, "meanwhile") from None
    return await _ended(handle)


def _has_ended(run_id: str, how: str | None) -> errors.ToolError:
    return errors.ToolError(errors.INVALID_INPUT, f"'{run_id}' has ended already ({how}); there is nothing to cancel")


async def _ended(handle: client.WorkflowHandle[object, object]) -> str:
    """How the run ended, waiting a little for its worker."""
    for _ in range(20):
        description = await handle.describe()
        if description.status is not None and description.status != client.WorkflowExecutionStatus.RUNNING:
            return "cancelled" if description.status == client.WorkflowExecutionStatus.CANCELED else description.status.name.lower()
        await asyncio.sleep(0.25)
    return CANCELLING  # no worker is there to hear it yet
