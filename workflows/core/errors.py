"""The errors of the language and of a run, for everybody who raises or shows one.

OrdinautError
├── DocumentError        a document cannot become a plan; carries every Problem
├── EvaluationError      a template could not be evaluated
│   ├── MissingValue     it names something that is not there
│   └── LimitExceeded    it asked for more than a named limit allows
├── ScheduleError        a rule, calendar or time that cannot be read, never comes, or cannot be told to Temporal
├── ToolError            a tool call failed; carries its kind
└── MockError            a mock run lacks what it needs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

# Kinds of failure: the `type` of an error in results, in Temporal and in mock files.
INVALID_INPUT: Final = "invalid input"
REJECTED: Final = "rejected by the vendor"
THROTTLED: Final = "throttled"
UNREACHABLE: Final = "unreachable"
UNKNOWN_OUTCOME: Final = "unknown outcome"
BAD_OUTPUT: Final = "bad output"
TEMPLATE_ERROR: Final = "template error"
LIMIT_EXCEEDED: Final = "limit exceeded"
CANCELLED: Final = "cancelled"
INTERNAL_ERROR: Final = "internal error"
MOCK_ERROR: Final = "mock error"
NOT_APPROVED: Final = "not approved"
TIMEOUT: Final = "timeout"  # what a step waited for did not come in time
REFUSED: Final = "refused"  # a decision that does not count

#: Kinds that a call can end with.
CALL_FAILURES: Final = (INVALID_INPUT, REJECTED, THROTTLED, UNREACHABLE, UNKNOWN_OUTCOME, BAD_OUTPUT, INTERNAL_ERROR)

#: Kinds after which the same call may be sent again, because nothing was done.
RETRYABLE: Final = frozenset({THROTTLED, UNREACHABLE})

#: An error text that crosses to Temporal is cut to this many characters (a payload may hold 2 MiB).
MAX_MESSAGE_CHARS: Final = 8_000


def cut(message: str) -> str:
    """The message, cut to MAX_MESSAGE_CHARS with a note of how much is gone."""
    if len(message) <= MAX_MESSAGE_CHARS:
        return message
    return f"{message[:MAX_MESSAGE_CHARS]}... ({len(message) - MAX_MESSAGE_CHARS} characters cut)"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in a document: where, what was found, what was expected, what to do.

    `code` is stable and documented; `line` and `column` count from 1 (0 where unknown);
    `path` is like `payload.pipeline[3].with.channel`; `hint` is "" where there is none.
    """

    code: str
    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""
    severity: str = "error"  # or "warning"


class OrdinautError(Exception):
    """Base of every error that Ordinaut raises on purpose."""

    kind: str = INTERNAL_ERROR


class DocumentError(OrdinautError):
    """A document that cannot be run; `problems` holds every one that was found."""

    kind = INVALID_INPUT

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class EvaluationError(OrdinautError):
    """A template could not be evaluated. `place` is where in its tree, "with.context.date", once that is known."""

    kind = TEMPLATE_ERROR
    place = ""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} ({hint})" if hint else message)


class MissingValue(EvaluationError):
    """A template reads something that is not there."""


class LimitExceeded(EvaluationError):
    """A template asked for more than a named limit allows."""

    kind = LIMIT_EXCEEDED


class ScheduleError(OrdinautError):
    """A schedule that cannot be: `key` is the document's key at fault, `part` the part of its text, like "BYDAY=XX"."""

    kind = INVALID_INPUT

    def __init__(self, message: str, hint: str = "", key: str = "schedule_expr", part: str = "") -> None:
        self.message = message
        self.hint = hint
        self.key = key
        self.part = part
        super().__init__(f"{message}; {hint}" if hint else message)


class ToolError(OrdinautError):
    """A tool call failed. `details` is JSON: tool, action, step, attempt, and what the vendor said."""

    def __init__(self, kind: str, message: str, details: dict[str, Any] | None = None, retry_after: float | None = None) -> None:
        self.kind = kind
        self.message = message
        self.details = details or {}
        self.retry_after = retry_after  # seconds, where the vendor named them
        super().__init__(message)


def worker_lost(address: str, action: str | None, step: str) -> ToolError:
    """The error for a call whose worker stopped or hung: nobody knows whether it was done."""
    what = f"{address} {action or ''}".strip()
    return ToolError(
        UNKNOWN_OUTCOME,
        f"{what}: the worker stopped or hung while the call was under way, so it may or may not have been done; "
        f"look it up at the vendor before you run this step again",
        {"tool": address, "action": action, "step": step},
    )


class MockError(OrdinautError):
    """A mock run lacks an output, or holds one that does not fit."""

    kind = MOCK_ERROR
