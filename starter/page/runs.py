"""Runs: the latest, and the timeline of one."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from temporalio import client, service

from activities import environment_names as names
from starter import following, state_file
from starter.commands import runs as listing
from starter.page import desk as desks
from starter.page import problems, words
from workflows import contract
from workflows.core import run

LIMIT: Final = 50
#: A worker that lives answers within this time; else the history is read.
ANSWER_SECONDS: Final = 3.0
_MAX_PIPELINE_CHARS: Final = 100


async def latest(desk: desks.Desk, request: Request) -> Response:
    """`GET /runs?status=failed&pipeline=NAME`: the latest runs."""
    status, pipeline = request.query_params.get("status", ""), request.query_params.get("pipeline", "").strip()
    if status and status not in listing.STATUSES:
        raise problems.Problem(400, "Not understood", f"There is no such state; there are {', '.join(listing.STATUSES)}.")
    if len(pipeline) > _MAX_PIPELINE_CHARS or not pipeline.isprintable():
        raise problems.Problem(400, "Not understood", "No pipeline has such a name.")
    query = listing.query(status or None, pipeline or None)
    found = [listing.facts(one) async for one in desk.temporal.list_workflows(query, limit=LIMIT)]
    return desk.page(request, "runs.html", runs=found, status=status, pipeline=pipeline, statuses=list(listing.STATUSES), limit=LIMIT)


async def one(desk: desks.Desk, request: Request) -> Response:
    """`GET /runs/{run_id}`: its timeline; `?part=timeline` gives that alone, for the script that keeps it fresh."""
    run_id = request.path_params["run_id"]
    record = await recorded(desk.temporal, run_id)
    template = "timeline.html" if request.query_params.get(desks.PART) == "timeline" else "run.html"
    going_on = record["status"] in (run.RUNNING, run.WAITING)
    return desk.page(request, template, run_id=run_id, record=record, going_on=going_on, web_ui=web_ui(desk, run_id))


async def recorded(temporal: client.Client, run_id: str) -> dict[str, Any]:
    """The run's record: asked of the run, or read from its history where no worker answers.

    Raises:
        errors.ToolError: there is no such run, or it is not one of a pipeline.
    """
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            found: dict[str, Any] = await temporal.get_workflow_handle(run_id).query(contract.QUERY_PROGRESS)
            if isinstance(found, dict) and "steps" in found:
                return found
    except (TimeoutError, service.RPCError, client.WorkflowQueryFailedError, client.WorkflowQueryRejectedError):
        pass
    return (await following.read(temporal, run_id)).record().as_json(run_id)


async def steps(temporal: client.Client, run_id: str) -> list[dict[str, Any]]:
    """The run's steps so far."""
    found: list[dict[str, Any]] = (await recorded(temporal, run_id))["steps"]
    return found


def web_ui(desk: desks.Desk, run_id: str) -> str | None:
    """The run in Temporal's Web UI, where that is known."""
    url = desk.settings.plain(names.TEMPORAL_UI_URL)
    if url is None:
        state = state_file.read(os.environ)
        if state is None or state.address != desk.temporal.service_client.config.target_host:
            return None
        url = state.ui_url
    return f"{url.rstrip('/')}/namespaces/{words.address(desk.temporal.namespace)}/workflows/{address(run_id)}" if url else None


def address(run_id: str) -> str:
    """The run in a path."""
    return words.address(run_id)
