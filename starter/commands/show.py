"""`ordinaut show`: one run, told from its history; no worker is needed."""

from __future__ import annotations

import asyncio

import click

from starter import connection, following, output
from starter.approvals import options, people
from workflows import converter
from workflows.core.approvals import policy


@click.command("show", epilog="\b\nExample: ordinaut show daily-financial-reconciliation-manual-20261123T160000Z-3fa9 --json")
@click.argument("run_id", metavar="RUN")
@options.person("sees it")
@output.json_option
def command(run_id: str, who: str | None, as_json: bool) -> int:
    """Show a run: each step with its state, arguments, output and error."""
    people.allowed(policy.SEE, who)
    return asyncio.run(_show(run_id, as_json))


async def _show(run_id: str, as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    told = await following.read(temporal, run_id)
    result = told.record().as_json(run_id)
    if as_json:
        output.json_document(result)
    else:
        output.result(result)
        output.details(result)
    return 0
