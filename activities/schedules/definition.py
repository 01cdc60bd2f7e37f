"""A pipeline's schedule as Temporal is to hold it, for apply and maintenance: spec, policies, state and what each run gets."""

from __future__ import annotations

import datetime
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from temporalio import client

from activities import run_attributes
from activities.schedules import memo, temporal_spec
from workflows import contract
from workflows.core import recurrence, zones
from workflows.core.schedules import spec, timing

_MANUAL_NOTE: Final = "manual: it runs when triggered"


@dataclass(frozen=True, slots=True)
class Definition:
    """All that a schedule is made of."""

    kept: memo.Memo
    spec: spec.Spec
    given: Mapping[str, Any]  # contract.RunInput of its runs

    @property
    def name(self) -> str:
        """The pipeline's name, which is the schedule's id."""
        return self.kept.name

    @property
    def ages(self) -> bool:
        """Whether what Temporal is told has an end, or moments that another database of time zones would have elsewhere."""
        in_a_zone = bool(self.spec.intervals) and self.spec.timezone != "UTC" and not self.kept.timing.is_timeless
        return self.kept.horizon is not None or in_a_zone


def compiled(
    name: str,
    timing_: timing.Timing,
    policies: timing.Policies,
    given: Mapping[str, Any],
    anchor: datetime.datetime,
    now: datetime.datetime,
    file: str = "",
) -> Definition:
    """The definition of a checked pipeline.

    Raises:
        ScheduleError: the timing cannot be told to Temporal.
    """
    made = recurrence.compile(timing_, anchor, now)
    kept = memo.Memo(
        name=name,
        timing=timing_,
        policies=policies,
        anchor=anchor,
        file=file,
        plan_digest=str(given["plan"]["digest"]),
        params=given.get("params", {}),
        tzdata=zones.version(),
        holidays=importlib.metadata.version("holidays") if timing_.moves else "",
        horizon=made.horizon,
        spec_digest=temporal_spec.digest(temporal_spec.of(made)),
        applied_at=now,
        applied_by=importlib.metadata.version("ordinaut"),
    )
    return Definition(kept, made, given)


@dataclass(frozen=True, slots=True)
class Present:
    """A schedule of ours as Temporal holds it now."""

    schedule: client.Schedule
    kept: memo.Memo


def schedule(definition: Definition, present: Present | None = None, task_queue: str = contract.TASK_QUEUE) -> client.Schedule:
    """The whole schedule. What people did to the `present` one is kept: a pause with its note, the runs that max_runs has left."""
    policies = definition.kept.policies
    return client.Schedule(
        action=_action(definition, task_queue),
        spec=temporal_spec.of(definition.spec, policies.jitter),
        policy=client.SchedulePolicy(
            overlap=client.ScheduleOverlapPolicy[policies.overlap.upper()],
            catchup_window=datetime.timedelta(seconds=policies.catchup_window),
            pause_on_failure=policies.pause_on_failure,
        ),
        state=_state(definition.kept, present),
    )


def _action(definition: Definition, task_queue: str) -> client.ScheduleActionStartWorkflow:
    plan, timeout = definition.given["plan"], definition.kept.policies.timeout
    return client.ScheduleActionStartWorkflow(
        contract.PIPELINE,
        dict(definition.given),
        id=definition.name,
        task_queue=task_queue,
        execution_timeout=datetime.timedelta(seconds=timeout) if timeout else None,
        memo=memo.of_runs(definition.kept),
        typed_search_attributes=run_attributes.of(plan),
        static_summary=plan["title"][:200],
        static_details=plan.get("description") or None,
    )


def _state(kept: memo.Memo, present: Present | None) -> client.ScheduleState:
    limit = kept.policies.max_runs
    made = client.ScheduleState(note=kept.policies.note or None, limited_actions=limit is not None, remaining_actions=limit or 0)
    if kept.timing.kind == timing.MANUAL:  # its only time is the placeholder's
        made.paused, made.note = True, kept.policies.note or _MANUAL_NOTE
    if present is None:
        return made
    state = present.schedule.state
    if state.limited_actions and present.kept.policies.max_runs == limit:
        made.remaining_actions = state.remaining_actions
    if state.paused and present.kept.timing.kind != timing.MANUAL:  # by a person or a failure
        made.paused, made.note = True, state.note
    return made
