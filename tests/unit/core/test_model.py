"""Tools: which schema holds for the output of an action; steps: which action they name."""

from __future__ import annotations

from typing import Any

import pytest

from tests import calls
from workflows.core import model, parse, source

OF_TOOL = {"type": "object"}
OF_ACTION = {"type": "object", "properties": {"balance": {"type": "number"}}}


@pytest.mark.parametrize(
    ("definition", "action", "schema"),
    [
        pytest.param({"output_schema": OF_TOOL}, None, OF_TOOL, id="a tool without actions"),
        pytest.param({"actions": {"read": {"effect": "safe", "output_schema": OF_ACTION}}}, "read", OF_ACTION, id="the action's own"),
        pytest.param({"output_schema": OF_TOOL, "actions": {"read": {"effect": "safe"}}}, "read", OF_TOOL, id="the action has none"),
        pytest.param(
            {"output_schema": OF_TOOL, "actions": {"read": {"effect": "safe", "output_schema": OF_ACTION}}}, None, OF_TOOL, id="no action"
        ),
        pytest.param({"output_schema": OF_TOOL, "actions": {"read": {"effect": "safe"}}}, "raed", OF_TOOL, id="an unknown action"),
        pytest.param({}, "read", {}, id="no schema at all"),
        pytest.param({"output_schema": True}, None, {}, id="true"),
        pytest.param({"output_schema": False}, None, {"not": {}}, id="false"),
        pytest.param({"actions": {"read": {"effect": "safe", "output_schema": False}}}, "read", {"not": {}}, id="false for an action"),
    ],
)
def test_the_output_schema_of_an_action(definition: dict[str, Any], action: str | None, schema: dict[str, Any]) -> None:
    tool = calls.tool("http", **definition)
    assert tool.output_schema_of(action) == schema
    assert tool.output_schema_of(action) is tool.output_schema_of(action)  # validators are kept by the object


def test_the_input_schema_of_an_action() -> None:
    tool = calls.tool(
        "rest", input_schema=OF_TOOL, actions={"read": {"input_schema": OF_ACTION}, "write": {}, "no": {"input_schema": False}}
    )
    assert [tool.input_schema_of(action) for action in ("read", "write", "raed", None, "no")] == [OF_ACTION, {}, {}, {}, {"not": {}}]
    assert tool.input_schema_of("read") is tool.input_schema_of("read")  # validators are kept by the object
    assert calls.tool("rest").input_schema_of("read") == {}


@pytest.mark.parametrize(
    ("definition", "action", "looks"),
    [
        pytest.param({"actions": {"pay": {"look_up": {}}}}, "pay", True, id="of the action"),
        pytest.param({"actions": {"pay": {}}, "look_up": {}}, "pay", False, id="the tool's own is for tools without actions"),
        pytest.param({"look_up": {}}, None, True, id="of a tool without actions"),
        pytest.param({"look_up": {}}, "any", True, id="of a tool whose argument action means something else"),
        pytest.param({"actions": {"pay": {"look_up": {}}}}, "apy", False, id="an unknown action"),
        pytest.param({}, None, False, id="none"),
    ],
)
def test_whether_an_action_is_looked_up(definition: dict[str, Any], action: str | None, looks: bool) -> None:
    assert calls.tool("rest", **definition).looks_up(action) is looks


def step_of(arguments: str) -> model.Step:
    document = f'{{"payload": {{"pipeline": [{{"id": "a", "uses": "maib.banking", "with": {arguments}}}]}}}}'
    pipeline, problems = parse.parse(source.read_document(document.encode(), "a.json"), "a")
    assert pipeline is not None and not problems.has_errors
    return pipeline.steps[0]


@pytest.mark.parametrize(
    ("arguments", "action"),
    [
        pytest.param('{"amount": 5, "action": "get_balance"}', "get_balance", id="named"),
        pytest.param('{"action": "${params.action}"}', None, id="a template"),
        pytest.param('{"action": 5}', None, id="no text"),
        pytest.param("{}", None, id="none"),
        pytest.param('{ {% if params.now %} "action": "get_balance" {% endif %} }', None, id="in a block"),
    ],
)
def test_the_action_that_a_step_names(arguments: str, action: str | None) -> None:
    assert step_of(arguments).action == action
