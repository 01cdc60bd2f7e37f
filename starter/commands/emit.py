"""`ordinaut emit`: sends an event, as the gateway would."""

from __future__ import annotations

import asyncio
import datetime
import re
import uuid
from typing import Any, Final

import click

from activities.events import sending
from starter import documents, output, pollers, session
from starter.approvals import options, people
from workflows import contract
from workflows.core import errors
from workflows.core.approvals import origin, policy

_MAX_CHARS: Final = 200
_TYPE: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\Z")
_ID: Final = re.compile(r"[A-Za-z0-9_.:=-]{1,200}\Z")


def type_option(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """The type of an event as a person gives it."""
    if value is not None and (len(value) > _MAX_CHARS or not _TYPE.match(value)):
        raise click.UsageError(f"'{value[:60]}' is no event type; expected words with points between, such as github.push")
    return value


@click.command("emit", epilog="\b\nExample: ordinaut emit github.pull_request.opened @event.json --id 72d3162e")
@click.argument("event_type", metavar="TYPE", callback=type_option)
@click.argument("payload", metavar="@FILE|JSON", default="{}")
@click.option("--id", "event_id", metavar="ID", help="What deduplicates it: sent again it is taken once. A new one where left out.")
@options.person("sends it")
@output.json_option
def command(event_type: str, payload: str, event_id: str | None, who: str | None, as_json: bool) -> int:
    """Send an event: it starts every pipeline that is applied to its type, and wakes runs that wait for it."""
    if event_id is not None and not _ID.match(event_id):
        raise click.UsageError("--id takes up to 200 letters, digits and _ . : = -")
    given = documents.json_value(payload, "the payload")
    if not isinstance(given, dict):
        message = "the payload is no JSON object"
        raise documents.BrokenFile(message) if payload.startswith("@") else click.UsageError(message)
    person = people.allowed(policy.START, who)
    return asyncio.run(_emit(event_type, given, event_id or uuid.uuid4().hex, person, as_json))


async def _emit(event_type: str, payload: dict[str, Any], event_id: str, person: str | None, as_json: bool) -> int:
    temporal = await session.ready()
    event = sending.event(event_type, event_id, origin.emitted_by(person), payload, datetime.datetime.now(datetime.UTC))
    try:
        is_new = await sending.send(temporal, event)
    except errors.LimitExceeded as error:
        raise errors.ToolError(errors.INVALID_INPUT, str(error)) from None
    await pollers.warn(temporal, [contract.TASK_QUEUE])
    if as_json:
        output.json_document({"event_id": event_id, "event_type": event_type, "duplicate": not is_new})
    elif is_new:
        output.say(f"{event_type}  {event_id}  sent; who took it: ordinaut events --type {event_type}")
    else:
        output.say(f"{event_type}  {event_id}  was sent before, so nothing was done")
    return 0
