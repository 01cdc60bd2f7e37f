"""The gate before a call that needs an approval by its tool's definition, for the run and for composed calls."""

from __future__ import annotations

import dataclasses
from typing import Any

from workflows.core import host
from workflows.core.approvals import record, rule


class Gate:
    """Remembers the approvals that were given in one run. Each lets one call through."""

    def __init__(self) -> None:
        self._given: list[dict[str, Any]] = []

    def note(self, given: dict[str, Any]) -> None:
        """Remembers what a `system.approval` step gave."""
        if given.get("approved"):
            self._given.append(given)

    async def passed(self, call: host.ToolCall, world: host.Host) -> host.ToolCall:
        """The call as it may be sent: with the approval of exactly its arguments, where its definition asks for one.

        Raises:
            errors.ToolError: NOT_APPROVED; or INVALID_INPUT, the arguments do not fit or nobody could approve.
        """
        rules = call.policy.get("approval", {})
        own = rules.get(call.action or "")
        if own is None:
            return call
        earlier = next((one for one in self._given if rule.is_met(own, call.arguments, one)), None)
        if earlier is not None:
            self._given.remove(earlier)
            return dataclasses.replace(call, approval=earlier)
        asked = rule.asked(own, {"tool": call.address, "arguments": call.arguments}, call.step, call.path)
        answered = await world.approval(asked)
        fitted = answered.get("arguments", call.arguments)
        kept = {key: value for key, value in answered.items() if key != "arguments"}
        return dataclasses.replace(call, arguments=fitted, approval=record.outcome(asked, kept))
