"""What a transport gets and gives, for the tool-call activity and every transport."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol

from activities import json_text
from workflows.core import errors, limits, model


@dataclass(slots=True)
class Progress:
    """How far a call has come. A transport sets `sent` just before the first byte that could have an effect leaves."""

    sent: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One try of one tool call, its arguments fitted to the tool's schema.

    `deadline` is a time of the running loop's clock (`loop.time()`), in seconds; `key` is the same for every try of the call.
    """

    tool: model.Tool
    action: str | None
    arguments: dict[str, Any]
    effect: str
    key: str
    run: str
    step: str
    deadline: float
    zone: str | None = None
    repeats: bool = False  # an earlier try, or an earlier run of the same chain, may have sent this call
    progress: Progress = field(default_factory=Progress)

    def remaining(self) -> float:
        """Seconds that are left; never below a millisecond, since 0 means "for ever" in many places."""
        return max(self.deadline - asyncio.get_running_loop().time(), 0.001)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave, and what a person should know about it."""

    output: Any
    warnings: list[str] = field(default_factory=list)
    cached_seconds: int | None = None  # age of an output that the worker had kept


class Transport(Protocol):
    """A way to reach tools. One object serves all calls of a worker."""

    async def send(self, call: Call) -> Answer:
        """Makes the call once.

        Raises:
            ToolError: the call failed; its kind says how. A timeout or a cancellation is judged by `call.progress`.
        """
        ...

    async def close(self) -> None:
        """Closes pooled connections."""
        ...


def check_size(output: Any) -> None:
    """Refuses an output that Temporal could not keep.

    Raises:
        ToolError: BAD_OUTPUT, with both sizes named.
    """
    size = len(json_text.encode(output))
    if size > limits.MAX_PAYLOAD_BYTES:
        raise errors.ToolError(
            errors.BAD_OUTPUT,
            f"the output has {size:,} bytes as JSON, and a run keeps at most {limits.MAX_PAYLOAD_BYTES:,} (MAX_PAYLOAD_BYTES);"
            " ask for less: fewer rows, a shorter period, only the fields that later steps read",
        )
