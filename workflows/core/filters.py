"""The filters of the language. Each takes Jinja's context first, spends the budget, and is exact, strict and deterministic."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import jinja2

from workflows.core import (
    arithmetic,
    budget,
    encoding_filters,
    errors,
    limits,
    list_filters,
    moments,
    number_format,
    operands,
    texts,
    values,
)
from workflows.core import jmespath_query as queries
from workflows.core import text_filters as text

_UNSET: Final = object()
_NUMBER_HINT: Final = "a number is written like 1234.50, without spaces or group marks"


def _rounds(context: Any, value: Any, weight: int, chars: int, targets: int) -> Any:
    """What a loop runs over; each round spends the weight of the loop's body."""
    items = operands.as_list(context, value, "a loop")
    context.budget.operations(len(items) * weight)
    context.budget.text(len(items) * chars)
    for item in items if targets > 1 else ():
        operands.parts_of(item, targets, "a loop")
    return items


def _default(context: Any, value: Any, default: Any = "", boolean: bool = False) -> Any:
    return default if operands.is_absent(value) or (boolean and not value) else value


def _number(context: Any, value: Any, default: Any = _UNSET) -> Any:
    if values.is_number(operands.present(value)):
        return value
    number = arithmetic.parse_number(value) if isinstance(value, str) else int(str(value)) if isinstance(value, moments.Year) else None
    if number is None and default is _UNSET:
        raise errors.EvaluationError(f"{values.shown(value)} is no number", operands.null_hint(value, "0") or _NUMBER_HINT)
    return default if number is None else number


def _int(context: Any, value: Any, default: Any = _UNSET) -> Any:
    if isinstance(value, bool):
        return int(value)
    number = _number(context, value, default)
    return arithmetic.truncated(number) if isinstance(number, Decimal) else number


def _round(context: Any, value: Any, precision: Any = None, method: str = "common") -> Any:
    return arithmetic.rounded(operands.present(value), precision, method)


def _abs(context: Any, value: Any) -> Any:
    return arithmetic.negative(value) if values.is_number(operands.present(value)) and value < 0 else arithmetic.positive(value)


def _date(context: Any, value: Any, pattern: str = "%Y-%m-%d") -> str:
    return moments.format_date(operands.present(value), pattern)


def _json(context: Any, value: Any, indent: Any = None) -> str:
    made = texts.compact_json(texts.leaving(value, context.budget), context.budget)
    return made if indent is None else text.indented_json(context, texts.leaving(value, context.budget), indent)


def _bind(context: Any, value: Any) -> str:
    """A value in a statement becomes a bound parameter; see sql.py."""
    return str(context.parameters.bind(texts.leaving(value, context.budget)))


def _name(context: Any, value: Any) -> str:
    """A table or column name in a statement, from the tool's allow-list; see sql.py."""
    return str(context.parameters.name(operands.present(value)))


def _format(context: Any, value: Any, specification: str) -> str:
    return number_format.formatted(value, specification)


def _usage(name: str, function: Callable[..., Any]) -> str:
    """How a filter is written, `x | truncate(length, killwords, end, leeway)`; * marks what may be left away."""
    parameters = list(inspect.signature(function).parameters.values())[2:]
    shown = [f"{one.name}{'*' if one.default is not one.empty else ''}" for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    optional = "; those with * may be left away" if any(one.endswith("*") for one in shown) else ""
    return f"it is written x | {name}{'(' + ', '.join(shown) + ')' if shown else ''}{optional}"


def _counted(name: str, function: Callable[..., Any]) -> Any:
    """A filter as Jinja calls it: with the context; what it makes is counted."""
    usage, forgiving = _usage(name, function), name in ("default", "d")

    def call(context: Any, *arguments: Any, **named: Any) -> Any:
        context.budget.operations(1)
        if not forgiving:
            for argument in (*arguments, *named.values()):
                operands.present(argument)
        try:
            made = function(context, *arguments, **named)
        except (TypeError, ValueError, OverflowError, jinja2.TemplateError):  # Python's and Jinja's words would not help
            raise errors.EvaluationError(f"{name} does not take these arguments", usage) from None
        if isinstance(made, str):
            context.budget.operations(len(made) // 100)
            if len(made) > limits.MAX_TEXT_CHARS:
                raise budget.text_too_long()
        return made

    return jinja2.pass_context(call)


_TABLE: Final[dict[str, Callable[..., Any]]] = {
    "rounds!": _rounds,
    "name!": _name,
    "bind!": _bind,
    "format_number": _format,
    "parts!": lambda context, value, count: operands.parts_of(value, count, "{% set %}"),
    "default": _default,
    "d": _default,
    "jmespath": lambda context, value, query: queries.search(context, query, texts.leaving(value, context.budget)),
    "number": _number,
    "to_number": _number,
    "float": _number,
    "int": _int,
    "round": _round,
    "abs": _abs,
    "date": _date,
    "json": _json,
    "tojson": _json,
    **text.TABLE,
    **encoding_filters.TABLE,
    **list_filters.TABLE,
}

FILTERS: Final[dict[str, Any]] = {name: _counted(name, function) for name, function in _TABLE.items()}
