"""Every composed action of the catalog: its example runs over the sandbox, its calls are judged by the vendors' descriptions, its output fits."""

from __future__ import annotations

import datetime
import pathlib
from typing import Any

import pytest

from starter.sandbox import server
from tests import language, reference_cases
from tests.acceptance import test_vendor_actions as vendors
from workflows.core import errors, fit, host, model, plan, run

COMPOSED = [
    (tool, action)
    for tool in reference_cases.TOOLS.values()
    for action in (*tool.actions, *([] if tool.actions else [None]))
    if tool.composed(action)
]
IDS = [f"{tool.address} {action or ''}".strip() for tool, action in COMPOSED]


class ActivityHost:
    """A host whose calls are those of the tool-call activity, over the sandbox."""

    def __init__(self, vendor: vendors.Vendor) -> None:
        self._vendor = vendor
        self.calls: list[host.ToolCall] = []

    def now(self) -> datetime.datetime:
        return language.NOMINAL

    async def call_tool(self, call: host.ToolCall) -> host.ToolResult:
        self.calls.append(call)
        tool = reference_cases.TOOLS[call.address]
        return host.ToolResult(await self._vendor.call(tool, call.action, call.arguments))

    async def whole(self, call: host.ToolCall) -> host.ToolResult | None:
        return None

    async def rest(self, step: str) -> None:
        """Goes on at once."""

    def changed(self) -> None:
        """Nobody watches."""


async def walked(
    vendor: vendors.Vendor, tool: model.Tool, action: str | None, arguments: dict[str, Any]
) -> tuple[run.RunRecord, ActivityHost]:
    """A run of one step."""
    step = {"id": "call", "uses": tool.address, "with": {**({"action": action} if action else {}), **arguments}}
    made = language.checked(language.document(step), {}, catalog_=reference_cases.TOOLS)
    assert made.plan is not None, made.problems
    current = run.Run(plan.load(made.plan), language.NOMINAL)
    world = ActivityHost(vendor)
    await current.walk(world)
    return current.record, world


@pytest.fixture
async def vendor(sandbox: server.Running, tmp_path: pathlib.Path) -> Any:
    made = vendors.Vendor(sandbox, tmp_path)
    yield made
    await made.activities.close()


@pytest.mark.parametrize(("tool", "action"), COMPOSED, ids=IDS)
async def test_the_example_runs_over_the_sandbox(vendor: vendors.Vendor, tool: model.Tool, action: str | None) -> None:
    made = tool.composed(action)
    assert made is not None
    assert "example" in made, f"{tool.address} {action} has no example"
    record, world = await walked(vendor, tool, action, made["example"])
    assert record.error is None
    fit.output(tool.output_schema_of(action), record.steps[0].output)
    assert [call.step for call in world.calls]
    for request in vendor.requests:
        vendors.judge(tool.service, request)


@pytest.mark.parametrize(("tool", "action"), COMPOSED, ids=IDS)
async def test_a_refused_call_ends_the_step(vendor: vendors.Vendor, tool: model.Tool, action: str | None) -> None:
    made = tool.composed(action)
    assert made is not None
    vendor.order(tool.service, "refuse")
    with pytest.raises(Exception) as caught:
        await walked(vendor, tool, action, made["example"])
    assert getattr(caught.value, "type", "") in (errors.REJECTED, errors.INVALID_INPUT)
