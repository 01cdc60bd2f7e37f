"""`ordinaut backfill`: runs for due times of the past, each with its nominal time."""

from __future__ import annotations

import asyncio
import datetime
from dataclasses import dataclass
from typing import Any, Final

import click
from temporalio import client

from activities.schedules import triggers
from starter import connection, output
from starter.approvals import options, people
from starter.schedules import clock_words, consent, listing, matching, one, past_times
from workflows import converter
from workflows.core import errors
from workflows.core.approvals import policy
from workflows.core.schedules import timing

#: More than this many runs are started only after a yes.
UNASKED: Final = 100
_MOST_SHOWN: Final = 20
_MOST_TIMES: Final = 10_000


@click.command("backfill", epilog="\b\nExample: ordinaut backfill daily-financial-reconciliation --from 2026-07-01 --to 2026-09-30")
@click.argument("name", metavar="NAME")
@click.option("--from", "from_", required=True, metavar="TIME", help="First moment, in the pipeline's zone or with an offset; inclusive.")
@click.option("--to", required=True, metavar="TIME", help="Last moment, inclusive; a day is all of it.")
@click.option(
    "--overlap",
    type=click.Choice(timing.OVERLAPS),
    default="buffer_all",
    show_default=True,
    help="How these runs follow each other: one after another, or all at once (allow_all).",
)
@click.option("--yes", is_flag=True, help=f"Do not ask, however many (more than {UNASKED} are asked about).")
@options.person("starts the runs")
@output.json_option
def command(name: str, from_: str, to: str, overlap: str, yes: bool, who: str | None, as_json: bool) -> int:
    """Run an applied pipeline for its due times in the past. Each run's date words come from the time it was due; works while paused."""
    person = people.allowed(policy.START, who)
    return asyncio.run(_backfill(name, (from_, to), overlap, person, yes, as_json))


@dataclass(frozen=True, slots=True)
class _Plan:
    applied: one.Applied
    times: list[datetime.datetime]
    before: dict[datetime.datetime, str]  # the state of runs that these times have had
    overlap: str

    def run_id(self, time: datetime.datetime) -> str:
        """The id that Temporal will make of it."""
        return f"{past_times.action_id(self.applied)}-{time:%Y-%m-%dT%H:%M:%SZ}"


async def _backfill(name: str, window: tuple[str, str], overlap: str, person: str | None, yes: bool, as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    applied = await one.find(temporal, name, "backfill")
    first, last = _window(applied, window)
    times = await past_times.within(temporal, applied, first, last, _MOST_TIMES + 1)
    if not times:
        raise await _none_due(temporal, applied, first, last)
    if len(times) > _MOST_TIMES:
        message = f"'{name}' was due more than {_MOST_TIMES:,} times in that span; backfill it in parts, each with --from and --to"
        raise errors.ToolError(errors.INVALID_INPUT, message)
    plan = _Plan(applied, times, await _ran_before(temporal, applied, times), overlap)
    if not as_json:
        _show(plan)
    question = f"Start {len(times):,} runs of {name}?"
    if len(times) > UNASKED and not consent.given(question, yes, as_json):
        output.note("nothing was started")
        return 1
    end = await past_times.end_of(temporal, applied, times[-1])
    if person:
        await triggers.note(temporal.get_schedule_handle(name), person, times[0], times[-1])
    await temporal.get_schedule_handle(name).backfill(client.ScheduleBackfill(times[0], end, one.overlap(overlap)))
    if as_json:
        output.json_document(_as_json(plan))
    else:
        for time in times:
            output.say(plan.run_id(time))
    return 0


def _window(applied: one.Applied, window: tuple[str, str]) -> tuple[datetime.datetime, datetime.datetime]:
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    first = clock_words.first_moment(window[0], applied.zone, "--from")
    last = clock_words.last_moment(window[1], applied.zone, "--to")
    if first > last:
        raise click.UsageError(f"--from {window[0]} is after --to {window[1]}")
    if first > now:
        raise click.UsageError(f"--from {window[0]} is in the future; those times come by themselves")
    return first, min(last, now)


async def _ran_before(temporal: client.Client, applied: one.Applied, times: list[datetime.datetime]) -> dict[datetime.datetime, str]:
    """The due times that have had a run which the service still keeps."""
    query = (
        f"TemporalScheduledById = '{applied.name}' AND TemporalScheduledStartTime >= '{times[0].isoformat()}'"
        f" AND TemporalScheduledStartTime <= '{times[-1].isoformat()}'"
    )
    by_id = {execution.id: listing.status(execution) async for execution in temporal.list_workflows(query)}
    plan = _Plan(applied, times, {}, "")
    return {time: by_id[run_id] for time in times if (run_id := plan.run_id(time)) in by_id}


async def _none_due(temporal: client.Client, applied: one.Applied, first: datetime.datetime, last: datetime.datetime) -> errors.ToolError:
    """Says when it is due instead."""
    if applied.is_manual:
        return errors.ToolError(
            errors.INVALID_INPUT, f"'{applied.name}' is manual, so it has no due times; start a run with: ordinaut trigger {applied.name}"
        )
    if applied.event_type is not None:
        advice = f"events that came before are sent again by: ordinaut events --type {applied.event_type} --resend ID"
        return errors.ToolError(errors.INVALID_INPUT, f"'{applied.name}' runs on events, so it has no due times; {advice}")
    zone = applied.zone
    before = await matching.last_before(temporal, applied.name, first)
    after = next(iter(await matching.between(temporal, applied.name, last, matching.END, 1)), None)
    near = [f"{word} {clock_words.local(time, zone)}" for word, time in (("before it", before), ("after it", after)) if time]
    advice = f"the nearest times are {' and '.join(near)}" if near else "it is never due"
    span = f"from {clock_words.local(first, zone)} to {clock_words.local(last, zone)}"
    return errors.ToolError(errors.INVALID_INPUT, f"'{applied.name}' was not due {span}; {advice}")


def _show(plan: _Plan) -> None:
    zone = plan.applied.zone
    count = len(plan.times)
    output.note(f"{plan.applied.name}: {count:,} {'time' if count == 1 else 'times'}, overlap {plan.overlap}")
    for time in plan.times[:_MOST_SHOWN]:
        ran = f"  (again: its run is {plan.before[time]})" if time in plan.before else ""
        output.note(f"  {clock_words.local(time, zone)}{ran}")
    if count > _MOST_SHOWN:
        output.note(f"  ... to {clock_words.local(plan.times[-1], zone)}")
    if plan.before:
        output.note(f"{len(plan.before):,} of them had a run already and run again")


def _as_json(plan: _Plan) -> dict[str, Any]:
    zone = plan.applied.zone
    return {
        "name": plan.applied.name,
        "overlap": plan.overlap,
        "runs": [
            {"run_id": plan.run_id(time), "nominal_time": clock_words.iso(time, zone), "earlier_run": plan.before.get(time)}
            for time in plan.times
        ],
    }
