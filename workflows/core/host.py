"""Host: all that a run may ask of the world. The interpreter workflow, the mock host and the history reader implement it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from workflows.core import event_wait
from workflows.core.approvals import request as requests


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool, evaluated and ready to send.

    `step` is the step's id (`create.review` for a call inside the composed call `create`), `path` its place with loop indices
    (`3` or `3.body[12].0`), `policy` the plan's facts on the tool (see `plan.py`), `effect` one of safe, idempotent, key, unsafe;
    `timeout` is for one try.
    """

    step: str
    path: str
    address: str
    action: str | None
    arguments: dict[str, Any]
    effect: str
    timeout: datetime.timedelta
    policy: dict[str, Any]
    approval: dict[str, Any] | None = None  # the decision record, where the definition asks for one


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a call gave. `arguments` is what was sent where fitting the schema changed it, else None."""

    output: Any
    arguments: dict[str, Any] | None = None
    warnings: list[str] = field(default_factory=list)
    attempts: int = 1


class Host(Protocol):
    """What a run may ask for. Every answer must be the same when the run is replayed."""

    def now(self) -> datetime.datetime:
        """The present, with a zone; only for deadlines, date words use the nominal time."""
        ...

    async def call_tool(self, call: ToolCall) -> ToolResult:
        """Calls a tool.

        Raises:
            errors.ToolError: the call failed for good; its kind says how.
        """
        ...

    async def whole(self, call: ToolCall) -> ToolResult | None:
        """What a composed call gives, where the host knows that as a whole (a mock file does); None where its steps are to be walked."""
        ...

    async def sleep(self, step: str, duration: datetime.timedelta) -> None:
        """Waits durably."""
        ...

    async def approval(self, asked: requests.Request) -> dict[str, Any]:
        """Waits durably for people; gives the decision record, with the `arguments` of the call as they were shown where they were fitted.

        Raises:
            errors.ToolError: nobody could approve it, or the arguments of the call do not fit.
        """
        ...

    async def wait_for_event(self, wait: event_wait.Wait) -> Mapping[str, Any] | None:
        """Waits durably for an event that the wait takes; gives its payload as it came, None where time ran out.

        Raises:
            errors.ToolError: nobody could be asked for events.
        """
        ...

    async def rest(self, step: str) -> None:
        """Ends the turn before a step, since much was computed without a wait; the run goes on at once."""
        ...

    async def next_version(self) -> int:
        """The next value of the pipeline's durable counter, the same through the run and its retries."""
        ...

    def changed(self) -> None:
        """Told after each change of a step's state, so that it can be shown."""
        ...
