"""One call of a composed action, for a run: each of its steps is a call of its own, so that a retry never repeats an earlier one."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from workflows.core import calls, composed, errors, fit, fit_call, fragments, host, plan, scope, sizes, system_tools, values
from workflows.core.approvals import gate


class ComposedCall:
    """Walks the steps of one composed call.

    `timeout` is that of the step in the pipeline, for each try of each inner call; None where it names none, then the tools' own hold.
    """

    def __init__(
        self, made: plan.Composition, call: host.ToolCall, timeout: datetime.timedelta | None, names: scope.Scope, gate: gate.Gate
    ) -> None:
        self._gate = gate
        self._made = made
        self._call = call
        self._timeout = timeout
        self._outputs: dict[str, Any] = {}
        self._steps: dict[str, Any] = {}
        self._outer = names
        self._warnings: list[str] = []
        self._attempts = 1
        self._done: list[str] = []  # inner calls that changed something

    async def perform(self, world: host.Host) -> host.ToolResult:
        """The output of the action.

        Raises:
            errors.ToolError: the arguments do not fit, an inner call failed, or the output does not fit.
            errors.EvaluationError: a template of the definition could not be evaluated.
        """
        if (whole := await world.whole(self._call)) is not None:
            return whole
        fitted = fit_call.through(self._made.arguments, self._call.arguments)
        self._warnings += fitted.notices
        names = self._names(fitted.value)
        sent = fitted.value if fitted.changed else None
        try:
            for step in self._made.steps:
                await self._step(step, names, world)
            output = self._judged(self._made.output.evaluate(names))
        except errors.ToolError as error:
            raise self._failed(error, sent) from error
        except errors.EvaluationError as error:
            raise type(error)(f"{self._call.address} {self._call.action or ''}".rstrip() + f": {error.message}", error.hint) from error
        return host.ToolResult(output, sent, self._warnings, self._attempts)

    def _names(self, arguments: dict[str, Any]) -> scope.Scope:
        """What the templates of the definition read; arguments that were not given are null, or their default."""
        roots = {"arguments": {**fit_call.defaults(self._made.arguments), **arguments}, "steps": self._steps}
        return scope.Scope(roots, self._outer.dates, self._outputs, budget=self._outer.budget)

    async def _step(self, step: plan.CompiledStep, names: scope.Scope, world: host.Host) -> None:
        if not self._wanted(step, names):
            self._keep(step, values.Skipped(f"step '{step.id}' was skipped: its if, {step.condition_text}, was false"))
            return
        arguments = self._given(step, step.arguments.evaluate(names))
        if step.uses == composed.COMPUTED:
            output = await system_tools.perform(step.uses, arguments, step.id, world)
        else:
            output = await self._inner(step, arguments, world)
        self._keep(step, calls.kept_output(step.policy, arguments, output))

    def _given(self, step: plan.CompiledStep, evaluated: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of an inner call; a lone template that gives null leaves its argument out, as in a request's body."""
        optional = self._made.optional[step.id]
        return {name: value for name, value in evaluated.items() if value is not None or name not in optional}

    def _wanted(self, step: plan.CompiledStep, names: scope.Scope) -> bool:
        if step.condition is None:
            return True
        try:
            return step.condition(names)
        except errors.EvaluationError as error:
            raise fragments.located(error, f"if of {step.id}") from None

    async def _inner(self, step: plan.CompiledStep, arguments: dict[str, Any], world: host.Host) -> Any:
        path = f"{self._call.path}.{step.id}"
        sizes.check_size(arguments, f"'with' of step '{path}'")
        action = calls.action_of(step.policy, arguments)
        call = host.ToolCall(
            step=f"{self._call.step}.{step.id}",
            path=path,
            address=step.uses,
            action=action,
            arguments=arguments,
            effect=calls.effect_of(step.policy, action, arguments),
            timeout=plan.timeout_of(step, self._outer) if self._timeout is None else self._timeout,
            policy=step.policy,
        )
        result = await world.call_tool(await self._gate.passed(call, world))
        self._attempts = max(self._attempts, result.attempts)
        self._warnings += [f"{step.id}: {warning}" for warning in result.warnings]
        if call.effect != "safe":
            self._done.append(step.id)
        return result.output

    def _keep(self, step: plan.CompiledStep, output: Any) -> None:
        self._steps[step.save_as or step.id] = output
        if step.save_as:
            self._outputs[step.save_as] = output

    def _judged(self, output: Any) -> Any:
        sizes.check_size(output, f"the output of step '{self._call.step}'")
        fit.output(self._made.result, output)
        return output

    def _failed(self, error: errors.ToolError, sent: dict[str, Any] | None) -> errors.ToolError:
        """The error of an inner call as that of the whole; it tells what stays done."""
        details = {key: value for key, value in error.details.items() if key != "arguments"}
        if sent is not None:
            details["arguments"] = sent
        if not self._done:
            return errors.ToolError(error.kind, error.message, details, error.retry_after)
        what = " and ".join(f"'{name}'" for name in self._done)
        message = f"{error.message}; {what} of {self._call.address} {self._call.action or ''}".rstrip() + " was done before and stays done"
        return errors.ToolError(error.kind, message, {**details, "done": list(self._done)}, error.retry_after)
