"""Fits the arguments of a call to its tool's schema and to the one of its action, for tool calls and mock runs alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workflows.core import fit, fit_schema, model

IsValid = Callable[[Any], bool]


def arguments(tool: model.Tool, given: dict[str, Any], fast: Callable[[fit_schema.Schema], IsValid | None] | None = None) -> fit.Fitted:
    """Arguments that fit both schemas; that of the action does not see the argument `action` itself.

    `fast` gives a faster validator of a schema, see `fit.arguments`.

    Raises:
        errors.ToolError: of kind INVALID_INPUT, with every violation of the first schema that they do not fit.
    """
    action = given.get("action")
    own = tool.input_schema_of(action if isinstance(action, str) else None)
    return through([tool.input_schema, own] if own else [tool.input_schema], given, fast)


def through(
    schemas: Sequence[fit_schema.Schema], given: dict[str, Any], fast: Callable[[fit_schema.Schema], IsValid | None] | None = None
) -> fit.Fitted:
    """Arguments that fit the schema of a tool and, where there is a second, that of the action; [] lets everything through.

    Raises:
        errors.ToolError: as above.
    """
    common = fit.arguments(schemas[0], given, fast(schemas[0]) if fast else None) if schemas else fit.Fitted(given, changed=False)
    if len(schemas) < 2:
        return common
    schema = schemas[1]
    own = fit.arguments(schema, {name: value for name, value in common.value.items() if name != "action"}, fast(schema) if fast else None)
    if not own.changed:
        return common
    value = {name: own.value.get(name, member) for name, member in common.value.items()}
    return fit.Fitted(value, True, [*common.notices, *own.notices], [*common.conversions, *own.conversions])


def defaults(schemas: Sequence[fit_schema.Schema]) -> dict[str, Any]:
    """What arguments that are not given read as in a definition's templates: their default, else null.

    >>> defaults([{"properties": {"state": {"default": "open"}, "head": {}}}])
    {'state': 'open', 'head': None}
    """
    found: dict[str, Any] = {}
    for schema in schemas:
        given = schema if isinstance(schema, Mapping) else {}
        for whole in (given, *given.get("allOf", ())):
            for name, part in (whole.get("properties", {}) if isinstance(whole, Mapping) else {}).items():
                found.setdefault(name, None)
                if isinstance(part, Mapping) and "default" in part:
                    found[name] = part["default"]
    return found
