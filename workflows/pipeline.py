"""The interpreter workflow: it is the Host that core asks for effects, and turns them into Temporal commands."""

from __future__ import annotations

import asyncio
import datetime
import functools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from temporalio import common, exceptions, workflow

from workflows import activity_failures, approval_waits, contract, event_waits
from workflows.core import errors, event_wait, host, model, plan, recorded
from workflows.core import progress as progress_text
from workflows.core import run as runs
from workflows.core.approvals import request as requests

_STATUS: Final = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STATUS)
#: More calls than this at once wait their turn; Temporal allows 2,000 pending activities and leaves a run stuck above.
MAX_CALLS_AT_ONCE: Final = 500
MAX_ID_BYTES: Final = 1_000  # of an activity; Temporal refuses longer ones and the run would be stuck
_MAX_SUMMARY_CHARS: Final = 200
_REST: Final = datetime.timedelta(milliseconds=1)
_DEFAULT_RETRY: Final = {"attempts": 5, "first_wait_seconds": 1, "factor": 2, "longest_wait_seconds": 60}


@workflow.defn(name=contract.PIPELINE)
class PipelineWorkflow:
    """One run of a pipeline; see `contract.RunInput` for what it gets."""

    @workflow.init
    def __init__(self, given: dict[str, Any]) -> None:
        """Nothing here may fail: a query must be answered even where the plan cannot be loaded."""
        self._run: runs.Run | None = None
        self._lost: dict[str, Any] | None = None  # why there is no run: its plan cannot be loaded
        self._given = given
        self._desk = approval_waits.Desk()
        self._inbox = event_waits.Inbox(given.get("event_id") if isinstance(given, dict) else None)

    @workflow.run
    async def run(self, given: dict[str, Any]) -> dict[str, Any]:
        """Walks the plan. A run that cannot go on ends as failed with its reason, never as a task that fails for ever."""
        try:
            self._run = runs.Run(plan.load(given["plan"]), self._nominal_time(), given.get("params"), given.get("event"))
            await self._run.walk(_TemporalHost(self._run, given, self._desk, self._inbox))
        except asyncio.CancelledError:
            if workflow.cancellation_reason() is None:  # somebody cancelled a call alone
                raise self._failure(errors.ToolError(errors.CANCELLED, "the call was cancelled, but not the run")) from None
            if self._run:
                self._run.cancelled()
            self._show(runs.RUN_CANCELLED)
            raise
        except errors.OrdinautError as error:
            raise self._failure(error) from None
        except exceptions.FailureError:
            raise
        except Exception as error:
            raise self._failure(errors.ToolError(errors.INTERNAL_ERROR, f"{type(error).__name__}: {error}")) from error
        if self._run.record.status == runs.FAILED:
            raise self._failure(None)
        self._show(runs.COMPLETED)
        return self._summary(self._run.record)

    @workflow.query(name=contract.QUERY_PROGRESS)
    def progress(self) -> dict[str, Any]:
        """The result so far, in the contract's form; outputs too large for an answer are left out."""
        record = self._run.record if self._run else progress_text.without_plan(self._given, workflow.info().workflow_start_time, self._lost)
        return progress_text.within_limit(record.as_json(workflow.info().workflow_id))

    @workflow.query(name=contract.QUERY_APPROVALS)
    def approvals(self) -> list[dict[str, Any]]:
        """What people are asked now: title, payload, digest, who may decide, who has decided, until when."""
        return progress_text.writable(self._desk.shown())  # type: ignore[no-any-return]

    @workflow.signal(name=contract.APPROVE)
    def approve_signal(self, given: Any = None, *_: Any) -> None:
        """A person approves; see `decision.Given`. What does not count is noted."""
        self._desk.signalled(requests.APPROVE, given)

    @workflow.signal(name=contract.REJECT)
    def reject_signal(self, given: Any = None, *_: Any) -> None:
        """A person rejects."""
        self._desk.signalled(requests.REJECT, given)

    @workflow.update(name=contract.APPROVE)
    def approve(self, given: Any = None, *_: Any) -> dict[str, Any]:
        """A person approves; what does not count is refused with its reason."""
        return self._desk.take(requests.APPROVE, given)

    @approve.validator
    def _may_approve(self, given: Any = None, *_: Any) -> None:
        self._desk.judge(requests.APPROVE, given)

    @workflow.update(name=contract.REJECT)
    def reject(self, given: Any = None, *_: Any) -> dict[str, Any]:
        """A person rejects; what does not count is refused with its reason."""
        return self._desk.take(requests.REJECT, given)

    @reject.validator
    def _may_reject(self, given: Any = None, *_: Any) -> None:
        self._desk.judge(requests.REJECT, given)

    @workflow.signal(name=contract.EVENT)
    def event_signal(self, given: Any = None, *_: Any) -> None:
        """An event, {"type", "payload", "id"}; one that nothing waits for yet is kept."""
        self._inbox.signalled(given)

    @workflow.update(name=contract.EVENT)
    def event(self, given: Any = None, *_: Any) -> dict[str, Any]:
        """An event; one that nothing here waits for is refused with the reason."""
        return self._inbox.take(given)

    @event.validator
    def _may_take(self, given: Any = None, *_: Any) -> None:
        self._inbox.judge(given)

    def _nominal_time(self) -> datetime.datetime:
        """When the run was due: as told at the start, else by its schedule, else when it started."""
        given = self._given.get("nominal_time")
        if given:
            return progress_text.given_time(given)
        scheduled = workflow.info().typed_search_attributes.get(approval_waits.SCHEDULED_TIME)
        return scheduled or workflow.info().workflow_start_time

    def _failure(self, error: errors.OrdinautError | None) -> exceptions.ApplicationError:
        if self._run is not None and error is not None:
            self._run.failed(error)
        self._show(runs.FAILED)
        facts = self._run.record.error if self._run else None
        if facts is None:
            reason = error or errors.ToolError(errors.INTERNAL_ERROR, "the run failed without a reason")
            facts = self._lost = {"type": reason.kind, "message": errors.cut(str(reason)), "step": None}
        facts = progress_text.writable(facts)
        named = facts["step"] is None or facts["message"].startswith((f"step {facts['step']}: ", f"step {facts['step']}."))
        place = "" if named else f"step '{facts['step']}': "
        return exceptions.ApplicationError(f"{place}{facts['message']}", {"step": facts["step"]}, type=facts["type"], non_retryable=True)

    def _show(self, status: str) -> None:
        workflow.upsert_search_attributes([_STATUS.value_set(status)])
        if self._run:
            _tell(self._run)

    def _summary(self, record: runs.RunRecord) -> dict[str, Any]:
        counts = {status: sum(step.status == status for step in record.steps) for status in (runs.COMPLETED, runs.SKIPPED)}
        return {"status": record.status, **counts, "nominal_time": record.nominal_time, "warnings": len(record.warnings)}


