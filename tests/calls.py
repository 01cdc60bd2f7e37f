"""Calls of the tool-call activity without a server, for the tests of the activity and its transports."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from temporalio import exceptions
from temporalio.testing import ActivityEnvironment

from activities import catalog, settings, tools
from workflows import contract
from workflows.core import model

DIGEST = "0123456789ab"

#: How messages of final failures end: what a person has to do.
REFUSED = "; correct it and run again: the same call is not sent again"
UNCHANGED = "; nothing was changed; the same call is not sent again"
DONE = "; the call itself was done: look in bank at what came of it before anything is sent again"


def tool(transport: str, address: str = "bank.accounts", **definition: Any) -> model.Tool:
    """A tool as the catalog would give it."""
    service = address.partition(".")[0]
    return model.Tool(
        address=address,
        transport=transport,
        service=service,
        definition={"address": address, "transport": transport, **definition},
        digest=DIGEST,
        timeout_seconds=Decimal(30),
    )


def bridge(url: str, **definition: Any) -> model.Tool:
    """A tool behind a bridge."""
    return tool("http", endpoint=url, **definition)


def environment(timeout: float = 35.0, attempt: int = 1, **info: Any) -> ActivityEnvironment:
    """An activity's surroundings: the step `pay` of the run `payday-1`."""
    made = ActivityEnvironment()
    made.info = dataclasses.replace(
        made.info,
        activity_id="pay",
        workflow_id="payday-1",
        attempt=attempt,
        start_to_close_timeout=datetime.timedelta(seconds=timeout),
        **info,
    )
    return made


def given(used: model.Tool, arguments: dict[str, Any] | None = None, effect: str = model.KEY, **more: Any) -> contract.CallInput:
    """The activity's input."""
    return {"tool": used.address, "arguments": arguments or {}, "effect": effect, "digest": DIGEST, **more}  # type: ignore[typeddict-item]


def activities_of(used: model.Tool, variables: Mapping[str, str] | None = None) -> tools.ToolActivities:
    """The activity with a catalog of this one tool."""
    return tools.ToolActivities(catalog.Catalog({used.address: used}), settings.Settings.from_mapping(variables or {}))


async def call(
    used: model.Tool,
    arguments: dict[str, Any] | None = None,
    effect: str = model.KEY,
    variables: Mapping[str, str] | None = None,
    timeout: float = 35.0,
    attempt: int = 1,
    **more: Any,
) -> contract.CallOutput:
    """Calls the tool once; everything is opened and closed again."""
    made = activities_of(used, variables)
    try:
        return await asyncio.wait_for(environment(timeout, attempt).run(made.call_tool, given(used, arguments, effect, **more)), 60)
    finally:
        await made.close()


async def failure(used: model.Tool, *arguments: Any, **more: Any) -> exceptions.ApplicationError:
    """The failure that the call ends with."""
    try:
        output = await call(used, *arguments, **more)
    except exceptions.ApplicationError as error:
        return error
    raise AssertionError(f"expected a failure, got {output}")


def output(used: model.Tool, *arguments: Any, **more: Any) -> Any:
    """The output of one call, for tests that are not asynchronous."""
    return asyncio.run(call(used, *arguments, **more))["output"]


def failed(used: model.Tool, *arguments: Any, **more: Any) -> exceptions.ApplicationError:
    """The failure of one call, for tests that are not asynchronous."""
    return asyncio.run(failure(used, *arguments, **more))
