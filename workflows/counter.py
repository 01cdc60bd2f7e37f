"""The durable counter of a pipeline, as a workflow that lives as long as the pipeline: what `auto_increment_version` reads."""

from __future__ import annotations

from typing import Any, Final

from temporalio import workflow

from workflows import contract

#: So many runs are remembered with the value they were given; a retried run gets its own again.
REMEMBERED_RUNS: Final = 1_000


@workflow.defn(name=contract.COUNTER)
class CounterWorkflow:
    """Gives each run the next value, and the same run the same value."""

    @workflow.init
    def __init__(self, state: dict[str, Any]) -> None:
        """`state` is {"value": 41, "runs": {"daily-...": 41}}; {} at the start."""
        self._value: int = state.get("value", 0)
        self._runs: dict[str, int] = dict(state.get("runs", {}))

    @workflow.run
    async def run(self, state: dict[str, Any]) -> None:
        """Waits for updates; continues as new when the history grows long."""
        await workflow.wait_condition(lambda: workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished())
        workflow.continue_as_new({"value": self._value, "runs": self._runs})

    @workflow.update(name=contract.UPDATE_NEXT_VERSION)
    def next_version(self, run: str) -> int:
        """The value of a run, new if it has none."""
        if run not in self._runs:
            self._value += 1
            self._runs[run] = self._value
            for oldest in list(self._runs)[: max(len(self._runs) - REMEMBERED_RUNS, 0)]:
                del self._runs[oldest]
        return self._runs[run]
