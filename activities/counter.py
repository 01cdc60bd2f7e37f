"""The activity that asks a pipeline's durable counter for its next value."""

from __future__ import annotations

from typing import Any

from temporalio import activity, client, common

from workflows import contract


class CounterActivities:
    """Needs the client of its worker: the counter is a workflow."""

    def __init__(self, temporal: client.Client) -> None:
        self._temporal = temporal

    @activity.defn(name=contract.NEXT_VERSION)
    async def next_version(self, given: dict[str, Any]) -> int:
        """The value of this run; asked again, the same run gets the same value.

        `given` is {"pipeline": "automated-release"} and, in a chain of retries, {"run": its first workflow id}.
        """
        start: client.WithStartWorkflowOperation[Any, Any] = client.WithStartWorkflowOperation(
            contract.COUNTER,
            {},
            id=f"counter-{given['pipeline']}",
            task_queue=activity.info().task_queue,
            id_conflict_policy=common.WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"Counter of {given['pipeline']}",
        )
        run = given.get("run") or activity.info().workflow_id
        version: int = await self._temporal.execute_update_with_start_workflow(
            contract.UPDATE_NEXT_VERSION, run, start_workflow_operation=start, result_type=int
        )
        return version
