"""Composed actions: their calls in order, what templates see, what is skipped and left out, errors that say what stays done, mock files."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests import language, plans, shop
from workflows.core import composed, errors, host, mock, model, plan, run


class Shop:
    """A host that numbers the orders, or fails."""

    def __init__(self, fail_at: str = "", output: Any = None) -> None:
        self.calls: list[host.ToolCall] = []
        self._fail_at = fail_at
        self._output = {"n": 7} if output is None else output

    def now(self) -> datetime.datetime:
        return language.NOMINAL

    async def call_tool(self, call: host.ToolCall) -> host.ToolResult:
        self.calls.append(call)
        if call.step == self._fail_at:
            raise errors.ToolError(errors.REJECTED, "no such order", {"attempt": 3, "arguments": {"inner": True}})
        return host.ToolResult(self._output, None, ["careful"], attempts=len(self.calls))

    async def whole(self, call: host.ToolCall) -> host.ToolResult | None:
        return None

    def changed(self) -> None:
        """Nobody watches."""


def walked(world: Any, *, with_: dict[str, Any] | None = None, catalog: dict[str, model.Tool] | None = None, **step: Any) -> dict[str, Any]:
    given = {"action": "open", "customer": "C-1", **(with_ or {})}
    facts = {"id": "create", "uses": "shop.orders", "with": given, "save_as": "made", **step}
    reading = plans.transform("after", "${made.order}")
    current = run.Run(plan.load(plans.plan_of([facts, reading], tools=catalog or shop.tools())), language.NOMINAL)
    mock.drive(current.walk(world))
    return current.record.as_json("run-1")


def test_each_step_is_a_call_of_its_own() -> None:
    world = Shop()
    result = walked(world, with_={"tags": ["gift"]})
    assert [(call.step, call.path, call.address, call.action, call.effect) for call in world.calls] == [
        ("create.open", "create.open", "shop.order", "create", "unsafe"),
        ("create.tag", "create.tag", "shop.order", "tag", "unsafe"),
    ]
    assert world.calls[0].arguments == {"action": "create", "customer": "C-1", "state": "new"}  # the title is left out, the default is read
    assert world.calls[1].arguments == {"action": "tag", "order": 7, "day": "2026-11-23"}
    assert result["steps"][0]["output"] == {"order": 7}
    assert result["steps"][0]["with"] == {"action": "open", "customer": "C-1", "tags": ["gift"]}
    assert result["steps"][1]["output"] == 7
    assert (result["status"], result["steps"][0]["attempts"]) == ("completed", 2)
    assert result["warnings"] == ["create: open: careful", "create: tag: careful"]


def test_a_step_whose_condition_does_not_hold_is_not_called() -> None:
    world = Shop()
    assert walked(world)["status"] == "completed"
    assert [call.step for call in world.calls] == ["create.open"]


def test_an_action_that_is_one_call_stays_one() -> None:
    world = Shop(output={"order": 1})
    walked(world, with_={"action": "read"})
    assert [(call.step, call.address, call.action) for call in world.calls] == [("create", "shop.orders", "read")]


@pytest.mark.parametrize(
    ("given", "seconds"), [pytest.param({}, 30, id="of the tool"), pytest.param({"timeout_seconds": 5}, 5, id="of the step")]
)
def test_the_timeout_is_for_each_call(given: dict[str, Any], seconds: int) -> None:
    world = Shop()
    walked(world, **given)
    assert world.calls[0].timeout == datetime.timedelta(seconds=seconds)


def test_arguments_are_fitted_before_the_first_call() -> None:
    world = Shop()
    result = walked(world, with_={"customer": 12})
    assert world.calls[0].arguments["customer"] == "12"
    assert result["steps"][0]["with"] == {"action": "open", "customer": "12"}


def test_arguments_that_do_not_fit_end_the_step_before_anything_is_sent() -> None:
    world = Shop()
    result = walked(world, with_={"customer": "C-123456789"})
    assert result["error"] == {
        "type": "invalid input",
        "message": "with.customer: found 11 characters, expected at most 9",
        "step": "create",
    }
    assert world.calls == []


def test_an_output_that_does_not_fit_is_told() -> None:
    result = walked(Shop(output={"n": "seven"}))
    assert result["error"]["type"] == "bad output"
    assert result["error"]["message"] == (
        "output.order: found text \"seven\", expected an integer; 'open' of shop.orders open was done before and stays done"
    )
    assert result["steps"][0]["error"]["details"]["done"] == ["open"]


def test_the_error_of_a_later_call_says_what_stays_done() -> None:
    result = walked(Shop(fail_at="create.tag"), with_={"tags": ["gift"]})
    assert result["error"] == {
        "type": "rejected by the vendor",
        "message": "no such order; 'open' of shop.orders open was done before and stays done",
        "step": "create",
    }
    assert result["steps"][0]["with"] == {"action": "open", "customer": "C-1", "tags": ["gift"]}
    assert result["steps"][0]["attempts"] == 3


def test_the_error_of_the_first_call_stands_alone() -> None:
    assert walked(Shop(fail_at="create.open"))["error"]["message"] == "no such order"


def test_a_template_of_the_definition_that_fails_names_the_action() -> None:
    result = walked(Shop(), catalog=shop.tools(output={"order": "${opened.number}"}))
    assert result["error"]["type"] == "template error"
    assert result["error"]["message"] == "shop.orders open: in output.order: 'number' is missing in 'opened'; there is: n"


@pytest.mark.parametrize(
    ("outputs", "output"),
    [
        pytest.param({"create": {"order": 3}}, {"order": 3}, id="of the whole"),
        pytest.param({"create.open": {"n": 4}}, {"order": 4}, id="of the calls"),
        pytest.param(None, {"order": 1}, id="made up"),
    ],
)
def test_a_mock_file_holds_the_whole_or_the_calls(outputs: dict[str, Any] | None, output: Any) -> None:
    world = mock.MockHost(shop.tools(), outputs, language.NOMINAL)
    assert walked(world)["steps"][0]["output"] == output
    assert world.unused() == []


def test_a_mock_file_without_either_names_the_step() -> None:
    result = walked(mock.MockHost(shop.tools(), {}, language.NOMINAL))
    assert result["error"]["message"] == "the mock file holds no output for step 'create' (shop.orders); add \"create\": {...}"


def test_a_plan_with_composed_actions_has_a_format_of_its_own() -> None:
    steps = [{"id": "create", "uses": "shop.orders", "with": {"action": "open", "customer": "C-1"}}]
    made = plans.plan_of(steps, tools=shop.tools())
    assert made["format"] == 2
    assert list(made["tools"]) == ["shop.orders", "shop.order"]
    assert list(made["tools"]["shop.orders"]["composed"]) == ["open"]
    assert plans.plan_of([{**steps[0], "with": {"action": "read"}}], tools=shop.tools())["format"] == 1


@pytest.mark.parametrize(
    ("action", "found"),
    [
        pytest.param("open", ["open"], id="named"),
        pytest.param("read", [], id="another"),
        pytest.param("${params.a}", ["open"], id="by a template"),
    ],
)
def test_a_plan_holds_the_actions_that_may_be_called(action: str, found: list[str]) -> None:
    step = plans.step(0, {"id": "a", "uses": "shop.orders", "with": {"action": action}})
    assert composed.used(shop.tools()["shop.orders"], [step]) == found


def test_schemas_in_a_plan_have_no_texts_for_people() -> None:
    made = composed.planned(shop.tools()["shop.orders"], "open")
    assert made["result"] == {"type": "object", "required": ["order"], "properties": {"order": {"type": "integer"}}}
    assert made["arguments"][0]["properties"]["customer"] == {"type": "string"}
    assert made["arguments"][0]["properties"]["title"] == {"type": "string"}  # a property of that name stays
