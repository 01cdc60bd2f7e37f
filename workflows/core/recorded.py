"""A run told again from what was recorded: `show` and the live progress walk the plan over the calls that the history holds."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workflows.core import errors, event_wait, host, plan, run
from workflows.core.approvals import request as requests

#: After the name of an approval, in the ids of its activities: whom to ask, and what was decided.
ASKED: Final = ".asked"
DECIDED: Final = ".decided"
#: After the step, in the key of a wait for an event; also the summary of its timer.
WAIT: Final = ": wait for event"
REST: Final = ": rest"  # after the step, in the key of a rest; also the summary of its timer


@dataclass(slots=True)
class Call:
    """What a history says of one call: under way, answered, or failed."""

    attempts: int = 1
    result: host.ToolResult | None = None
    error: errors.ToolError | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that was handed to the run; `wait` is the step that it was for, "" where that was left to the run."""

    event_type: str
    payload: Mapping[str, Any]
    wait: str = ""


@dataclass(slots=True)
class Recording:
    """What a history says of a run: `calls` by path, `slept` the steps whose timer has fired.

    `decided` holds the decision records by their names, `unasked` why nobody could be asked.
    `deliveries` are the events in their order, `expired` the steps whose wait for one ran out, with the count of deliveries before that.
    `times` says when the run learned of it: the clock that it read from then on. Its key is the path of a call, the step of a sleep,
    COUNTER_WORD, `delivered(n)` for an event, the step with WAIT where none came, or "" for the run's begin.
    """

    calls: dict[str, Call] = field(default_factory=dict)
    slept: set[str] = field(default_factory=set)
    decided: dict[str, dict[str, Any]] = field(default_factory=dict)
    unasked: dict[str, errors.ToolError] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    expired: dict[str, int] = field(default_factory=dict)
    version: int | None = None
    times: dict[str, datetime.datetime] = field(default_factory=dict)
    cancelled: bool = False
    failure: dict[str, Any] | None = None  # {"type", "message", "step"} of a run that ended as failed


def delivered(number: int) -> str:
    """The key of the time of a delivery, the first of which is 0."""
    return f"event {number}"


class NotYet(BaseException):
    """The history ends here; no Exception, so that nothing on the way takes it for a failed step."""

    def __init__(self, waiting: bool = False, attempts: int = 1) -> None:
        super().__init__()
        self.waiting = waiting
        self.attempts = attempts


class RecordedHost:
    """Answers from a Recording."""

    def __init__(self, recording: Recording, start: datetime.datetime) -> None:
        self._recording = recording
        self._now = recording.times.get("", start)
        self._taken: set[int] = set()  # deliveries that a wait took

    def now(self) -> datetime.datetime:
        return self._now

    def _learned(self, what: str) -> None:
        self._now = self._recording.times.get(what, self._now)

    async def call_tool(self, call: host.ToolCall) -> host.ToolResult:
        recorded = self._recording.calls.get(call.path)
        if recorded is None or (recorded.result is None and recorded.error is None):
            raise NotYet(attempts=recorded.attempts if recorded else 1)
        self._learned(call.path)
        if recorded.error is not None:
            recorded.error.details.setdefault("attempt", recorded.attempts)
            raise recorded.error
        assert recorded.result is not None
        return recorded.result

    async def whole(self, call: host.ToolCall) -> host.ToolResult | None:
        """A history holds the inner calls."""
        return None

    async def sleep(self, step: str, duration: datetime.timedelta) -> None:
        if duration <= datetime.timedelta(0):
            return
        if step not in self._recording.slept:
            raise NotYet(waiting=True)
        self._learned(step)

    async def approval(self, asked: requests.Request) -> dict[str, Any]:
        if asked.name in self._recording.unasked:
            self._learned(f"{asked.name}{ASKED}")
            raise self._recording.unasked[asked.name]
        if asked.name not in self._recording.decided:
            raise NotYet(waiting=True)
        self._learned(f"{asked.name}{DECIDED}")
        return dict(self._recording.decided[asked.name])

    async def wait_for_event(self, wait: event_wait.Wait) -> Mapping[str, Any] | None:
        """The first delivery, of those that no earlier wait took, which this one takes; as the run itself decided."""
        found = self._recording.deliveries
        count = self._recording.expired.get(wait.name, len(found))
        for number, one in enumerate(found[:count]):
            mine = one.event_type == wait.event_type and one.wait in ("", wait.name)
            if mine and number not in self._taken and wait.takes(one.payload):
                self._taken.add(number)
                # one that came before the wait began takes nothing back
                self._now = max(self._now, self._recording.times.get(delivered(number), self._now))
                return one.payload
        if wait.name not in self._recording.expired:
            raise NotYet(waiting=True)
        self._learned(f"{wait.name}{WAIT}")
        return None

    async def rest(self, step: str) -> None:
        if f"{step}{REST}" not in self._recording.slept:
            raise NotYet
        self._learned(f"{step}{REST}")

    async def next_version(self) -> int:
        if self._recording.version is None:
            raise NotYet
        self._learned(plan.COUNTER_WORD)
        return self._recording.version

    def changed(self) -> None:
        """Nobody watches."""


def tell(
    document: Mapping[str, Any],
    nominal: datetime.datetime,
    given: Mapping[str, Any] | None,
    event: Mapping[str, Any] | None,
    recording: Recording,
) -> run.RunRecord:
    """The record of a run as far as it came.

    Raises:
        errors.EvaluationError: the plan cannot be loaded (a newer format, altered).
    """
    current = run.Run(plan.load(document), nominal, given, event)
    try:
        _drive(current, RecordedHost(recording, nominal))
    except NotYet as stop:
        for record in current.record.steps:
            if record.status == run.RUNNING:
                record.status = run.WAITING if stop.waiting else run.RUNNING
                record.attempts = max(record.attempts, stop.attempts)
    if recording.cancelled:
        current.cancelled()
    elif recording.failure is not None and current.record.status != run.FAILED:
        # failed by something that the steps do not show: terminated, timed out, an error of ours
        for record in current.record.steps:
            record.status = run.RUNNING if record.status == run.WAITING else record.status
        current.failed(errors.ToolError(recording.failure["type"], recording.failure["message"]))
    return current.record


def _drive(current: run.Run, world: RecordedHost) -> None:
    try:
        current.walk(world).send(None)
    except StopIteration:
        pass
