"""Starts a run of a checked pipeline: by hand, for a demo, for the schedules' tests."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from typing import Any

from temporalio import client, common

from workflows import contract
from workflows.core import errors, limits, run, sizes


def run_id(name: str, now: datetime.datetime) -> str:
    """A workflow id for a run by hand: `lead-scoring-manual-20261123T160000Z-3fa9`."""
    return f"{name}-manual-{now.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def run_input(
    plan: Mapping[str, Any], params: Mapping[str, Any], event: Mapping[str, Any] | None, nominal: datetime.datetime | None
) -> contract.RunInput:
    """What the workflow gets.

    Raises:
        errors.ToolError: it is larger than Temporal carries.
    """
    made: contract.RunInput = {"plan": dict(plan)}
    if params:
        made["params"] = dict(params)
    if event is not None:
        made["event"] = dict(event)
    if nominal is not None:
        made["nominal_time"] = nominal.isoformat()
    try:
        sizes.check_size(made, "what the run is given (plan, params, event)")
    except errors.LimitExceeded as error:
        raise errors.ToolError(errors.INVALID_INPUT, str(error)) from None
    return made


def search_attributes(plan: Mapping[str, Any]) -> common.TypedSearchAttributes:
    """The attributes of a run at its start, so that they cost no event of their own."""
    keyword, keywords = common.SearchAttributeKey.for_keyword, common.SearchAttributeKey.for_keyword_list
    pairs: list[Any] = [
        common.SearchAttributePair(keyword(contract.ATTRIBUTE_PIPELINE), plan["name"]),
        common.SearchAttributePair(keyword(contract.ATTRIBUTE_STATUS), run.RUNNING),
        common.SearchAttributePair(keywords(contract.ATTRIBUTE_TOOLS), list(plan["tools"])),
    ]
    if plan.get("event_type"):
        pairs.append(common.SearchAttributePair(keyword(contract.ATTRIBUTE_EVENT_TYPE), plan["event_type"]))
    return common.TypedSearchAttributes(pairs)


async def start(
    temporal: client.Client, given: contract.RunInput, workflow_id: str, task_queue: str = contract.TASK_QUEUE
) -> client.WorkflowHandle[Any, Any]:
    """Starts the run; its title is the static summary that the Web UI shows."""
    plan = given["plan"]
    assert len(plan["title"]) <= limits.MAX_TEMPLATE_CHARS
    return await temporal.start_workflow(
        contract.PIPELINE,
        given,
        id=workflow_id,
        task_queue=task_queue,
        search_attributes=search_attributes(plan),
        static_summary=plan["title"][:200],
        static_details=plan.get("description") or None,
    )
