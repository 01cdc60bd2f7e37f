"""Looks up whether an earlier try of an unsafe call was done, for the rest transport, before it is sent again."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from activities import exchange
from activities.rest import answer as answers
from activities.rest import description as descriptions
from activities.rest import request
from activities.transports import base
from workflows.core import errors, scope

WARNING = "was done by an earlier try: it was found at the vendor, and not sent again"

#: Sends one request for a call and reads its answer as a description says.
Ask = Callable[[base.Call, descriptions.Description, exchange.Request], Awaitable[answers.Reply]]


async def find(action: descriptions.Action, endpoint: str, roots: Mapping[str, Any], call: base.Call, ask: Ask) -> Any:
    """What `found` gives for an earlier try of the call; None where the vendor knows nothing of it.

    Raises:
        ToolError: UNKNOWN_OUTCOME, the look-up failed: the earlier try may have been done, so nothing may be sent.
    """
    assert action.look_up is not None and action.found is not None
    call.progress.sent = True  # by the earlier try: a time-out or cancellation in here leaves it unknown
    try:
        asked = request.draft(action.look_up, scope.Scope(roots)).request(endpoint)
        reply = await ask(dataclasses.replace(call, progress=base.Progress()), action.look_up, asked)
        found = action.found.value(reply.names(roots), errors.BAD_OUTPUT)
    except errors.ToolError as error:
        raise errors.ToolError(
            errors.UNKNOWN_OUTCOME,
            f"whether an earlier try was done could not be looked up: {error.message}",
            error.details,
            error.retry_after,
        ) from None
    call.progress.sent = False
    return found