class _TemporalHost:
    """Answers the core's wishes with Temporal commands."""

    def __init__(self, current: runs.Run, given: dict[str, Any], desk: approval_waits.Desk, inbox: event_waits.Inbox) -> None:
        self._run = current
        self._given = given
        self._desk = desk
        self._inbox = inbox
        self._first_run: str | None = given.get("first_run")
        self._slots = asyncio.Semaphore(MAX_CALLS_AT_ONCE)

    def now(self) -> datetime.datetime:
        return workflow.now()

    async def call_tool(self, call: host.ToolCall) -> host.ToolResult:
        _check_id(call.path)
        _tell(self._run)
        async with self._slots:
            try:
                output: dict[str, Any] = await workflow.execute_activity(
                    contract.CALL_TOOL,
                    self._input(call),
                    task_queue=call.policy.get("task_queue"),  # of a limited service; else the run's own, so that it starts eagerly
                    activity_id=call.path,
                    start_to_close_timeout=call.timeout + contract.ACTIVITY_GRACE,
                    heartbeat_timeout=contract.HEARTBEAT_TIMEOUT,
                    retry_policy=_retry_policy(call),
                    summary=_summary(call),
                )
            except exceptions.ActivityError as error:
                raise activity_failures.meaning(error, lambda cause: _unsaid(cause, call)) from error
        return host.ToolResult(output["output"], output.get("arguments"), output.get("warnings", []), output.get("attempts", 1))

    async def whole(self, call: host.ToolCall) -> host.ToolResult | None:
        """A composed call is walked: each of its calls is an activity of its own."""
        return None

    def _input(self, call: host.ToolCall) -> dict[str, Any]:
        made: dict[str, Any] = {"tool": call.address, "arguments": call.arguments, "effect": call.effect, "digest": call.policy["digest"]}
        if call.policy["transport"] == "database":
            made["zone"] = self._run.plan.timezone
        if self._first_run:
            made["run"] = self._first_run
        if call.approval is not None:
            made["approval"] = call.approval
        if _looks_up(call):
            made["look_up"] = True
        return made

    async def sleep(self, step: str, duration: datetime.timedelta) -> None:
        if duration <= datetime.timedelta(0):
            return
        record = next(record for record in self._run.record.steps if record.id == step)
        record.status = runs.WAITING
        _tell(self._run)
        await workflow.sleep(duration, summary=f"{step}: sleep")
        record.status = runs.RUNNING

    async def approval(self, asked: requests.Request) -> dict[str, Any]:
        _check_id(f"{asked.name}{recorded.DECIDED}")
        record = next(one for one in self._run.record.steps if asked.step == one.id or asked.step.startswith(f"{one.id}."))
        record.status = runs.WAITING
        decided = await self._desk.wait(asked, self._given, self.call_tool, lambda: _tell(self._run, self._desk.lines()))
        record.status = runs.RUNNING
        return decided

    async def wait_for_event(self, wait: event_wait.Wait) -> Mapping[str, Any] | None:
        return await self._inbox.wait(wait, lambda: _tell(self._run))

    async def rest(self, step: str) -> None:
        # counted, never timed: the detector of hung workers knows seconds, replay must not
        await workflow.sleep(_REST, summary=f"{step}{recorded.REST}")

    async def next_version(self) -> int:
        version: int = await workflow.execute_activity(
            contract.NEXT_VERSION,
            {"pipeline": self._run.plan.name, **({"run": self._first_run} if self._first_run else {})},
            activity_id=plan.COUNTER_WORD,
            start_to_close_timeout=datetime.timedelta(seconds=30),
            summary=f"next {plan.COUNTER_WORD} of {self._run.plan.name}",
        )
        return version

    def changed(self) -> None:
        """Nobody can look before the run next waits, so that is when it is told."""


