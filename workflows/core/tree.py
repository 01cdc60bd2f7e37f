"""Template trees as JSON, for the plan: constants stay as they are, so that a plan reads like its document in the Web UI.

A node with templates is an object with one key that starts with `$`:

    {"$text": "PR #${event.number}"}        a string with marks
    {"$value": "x | default(0)"}            a bare value outside strings
    {"$object": [[key, value], block, ...]} an object with blocks, or with keys that hold marks or start with `$`
    {"$for": {"in": "xs", "as": ["x"], "if": "", "body": [...], "else": [...]}}
    {"$if": {"branches": [["condition", [...]], ...], "else": [...]}}
    {"$set": ["name", "expression"]}
"""

from __future__ import annotations

from typing import Any

from workflows.core import marks, model


def to_json(node: model.Node) -> Any:
    """The node as JSON for a plan.

    >>> to_json(model.Text("${event.number}"))
    {'$text': '${event.number}'}
    """
    match node:
        case model.Const():
            return node.value
        case model.Text():
            return {"$text": node.source}
        case model.Expr():
            return {"$value": node.source}
        case model.Array():
            return [_item(item) for item in node.items]
        case model.Object():
            return _object(node)
    raise TypeError(f"no template node: {type(node).__name__}")


def _object(node: model.Object) -> dict[str, Any]:
    if all(_is_plain(entry) for entry in node.entries):
        return {str(entry.key.value): to_json(entry.value) for entry in node.entries}  # type: ignore[union-attr]
    return {"$object": [_item(entry) for entry in node.entries]}


def _is_plain(entry: Any) -> bool:
    return isinstance(entry, model.Entry) and isinstance(entry.key, model.Const) and not str(entry.key.value).startswith("$")


def _item(item: Any) -> Any:
    match item:
        case model.Entry():
            return [to_json(item.key), to_json(item.value)]
        case model.For():
            loop = {"in": item.iterable, "as": list(item.targets), "body": [_item(part) for part in item.body]}
            if item.condition:
                loop["if"] = item.condition
            if item.orelse:
                loop["else"] = [_item(part) for part in item.orelse]
            return {"$for": loop}
        case model.If():
            branches = [[condition, [_item(part) for part in body]] for condition, body in item.branches]
            return {"$if": {"branches": branches, "else": [_item(part) for part in item.orelse]}}
        case model.Set():
            return {"$set": [item.name, item.source]}
    return to_json(item)


def of_json(value: Any) -> Any:
    """Plain JSON whose texts may hold marks (a catalog's request), in the plan's form."""
    if isinstance(value, str):
        return {"$text": value} if marks.has_marks(value) else value
    if isinstance(value, list):
        return [of_json(item) for item in value]
    if isinstance(value, dict):
        if any(marks.has_marks(key) or key.startswith("$") for key in value):
            return {"$object": [[of_json(key), of_json(member)] for key, member in value.items()]}
        return {key: of_json(member) for key, member in value.items()}
    return value
