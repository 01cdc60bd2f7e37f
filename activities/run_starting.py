"""Starts a run by its input, for the command line and for events."""

from __future__ import annotations

import datetime
from typing import Any

from temporalio import client, common

from activities import run_attributes
from workflows import contract
from workflows.core import limits, progress


async def start(
    temporal: client.Client,
    given: contract.RunInput,
    workflow_id: str,
    task_queue: str = contract.TASK_QUEUE,
    *,
    once: bool = False,
    timeout: datetime.timedelta | None = None,
) -> client.WorkflowHandle[Any, Any]:
    """Starts the run; its title is the static summary that the Web UI shows. With `once` a run of this id that has ended counts too.

    Raises:
        WorkflowAlreadyStartedError: there is a run of this id.
    """
    plan = given["plan"]
    assert len(plan["title"]) <= limits.MAX_TEMPLATE_CHARS
    return await temporal.start_workflow(
        contract.PIPELINE,
        given,
        id=workflow_id,
        task_queue=task_queue,
        execution_timeout=timeout,
        id_reuse_policy=common.WorkflowIDReusePolicy.REJECT_DUPLICATE if once else common.WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        search_attributes=run_attributes.of(plan),
        static_summary=progress.safe(plan["title"][:200]),
        static_details=progress.safe(plan.get("description", "")) or None,
    )
