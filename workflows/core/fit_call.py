"""Fits the arguments of a call to its tool's schema and to the one of its action, for tool calls and mock runs alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workflows.core import fit, fit_schema, model

IsValid = Callable[[Any], bool]


def arguments(tool: model.Tool, given: dict[str, Any], fast: Callable[[fit_schema.Schema], IsValid | None] | None = None) -> fit.Fitted:
    """Arguments that fit both schemas; that of the action does not see the argument `action` itself.

    `fast` gives a faster validator of a schema, see `fit.arguments`.

    Raises:
        errors.ToolError: of kind INVALID_INPUT, with every violation of the first schema that they do not fit.
    """
    common = fit.arguments(tool.input_schema, given, fast(tool.input_schema) if fast else None)
    action = common.value.get("action")
    schema = tool.input_schema_of(action if isinstance(action, str) else None)
    if not schema:
        return common
    own = fit.arguments(schema, {name: value for name, value in common.value.items() if name != "action"}, fast(schema) if fast else None)
    if not own.changed:
        return common
    value = {name: own.value.get(name, member) for name, member in common.value.items()}
    return fit.Fitted(value, True, [*common.notices, *own.notices], [*common.conversions, *own.conversions])
