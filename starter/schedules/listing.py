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
    looked = await together.ask(lambda name: one.look(temporal, name), sorted(await one.names(temporal)))
    found = [applied for applied in looked if isinstance(applied, one.Applied)]  # one may have been deleted meanwhile
    statuses = await _statuses(temporal, [run_id for applied in found if (run_id := _last_id(applied))])
    return [_row(applied, statuses) for applied in found]


def _row(applied: one.Applied, statuses: dict[str, str]) -> Row:
    upcoming = next((time for time in applied.description.info.next_action_times if time <= matching.END), None)
    return Row(
        name=applied.name,
        kept=applied.kept,
        when=rule_words.of(applied.timing, applied.kept.anchor) + (f": {applied.event_type}" if applied.event_type else ""),
        state=_state(applied, upcoming),
        next=None if applied.timing.is_timeless or applied.remaining == 0 else upcoming,
        last=_last(applied, statuses),
        note=applied.kept.policies.note if applied.is_manual else applied.note or applied.kept.policies.note,
        paused_at=applied.paused_at if applied.paused else None,
        remaining=applied.remaining,
    )


def _state(applied: one.Applied, upcoming: datetime.datetime | None) -> str:
    if applied.is_manual:
        return MANUAL
    if applied.event_type is None and (upcoming is None or applied.remaining == 0):
        return DONE
    return PAUSED if applied.paused else ACTIVE


def _last(applied: one.Applied, statuses: dict[str, str]) -> LastRun | None:
    run_id = _last_id(applied)
    return LastRun(run_id, applied.description.info.recent_actions[-1].scheduled_at, statuses.get(run_id)) if run_id else None


def _last_id(applied: one.Applied) -> str:
    recent = applied.description.info.recent_actions
    action = recent[-1].action if recent else None
    return action.workflow_id if isinstance(action, client.ScheduleActionExecutionStartWorkflow) else ""


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
