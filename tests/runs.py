"""Runs of plans with tools that a test scripts, for the tests of the interpreter workflow on a real server."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity, client, exceptions
from temporalio import worker as temporal_worker
from temporalio.api.enums import v1 as enums
from temporalio.api.history import v1 as histories

from activities import approvals, catalog, counter, run_starting, service_limits
from activities import settings as settings_module
from activities.events import handing_on, waits
from starter import history, starting, task_queues
from workflows import contract, events, pipeline
from workflows import counter as counter_workflow

#: The environment of a machine of one's own: whoever says who they are is believed.
TRUSTING = {"ORDINAUT_TRUST_LOCAL_APPROVERS": "1"}

#: What a run under test may take; one that is stuck is noticed by its failed tasks long before.
SECONDS = 60.0

#: No failures of ours: much that is new arrived while the task was answered, and the server asks again.
_ASKED_AGAIN = (
    enums.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
    enums.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
)


@dataclass
class Tools:
    """The activity `call_tool` with scripted answers: {"step id": output}.

    An answer that is a list is taken try by try; an exception is raised; a function gets the input; without one the arguments come back.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    #: (step, attempt, input) of each try.
    calls: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)

    @activity.defn(name=contract.CALL_TOOL)
    async def call_tool(self, given: dict[str, Any]) -> dict[str, Any]:
        """Answers as the script says."""
        info = activity.info()
        self.calls.append((info.activity_id, info.attempt, given))
        answer = self.answers.get(info.activity_id, {"arguments": given["arguments"]})
        if isinstance(answer, list):
            answer = answer[min(info.attempt, len(answer)) - 1]
        if callable(answer):
            answer = await answer(given)
        if isinstance(answer, Exception):
            raise answer
        return {"output": answer, **({"attempts": info.attempt} if info.attempt > 1 else {})}

    def tries(self, step: str) -> int:
        """How often a step's call was tried."""
        return sum(called == step for called, _, _ in self.calls)


def failure(kind: str, message: str, again: bool, seconds: float | None = None, **details: Any) -> exceptions.ApplicationError:
    """A failed call as the tool-call activity would raise it."""
    delay = datetime.timedelta(seconds=seconds) if seconds is not None else None
    return exceptions.ApplicationError(message, details, type=kind, non_retryable=not again, next_retry_delay=delay)


@dataclass
class Ended:
    """A run that has ended, seen from three sides: the workflow's own result, its query, its history."""

    run_id: str
    result: dict[str, Any] | None  # None where the run failed or was cancelled
    error: BaseException | None
    progress: dict[str, Any]
    told: history.RunHistory
    events: list[histories.HistoryEvent]

    @property
    def shown(self) -> dict[str, Any]:
        """The result as `show` tells it."""
        return self.told.record().as_json(self.run_id)

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        """The steps of the result by id."""
        return {step["id"]: step for step in self.shown["steps"]}

    def count(self, name: str) -> int:
        """How many events of a type there are: `ActivityTaskScheduled`."""
        return sum(self._name(event) == name for event in self.events)

    @staticmethod
    def _name(event: histories.HistoryEvent) -> str:
        return enums.EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").title().replace("_", "")

    def names(self) -> list[str]:
        """The types of all events."""
        return [self._name(event) for event in self.events]


@contextlib.asynccontextmanager
async def worker(
    temporal: client.Client,
    tools: Tools | None = None,
    *,
    task_queue: str | None = None,
    runner: temporal_worker.WorkflowRunner | None = None,
    limits: Sequence[service_limits.ServiceLimit] = (),
    environment: Mapping[str, str] | None = None,
    **settings: Any,
) -> AsyncIterator[str]:
    """A worker with scripted tools, and one for each limited service; gives its task queue.

    Its `environment` is that of its approvals: one that trusts everybody where left out.
    """
    queue = task_queue or f"test-{uuid.uuid4()}"
    tools = tools or Tools()
    own = settings_module.Settings.from_mapping(TRUSTING if environment is None else environment)
    asking = approvals.ApprovalActivities(catalog.Catalog({}), own)
    event_waits = waits.Waits(temporal)
    main = temporal_worker.Worker(
        temporal,
        task_queue=queue,
        workflows=[pipeline.PipelineWorkflow, counter_workflow.CounterWorkflow, events.EventWorkflow, events.EventRouterWorkflow],
        activities=[
            tools.call_tool,
            counter.CounterActivities(temporal).next_version,
            asking.ask_approval,
            asking.keep_approval,
            handing_on.HandingOn(temporal).hand_on_event,
            event_waits.begin_event_wait,
            event_waits.look_back,
        ],
        workflow_runner=runner or temporal_worker.UnsandboxedWorkflowRunner(),
        **settings,
    )
    services = [task_queues.service_worker(temporal, limit, tools.call_tool) for limit in limits]
    async with task_queues.together([main, *services]):
        yield queue


async def started(
    temporal: client.Client,
    plan: Mapping[str, Any],
    queue: str,
    *,
    run_id: str | None = None,
    params: Mapping[str, Any] | None = None,
    event: Mapping[str, Any] | None = None,
    nominal: datetime.datetime | None = None,
    **more: Any,
) -> client.WorkflowHandle[Any, Any]:
    """Starts a run; `more` is put into the workflow's input as it stands."""
    given = starting.run_input(plan, params or {}, event, nominal)
    given.update(more)  # type: ignore[typeddict-item]
    return await run_starting.start(temporal, given, run_id or f"{plan['name']}-{uuid.uuid4()}", queue)


async def ended(temporal: client.Client, handle: client.WorkflowHandle[Any, Any], seconds: float = SECONDS) -> Ended:
    """Waits for the end of a run; its worker must still be there. Fails at once where a workflow task failed: such a run is stuck."""
    result: dict[str, Any] | None = None
    error: BaseException | None = None
    waiting = asyncio.create_task(handle.result())
    try:
        async with asyncio.timeout(seconds):
            while not waiting.done():
                await asyncio.wait([waiting], timeout=1.0)
                if not waiting.done():
                    assert_no_failed_task(await _events(handle))
        result = waiting.result()
    except client.WorkflowFailureError as failed:
        error = failed.cause
    finally:
        waiting.cancel()
    events = await _events(handle)
    assert_no_failed_task(events)
    told = history.RunHistory(temporal.data_converter)
    await told.read(events)
    return Ended(handle.id, result, error, await handle.query(contract.QUERY_PROGRESS), told, events)


async def run(
    temporal: client.Client,
    plan: Mapping[str, Any],
    tools: Tools | None = None,
    *,
    runner: temporal_worker.WorkflowRunner | None = None,
    **given: Any,
) -> Ended:
    """A run from start to end with a worker of its own."""
    async with worker(temporal, tools, runner=runner) as queue:
        return await ended(temporal, await started(temporal, plan, queue, **given))


async def _events(handle: client.WorkflowHandle[Any, Any]) -> list[histories.HistoryEvent]:
    return [event async for event in handle.fetch_history_events()]


def assert_no_failed_task(events: list[histories.HistoryEvent]) -> None:
    """No workflow task failed or timed out: nothing was stuck, not even for a moment."""
    for event in events:
        if event.event_type == enums.EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            failed = event.workflow_task_failed_event_attributes
            if failed.cause not in _ASKED_AGAIN:
                raise AssertionError(f"a workflow task failed: {enums.WorkflowTaskFailedCause.Name(failed.cause)} {failed.failure.message}")
        assert event.event_type != enums.EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, "a workflow task timed out"
