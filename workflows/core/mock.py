"""A mock run: the pipeline in memory against recorded outputs, no server and no effect. The fastest way to try and to test a pipeline."""

from __future__ import annotations

import datetime
from collections.abc import Coroutine, Mapping
from typing import Any, Final, Protocol

from workflows.core import errors, event_wait, fit, fit_call, host, made_up, mocked_event, model
from workflows.core.approvals import mocked
from workflows.core.approvals import request as requests

AUTO: Final = "auto"
_CALLS: Final = "$calls"
_ERROR: Final = "$error"


class Tools(Protocol):
    """What a mock run needs of a catalog."""

    def get(self, address: str) -> model.Tool | None:
        """The tool of an address."""


class MockHost:
    """Answers calls from `outputs`, {"step id": output}.

    `{"$calls": [...]}` is for repeated calls, `{"$error": {"type", "message"}}` for a failing one. `outputs` None makes them up
    (`made_up`). Arguments are fitted and outputs checked as in a real run.
    Sleeps pass at once, on a clock of the mock's own.
    """

    def __init__(self, tools: Tools, outputs: Mapping[str, Any] | None, start: datetime.datetime, version: int = 1) -> None:
        self._tools = tools
        self._outputs = outputs
        self._clock = start
        self._version = version
        self._used: dict[str, int] = {}

    def now(self) -> datetime.datetime:
        return self._clock

    async def call_tool(self, call: host.ToolCall) -> host.ToolResult:
        tool = self._tools.get(call.address)
        if tool is None:
            raise errors.ToolError(errors.INVALID_INPUT, f"no tool '{call.address}' in the catalog", {"tool": call.address})
        fitted = fit_call.arguments(tool, call.arguments)
        sent = fitted.value if fitted.changed else None
        try:
            schema = tool.output_schema_of(call.action)
            if self._outputs is None:
                output = made_up.output(schema, fitted.value)
            else:
                output = self._recorded(call, self._outputs)
                fit.output(schema, output)
        except errors.ToolError as error:
            if sent is not None:
                error.details["arguments"] = sent
            raise
        return host.ToolResult(output, sent, list(fitted.notices))

    async def whole(self, call: host.ToolCall) -> host.ToolResult | None:
        """The output that the file holds for the step itself; None where it holds those of the calls inside, {"create.open": {...}}."""
        if self._outputs is not None and call.step not in self._outputs:
            if any(step.startswith(f"{call.step}.") for step in self._outputs):
                return None
        return await self.call_tool(call)

    def _recorded(self, call: host.ToolCall, outputs: Mapping[str, Any]) -> Any:
        if call.step not in outputs:
            raise errors.MockError(f"the mock file holds no output for step '{call.step}' ({call.address}); add \"{call.step}\": {{...}}")
        count = self._used.get(call.step, 0)
        self._used[call.step] = count + 1
        recorded = outputs[call.step]
        if isinstance(recorded, dict) and set(recorded) == {_CALLS}:
            calls = recorded[_CALLS]
            if not isinstance(calls, list) or count >= len(calls):
                known = len(calls) if isinstance(calls, list) else "no list of"
                raise errors.MockError(f"step '{call.step}' calls for the {count + 1}. time; the mock file holds {known} calls of it")
            recorded = calls[count]
        if isinstance(recorded, dict) and set(recorded) == {_ERROR}:
            raise _error(recorded[_ERROR], call)
        return recorded

    async def approval(self, asked: requests.Request) -> dict[str, Any]:
        """Granted by `mock`, unless the file says otherwise: {"ask": {"$approval": {"status": "rejected", "by": "ana"}}}."""
        name = mocked.name_of(asked)
        recorded = (self._outputs or {}).get(name)
        if recorded is not None:
            self._used[name] = self._used.get(name, 0) + 1
        return mocked.record(asked, recorded, self._clock)

    async def wait_for_event(self, wait: event_wait.Wait) -> Mapping[str, Any] | None:
        """The event that the file holds for the step; made up from what the match demands where there is no file."""
        if self._outputs is None:
            return mocked_event.made_up(wait)
        if wait.name in self._outputs:
            self._used[wait.name] = self._used.get(wait.name, 0) + 1
        payload = mocked_event.payload(wait, self._outputs)
        if payload is None:
            self._clock += wait.timeout
        return payload

    async def sleep(self, step: str, duration: datetime.timedelta) -> None:
        self._clock += duration

    async def rest(self, step: str) -> None:
        """A mock run may compute as long as it likes."""

    async def next_version(self) -> int:
        return self._version

    def changed(self) -> None:
        """Nobody watches a mock run."""

    def unused(self) -> list[str]:
        """A warning for each output of the file that no call took."""
        if self._outputs is None:
            return []
        warnings = [f"the mock output of '{step}' was not used" for step in self._outputs if step not in self._used]
        for step, count in self._used.items():
            recorded = self._outputs[step]
            if isinstance(recorded, dict) and set(recorded) == {_CALLS} and count < len(recorded[_CALLS]):
                warnings.append(f"the mock file holds {len(recorded[_CALLS])} calls of '{step}', {count} were used")
        return warnings


def _error(recorded: Any, call: host.ToolCall) -> errors.ToolError:
    facts = recorded if isinstance(recorded, dict) else {"message": str(recorded)}
    kind = facts.get("type", errors.REJECTED)
    if kind not in errors.CALL_FAILURES:
        raise errors.MockError(
            f"step '{call.step}': the mock file's $error has the type '{str(kind)[:60]}', which no call ends with;"
            f" there is: {', '.join(errors.CALL_FAILURES)}"
        )
    return errors.ToolError(
        kind, str(facts.get("message", "the mock file says that this call fails")), {"tool": call.address, "action": call.action}
    )


def drive(work: Coroutine[Any, Any, Any]) -> None:
    """Runs a walk whose host never waits, without an event loop."""
    try:
        work.send(None)
    except StopIteration:
        return
    work.close()
    raise AssertionError("a host of this kind must not wait")
