"""A run's Temporal history as a Recording, for `show`, the live progress and everybody without a worker at hand."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from temporalio import converter
from temporalio.api.common import v1 as common
from temporalio.api.enums import v1 as enums
from temporalio.api.failure import v1 as failures
from temporalio.api.history import v1 as histories

from starter import delivery_history
from workflows import contract
from workflows.core import errors, host, plan, progress, recorded, run

_SLEEP_SUFFIX: Final = ": sleep"
_CLOSED: Final = {
    enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: run.COMPLETED,
    enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: run.FAILED,
    enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: run.RUN_CANCELLED,
    enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: run.FAILED,
    enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: run.FAILED,
}


@dataclass(slots=True)
class RunHistory:
    """Reads events one by one; `record()` tells the run as far as they go."""

    payloads: converter.DataConverter
    given: dict[str, Any] = field(default_factory=dict)
    started: datetime.datetime | None = None
    scheduled: datetime.datetime | None = None
    closed: str | None = None
    recording: recorded.Recording = field(default_factory=recorded.Recording)
    _activities: dict[int, str] = field(default_factory=dict)
    _inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    _timers: dict[str, str] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)  # activities that ask who may decide
    _silent: set[str] = field(default_factory=set)  # activities whose answer no step shows
    _approvals: dict[str, dict[str, Any]] = field(default_factory=dict)  # decision records by the activities that keep them
    _waits: delivery_history.Waits = field(default_factory=delivery_history.Waits)
    #: What was answered since the run last looked; a workflow task, once completed, says when it saw them.
    _unseen: list[str] = field(default_factory=lambda: [""])

    async def read(self, events: Iterable[histories.HistoryEvent]) -> None:
        """Takes in more events, in their order."""
        for event in events:
            await self._event(event)

    def record(self) -> run.RunRecord:
        """The run's record so far; without steps where the plan in the history cannot be loaded."""
        try:
            nominal = self.nominal_time()
            told = recorded.tell(self.given["plan"], nominal, self.given.get("params"), self.given.get("event"), self.recording)
        except errors.OrdinautError as error:
            assert self.started is not None  # the first event of every history sets it
            reason = self.recording.failure or {"type": error.kind, "message": errors.cut(str(error))}
            return progress.without_plan(self.given, self.started, {"type": reason["type"], "message": reason["message"], "step": None})
        return _writable(told)

    def nominal_time(self) -> datetime.datetime:
        """As the workflow takes it: given, else the schedule's, else the start.

        Raises:
            errors.ToolError: the given one is no time with its offset.
        """
        if self.given.get("nominal_time"):
            return progress.given_time(self.given["nominal_time"])
        nominal = self.scheduled or self.started
        assert nominal is not None  # the first event of every history sets it
        return nominal

    async def _event(self, event: histories.HistoryEvent) -> None:
        time = event.event_time.ToDatetime(datetime.UTC)
        match event.WhichOneof("attributes"):
            case "workflow_execution_started_event_attributes":
                await self._start(event.workflow_execution_started_event_attributes, time)
            case "workflow_task_scheduled_event_attributes":
                self._waits.task_scheduled()
            case "workflow_task_started_event_attributes":
                self.recording.times.update(dict.fromkeys(self._unseen, time))
                self._waits.task_started(self.recording, time)
            case "workflow_task_completed_event_attributes":
                self._unseen.clear()
                self._waits.task_completed()
            case "timer_started_event_attributes":
                timer = event.timer_started_event_attributes.timer_id
                self._timers[timer] = str(await self._text(event.user_metadata.summary)).removesuffix(_SLEEP_SUFFIX)
            case "timer_fired_event_attributes":
                step = self._timers[event.timer_fired_event_attributes.timer_id]
                self.recording.slept.add(step)
                self._unseen.append(step)
                self._waits.fired(step)
            case _:
                await self._activity(event)
                await self._delivery(event)
                await self._close(event)

    async def _activity(self, event: histories.HistoryEvent) -> None:
        match event.WhichOneof("attributes"):
            case "activity_task_scheduled_event_attributes":
                await self._scheduled(event)
            case "activity_task_started_event_attributes":
                started = event.activity_task_started_event_attributes
                self._call(started.scheduled_event_id).attempts = started.attempt
            case "activity_task_completed_event_attributes":
                await self._completed(event.activity_task_completed_event_attributes)
            case "activity_task_failed_event_attributes":
                failed = event.activity_task_failed_event_attributes
                await self._failed(self._activities[failed.scheduled_event_id], failed.failure)
            case "activity_task_timed_out_event_attributes":
                self._timed_out(event.activity_task_timed_out_event_attributes.scheduled_event_id)

    async def _delivery(self, event: histories.HistoryEvent) -> None:
        match event.WhichOneof("attributes"):
            case "workflow_execution_signaled_event_attributes":
                signal = event.workflow_execution_signaled_event_attributes
                if signal.signal_name == contract.EVENT:
                    self._waits.signalled(self.recording, await self._argument(signal.input), self._unseen)
            case "workflow_execution_update_accepted_event_attributes":
                update = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
                if update.name == contract.EVENT:
                    self._waits.accepted(self.recording, await self._argument(update.args))

    async def _start(self, started: histories.WorkflowExecutionStartedEventAttributes, time: datetime.datetime) -> None:
        self.started = time
        self.given = (await self.payloads.decode(list(started.input.payloads)))[0]
        attribute = started.search_attributes.indexed_fields.get("TemporalScheduledStartTime")
        if attribute is not None and attribute.data:
            self.scheduled = datetime.datetime.fromisoformat(attribute.data.decode().strip('"').replace("Z", "+00:00"))

    async def _scheduled(self, event: histories.HistoryEvent) -> None:
        scheduled = event.activity_task_scheduled_event_attributes
        self._activities[event.event_id] = scheduled.activity_id
        if scheduled.activity_type.name == contract.CALL_TOOL:
            self.recording.calls[scheduled.activity_id] = recorded.Call()
            self._inputs[scheduled.activity_id] = (await self.payloads.decode(list(scheduled.input.payloads)))[0]
        elif scheduled.activity_type.name == contract.KEEP_APPROVAL:
            self._approvals[scheduled.activity_id] = (await self.payloads.decode(list(scheduled.input.payloads)))[0]
        elif scheduled.activity_type.name == contract.ASK_APPROVAL:
            self._asked.add(scheduled.activity_id)
        elif scheduled.activity_type.name != contract.NEXT_VERSION:
            self._silent.add(scheduled.activity_id)

    def _call(self, scheduled_event: int) -> recorded.Call:
        return self.recording.calls.setdefault(self._activities[scheduled_event], recorded.Call())

    async def _completed(self, completed: histories.ActivityTaskCompletedEventAttributes) -> None:
        path = self._activities[completed.scheduled_event_id]
        value = (await self.payloads.decode(list(completed.result.payloads)))[0]
        self._unseen.append(path)
        if path in self._asked or path in self._silent:
            return
        if path in self._approvals:
            self.recording.decided[path.removesuffix(recorded.DECIDED)] = self._approvals[path]
            return
        if path == plan.COUNTER_WORD and path not in self._inputs:
            self.recording.version = int(value)
            return
        self._call(completed.scheduled_event_id).result = host.ToolResult(
            value["output"], value.get("arguments"), value.get("warnings", []), value.get("attempts", 1)
        )

    async def _failed(self, path: str, failure: failures.Failure) -> None:
        self._unseen.append(path)
        error = await self._tool_error(failure)
        if path in self._silent:
            return  # what it means for the run stands in the run's own end
        if path in self._asked:
            self.recording.unasked[path.removesuffix(recorded.ASKED)] = error
        else:
            self.recording.calls.setdefault(path, recorded.Call()).error = error

    def _timed_out(self, scheduled_event: int) -> None:
        path = self._activities[scheduled_event]
        self._unseen.append(path)
        given = self._inputs.get(path, {})
        action = given.get("arguments", {}).get("action")
        self._call(scheduled_event).error = errors.worker_lost(
            str(given.get("tool", path)), action if isinstance(action, str) else None, path
        )

    async def _tool_error(self, failure: failures.Failure) -> errors.ToolError:
        info = failure.application_failure_info
        details = await self.payloads.decode(list(info.details.payloads)) if info.details.payloads else []
        facts = details[0] if details and isinstance(details[0], dict) else {}
        return errors.ToolError(info.type or errors.INTERNAL_ERROR, failure.message, facts)

    async def _close(self, event: histories.HistoryEvent) -> None:
        status = _CLOSED.get(event.event_type)
        if status is None:
            return
        self.closed = status
        self.recording.cancelled = status == run.RUN_CANCELLED
        if event.event_type == enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
            failed = await self._tool_error(event.workflow_execution_failed_event_attributes.failure)
            place = f"step '{failed.details.get('step')}': "  # the workflow puts it before the message of a step
            self.recording.failure = {"type": failed.kind, "message": failed.message.removeprefix(place)}
        elif status == run.FAILED:
            terminated = event.workflow_execution_terminated_event_attributes.reason
            word = "terminated" if event.HasField("workflow_execution_terminated_event_attributes") else "timed out"
            self.recording.failure = {"type": errors.CANCELLED, "message": f"the run was {word}{': ' + terminated if terminated else ''}"}

    async def _argument(self, payloads: common.Payloads) -> Any:
        return (await self.payloads.decode(list(payloads.payloads)[:1]) or [None])[0]

    async def _text(self, payload: common.Payload) -> str:
        return str((await self.payloads.decode([payload]))[0]) if payload.data else ""


def _writable(record: run.RunRecord) -> run.RunRecord:
    """The record, each text of it such that it can be printed."""
    record.error = progress.writable(record.error)
    for step in record.steps:
        step.arguments, step.output, step.error = (progress.writable(value) for value in (step.arguments, step.output, step.error))
    return record
