"""Run: walks a plan and asks a Host for every effect. It decides the same thing each time it is given the same answers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workflows.core import (
    calls,
    composed_call,
    date_words,
    errors,
    event_payload,
    event_wait,
    fragments,
    host,
    limits,
    plan,
    scope,
    sizes,
    system_tools,
    values,
    zones,
)
from workflows.core.approvals import asking, gate
from workflows.core.approvals import request as requests

PENDING: Final = "pending"
RUNNING: Final = "running"
WAITING: Final = "waiting"
COMPLETED: Final = "completed"
SKIPPED: Final = "skipped"
FAILED: Final = "failed"
RUN_CANCELLED: Final = "cancelled"


@dataclass(slots=True)
class StepRecord:
    """What is known of one step, as the result shows it."""

    id: str
    uses: str
    status: str = PENDING
    arguments: dict[str, Any] | None = None
    output: Any = None
    error: dict[str, Any] | None = None
    attempts: int = 0

    def as_json(self) -> dict[str, Any]:
        """The contract's form."""
        return {
            "id": self.id,
            "uses": self.uses,
            "status": self.status,
            "with": self.arguments,
            "output": self.output,
            "error": self.error,
            "attempts": self.attempts,
        }


@dataclass(slots=True)
class RunRecord:
    """What is known of a run so far."""

    nominal_time: str
    steps: list[StepRecord]
    status: str = RUNNING
    error: dict[str, Any] | None = None
    warnings: list[str] = field(default_factory=list)

    def as_json(self, run_id: str) -> dict[str, Any]:
        """The contract's result, `{"run_id", "status", "nominal_time", "steps", "error", "warnings"}`."""
        return {
            "run_id": run_id,
            "status": self.status,
            "nominal_time": self.nominal_time,
            "steps": [step.as_json() for step in self.steps],
            "error": self.error,
            "warnings": list(self.warnings),
        }


