"""One applied pipeline as the service knows it, for the commands that act on it; what is not ours is refused."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from temporalio import client, service

from activities.schedules import memo
from starter.schedules import together
from workflows.core import errors, problems, zones
from workflows.core.schedules import timing

#: How our own pause says since when, since Temporal keeps no time of it: "paused 2026-11-23T10:00:00Z: audit".
_PAUSED_AT: Final = re.compile(r"paused (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(?:: (.*))?", re.DOTALL)

#: The note of a resumed schedule that says nothing of itself; Temporal keeps that of the pause where there is none.
RESUMED: Final = "resumed by ordinaut resume"

#: Temporal's own commands for a schedule that is not ours.
_BY_TEMPORAL: Final = {
    "pause": "temporal schedule toggle --pause --schedule-id {}",
    "resume": "temporal schedule toggle --unpause --schedule-id {}",
    "trigger": "temporal schedule trigger --schedule-id {}",
    "backfill": "temporal schedule backfill --start-time TIME --end-time TIME --schedule-id {}",
    "delete": "temporal schedule delete --schedule-id {}",
    "next": "temporal schedule describe --schedule-id {}",
}


@dataclass(frozen=True, slots=True)
class Applied:
    """A schedule that `ordinaut apply` made."""

    name: str
    kept: memo.Memo
    description: client.ScheduleDescription

    @property
    def timing(self) -> timing.Timing:
        """When it is due, as the document said at the last apply."""
        return self.kept.timing

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The pipeline's time zone."""
        return zones.load(self.kept.timing.timezone)

    @property
    def is_manual(self) -> bool:
        """Whether it runs only when triggered; Temporal then sees a paused schedule."""
        return self.kept.timing.kind == timing.MANUAL

    @property
    def event_type(self) -> str | None:
        """The type of the events that start it; None where none do."""
        return self.kept.timing.expr if self.kept.timing.kind == timing.EVENT else None

    @property
    def paused(self) -> bool:
        """Whether somebody, or a failure, has paused it."""
        return self.description.schedule.state.paused and not self.is_manual

    @property
    def note(self) -> str:
        """What was said of a pause, or of the pipeline."""
        return said_of_pause(self.description.schedule.state.note or "")

    @property
    def paused_at(self) -> datetime.datetime | None:
        """Since when it is paused, where our own pause wrote it down."""
        return pause_time(self.description.schedule.state.note or "")

    @property
    def remaining(self) -> int | None:
        """How many runs its max_runs leaves; None without a limit."""
        state = self.description.schedule.state
        return state.remaining_actions if state.limited_actions else None


def pause_note(now: datetime.datetime, note: str) -> str:
    """`paused 2026-11-23T10:00:00Z: audit`."""
    return f"paused {now.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}" + (f": {note}" if note else "")


def pause_time(text: str) -> datetime.datetime | None:
    """The time in a note that `pause_note` made; None in any other."""
    found = _PAUSED_AT.fullmatch(text)
    return datetime.datetime.fromisoformat(found[1].replace("Z", "+00:00")) if found else None


def said_of_pause(text: str) -> str:
    """The words in a note that `pause_note` made; any other note as it is, RESUMED as none."""
    if text == RESUMED:
        return ""
    found = _PAUSED_AT.fullmatch(text)
    return (found[2] or "") if found else text


async def find(temporal: client.Client, name: str, command: str) -> Applied:
    """The schedule of a pipeline; `command` is what shall be done with it, for the advice where it is not ours.

    Raises:
        errors.ToolError: no such schedule, or one that `ordinaut apply` did not make.
    """
    found = await look(temporal, name)
    if found is None:
        raise await _unknown(temporal, name)
    if isinstance(found, Applied):
        return found
    raise errors.ToolError(
        errors.INVALID_INPUT,
        f"'{name}' is a schedule of this namespace, but `ordinaut apply` did not make it, so it is left alone;"
        f" Temporal's own tool handles it: {_BY_TEMPORAL[command].format(name)}",
    )


async def find_all(temporal: client.Client, names: Sequence[str], command: str) -> list[Applied]:
    """The schedules of several pipelines, each once; all of them or, by the error, none. Errors as in `find`."""
    return await together.ask(lambda name: find(temporal, name, command), dict.fromkeys(names))


async def look(temporal: client.Client, name: str) -> Applied | client.ScheduleDescription | None:
    """The schedule of this id: ours, somebody else's, or none."""
    try:
        description = await temporal.get_schedule_handle(name).describe()
    except service.RPCError as error:
        missing = (service.RPCStatusCode.NOT_FOUND, service.RPCStatusCode.INVALID_ARGUMENT)
        if error.status in missing and "amespace" not in error.message:
            return None
        raise
    kept = await memo.read(description)
    return description if kept is None else Applied(name, kept, description)


async def names(temporal: client.Client) -> list[str]:
    """The names of all pipelines that are applied."""
    return [one.id async for one in await temporal.list_schedules(page_size=1_000) if await memo.is_ours(one)]


async def _unknown(temporal: client.Client, name: str) -> errors.ToolError:
    hint = problems.did_you_mean(name, await names(temporal), "'ordinaut schedules' lists what is applied")
    return errors.ToolError(errors.INVALID_INPUT, f"no applied pipeline '{name}' here; {hint}")


def overlap(name: str) -> client.ScheduleOverlapPolicy:
    """Temporal's word for ours: ALLOW_ALL for "allow_all"."""
    return client.ScheduleOverlapPolicy[name.upper()]
