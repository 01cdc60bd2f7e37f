"""`ordinaut runs`: the runs there are, newest first."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import click
from temporalio import client, common

from starter import connection, output
from starter.approvals import options, people
from workflows import contract, converter
from workflows.core.approvals import policy

#: What people call a state, and Temporal's name of it.
STATUSES: Final = {
    "running": "Running",
    "completed": "Completed",
    "failed": "Failed",
    "cancelled": "Canceled",
    "terminated": "Terminated",
    "timed-out": "TimedOut",
}


@click.command("runs", epilog="\b\nExample: ordinaut runs --status failed --pipeline daily-financial-reconciliation")
@click.option("--status", type=click.Choice(list(STATUSES)), help="Only runs in this state.")
@click.option("--pipeline", metavar="NAME", help="Only runs of this pipeline.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="At most so many.")
@options.person("sees them")
@output.json_option
def command(status: str | None, pipeline: str | None, limit: int, who: str | None, as_json: bool) -> int:
    """List runs, newest first."""
    people.allowed(policy.SEE, who)
    nothing = "no such runs; 'ordinaut runs' lists all" if status or pipeline else "no runs; start one with: ordinaut run FILE"
    return asyncio.run(_list(query(status, pipeline), limit, as_json, nothing))


def query(status: str | None, pipeline: str | None) -> str:
    """Temporal's list filter: `WorkflowType = 'Pipeline' AND ExecutionStatus = 'Failed'`."""
    parts = [f"WorkflowType = '{contract.PIPELINE}'"]
    if status:
        parts.append(f"ExecutionStatus = '{STATUSES[status]}'")
    if pipeline:
        quoted = pipeline.replace("\\", "\\\\").replace("'", "\\'")
        parts.append(f"{contract.ATTRIBUTE_PIPELINE} = '{quoted}'")
    return " AND ".join(parts)


async def _list(filter_: str, limit: int, as_json: bool, nothing: str) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    found = [facts(one) async for one in temporal.list_workflows(filter_, limit=limit)]
    if as_json:
        output.json_document({"runs": found})
    elif not found:
        output.say(nothing)
    for one in [] if as_json else found:
        output.say(f"{one['run_id']:<72} {one['status']:<10} {one['started']}  {one['waiting_for'] or ''}".rstrip())
    return 0


def facts(one: client.WorkflowExecution) -> dict[str, Any]:
    """A run of the list as `--json` shows it."""
    names = {theirs: ours for ours, theirs in STATUSES.items()}
    status = one.status.name.title().replace("_", "") if one.status else ""
    step = one.typed_search_attributes.get(common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STEP))
    return {
        "run_id": one.id,
        "status": names.get(status, status.lower()),
        "pipeline": one.typed_search_attributes.get(common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_PIPELINE)),
        "started": one.start_time.replace(microsecond=0).isoformat(),
        "ended": one.close_time.replace(microsecond=0).isoformat() if one.close_time else None,
        "waiting_for": step if one.close_time is None else None,
    }
