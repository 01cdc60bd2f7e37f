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
    found = [_member(item, "uses") for item in _items(step)]
    return [node for node in found if isinstance(node, model.Const) and isinstance(node.value, str)]


def without_room(step: model.Step) -> list[model.Const]:
    """The addresses of messages that shall have buttons and cannot."""
    found = []
    for item in _items(step):
        uses, with_, wanted = _member(item, "uses"), _member(item, "with"), _member(item, "buttons")
        action = _member(with_, "action")
        is_wanted = isinstance(wanted, model.Const) and wanted.value is True
        known = isinstance(uses, model.Const) and isinstance(uses.value, str) and (action is None or isinstance(action, model.Const))
        if is_wanted and known and not requests.takes_buttons(uses.value, action.value if action is not None else None):
            found.append(uses)
    return found


def _items(step: model.Step) -> tuple[Any, ...]:
    if step.uses != requests.ADDRESS:
        return ()
    given = _member(step.with_, "notify")
    return given.items if isinstance(given, model.Array) else (given,)


def _member(node: Any, name: str) -> Any:
    if not isinstance(node, model.Object):
        return None
    entries = (entry for entry in node.entries if isinstance(entry, model.Entry) and isinstance(entry.key, model.Const))
    return next((entry.value for entry in entries if isinstance(entry.key, model.Const) and entry.key.value == name), None)
