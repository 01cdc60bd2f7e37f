"""The MCP server of `ordinaut mcp`: what an assistant may look at, try, start and watch. Approving stays with people."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import Iterator
from typing import Any, Final

from mcp.server import mcpserver
from mcp.server.mcpserver import exceptions
from mcp.types import ToolAnnotations
from temporalio import client, service

from activities import json_text, run_starting
from starter import connection, documents, following, history, output, session, starting
from starter.approvals import people, waiting
from starter.assistant import library
from starter.commands import runs as runs_command
from starter.schedules import listing, matching, preview, subjects
from workflows import converter
from workflows.core import errors, moments, progress, run, zones
from workflows.core.approvals import policy

READ: Final = "read"
RUN: Final = "run"
SCOPES: Final = (READ, RUN)
_READS: Final = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
_STARTS: Final = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=True)
_INSTRUCTIONS: Final = (
    "Ordinaut runs automation pipelines: JSON documents with a schedule and a list of steps that call vendors' tools. Look at what there is"
    " with list_pipelines, check and mock-run a document before it is used, start a run only when the person asks for it, and watch it to"
    " its end. Approvals are decided by people, never here."
)
_MAX_TIMES: Final = 200
_MAX_WAITING: Final = 100


def made(shelf: library.Library, scopes: frozenset[str], person: str | None = None) -> mcpserver.MCPServer:
    """The server, with the tools that the scopes allow. It acts for the person: what the policy refuses them, it refuses."""
    server = mcpserver.MCPServer("ordinaut", title="Ordinaut", instructions=_INSTRUCTIONS, log_level="WARNING")
    if READ in scopes:
        _add_documents(server, shelf)
        _add_runs(server, person)
        _add_schedules(server)
    if RUN in scopes:
        _add_start(server, shelf, person)
    return server


def _add_documents(server: mcpserver.MCPServer, shelf: library.Library) -> None:
    @server.tool(annotations=_READS, structured_output=False)
    def list_pipelines() -> str:
        """The pipelines there are: name, title, description, schedule, steps, and how many problems each has."""
        with _told():
            return _text({"pipelines": shelf.listed()})

    @server.tool(annotations=_READS, structured_output=False)
    def check_pipeline(pipeline: str) -> str:
        """Every problem of a pipeline, given by its name or as the text of a document, with line, column, and what to do."""
        with _told():
            checked = shelf.checked(pipeline)
            return _text({"ok": checked.ok, "problems": [output.problem_json(problem) for problem in checked.problems]})

    @server.tool(annotations=_READS, structured_output=False)
    def mock_run(
        pipeline: str, params: dict[str, Any] | None = None, event: dict[str, Any] | None = None, outputs: dict[str, Any] | None = None
    ) -> str:
        """Run a pipeline (a name, or the text of a document) in memory: no tool is called. `outputs` are the tools' outputs by step id;
        made up where left out. Gives each step's evaluated arguments and output."""
        with _told():
            document = library.runnable(shelf.checked(pipeline))
            return _text(library.mocked(document, _exact(params or {}), _exact(event), _exact(outputs)))


def _add_runs(server: mcpserver.MCPServer, person: str | None) -> None:
    @server.tool(annotations=_READS, structured_output=False)
    async def list_runs(status: str | None = None, pipeline: str | None = None, limit: int = 20) -> str:
        """Runs, newest first. `status`: running, completed, failed, cancelled, terminated or timed-out."""
        with _told():
            people.check(documents.settings(), policy.SEE, person)
            if status is not None and status not in runs_command.STATUSES:
                raise errors.ToolError(errors.INVALID_INPUT, f"no status '{status}'; there are {', '.join(runs_command.STATUSES)}")
            temporal = await connection.connect(converter.DATA_CONVERTER)
            found = temporal.list_workflows(runs_command.query(status, pipeline), limit=min(max(limit, 1), 1_000))
            return _text({"runs": [runs_command.facts(one) async for one in found]})

    @server.tool(annotations=_READS, structured_output=False)
    async def read_run(run_id: str) -> str:
        """One run: each step with its state, arguments, output and error."""
        with _told():
            people.check(documents.settings(), policy.SEE, person)
            temporal = await connection.connect(converter.DATA_CONVERTER)
            return _text((await following.read(temporal, run_id)).record().as_json(run_id))

    @server.tool(annotations=_READS, structured_output=False)
    async def watch_run(run_id: str, ctx: mcpserver.Context[Any, Any]) -> str:
        """Wait until a run has ended, with a progress notification at each change of a step; gives its result."""
        with _told():
            people.check(documents.settings(), policy.SEE, person)
            temporal = await connection.connect(converter.DATA_CONVERTER)
            return _text(await _watched(temporal, run_id, ctx))

    @server.tool(annotations=_READS, structured_output=False)
    async def list_waiting_approvals() -> str:
        """Runs that wait for a person: the question, whom it asks, what would be sent. Deciding is for people; no tool here does."""
        with _told():
            people.check(documents.settings(), policy.SEE, person)
            temporal = await connection.connect(converter.DATA_CONVERTER)
            found = await waiting.listed(temporal, _MAX_WAITING)
            return _text({"approvals": found, "note": "decided by people: ordinaut approve RUN STEP --as WHO"})


