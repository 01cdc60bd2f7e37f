"""Functions that templates can call, `length(x)`, `range(3)`: those of the earlier system's JMESPath, and Jinja's range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from workflows.core import errors, filters, limits, operands, values


class Function:
    """A function of the language; nothing else can be called."""

    __slots__ = ("_body", "name")

    def __init__(self, name: str, body: Callable[..., Any]) -> None:
        self.name = name
        self._body = body

    def __call__(self, context: Any, *arguments: Any, **named: Any) -> Any:
        context.budget.operations(1)
        return self._body(context, *arguments, **named)


def _range(context: Any, *bounds: Any, **named: Any) -> list[int]:
    if named or not 1 <= len(bounds) <= 3:
        raise errors.EvaluationError("range() takes one to three whole numbers", "range(stop) or range(start, stop, step)")
    for bound in map(operands.present, bounds):
        if not isinstance(bound, int) or isinstance(bound, bool):
            raise errors.EvaluationError(f"range() takes whole numbers, not {values.shown(bound)}")
    try:
        numbers = range(*bounds)
    except ValueError:
        raise errors.EvaluationError("range() with step 0 never ends") from None
    if max(map(abs, bounds)) > 10**18 or len(numbers) > limits.MAX_RANGE:
        raise errors.LimitExceeded(f"range() with more than {limits.MAX_RANGE:,} items (MAX_RANGE)")
    context.budget.operations(len(numbers) // 50)
    return list(numbers)


def _not_null(context: Any, *candidates: Any) -> Any:
    for candidate in candidates:
        if not operands.is_absent(candidate):
            return candidate
    return None


def _of_filter(name: str) -> Function:
    return Function(name, lambda context, *arguments, **named: filters.FILTERS[name](context, *arguments, **named))


#: Filters that can be called as functions too.
_CALLABLE_FILTERS: Final = (
    "length", "contains", "starts_with", "ends_with", "keys", "values", "max", "min", "sum", "sort", "to_string", "to_number",
    "reverse", "abs", "round", "default", "unique", "join", "lower", "upper", "number",
)  # fmt: skip

FUNCTIONS: Final[dict[str, Function]] = {
    "range": Function("range", _range),
    "not_null": Function("not_null", _not_null),
    **{name: _of_filter(name) for name in _CALLABLE_FILTERS},
    # JMESPath's join takes the glue first
    "join": Function(
        "join", lambda context, *glue_and_items, **named: filters.FILTERS["join"](context, *reversed(glue_and_items), **named)
    ),
}
