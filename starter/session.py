"""A connection that is ready for runs, for the commands and the worker."""

from __future__ import annotations

from temporalio import client

from starter import connection, output
from workflows import converter
from workflows.core import errors


class NotReady(errors.OrdinautError):
    """The Temporal service lacks something that runs need; the message says what and how to add it."""

    kind = errors.INVALID_INPUT


async def ready() -> client.Client:
    """Connects and checks that the service has what runs need; warnings are told on stderr.

    Raises:
        connection.Unreachable: no service answered.
        NotReady: search attributes are missing; the message holds the command that adds them.
    """
    temporal = await connection.connect(converter.DATA_CONVERTER)
    problems = await connection.check_service(temporal)
    for problem in problems:
        if problem.severity == "warning":
            output.note(f"warning: {problem.message}" + (f"\n    {problem.hint}" if problem.hint else ""))
    wrong = [f"{problem.message}\n    {problem.hint}" for problem in problems if problem.severity == "error"]
    if wrong:
        raise NotReady("\n".join(wrong))
    return temporal
