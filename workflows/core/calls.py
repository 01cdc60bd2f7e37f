"""What a step's call is by its plan, for the run and for composed calls: its effect class, and how its output is read later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.core import model, sql_statement, values


def action_of(policy: Mapping[str, Any], arguments: Mapping[str, Any]) -> str | None:
    """The action that evaluated arguments name; None for a tool without actions."""
    action = arguments.get("action") if policy.get("actions") else None
    return action if isinstance(action, str) else None


def effect_of(policy: Mapping[str, Any], action: Any, arguments: Mapping[str, Any]) -> str:
    """The effect class of one call: of its action, its tool, or (databases) its statements."""
    actions = policy.get("actions")
    if actions:
        return str(actions.get(action, model.UNSAFE))
    if policy["effect"] != "statement":
        return str(policy["effect"])
    queries = arguments.get("queries")
    statements = (
        [arguments.get("query")] if not isinstance(queries, list) else [query.get("query") for query in queries if isinstance(query, dict)]
    )
    reads = all(isinstance(statement, str) and sql_statement.kind(statement)[0] == sql_statement.READ for statement in statements)
    return model.SAFE if reads else model.UNSAFE


def kept_output(policy: Mapping[str, Any], arguments: Mapping[str, Any], output: Any) -> Any:
    """An output as later templates read it: rows of a query are also found by their first column, or `key_by`."""
    if policy.get("result") != "rows" or not isinstance(output, dict) or not isinstance(output.get("rows"), list):
        return output
    key = arguments.get("key_by")
    return values.Rows(output, key if isinstance(key, str) else None)
