"""What is applied, a row a pipeline: when it is due, what ran last, whether it is paused; for `ordinaut schedules`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from temporalio import client

from activities.schedules import memo
from starter.schedules import clock_words, matching, one, rule_words, together
from workflows.core import zones
from workflows.core.schedules import timing

ACTIVE: Final = "active"
PAUSED: Final = "paused"
MANUAL: Final = "manual"
DONE: Final = "done"

#: So many ids in one question about the last runs.
_IDS: Final = 50


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run of a schedule; `status` is None where the service keeps it no longer."""

    run_id: str
    nominal: datetime.datetime
    status: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One applied pipeline."""

    name: str
    kept: memo.Memo
    when: str
    state: str
    next: datetime.datetime | None
    last: LastRun | None
    note: str
    paused_at: datetime.datetime | None
    remaining: int | None

    def as_json(self) -> dict[str, Any]:
        """The row as `--json` shows it; times are in the pipeline's zone."""
        zone = zones.load(self.kept.timing.timezone)
        last = self.last
        return {
            "name": self.name,
            "kind": self.kept.timing.kind,
            "expr": self.kept.timing.expr,
            "timezone": self.kept.timing.timezone,
            "when": self.when,
            "state": self.state,
            "paused": self.state == PAUSED,
            "paused_at": clock_words.iso(self.paused_at, zone) if self.paused_at else None,
            "note": self.note,
            "next": clock_words.iso(self.next, zone) if self.next else None,
            "last": {"run_id": last.run_id, "nominal_time": clock_words.iso(last.nominal, zone), "status": last.status} if last else None,
            "overlap": self.kept.policies.overlap,
            "remaining_runs": self.remaining,
        }


async def rows(temporal: client.Client) -> list[Row]:
    """All that is applied, by name."""
    listed = await temporal.list_schedules(page_size=1_000)
    found = [(entry, kept) async for entry in listed if (kept := await memo.read(entry)) is not None]
    remaining = await _remaining(temporal, [entry.id for entry, kept in found if kept.policies.max_runs is not None])
    statuses = await _statuses(temporal, [run_id for entry, _ in found if (run_id := _last_id(entry))])
    return sorted((_row(entry, kept, remaining.get(entry.id), statuses) for entry, kept in found), key=lambda row: row.name)


def _row(entry: client.ScheduleListDescription, kept: memo.Memo, remaining: int | None, statuses: dict[str, str]) -> Row:
    paused = entry.schedule is not None and entry.schedule.state.paused
    note = (entry.schedule.state.note if entry.schedule is not None else None) or ""
    upcoming = next((time for time in entry.info.next_action_times if time <= matching.END), None) if entry.info else None
    return Row(
        name=entry.id,
        kept=kept,
        when=rule_words.of(kept.timing, kept.anchor),
        state=_state(kept, paused, upcoming, remaining),
        next=None if kept.timing.kind == timing.MANUAL or remaining == 0 else upcoming,
        last=_last(entry, statuses),
        note=one.said_of_pause(note),
        paused_at=one.pause_time(note) if paused else None,
        remaining=remaining,
    )


def _state(kept: memo.Memo, paused: bool, upcoming: datetime.datetime | None, remaining: int | None) -> str:
    if kept.timing.kind == timing.MANUAL:
        return MANUAL
    if upcoming is None or remaining == 0:
        return DONE
    return PAUSED if paused else ACTIVE


def _last(entry: client.ScheduleListDescription, statuses: dict[str, str]) -> LastRun | None:
    run_id = _last_id(entry)
    if not run_id or entry.info is None:
        return None
    return LastRun(run_id, entry.info.recent_actions[-1].scheduled_at, statuses.get(run_id))


def _last_id(entry: client.ScheduleListDescription) -> str:
    recent = entry.info.recent_actions if entry.info else ()
    action = recent[-1].action if recent else None
    return action.workflow_id if isinstance(action, client.ScheduleActionExecutionStartWorkflow) else ""


async def _remaining(temporal: client.Client, names: Sequence[str]) -> dict[str, int]:
    """How many runs are left; only the description of a schedule says it, not the list."""

    async def described(name: str) -> tuple[str, int]:
        return name, (await temporal.get_schedule_handle(name).describe()).schedule.state.remaining_actions

    return dict(await together.ask(described, names))


async def _statuses(temporal: client.Client, run_ids: Sequence[str]) -> dict[str, str]:
    """How each run stands; of several with one id (a backfill run again) the newest. The list's own status of them is stale."""
    newest: dict[str, client.WorkflowExecution] = {}
    for start in range(0, len(run_ids), _IDS):
        quoted = ", ".join(f"'{run_id}'" for run_id in run_ids[start : start + _IDS])
        async for execution in temporal.list_workflows(f"WorkflowId IN ({quoted})"):
            known = newest.get(execution.id)
            if known is None or known.start_time < execution.start_time:
                newest[execution.id] = execution
    return {run_id: status(execution) for run_id, execution in newest.items()}


def status(execution: client.WorkflowExecution) -> str:
    """The state of a run as `ordinaut runs` says it: "completed", "cancelled", "timed-out"."""
    name = execution.status.name if execution.status else "running"
    return {"CANCELED": "cancelled"}.get(name, name.lower().replace("_", "-"))
