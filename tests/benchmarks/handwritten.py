"""The workflow that the interpreter is compared with: the same five calls, written by hand as one would for a single purpose."""

from __future__ import annotations

import datetime
from typing import Any, Final

from temporalio import activity, common, workflow

from workflows import contract

HAND_WRITTEN: Final = "HandWritten"  # workflow type
_STATUS: Final = common.SearchAttributeKey.for_keyword(contract.ATTRIBUTE_STATUS)
_RETRY: Final = common.RetryPolicy(
    initial_interval=datetime.timedelta(seconds=0.1),
    backoff_coefficient=2,
    maximum_interval=datetime.timedelta(seconds=1),
    maximum_attempts=4,
)


@workflow.defn(name=HAND_WRITTEN)
class HandWrittenWorkflow:
    """`tests.plans.five_calls` as a program."""

    @workflow.run
    async def run(self, given: dict[str, Any]) -> dict[str, Any]:
        """`given` is {"params": {"total": 5}}."""
        total = given["params"]["total"]
        step_1 = await _call("step_1", {"action": "read", "number": 1, "text": "the first of five calls"})
        step_2 = await _call("step_2", {"action": "read", "number": 2, "text": f"after {step_1['number']} of {total}"})
        step_3 = await _call("step_3", {"action": "read", "number": 3, "text": f"after {step_2['number']} of {total}"})
        step_4 = await _call("step_4", {"action": "read", "number": 4, "text": f"after {step_3['number']} of {total}"})
        await _call("step_5", {"action": "read", "number": 5, "text": f"after {step_4['number']} of {total}"})
        workflow.upsert_search_attributes([_STATUS.value_set("completed")])
        nominal = workflow.info().workflow_start_time.replace(microsecond=0).isoformat()
        return {"status": "completed", "completed": 5, "skipped": 0, "nominal_time": nominal, "warnings": 0}


async def _call(step: str, arguments: dict[str, Any]) -> Any:
    answer: dict[str, Any] = await workflow.execute_activity(
        contract.CALL_TOOL,
        {"tool": "desk.tickets", "arguments": arguments, "effect": "safe", "digest": "0123456789ab"},
        activity_id=step,
        start_to_close_timeout=datetime.timedelta(seconds=35),
        heartbeat_timeout=contract.HEARTBEAT_TIMEOUT,
        retry_policy=_RETRY,
        summary=f"{step}: desk.tickets read",
    )
    return answer["output"]


@activity.defn(name=contract.CALL_TOOL)
async def call_tool(given: dict[str, Any]) -> dict[str, Any]:
    """The activity of both: it does as little as can be, so that all the rest of a run is seen."""
    return {"output": {"number": given["arguments"]["number"]}}
