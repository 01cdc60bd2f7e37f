"""Runs that wait for an event, as those who bring one reach them: each is asked, and says whether it takes it."""

from __future__ import annotations

import datetime
from typing import Final

from temporalio import client, service

from workflows import contract

_ANSWER: Final = datetime.timedelta(seconds=10)

TAKEN: Final = "taken"
REFUSED: Final = "refused"
GONE: Final = contract.GONE


async def offer(temporal: client.Client, run_id: str, step: str, event: contract.Event) -> str:
    """Whether a run takes an event: TAKEN, REFUSED (it waits for another), GONE (it waits no longer).

    An update with a validator: what is refused leaves nothing in the run's history, and one offered again is taken once.

    Raises:
        RPCError: the run does not answer now.
        WorkflowUpdateRPCTimeoutOrCancelledError: the same.
    """
    given = {"id": event["id"], "type": event["type"], "payload": event["payload"], "wait": step}
    handle = temporal.get_workflow_handle(run_id)
    try:
        await handle.execute_update(contract.EVENT, given, id=f"{event['id']}/{step}", rpc_timeout=_ANSWER)
    except client.WorkflowUpdateFailedError as error:
        return GONE if getattr(error.cause, "type", None) == GONE else REFUSED
    except service.RPCError as error:
        if error.status == service.RPCStatusCode.NOT_FOUND:
            return GONE
        raise
    return TAKEN
