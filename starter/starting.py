"""Starts a run of a checked pipeline: by hand, for a demo, for the schedules' tests."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from typing import Any

from workflows import contract
from workflows.core import errors, sizes


def run_id(name: str, now: datetime.datetime) -> str:
    """A workflow id for a run by hand: `lead-scoring-manual-20261123T160000Z-3fa9`."""
    return f"{name}-manual-{now.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def run_input(
    plan: Mapping[str, Any],
    params: Mapping[str, Any],
    event: Mapping[str, Any] | None,
    nominal: datetime.datetime | None,
    started_by: str | None = None,
    author: str | None = None,
) -> contract.RunInput:
    """What the workflow gets. `started_by` is the person who starts it: approvals that want four eyes are not for that one;
    `author` is the person who applies the pipeline.

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
    if started_by:
        made["started_by"] = started_by
    if author:
        made["author"] = author
    try:
        sizes.check_size(made, "what the run is given (plan, params, event)")
    except errors.LimitExceeded as error:
        raise errors.ToolError(errors.INVALID_INPUT, str(error)) from None
    return made