def _tell(current: runs.Run, asks: Sequence[str] = ()) -> None:
    """Puts the steps' state where the Web UI shows it; called before each wait and at the end, since it costs a line for each step."""
    workflow.set_current_details(progress_text.markdown(current.plan.title, current.record, asks))


def _check_id(path: str) -> None:
    size = len(path.encode())
    if size > MAX_ID_BYTES:
        raise errors.LimitExceeded(f"the step's id takes {size:,} bytes, above {MAX_ID_BYTES:,} (MAX_ID_BYTES)", "give it a shorter one")


def _summary(call: host.ToolCall) -> str:
    words = f"{call.step}: {call.address} {call.action}" if call.action else f"{call.step}: {call.address}"
    return progress_text.safe(" ".join(words.split()))[:_MAX_SUMMARY_CHARS]


def _retry_policy(call: host.ToolCall) -> common.RetryPolicy:
    facts = {**_DEFAULT_RETRY, **call.policy.get("retry", {})}
    unsafe = call.effect == model.UNSAFE and not _looks_up(call)
    return _retry(facts["attempts"], facts["first_wait_seconds"], facts["factor"], facts["longest_wait_seconds"], unsafe)


def _looks_up(call: host.ToolCall) -> bool:
    """Whether the call, tried again, first looks up at the vendor if it was done. Plans made before there were look-ups say nothing."""
    return call.policy.get("look_up") is True or call.action in call.policy.get("look_ups", ())


@functools.lru_cache(maxsize=1_024)
def _retry(
    attempts: int, first_wait: int | Decimal, factor: int | Decimal, longest_wait: int | Decimal, unsafe: bool
) -> common.RetryPolicy:
    return common.RetryPolicy(
        initial_interval=datetime.timedelta(seconds=float(first_wait)),
        backoff_coefficient=float(factor),
        maximum_interval=datetime.timedelta(seconds=float(longest_wait)),
        maximum_attempts=int(attempts),
        # a worker that died or hung may have sent: only calls that may be sent twice go on
        non_retryable_error_types=list(contract.TIMEOUT_ERROR_TYPES) if unsafe else None,
    )


def _unsaid(cause: BaseException, call: host.ToolCall) -> errors.ToolError:
    """What it means that a call's activity failed without saying why."""
    if isinstance(cause, exceptions.TimeoutError):
        return errors.worker_lost(call.address, call.action, call.step)
    return errors.ToolError(errors.INTERNAL_ERROR, f"{call.address}: {cause}")
