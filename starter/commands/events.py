"""`ordinaut events`: the events that came, who took them, and those that nobody took."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import click

from starter import connection, output
from starter.approvals import options, people
from starter.commands import emit
from starter.events import listing
from workflows import contract, converter
from workflows.core.approvals import policy

_COLOURS: Final = {contract.EVENT_UNCLAIMED: "yellow", contract.EVENT_PARTLY_TAKEN: "red"}


@click.command("events", epilog="\b\nExample: ordinaut events --unclaimed --type github.push")
@click.option("--type", "event_type", metavar="TYPE", callback=emit.type_option, help="Only events of this type.")
@click.option("--unclaimed", is_flag=True, help="Only events that nobody took, or that some pipeline could not get.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="At most so many.")
@click.option(
    "--resend", metavar="ID", multiple=True, help="Hand this event on again, with --type; repeatable. 'all' takes the listed ones."
)
@options.person("sees them, or hands them on again")
@output.json_option
def command(event_type: str | None, unclaimed: bool, limit: int, resend: tuple[str, ...], who: str | None, as_json: bool) -> int:
    """List the events that came, newest first, as long as the namespace keeps them.

    An event that is handed on again starts only runs that it did not start before.
    """
    if resend and not event_type and resend != ("all",):
        raise click.UsageError("--resend ID needs --type TYPE, since ids are ids of a type")
    if resend == ("all",) and not unclaimed:
        raise click.UsageError("--resend all needs --unclaimed: what was taken is sent again by its id only")
    people.allowed(policy.START if resend else policy.SEE, who)
    return asyncio.run(_events(event_type, unclaimed, limit, resend, as_json))


async def _events(event_type: str | None, unclaimed: bool, limit: int, resend: tuple[str, ...], as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    if resend:
        return await _resend(temporal, event_type, unclaimed, limit, resend, as_json)
    found = await listing.listed(temporal, event_type, unclaimed, limit)
    if as_json:
        output.json_document({"events": found})
    elif not found:
        output.say("no such events" if event_type or unclaimed else "no events; send one with: ordinaut emit TYPE @payload.json")
    for one in [] if as_json else found:
        status = click.style(f"{one['status']:<12}", fg=_COLOURS.get(one["status"]))
        output.say(f"{one['received_at']}  {status}  {one['event_type']}  {one['event_id']}")
        for line in _lines(one):
            output.say(f"    {line}")
    return 0


async def _resend(temporal: Any, event_type: str | None, unclaimed: bool, limit: int, resend: tuple[str, ...], as_json: bool) -> int:
    if resend == ("all",):
        listed = await listing.listed(temporal, event_type, unclaimed, limit)
        pairs = [(one["event_type"], one["event_id"]) for one in listed]
    else:
        pairs = [(str(event_type), event_id) for event_id in dict.fromkeys(resend)]
    for one in pairs:
        await listing.resend(temporal, *one)
    if as_json:
        output.json_document({"resent": [{"event_type": one[0], "event_id": one[1]} for one in pairs]})
    for one in [] if as_json else pairs:
        output.say(f"{one[0]}  {one[1]}  handed on again")
    if not pairs and not as_json:
        output.say("no such events; nothing was sent")
    return 0


def _lines(one: dict[str, Any]) -> list[str]:
    lines = [f"started {run_id}" for run_id in one["runs"]]
    lines += [f"awaited by {wait}" for wait in one["waits"]]
    lines += [f"not for {name}: it is paused" for name in one["paused"]]
    return lines + [f"not for {name}: {reason}" for name, reason in one["failed"].items()]
