"""`ordinaut approvals`: what people are asked now."""

from __future__ import annotations

import asyncio

import click

from starter import connection, output
from starter.approvals import options, people, rendering, waiting
from workflows import converter
from workflows.core.approvals import policy


@click.command("approvals", epilog="\b\nExample: ordinaut approvals --json")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="At most so many runs.")
@options.person("sees them")
@output.json_option
def command(limit: int, who: str | None, as_json: bool) -> int:
    """List the approvals that wait: the question, whom it asks, and exactly what would be sent, with its digest."""
    people.allowed(policy.SEE, who)
    return asyncio.run(_list(limit, as_json))


async def _list(limit: int, as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    found = await waiting.listed(temporal, limit)
    if as_json:
        output.json_document({"approvals": found})
        return 0
    if not found:
        output.say("no approval waits")
    for asked in found:
        for line in rendering.lines(asked):
            output.say(line)
        output.say()
    if found:
        output.say("decide:  ordinaut approve RUN STEP --as WHO      ordinaut reject RUN STEP --as WHO --comment WHY")
    return 0
