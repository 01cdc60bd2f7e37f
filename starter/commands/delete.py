"""`ordinaut delete`: pipelines are no longer applied."""

from __future__ import annotations

import asyncio

import click
from temporalio import client

from starter import connection, output
from starter.approvals import options, people
from starter.schedules import consent, one, subscribing, together
from workflows import contract, converter
from workflows.core.approvals import policy


@click.command("delete", epilog="\b\nExample: ordinaut delete weekly-all-hands --yes")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.person("deletes them")
@output.json_option
def command(names: tuple[str, ...], yes: bool, who: str | None, as_json: bool) -> int:
    """Delete the schedules and subscriptions of applied pipelines; `apply` makes them anew. Runs under way go on, finished ones stay."""
    people.allowed(policy.APPLY, who)
    return asyncio.run(_delete(names, yes, as_json))


async def _delete(names: tuple[str, ...], yes: bool, as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    found = await one.find_all(temporal, names, "delete")
    listed = ", ".join(applied.name for applied in found)
    if not consent.given(f"Delete the schedule of {listed}?", yes, as_json):
        output.note("nothing was deleted")
        return 1
    told = await together.ask(lambda applied: _one(temporal, applied), found)
    if as_json:
        output.json_document({"schedules": [{"name": name, "deleted": True, "runs_under_way": running} for name, running in told]})
    for name, running in [] if as_json else told:
        runs = f"; {running} {'run' if running == 1 else 'runs'} under way {'goes' if running == 1 else 'go'} on" if running else ""
        output.say(f"{name}  deleted{runs}")
    return 0


async def _one(temporal: client.Client, applied: one.Applied) -> tuple[str, int]:
    """Deletes it; gives its name and how many of its runs are under way."""
    name = applied.name
    await subscribing.ended(temporal, applied.kept)
    await temporal.get_schedule_handle(name).delete()
    by = f"TemporalScheduledById = '{name}'" if applied.event_type is None else f"{contract.ATTRIBUTE_PIPELINE} = '{name}'"
    counted = await temporal.count_workflows(f"{by} AND ExecutionStatus = 'Running'")
    return name, counted.count
