"""The fingerprint of a history: its sequence of commands, for the test that sees a changed order and says what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from temporalio.api.enums import v1 as enums
from temporalio.api.history import v1 as histories
from temporalio.client import WorkflowHistory

FOLDER: Final = Path(__file__).resolve().parent
HISTORIES: Final = FOLDER / "histories"
FINGERPRINTS: Final = FOLDER / "fingerprints.json"

#: Commands of which the name says all.
_BARE: Final = (
    "workflow_execution_completed_event_attributes",
    "workflow_execution_canceled_event_attributes",
    "workflow_execution_continued_as_new_event_attributes",
    "activity_task_cancel_requested_event_attributes",
    "timer_canceled_event_attributes",
    "marker_recorded_event_attributes",
)


def commands(events: Any) -> list[str]:
    """What the workflow asked for, in order: `["ActivityTaskScheduled fetch call_tool", "TimerStarted 1s", ...]`."""
    return [line for event in events if (line := _command(event))]


def _command(event: histories.HistoryEvent) -> str:
    kind = enums.EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").title().replace("_", "")
    match event.WhichOneof("attributes"):
        case "activity_task_scheduled_event_attributes":
            scheduled = event.activity_task_scheduled_event_attributes
            return f"{kind} {scheduled.activity_id} {scheduled.activity_type.name}"
        case "timer_started_event_attributes":
            return f"{kind} {event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta().total_seconds():g}s"
        case "upsert_workflow_search_attributes_event_attributes":
            fields = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
            return f"{kind} {' '.join(f'{name}={fields[name].data.decode()}' for name in sorted(fields))}"
        case "signal_external_workflow_execution_initiated_event_attributes":
            signal = event.signal_external_workflow_execution_initiated_event_attributes
            return f"{kind} {signal.workflow_execution.workflow_id} {signal.signal_name}"
        case "workflow_execution_failed_event_attributes":
            return f"{kind} {event.workflow_execution_failed_event_attributes.failure.application_failure_info.type}"
        case (
            "workflow_execution_completed_event_attributes"
            | "workflow_execution_canceled_event_attributes"
            | "marker_recorded_event_attributes"
        ):
            return kind
        case "activity_task_cancel_requested_event_attributes" | "timer_canceled_event_attributes":
            return kind
    return ""


def recorded() -> dict[str, WorkflowHistory]:
    """The recorded histories by name."""
    return {file.stem: WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8")) for file in sorted(HISTORIES.glob("*.json"))}


def committed() -> dict[str, list[str]]:
    """The committed fingerprints by name."""
    known: dict[str, list[str]] = json.loads(FINGERPRINTS.read_text(encoding="utf-8"))
    return known


def write(found: dict[str, list[str]]) -> None:
    """Writes the file of fingerprints, one command a line."""
    FINGERPRINTS.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
