"""`ordinaut resume`: pipelines run by themselves again; says which times were lost meanwhile and how to make up for them."""

from __future__ import annotations

import asyncio
import datetime
from dataclasses import dataclass
from typing import Any, Final

import click
from temporalio import client

from starter import connection, output
from starter.approvals import options, people
from starter.schedules import clock_words, matching, one, past_times, subscribing, together
from workflows import converter
from workflows.core import errors
from workflows.core.approvals import policy

#: More are counted as "more than".
_MOST_COUNTED: Final = 10_000
_MOST_SHOWN: Final = 5
_ONE_SECOND: Final = datetime.timedelta(seconds=1)


@click.command("resume", epilog="\b\nExample: ordinaut resume daily-financial-reconciliation")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@options.person("resumes them")
@output.json_option
def command(names: tuple[str, ...], who: str | None, as_json: bool) -> int:
    """Resume paused pipelines. Times that passed during the pause are not made up for: they are listed, with the command that does it."""
    people.allowed(policy.APPLY, who)
    return asyncio.run(_resume(names, as_json))


@dataclass(frozen=True, slots=True)
class _Resumed:
    applied: one.Applied
    lost: list[datetime.datetime]
    since: str  # what `lost` was counted from: "the pause", "its last run"
    next: datetime.datetime | None

    def backfill(self) -> str | None:
        """The command that makes up for what was lost; None where nothing was."""
        if not self.lost:
            return None
        first, last = (clock_words.iso(time, self.applied.zone) for time in (self.lost[0], self.lost[-1]))
        return f"ordinaut backfill {self.applied.name} --from {first} --to {last}"


async def _resume(names: tuple[str, ...], as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    found = await one.find_all(temporal, names, "resume")
    if manual := [applied.name for applied in found if applied.is_manual]:
        raise errors.ToolError(
            errors.INVALID_INPUT, f"'{manual[0]}' is manual: it never runs by itself; start a run with: ordinaut trigger {manual[0]}"
        )
    told = await together.ask(lambda applied: _one(temporal, applied), found)
    if as_json:
        output.json_document({"schedules": [_as_json(each) for each in told]})
    for each in [] if as_json else told:
        _show(each)
    return 0


async def _one(temporal: client.Client, applied: one.Applied) -> _Resumed:
    now = datetime.datetime.now(datetime.UTC)
    if applied.paused:
        await temporal.get_schedule_handle(applied.name).unpause(note=applied.kept.policies.note or one.RESUMED)
        await subscribing.changed(temporal, applied.kept)
    since, what = _pause_began(applied)
    lost = await past_times.within(temporal, applied, since + _ONE_SECOND, now, _MOST_COUNTED) if applied.paused else []
    following = await matching.between(temporal, applied.name, now, matching.END, 1)
    return _Resumed(applied, lost, what, next(iter(following), None))


def _pause_began(applied: one.Applied) -> tuple[datetime.datetime, str]:
    """Since when times were lost. Only our own pause wrote it down; else it is the last run (a failure that paused it, the Web UI)."""
    if applied.paused_at is not None:
        return applied.paused_at, "the pause"
    recent = applied.description.info.recent_actions
    if recent:
        return recent[-1].scheduled_at, "its last run"
    return applied.description.info.last_updated_at or applied.description.info.created_at, "it was applied"


def _as_json(each: _Resumed) -> dict[str, Any]:
    zone = each.applied.zone
    return {
        "name": each.applied.name,
        "was_paused": each.applied.paused,
        "next": clock_words.iso(each.next, zone) if each.next else None,
        "lost": [clock_words.iso(time, zone) for time in each.lost],
        "backfill": each.backfill(),
    }


def _show(each: _Resumed) -> None:
    applied, zone = each.applied, each.applied.zone
    following = f"next {clock_words.local(each.next, zone)}" if each.next else "no further time"
    if applied.event_type is not None:
        following = f"events of type {applied.event_type} start it; those that came meanwhile: ordinaut events --type {applied.event_type}"
    output.say(f"{applied.name}  {'resumed' if applied.paused else 'was not paused'}; {following}")
    if not each.lost:
        return
    count = f"more than {_MOST_COUNTED:,}" if len(each.lost) == _MOST_COUNTED else f"{len(each.lost):,}"
    output.say(f"  {count} {'time' if len(each.lost) == 1 else 'times'} passed without a run since {each.since}:")
    for time in each.lost[:_MOST_SHOWN]:
        output.say(f"    {clock_words.local(time, zone)}")
    if len(each.lost) > _MOST_SHOWN:
        output.say(f"    ... to {clock_words.local(each.lost[-1], zone)}")
    output.say(f"  to run them now: {each.backfill()}")
