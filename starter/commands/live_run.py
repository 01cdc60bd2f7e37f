"""The part of `ordinaut run` that needs the service; apart, so that a mock run does not load Temporal's client."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Mapping
from typing import Any

from activities import run_starting
from starter import connection, following, output, pollers, session, starting, task_queues
from workflows.core import errors


async def start(
    document: Mapping[str, Any],
    params: Mapping[str, Any],
    event: Mapping[str, Any] | None,
    nominal: datetime.datetime | None,
    *,
    wait: bool,
    quiet: bool,
    started_by: str | None = None,
) -> dict[str, Any]:
    """Starts a run of a plan and gives its result: how it ended, or how it stands where nobody is to `wait`.

    Each change of a step is told on stderr unless `quiet`.

    Raises:
        connection.Unreachable: no service answered.
        errors.OrdinautError: the service is not ready, the run is given more than Temporal carries, or Ctrl-C ended the waiting.
    """
    given = starting.run_input(document, params, event, nominal, started_by)
    temporal = await session.ready()
    await pollers.warn(temporal, task_queues.of_plan(document))
    run_id = starting.run_id(document["name"], datetime.datetime.now(datetime.UTC))
    await run_starting.start(temporal, given, run_id)
    output.note(f"started {run_id}")
    if page := connection.web_page(temporal, run_id):
        output.note(f"  {page}")
    if not wait:
        return (await following.read(temporal, run_id)).record().as_json(run_id)
    try:
        told = await following.follow(temporal, run_id, quiet)
    except asyncio.CancelledError:  # Ctrl-C
        raise errors.ToolError(errors.CANCELLED, f"no longer watching; the run goes on: ordinaut show {run_id}") from None
    return told.record().as_json(run_id)
