"""`ordinaut trigger`: one run of an applied pipeline, now."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any, Final

import click
from temporalio import client

from activities.schedules import triggers
from starter import connection, output
from starter.approvals import options, people
from starter.schedules import clock_words, one
from workflows import converter
from workflows.core import errors
from workflows.core.approvals import policy
from workflows.core.schedules import timing

STARTED: Final = "started"
WAITING: Final = "waiting"
SKIPPED: Final = "skipped"
UNKNOWN: Final = "asked"

_POLL_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 10.0


@click.command("trigger", epilog="\b\nExample: ordinaut trigger lead-scoring")
@click.argument("name", metavar="NAME")
@click.option("--overlap", type=click.Choice(timing.OVERLAPS), help="What to do if a run is under way; else what the pipeline says.")
@options.person("starts the run")
@output.json_option
def command(name: str, overlap: str | None, who: str | None, as_json: bool) -> int:
    """Start a run of an applied pipeline now, with the params that were applied; it works while paused too. Its nominal time is now."""
    person = people.allowed(policy.START, who)
    return asyncio.run(_trigger(name, overlap, person, as_json))


async def _trigger(name: str, overlap: str | None, person: str | None, as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    applied = await one.find(temporal, name, "trigger")
    if applied.event_type is not None:
        advice = f"send one: ordinaut emit {applied.event_type} @payload.json"
        raise errors.ToolError(errors.INVALID_INPUT, f"'{name}' runs on events of type {applied.event_type}, so a run needs one; {advice}")
    handle = temporal.get_schedule_handle(name)
    await _second_of_its_own(applied.description)
    if person:
        await triggers.note_now(handle, person)
    await handle.trigger(overlap=one.overlap(overlap) if overlap else None)
    state, run_id, nominal = await _outcome(handle, applied.description)
    if as_json:
        time = clock_words.iso(nominal, applied.zone) if nominal else None
        output.json_document({"name": name, "status": state, "run_id": run_id, "nominal_time": time})
    else:
        _show(name, state, run_id, overlap or applied.kept.policies.overlap)
    return 1 if state == SKIPPED else 0


async def _second_of_its_own(before: client.ScheduleDescription) -> None:
    """Waits, where the last run is due in this very second: ids count seconds, and a run whose id is taken would be lost."""
    last = max((result.scheduled_at for result in before.info.recent_actions), default=None)
    now = datetime.datetime.now(datetime.UTC)
    if last is not None and last.replace(microsecond=0) == now.replace(microsecond=0):
        await _next_second()


async def _next_second() -> None:
    await asyncio.sleep(1.05 - datetime.datetime.now(datetime.UTC).microsecond / 1e6)


async def _outcome(handle: client.ScheduleHandle, before: client.ScheduleDescription) -> tuple[str, str | None, datetime.datetime | None]:
    """What became of it: (state, run id, nominal time); the service answers the request itself with nothing."""
    for _ in range(round(_PATIENCE_SECONDS / _POLL_SECONDS)):
        now = await handle.describe()
        if (started := _started(before, now)) is not None:
            return STARTED, *started
        if now.info.num_actions_skipped_overlap > before.info.num_actions_skipped_overlap:
            return SKIPPED, None, None
        if now.raw_description.info.buffer_size > before.raw_description.info.buffer_size:
            await _next_second()  # its second is taken, though the list of runs does not show it yet
            return WAITING, None, None
        await asyncio.sleep(_POLL_SECONDS)
    return UNKNOWN, None, None


def _started(before: client.ScheduleDescription, now: client.ScheduleDescription) -> tuple[str, datetime.datetime] | None:
    """The run that was not there before. One that was due in this very moment has whole seconds; a triggered one's are broken."""
    known = {(result.scheduled_at, result.started_at) for result in before.info.recent_actions}
    fresh = [result for result in now.info.recent_actions if (result.scheduled_at, result.started_at) not in known]
    for result in sorted(fresh, key=lambda result: result.scheduled_at.microsecond != 0, reverse=True):
        if isinstance(result.action, client.ScheduleActionExecutionStartWorkflow):
            return result.action.workflow_id, result.scheduled_at.replace(microsecond=0)
    return None


def _show(name: str, state: str, run_id: str | None, overlap: str) -> None:
    said: dict[str, Any] = {
        STARTED: run_id,
        WAITING: f"{name}  a run is under way (overlap {overlap}); this one starts when it has ended: ordinaut runs --pipeline {name}",
        SKIPPED: f"{name}  nothing was started: a run is under way, and overlap is {overlap};"
        f" to start one beside it: ordinaut trigger {name} --overlap allow_all",
        UNKNOWN: f"{name}  the service has taken it, but has not said the run's id; see: ordinaut runs --pipeline {name}",
    }
    output.say(said[state])
