"""A shop whose action `open` is made of two calls, for the tests of composed actions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests import plans
from workflows.core import model

OUTPUT = {"type": "object", "required": ["order"], "properties": {"order": {"type": "integer", "title": "Number"}}, "title": "What came"}
ARGUMENTS = {
    "type": "object",
    "required": ["action"],
    "properties": {
        "action": {"enum": ["open", "read"]},
        "customer": {"type": "string", "description": "Who orders"},
        "title": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "state": {"type": "string", "default": "new"},
    },
    "additionalProperties": False,
}
OPEN: dict[str, Any] = {
    "effect": "unsafe",
    "input_schema": {"type": "object", "required": ["customer"], "properties": {"customer": {"maxLength": 9}}},
    "output_schema": OUTPUT,
    "steps": [
        {
            "id": "open",
            "uses": "shop.order",
            "with": {"action": "create", "customer": "${arguments.customer}", "title": "${arguments.title}", "state": "${arguments.state}"},
            "save_as": "opened",
        },
        {
            "id": "tag",
            "uses": "shop.order",
            "if": "${arguments.tags}",
            "with": {"action": "tag", "order": "${opened.n}", "day": "${today}"},
        },
    ],
    "output": {"order": "${opened.n}"},
}
FACTS: dict[str, Any] = {"retry": {"attempts": 4, "first_wait_seconds": 1, "factor": 2, "longest_wait_seconds": 1}}


def _tool(address: str, definition: dict[str, Any], actions: dict[str, str], transport: str = "rest") -> model.Tool:
    return model.Tool(address, transport, "shop", definition, "0123456789ab", Decimal(30), actions=actions, **FACTS)


def tools(**changes: Any) -> dict[str, model.Tool]:
    """The catalog of a shop whose action `open` is made of two calls."""
    definition = {"input_schema": ARGUMENTS, "actions": {"open": {**OPEN, **changes}, "read": {"effect": "safe", "rest": {"path": "/"}}}}
    inner = {"actions": {name: {"effect": "unsafe", "rest": {"path": "/"}} for name in ("create", "tag")}}
    return {
        **plans.TOOLS,
        "shop.orders": _tool("shop.orders", definition, {"open": "unsafe", "read": "safe"}),
        "shop.order": _tool("shop.order", inner, {"create": "unsafe", "tag": "unsafe"}),
    }
