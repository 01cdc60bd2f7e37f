"""Names and payloads that cross between workflows, activities and starter. Standard library only; fields are added, never renamed."""

from __future__ import annotations

import datetime
from typing import Any, Final, NotRequired, TypedDict

PIPELINE: Final = "Pipeline"  # workflow type
COUNTER: Final = "PipelineCounter"  # workflow type of a pipeline's durable counter
CALL_TOOL: Final = "call_tool"  # activity
NEXT_VERSION: Final = "next_version"  # activity
ASK_APPROVAL: Final = "ask_approval"  # activity: who may decide
KEEP_APPROVAL: Final = "keep_approval"  # activity: what was decided
MAINTENANCE: Final = "ScheduleMaintenance"  # workflow type
EXTEND_SCHEDULES: Final = "extend_schedules"  # activity
EVENT_WORKFLOW: Final = "Event"  # workflow type; its id is `event:TYPE:EVENT_ID`
EVENT_ROUTER: Final = "EventRouter"  # workflow type; its id is `events:TYPE`
HAND_ON_EVENT: Final = "hand_on_event"  # activity: starts and wakes the runs that take an event
BEGIN_EVENT_WAIT: Final = "begin_event_wait"  # activity: tells the router that a run waits, looks at what came before
LOOK_BACK: Final = "look_back"  # activity: looks at what came before again

TASK_QUEUE: Final = "pipelines"
#: Before the service: the task queue of the calls of a limited service, `tools.slack`.
TOOLS_QUEUE_PREFIX: Final = "tools."

PLAN_FORMAT: Final = 3  # the newest plan format that this interpreter writes; it runs all older ones

# Search attributes and their Temporal types.
ATTRIBUTE_PIPELINE: Final = "OrdinautPipeline"
ATTRIBUTE_STATUS: Final = "OrdinautStatus"
ATTRIBUTE_STEP: Final = "OrdinautStep"
ATTRIBUTE_EVENT_TYPE: Final = "OrdinautEventType"
ATTRIBUTE_TOOLS: Final = "OrdinautTools"
SEARCH_ATTRIBUTES: Final = {
    ATTRIBUTE_PIPELINE: "Keyword",
    ATTRIBUTE_STATUS: "Keyword",
    ATTRIBUTE_STEP: "Keyword",
    ATTRIBUTE_EVENT_TYPE: "Keyword",
    ATTRIBUTE_TOOLS: "KeywordList",
}

QUERY_PROGRESS: Final = "progress"
QUERY_APPROVALS: Final = "approvals"
APPROVE: Final = "approve"  # signal and update
REJECT: Final = "reject"  # signal and update
UPDATE_NEXT_VERSION: Final = "next_version"
EVENT: Final = "event"  # signal and update of a run
SUBSCRIBE: Final = "subscribe"  # signal of the router: `Subscription`
UNSUBSCRIBE: Final = "unsubscribe"  # signal of the router: the pipeline's name
BEGIN_WAIT: Final = "begin_wait"  # signal of the router: `Wait`
END_WAIT: Final = "end_wait"  # signal of the router: {"run", "step"}
QUERY_TAKERS: Final = "takers"  # query of the router: who might take an event

#: The type of the error of a run that waits for an event no longer.
GONE: Final = "gone"

# What becomes of an event, as its search attribute says.
EVENT_RECEIVED: Final = "received"
EVENT_TAKEN: Final = "taken"
EVENT_UNCLAIMED: Final = "unclaimed"
EVENT_PARTLY_TAKEN: Final = "partly-taken"

#: The activity stops itself this long before Temporal would, so that the error can say what happened.
ACTIVITY_GRACE: Final = datetime.timedelta(seconds=5)
#: A worker that died is noticed after this long.
HEARTBEAT_TIMEOUT: Final = datetime.timedelta(seconds=10)

#: Temporal does not retry these for a call that must not be sent twice: the worker died or hung after it may have sent.
TIMEOUT_ERROR_TYPES: Final = ("TemporalTimeout:StartToClose", "TemporalTimeout:Heartbeat")


def router_id(event_type: str) -> str:
    """The workflow id of a type's router: `events:github.push`."""
    return f"events:{event_type}"


class CallInput(TypedDict):
    """What the activity `call_tool` gets.

    {"tool": "maib.banking", "arguments": {"action": "get_balance"}, "effect": "safe", "digest": "3f2a9c01b7de"}
    """

    tool: str
    arguments: dict[str, Any]
    effect: str
    digest: str  # of the tool definition the plan was checked against
    zone: NotRequired[str]  # the pipeline's time zone, for database sessions
    run: NotRequired[str]  # first workflow id of a chain of retries, where it is not this one
    approval: NotRequired[dict[str, Any]]  # the decision record, where the definition asks for an approval
    look_up: NotRequired[bool]  # the plan lets this unsafe call be tried again, since a look-up goes before it


class CallOutput(TypedDict):
    """What the activity gives back: {"output": {...}} and, only where there is something to say, the rest."""

    output: Any
    arguments: NotRequired[dict[str, Any]]  # what was sent, where fitting the schema changed it
    warnings: NotRequired[list[str]]
    attempts: NotRequired[int]  # where more than one
    cached_seconds: NotRequired[int]  # where the worker had kept the output: its age


class RunInput(TypedDict):
    """What the workflow `Pipeline` gets: the plan, and what this run was given."""

    plan: dict[str, Any]
    params: NotRequired[dict[str, Any]]  # given at the start; data, never evaluated
    event: NotRequired[dict[str, Any]]
    nominal_time: NotRequired[str]  # ISO 8601 with offset; else the schedule's time, else the start
    first_run: NotRequired[str]  # first workflow id of a chain of retries
    started_by: NotRequired[str]  # the person who started it, as far as that is known
    author: NotRequired[str]  # the person who applied the pipeline, as far as that is known
    triggers: NotRequired[list[dict[str, str]]]  # who asked a schedule for runs: {"who", "from", "to"}, see `core.approvals.origin`
    event_id: NotRequired[str]  # of the event that started it


class Event(TypedDict):
    """What the workflow `Event` gets, and its activity.

    {"id": "github.main.72d3162e", "type": "github.push", "source": "github/main", "received_at": "2026-11-23T10:00:00+00:00",
     "payload": {...}}
    """

    id: str
    type: str
    source: str
    received_at: str
    payload: dict[str, Any]
    taken_by: NotRequired[list[str]]  # the runs that took it later; then nothing is left to do


class Wait(TypedDict):
    """A run that waits for an event: {"run": "deploy-1", "step": "confirm", "pins": [[["issue", "key"], "OPS-1"]], "until": "2026-..."}."""

    run: str
    step: str
    pins: list[Any]  # see `core.event_wait`
    until: str


class LookBack(TypedDict):
    """What the activities of a wait get: which events that came since then might fit, and those that the run has already."""

    event_type: str
    wait: Wait
    since: str
    known: list[str]
