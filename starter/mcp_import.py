"""The tools of an MCP server as one definition of a catalog, for `ordinaut import-mcp`: each of its tools is an action."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Final

from activities.transports import mcp
from workflows.core import model

_MAX_DESCRIPTION_CHARS: Final = 1_000


def definition(service: str, reached: Mapping[str, Any], tools: Iterable[Any], title: str = "") -> dict[str, Any]:
    """The definition.

    >>> definition("files", {"transport": "mcp", "server": "files@http://127.0.0.1:3000/mcp"}, tools)["actions"].keys()
    dict_keys(['read_file', 'write_file'])
    """
    actions = {tool.name: _action(tool) for tool in tools}
    made: dict[str, Any] = {"address": f"{service}.tools", **({"title": title[:80]} if title else {}), "service": service, **reached}
    made["input_schema"] = {
        "type": "object",
        "required": ["action"],
        "properties": {"action": {"type": "string", "enum": list(actions)}},
        "additionalProperties": True,
    }
    return {**made, "actions": actions}


def _action(tool: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"effect": _effect(tool.annotations)}
    if tool.description:
        made["description"] = " ".join(tool.description.split())[:_MAX_DESCRIPTION_CHARS]
    made["input_schema"] = _schema(tool.input_schema)
    if tool.output_schema:
        made["output_schema"] = _schema(tool.output_schema)
    return made


def _effect(annotations: Any) -> str:
    """What the server says of itself; where it says nothing the worst is assumed."""
    if annotations is not None and annotations.read_only_hint:
        return model.SAFE
    return model.IDEMPOTENT if annotations is not None and annotations.idempotent_hint else model.UNSAFE


def _schema(given: Mapping[str, Any]) -> dict[str, Any]:
    schema = mcp.exact(copy.deepcopy(dict(given)))
    schema.pop("$schema", None)  # ours is 2020-12, as MCP's is where it says nothing
    return {**schema, "type": "object"}
