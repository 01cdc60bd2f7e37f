"""`system.approval`, for the run: asks, waits, and gives the decision record."""

from __future__ import annotations

from typing import Any

from workflows.core import host
from workflows.core.approvals import record
from workflows.core.approvals import request as requests


async def perform(arguments: dict[str, Any], step: str, world: host.Host) -> dict[str, Any]:
    """The record of the decision.

    Raises:
        errors.ToolError: the arguments do not fit; NOT_APPROVED, unless the step wants a rejection as a value.
    """
    asked = requests.of_arguments(arguments, step)
    return record.outcome(asked, await world.approval(asked))
