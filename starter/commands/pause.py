"""`ordinaut pause`: due times of pipelines pass without a run until `resume`."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import click
from temporalio import client

from starter import connection, output
from starter.approvals import options, people
from starter.schedules import one, subscribing, together
from workflows import converter
from workflows.core import errors
from workflows.core.approvals import policy


@click.command("pause", epilog='\b\nExample: ordinaut pause daily-financial-reconciliation --note "bank maintenance"')
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--note", default="", metavar="TEXT", help="Why; `schedules` and the Web UI show it.")
@options.person("pauses them")
@output.json_option
def command(names: tuple[str, ...], note: str, who: str | None, as_json: bool) -> int:
    """Pause applied pipelines: none starts by itself, or on an event, until `resume`. Runs under way go on; `trigger`, `backfill` work."""
    people.allowed(policy.APPLY, who)
    return asyncio.run(_pause(names, note, as_json))


async def _pause(names: tuple[str, ...], note: str, as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    found = await one.find_all(temporal, names, "pause")
    if manual := [applied.name for applied in found if applied.is_manual]:
        raise errors.ToolError(errors.INVALID_INPUT, f"'{manual[0]}' is manual: it runs only when triggered, so there is nothing to pause")
    told = await together.ask(lambda applied: _one(temporal, applied, note), found)
    if as_json:
        output.json_document({"schedules": told})
    for each in [] if as_json else told:
        again = "was paused already" if each["was_paused"] else "paused; runs under way go on"
        output.say(f"{each['name']}  {again}" + (f": {each['note']}" if each["note"] else ""))
    return 0


async def _one(temporal: client.Client, applied: one.Applied, note: str) -> dict[str, Any]:
    """Pauses it; one that is paused keeps its time, since `resume` counts from there what was lost."""
    was_paused = applied.paused
    if not was_paused or note:
        since = (applied.paused_at if was_paused else None) or datetime.datetime.now(datetime.UTC)
        await temporal.get_schedule_handle(applied.name).pause(note=one.pause_note(since, note))
        await subscribing.changed(temporal, applied.kept)
    return {"name": applied.name, "paused": True, "was_paused": was_paused, "note": note or (applied.note if was_paused else "")}