class Run:
    """One execution of a plan.

    >>> run = Run(plan.load(document), nominal, params={}, event=None)
    >>> await run.walk(host)
    >>> run.record.status
    'completed'
    """

    def __init__(
        self,
        compiled: plan.CompiledPlan,
        nominal: datetime.datetime,
        params: Mapping[str, Any] | None = None,
        event: Mapping[str, Any] | None = None,
    ) -> None:
        self.plan = compiled
        zone = zones.load(compiled.timezone)
        self.record = RunRecord(
            nominal_time=nominal.astimezone(zone).replace(microsecond=0).isoformat(),
            steps=[StepRecord(step.id, step.uses) for step in compiled.steps],
        )
        self._gate = gate.Gate()
        self._work = 0  # operations since the run last waited
        self._given = dict(params or {})
        self._outputs: dict[str, Any] = {}  # by save_as, for bare names
        self._steps: dict[str, Any] = {}  # by save_as, or by id where no save_as has that name
        self._saved_names = frozenset(step.save_as for step in compiled.steps if step.save_as)
        roots: dict[str, Any] = {"steps": self._steps, "params": dict(self._given)}
        if event is not None:
            roots["event"] = event_payload.seen(compiled.event_type, event)
        self._roots = roots
        self._scope = scope.Scope(roots, date_words.DateWords(nominal, zone), self._outputs)

    async def walk(self, world: host.Host) -> None:
        """Runs the steps in order; ends with `record.status` completed or failed. Never raises for a failed step."""
        try:
            await self._evaluate_params(world)
        except errors.OrdinautError as error:
            self._fail(None, error)
            return
        for step, record in zip(self.plan.steps, self.record.steps, strict=True):
            record.status = RUNNING
            world.changed()
            try:
                await self._step(step, record, world)
            except errors.OrdinautError as error:
                self._fail(record, error)
                world.changed()
                return
        self.record.status = COMPLETED
        world.changed()

    def cancelled(self) -> None:
        """Marks the run, and the step it was at, as cancelled."""
        self.record.status = RUN_CANCELLED
        for record in self.record.steps:
            if record.status in (RUNNING, WAITING):
                record.status = FAILED
                record.error = {"type": errors.CANCELLED, "message": "the run was cancelled while this step was under way"}

    def failed(self, error: errors.OrdinautError) -> None:
        """Marks the run as failed by something outside a step's own work."""
        self._fail(next((record for record in self.record.steps if record.status == RUNNING), None), error)

    async def _evaluate_params(self, world: host.Host) -> None:
        if self.plan.needs_counter(self._given):
            self._roots[plan.COUNTER_WORD] = await world.next_version()
        params = self._roots["params"]
        for name, declared in self.plan.params.items():
            if name not in self._given:
                params[name] = declared.evaluate(self._scope)
        self._roots["params"] = {name: params[name] for name in dict.fromkeys([*self.plan.params, *self._given])}

    async def _step(self, step: plan.CompiledStep, record: StepRecord, world: host.Host) -> None:
        self._work += self._scope.budget.take_work()
        if self._work > limits.MAX_WORK_WITHOUT_REST:
            self._work = 0
            await world.rest(step.id)
        if step.condition is not None and not self._decide(step):
            record.status = SKIPPED
            self._keep(step, values.Skipped(f"step '{step.id}' was skipped: its if, {step.condition_text}, was false"))
            world.changed()
            return
        arguments = step.arguments.evaluate(self._scope)
        record.arguments = system_tools.shown_arguments(arguments)
        record.attempts = 1
        if step.uses == requests.ADDRESS:
            output = await asking.perform(arguments, step.id, world)
            self._gate.note(output)
            self._work = 0
        elif step.uses == event_wait.ADDRESS:
            output = await self._event(arguments, record, world)
        elif step.policy["transport"] == "system":
            output = await system_tools.perform(step.uses, arguments, step.id, world)
        else:
            output = await self._call(step, record, arguments, world)
            self._work = 0  # the run has waited for the answer
        record.output = output
        record.status = COMPLETED
        self._keep(step, calls.kept_output(step.policy, arguments, output))
        world.changed()

    def _decide(self, step: plan.CompiledStep) -> bool:
        assert step.condition is not None
        try:
            return step.condition(self._scope)
        except errors.EvaluationError as error:
            raise fragments.located(error, "if") from None

    async def _call(self, step: plan.CompiledStep, record: StepRecord, arguments: dict[str, Any], world: host.Host) -> Any:
        sizes.check_size(arguments, f"'with' of step '{step.id}'")
        action = calls.action_of(step.policy, arguments)
        call = host.ToolCall(
            step=step.id,
            path=step.id,
            address=step.uses,
            action=action,
            arguments=arguments,
            effect=calls.effect_of(step.policy, action, arguments),
            timeout=plan.timeout_of(step, self._scope),
            policy=step.policy,
        )
        composition = step.composed.get(action or "")
        call = await self._gate.passed(call, world)
        record.arguments = call.arguments
        if composition is None:
            result = await world.call_tool(call)
        else:
            given = call.timeout if step.timeout is not None else None
            result = await composed_call.ComposedCall(composition, call, given, self._scope, self._gate).perform(world)
        record.attempts = result.attempts
        if result.arguments is not None:
            record.arguments = result.arguments
        self.record.warnings.extend(f"{step.id}: {warning}" for warning in result.warnings)
        return result.output

    async def _event(self, arguments: dict[str, Any], record: StepRecord, world: host.Host) -> Any:
        wait = event_wait.of_arguments(arguments, record.id)
        record.status = WAITING
        world.changed()
        payload = await world.wait_for_event(wait)
        record.status = RUNNING
        self._work = 0  # the run has waited
        return wait.outcome(payload)

    def _keep(self, step: plan.CompiledStep, output: Any) -> None:
        if step.id not in self._saved_names:
            self._steps[step.id] = output
        if step.save_as:
            self._steps[step.save_as] = output
            self._outputs[step.save_as] = output

    def _fail(self, record: StepRecord | None, error: errors.OrdinautError) -> None:
        message = errors.cut(str(error))
        self.record.status = FAILED
        self.record.error = {"type": error.kind, "message": message, "step": record.id if record else None}
        if record is None:
            return
        record.status = FAILED
        record.error = {"type": error.kind, "message": message}
        if isinstance(error, errors.ToolError) and error.details:
            record.attempts = int(error.details.get("attempt", record.attempts))
            record.arguments = error.details.get("arguments", record.arguments)
            record.error["details"] = {key: value for key, value in error.details.items() if key not in ("arguments", "attempt")}


event_view = event_payload.seen
