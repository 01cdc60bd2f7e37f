"""What a failed activity means for a run, for everything in a run that waits for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from temporalio import exceptions

from workflows.core import errors


def meaning(error: exceptions.ActivityError, unsaid: Callable[[BaseException], errors.ToolError]) -> BaseException:
    """The error to raise: the run's cancellation, or what the activity said; `unsaid` makes one of a cause without words of ours,
    such as a worker that was lost."""
    cause = error.cause
    if isinstance(cause, exceptions.CancelledError):
        return asyncio.CancelledError()
    if isinstance(cause, exceptions.ApplicationError):
        details = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
        return errors.ToolError(cause.type or errors.INTERNAL_ERROR, cause.message, details)
    return unsaid(cause or error)
