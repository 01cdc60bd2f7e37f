"""What is measured: runs of the interpreter and of the workflow written by hand, started alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from temporalio import client
from temporalio import worker as temporal_worker

from activities import run_attributes
from tests import plans
from tests.benchmarks import handwritten
from workflows import contract, pipeline

PLAN: Final = plans.five_calls()


@dataclass(frozen=True)
class Subject:
    """A workflow type and what its runs are given."""

    name: str
    workflow: str
    implementation: type
    given: Callable[[], dict[str, Any]]

    async def start(self, temporal: client.Client, run_id: str, queue: str) -> client.WorkflowHandle[Any, Any]:
        """Starts one run, with the attributes and the title that every run has."""
        return await temporal.start_workflow(
            self.workflow,
            self.given(),
            id=run_id,
            task_queue=queue,
            search_attributes=run_attributes.of(PLAN),
            static_summary=PLAN["title"],
        )

    def worker(self, temporal: client.Client, queue: str) -> temporal_worker.Worker:
        """A worker, set up for both alike."""
        return temporal_worker.Worker(
            temporal,
            task_queue=queue,
            workflows=[self.implementation],
            activities=[handwritten.call_tool],
            workflow_runner=temporal_worker.UnsandboxedWorkflowRunner(),
        )


INTERPRETER: Final = Subject("interpreter", contract.PIPELINE, pipeline.PipelineWorkflow, lambda: {"plan": PLAN})
BY_HAND: Final = Subject("by hand", handwritten.HAND_WRITTEN, handwritten.HandWrittenWorkflow, lambda: {"params": {"total": 5}})
#: The control: the same thing again, in a process of its own.
CONTROL: Final = Subject("by hand again", handwritten.HAND_WRITTEN, handwritten.HandWrittenWorkflow, BY_HAND.given)

SUBJECTS: Final = {subject.name: subject for subject in (INTERPRETER, BY_HAND, CONTROL)}
