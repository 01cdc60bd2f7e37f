"""Arguments against two schemas: the tool's, and then the one of their action."""

from __future__ import annotations

import pytest

from activities import validators
from tests import calls
from workflows.core import errors, fit_call

COMMON = {"type": "object", "properties": {"action": {"enum": ["post", "list"]}}, "required": ["action"]}
POST = {
    "type": "object",
    "required": ["channel"],
    "properties": {"channel": {"type": "string"}, "text": {"type": "string", "maxLength": 3, "x-cut": True}},
    "additionalProperties": False,
}
TOOL = calls.tool("rest", input_schema=COMMON, actions={"post": {"effect": "safe", "input_schema": POST}, "list": {"effect": "safe"}})


@pytest.mark.parametrize("fast", [None, validators.fast], ids=["slow", "fast"])
def test_arguments_that_fit_both_are_left_as_they_are(fast: object) -> None:
    given = {"action": "post", "channel": "c"}
    fitted = fit_call.arguments(TOOL, given, fast)  # type: ignore[arg-type]
    assert (fitted.value is given, fitted.changed) == (True, False)


def test_the_schema_of_the_action_converts_and_cuts_and_the_order_stays() -> None:
    fitted = fit_call.arguments(TOOL, {"channel": 5, "action": "post", "text": "long text"}, validators.fast)
    assert list(fitted.value.items()) == [("channel", "5"), ("action", "post"), ("text", "lon")]
    assert (fitted.changed, fitted.notices) == (True, ["with.text: cut from 9 to 3 characters"])
    assert fitted.conversions == ["with.channel: converted from number to text"]


def test_an_action_without_a_schema_takes_what_the_tool_takes() -> None:
    assert fit_call.arguments(TOOL, {"action": "list", "any": 1}).value == {"action": "list", "any": 1}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"action": "post"}, "with.channel: missing, expected text"),
        ({"action": "post", "channel": "c", "x": 1}, "with.x: unknown, expected one of channel, text"),
        ({"action": "no"}, 'with.action: found text "no", expected one of "post", "list"'),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(errors.ToolError) as caught:
        fit_call.arguments(TOOL, given, validators.fast)
    assert (caught.value.kind, caught.value.message) == (errors.INVALID_INPUT, message)


def test_an_argument_called_action_of_a_tool_without_actions_is_an_argument() -> None:
    tool = calls.tool("rest", input_schema={"type": "object"})
    assert fit_call.arguments(tool, {"action": "x"}).value == {"action": "x"}
