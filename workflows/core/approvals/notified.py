"""Which tools an approval notifies by, for the plan and the checker: a plan holds the facts of every tool that a run calls."""

from __future__ import annotations

from typing import Any

from workflows.core import model
from workflows.core.approvals import request as requests


def addresses(step: model.Step) -> list[str]:
    """The addresses in the `notify` of a `system.approval` step, those that stand in the document as they are.

    >>> addresses(step_with('{"notify": [{"uses": "slack.post_message", "with": {}}]}'))
    ['slack.post_message']
    """
    return [str(node.value) for node in places(step)]


def places(step: model.Step) -> list[model.Const]:
    """The same, with their positions."""
    if step.uses != requests.ADDRESS:
        return []
    given = _member(step.with_, "notify")
    items: tuple[Any, ...] = given.items if isinstance(given, model.Array) else (given,)
    found = [_member(item, "uses") for item in items]
    return [node for node in found if isinstance(node, model.Const) and isinstance(node.value, str)]


def _member(node: Any, name: str) -> Any:
    if not isinstance(node, model.Object):
        return None
    entries = (entry for entry in node.entries if isinstance(entry, model.Entry) and isinstance(entry.key, model.Const))
    return next((entry.value for entry in entries if isinstance(entry.key, model.Const) and entry.key.value == name), None)