def _add_schedules(server: mcpserver.MCPServer) -> None:
    @server.tool(annotations=_READS, structured_output=False)
    async def list_schedules() -> str:
        """What is applied: when each pipeline is due, its next and last run, whether it is paused."""
        with _told():
            temporal = await connection.connect(converter.DATA_CONVERTER)
            return _text({"schedules": [row.as_json() for row in await listing.rows(temporal)]})

    @server.tool(annotations=_READS, structured_output=False)
    async def next_times(what: str, count: int = 5, timezone: str | None = None) -> str:
        """When something is due next: the name of an applied pipeline, a recurrence (FREQ=WEEKLY;BYDAY=MO;BYHOUR=9), a cron expression or
        a time. `timezone` is for expressions."""
        with _told():
            now = datetime.datetime.now(datetime.UTC)
            found = await subjects.find([what], subjects.Options(timezone=timezone), now)
            span = preview.Span(now, matching.END, min(max(count, 1), _MAX_TIMES))
            lists = [await preview.due(subject, found.temporal, span) for subject in found.subjects]
            times = [one.as_json() for one in preview.merged(lists, span.limit)]
            return _text({"pipelines": [subjects.as_json(subject) for subject in found.subjects], "times": times})


def _add_start(server: mcpserver.MCPServer, shelf: library.Library, person: str | None) -> None:
    @server.tool(annotations=_STARTS, structured_output=False)
    async def start_run(
        pipeline: str,
        ctx: mcpserver.Context[Any, Any],
        params: dict[str, Any] | None = None,
        event: dict[str, Any] | None = None,
        at: str | None = None,
        watch: bool = False,
    ) -> str:
        """Start a run of a pipeline by its name: its tools are called for real. `at` is the nominal time for its date words, now where left
        out; `watch` waits for the end, with progress."""
        with _told():
            people.check(documents.settings(), policy.START, person)
            document = library.runnable(shelf.named(pipeline))
            given = starting.run_input(document, _exact(params or {}), _exact(event), _nominal(at, document["timezone"]), person)
            temporal = await session.ready()
            run_id = starting.run_id(document["name"], datetime.datetime.now(datetime.UTC))
            await run_starting.start(temporal, given, run_id)
            return _text(await _watched(temporal, run_id, ctx) if watch else {"run_id": run_id, "status": run.RUNNING})


async def _watched(temporal: client.Client, run_id: str, ctx: mcpserver.Context[Any, Any]) -> dict[str, Any]:
    """The result of a run at its end; each change of a step is told on the way."""
    changes: asyncio.Queue[history.RunHistory] = asyncio.Queue()
    await following.read(temporal, run_id)  # says so where there is no such run
    watching = asyncio.create_task(following.follow(temporal, run_id, quiet=True, changed=changes.put_nowait))
    try:
        told = None
        while not watching.done() or not changes.empty():
            with contextlib.suppress(TimeoutError):
                told = await _report(await asyncio.wait_for(changes.get(), 1), told, ctx)
        return (await watching).record().as_json(run_id)
    finally:
        watching.cancel()


async def _report(current: history.RunHistory, told: str | None, ctx: mcpserver.Context[Any, Any]) -> str | None:
    steps = current.record().steps
    ended = sum(step.status in (run.COMPLETED, run.SKIPPED, run.FAILED) for step in steps)
    now = next((step for step in steps if step.status in (run.RUNNING, run.WAITING)), None)
    words = f"{now.id}: {now.uses} {now.status}" if now else f"{ended} of {len(steps)} steps ended"
    if words != told:
        await ctx.report_progress(ended, len(steps), words)
    return words


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Our errors as what the assistant reads; a service that cannot be reached too."""
    try:
        yield
    except errors.OrdinautError as error:
        raise exceptions.ToolError(str(error)) from None
    except service.RPCError as error:
        raise exceptions.ToolError(f"the Temporal service answers with an error: {error.message}") from None


def _text(value: Any) -> str:
    return json_text.encode(progress.writable(value)).decode()


def _exact(value: Any) -> Any:
    """JSON as the language has it: decimals, no float."""
    return None if value is None else json_text.decode(json_text.encode(value), "the arguments")


def _nominal(at: str | None, zone: str) -> datetime.datetime | None:
    if at is None:
        return None
    moment = moments.parse(at, zones.load(zone))
    if moment is None:
        raise errors.ToolError(errors.INVALID_INPUT, f"at: '{at[:60]}' is no time; write it like 2026-11-23T18:00:00+02:00")
    text = str(moment)
    read = datetime.datetime.fromisoformat(text if "T" in text else f"{text}T00:00:00")
    return read if read.tzinfo else read.replace(tzinfo=zones.load(zone))
