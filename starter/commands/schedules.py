"""`ordinaut schedules`: the applied pipelines, when each is due and how its last run went."""

from __future__ import annotations

import asyncio
import datetime
from typing import Final

import click

from starter import connection, output
from starter.schedules import clock_words, listing
from workflows import converter
from workflows.core import zones
from workflows.core.schedules import timing

_STATE_COLOURS: Final = {listing.PAUSED: "yellow", listing.DONE: "bright_black"}
_LAST_COLOURS: Final = {"completed": "green", "failed": "red", "timed-out": "red", "terminated": "red"}
_DEFAULT_OVERLAP: Final = timing.Policies().overlap
_MOST_NAME_CHARS: Final = 64


@click.command("schedules", epilog="\b\nExample: ordinaut schedules --json")
@output.json_option
def command(as_json: bool) -> int:
    """List the applied pipelines: when each is due next, how its last run went, what is paused and why."""
    return asyncio.run(_list(as_json))


async def _list(as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    rows = await listing.rows(temporal)
    if as_json:
        output.json_document({"schedules": [row.as_json() for row in rows]})
    elif not rows:
        output.say("nothing is applied; apply pipelines with: ordinaut apply PATH...")
    else:
        _show(rows, datetime.datetime.now(datetime.UTC))
    return 0


def _show(rows: list[listing.Row], now: datetime.datetime) -> None:
    width = min(max(len(row.name) for row in rows), _MOST_NAME_CHARS)
    for row in rows:
        output.say(f"{click.style(f'{row.name:<{width}}', bold=True)}  {row.when}{_zone(row)}")
        output.say(f"{'':<{width}}  {_next(row, now)}")
        if row.last is not None:
            output.say(f"{'':<{width}}  {_last(row, row.last, now)}")
        if extras := _extras(row):
            output.say(f"{'':<{width}}  {extras}")


def _zone(row: listing.Row) -> str:
    return "" if row.kept.timing.is_timeless else f", {row.kept.timing.timezone}"


def _next(row: listing.Row, now: datetime.datetime) -> str:
    """`next  Mon 2026-11-23 18:00 +02:00, in 3 h`."""
    state = click.style(row.state, fg=_STATE_COLOURS.get(row.state))
    if row.state == listing.MANUAL:
        return f"next  none; ordinaut trigger {row.name}"
    if row.kept.timing.kind == timing.EVENT and row.state == listing.ACTIVE:
        return f"next  with an event; ordinaut emit {row.kept.timing.expr} @payload.json"
    if row.next is None and row.state != listing.PAUSED:
        return f"next  none: {state}"
    zone = zones.load(row.kept.timing.timezone)
    if row.state == listing.PAUSED:
        since = f" since {clock_words.local(row.paused_at, zone)}" if row.paused_at else ""
        return f"next  none: {state}{since}" + (f": {row.note}" if _is_reason(row) else "")
    assert row.next is not None
    return f"next  {clock_words.local(row.next, zone)}, {clock_words.relative(row.next, now)}"


def _last(row: listing.Row, last: listing.LastRun, now: datetime.datetime) -> str:
    """`last  Sun 2026-11-22 18:00 +02:00, 21 h ago: completed  daily-report-2026-11-22T16:00:00Z`."""
    zone = zones.load(row.kept.timing.timezone)
    state = click.style(last.status, fg=_LAST_COLOURS.get(last.status)) if last.status else "no longer kept"
    return f"last  {clock_words.local(last.nominal, zone)}, {clock_words.relative(last.nominal, now)}: {state}  {last.run_id}"


def _extras(row: listing.Row) -> str:
    """What is out of the ordinary: `overlap skip, 3 runs left, quarterly audit`."""
    policies = row.kept.policies
    parts = [f"overlap {policies.overlap}"] if policies.overlap != _DEFAULT_OVERLAP else []
    if policies.jitter:
        parts.append(f"up to {clock_words.duration(policies.jitter)} later (jitter)")
    if row.remaining is not None:
        parts.append(f"{row.remaining} {'run' if row.remaining == 1 else 'runs'} left")
    if row.note and not _is_reason(row):
        parts.append(row.note)
    return ", ".join(parts)


def _is_reason(row: listing.Row) -> bool:
    """Whether the note says why it was paused, not what the document says."""
    return row.state == listing.PAUSED and bool(row.note) and row.note != row.kept.policies.note
