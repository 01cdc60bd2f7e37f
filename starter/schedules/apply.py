"""Makes the schedules of pipelines what their documents say: created, updated, unchanged; what is gone can be pruned."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from temporalio import client, service

from activities.schedules import definition as definitions
from activities.schedules import memo, replacing
from starter import connection
from starter.schedules import comparison, one, subscribing, verification
from starter.schedules.wanted import Wanted
from workflows.core import errors
from workflows.core.schedules import occurrences

CREATED: Final = "created"
UPDATED: Final = "updated"
UNCHANGED: Final = "unchanged"
DELETED: Final = "deleted"
FAILED: Final = "failed"

#: So many requests are under way at once.
_AT_ONCE: Final = 24


@dataclass(slots=True)
class Outcome:
    """What became, or would become, of one schedule."""

    name: str
    status: str
    path: Path | None = None
    changes: list[str] = field(default_factory=list)
    reason: str = ""  # why it failed

    def as_json(self) -> dict[str, Any]:
        """The outcome as `--json` shows it."""
        path = str(self.path) if self.path else None
        return {"name": self.name, "status": self.status, "path": path, "changes": self.changes, "reason": self.reason or None}


class CannotApply(errors.OrdinautError):
    """Schedules that cannot be told to Temporal, or that are somebody else's; nothing was changed."""

    kind = errors.INVALID_INPUT

    def __init__(self, problems: Sequence[tuple[Wanted, errors.OrdinautError]]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{wanted.path}: {error}" for wanted, error in problems))


@dataclass(slots=True)
class Step:
    """What is to be done with one schedule; `present` is None where it is to be created."""

    wanted: Wanted
    definition: definitions.Definition
    present: definitions.Present | None
    changes: list[str]

    @property
    def status(self) -> str:
        """What it will have been."""
        return CREATED if self.present is None else UPDATED if self.changes else UNCHANGED


@dataclass(slots=True)
class Plan:
    """All that an apply will do; making it changes nothing."""

    steps: list[Step]
    to_delete: list[one.Applied]


async def plan(
    temporal: client.Client,
    wanted: Sequence[Wanted],
    now: datetime.datetime,
    prune_below: Sequence[Path] = (),
    tell: Callable[[], None] = lambda: None,
) -> Plan:
    """Compares what is wanted with what is there. `prune_below` are folders: pipelines applied from there that are gone are to be deleted.
    `tell` hears of each one that was compared.

    Raises:
        CannotApply: some schedule cannot be; all of them are named.
    """

    async def one_step(item: Wanted) -> Step | errors.OrdinautError:
        found = await _step(temporal, item, now)
        tell()
        return found

    found = await _all(wanted, one_step)
    wrong = [(item, result) for item, result in zip(wanted, found, strict=True) if isinstance(result, errors.OrdinautError)]
    if wrong:
        raise CannotApply(wrong)
    to_delete = await _gone(temporal, {item.name for item in wanted}, prune_below) if prune_below else []
    return Plan([step for step in found if isinstance(step, Step)], to_delete)


async def carry_out(temporal: client.Client, plan: Plan, tell: Callable[[], None]) -> list[Outcome]:
    """Does what the plan says; one failure does not stop the others. `tell` hears of each one that is done."""
    changed = [step.wanted.name for step in plan.steps if step.status != UNCHANGED]
    asked_about = verification.sample(changed)

    async def one_step(step: Step) -> Outcome:
        outcome = await _done(temporal, step, step.wanted.name in asked_about)
        tell()
        return outcome

    outcomes = await _all(plan.steps, one_step)
    return outcomes + await _all(plan.to_delete, lambda applied: _deleted(temporal, applied))


def foreseen(plan: Plan) -> list[Outcome]:
    """What `carry_out` would say, for --dry-run."""
    outcomes = [Outcome(step.wanted.name, step.status, step.wanted.path, step.changes) for step in plan.steps]
    return [*outcomes, *(Outcome(applied.name, DELETED) for applied in plan.to_delete)]


async def _all(items: Sequence[Any], work: Callable[[Any], Any]) -> list[Any]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def in_turn(item: Any) -> Any:
        async with turns:
            return await work(item)

    return await asyncio.gather(*(in_turn(item) for item in items))


async def _step(temporal: client.Client, wanted: Wanted, now: datetime.datetime) -> Step | errors.OrdinautError:
    """What is to be done with one; the reason where it cannot be."""
    try:
        found = await one.look(temporal, wanted.name)
    except errors.OrdinautError as spoilt:
        return spoilt
    if found is not None and not isinstance(found, one.Applied):
        advice = f"give the pipeline another 'name', or delete it: temporal schedule delete --schedule-id {wanted.name}"
        return errors.ToolError(errors.INVALID_INPUT, f"'{wanted.name}' is a schedule that `ordinaut apply` did not make; {advice}")
    present = definitions.Present(found.description.schedule, found.kept) if found else None
    try:
        made = wanted.compiled(present.kept.anchor if present else now, now)
        if present is None or present.kept.timing != made.kept.timing:
            _check_is_due(made, now)
    except errors.ScheduleError as error:
        return error
    return Step(wanted, made, present, await comparison.changes(present, made, now) if present else [])


def _check_is_due(made: definitions.Definition, now: datetime.datetime) -> None:
    """A schedule that is new, or has a new rule, has a time to come.

    Raises:
        ScheduleError: it has none.
    """
    kept = made.kept
    if kept.timing.is_timeless or next(occurrences.between(kept.timing, kept.anchor, now, occurrences.LAST), None):
        return
    key = "end_at" if kept.timing.end_at else "schedule_expr"
    raise errors.ScheduleError("all its times are past, so nothing would ever run", "write a later time, or schedule_kind manual", key)


async def _done(temporal: client.Client, step: Step, is_asked_about: bool) -> Outcome:
    outcome = Outcome(step.wanted.name, step.status, step.wanted.path, step.changes)
    try:
        if step.present is None:
            await temporal.create_schedule(step.wanted.name, definitions.schedule(step.definition), memo=memo.marker())
        elif step.changes:
            await replacing.replace(temporal.get_schedule_handle(step.wanted.name), step.definition)
        await subscribing.applied(temporal, step.definition.kept, step.present.kept if step.present else None, step.status != UNCHANGED)
        if is_asked_about and (difference := await verification.difference(temporal, step.definition)):
            outcome.status, outcome.reason = FAILED, await _stopped(temporal, step, difference)
    except service.RPCError as error:
        outcome.status, outcome.reason = FAILED, _refusal(error)
    except client.ScheduleAlreadyRunningError:
        outcome.status, outcome.reason = FAILED, "somebody else created it at the same time; apply again"
    except errors.OrdinautError as error:
        outcome.status, outcome.reason = FAILED, str(error)
    return outcome


async def _stopped(temporal: client.Client, step: Step, difference: str) -> str:
    """Pauses a schedule that would run at wrong times; says why and what to do."""
    name = step.wanted.name
    await temporal.get_schedule_handle(name).pause(note=f"paused by ordinaut apply: {difference}")
    return f"{difference}; it is paused. Give the server our time zones (its variable ZONEINFO), apply again, then: ordinaut resume {name}"


def _refusal(error: service.RPCError) -> str:
    if error.status == service.RPCStatusCode.NOT_FOUND and "amespace" not in error.message:
        return "somebody else deleted it at the same time; apply again"
    return str(connection.refusal(error))


async def _gone(temporal: client.Client, wanted: set[str], folders: Sequence[Path]) -> list[one.Applied]:
    """Schedules of ours that were applied from these folders and are no longer wanted."""
    roots = [folder.resolve() for folder in folders]
    names = [name for name in await one.names(temporal) if name not in wanted]
    applied = [found for found in await _all(names, lambda name: one.look(temporal, name)) if isinstance(found, one.Applied)]
    gone = [found for found in applied if any(Path(found.kept.file).is_relative_to(root) for root in roots)]
    return sorted(gone, key=lambda found: found.name)


async def _deleted(temporal: client.Client, applied: one.Applied) -> Outcome:
    name = applied.name
    try:
        await subscribing.ended(temporal, applied.kept)
        await temporal.get_schedule_handle(name).delete()
    except service.RPCError as error:
        if error.status != service.RPCStatusCode.NOT_FOUND:  # somebody else was faster
            return Outcome(name, FAILED, reason=_refusal(error))
    return Outcome(name, DELETED)


def counts(outcomes: Sequence[Outcome]) -> Mapping[str, int]:
    """How many of each status: {"created": 2, "unchanged": 10}."""
    order = (CREATED, UPDATED, UNCHANGED, DELETED, FAILED)
    return {status: count for status in order if (count := sum(outcome.status == status for outcome in outcomes))}
