"""Values as text and values as they leave an expression, for the evaluator. Both spend the budget, since a small value may print large."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from workflows.core import budget as budgets
from workflows.core import durations, errors, limits, missing, moments, values

_quoted = json.encoder.encode_basestring


def text_of(value: Any, budget: budgets.Budget) -> str:
    """What stands in a text for a value: scalars as in JSON but texts bare, lists and objects as compact JSON."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, list | tuple | dict):
        text = compact_json(value, budget)
    elif isinstance(value, missing.Missing):
        raise value.error()
    elif isinstance(value, bool | int | Decimal | values.Skipped | moments.Day | moments.Moment | moments.Year) or value is None:
        text = values.scalar_text(value)
    else:
        text = compact_json(leaving(value, budget), budget)
    budget.text(len(text))
    return text


def compact_json(value: Any, budget: budgets.Budget) -> str:
    """Compact JSON: key order kept, non-ASCII as it is, nothing escaped for HTML.

    >>> compact_json({"b": Decimal("1.50"), "a": "é"}, budgets.Budget())
    '{"b":1.50,"a":"é"}'
    """
    return "".join(_json_parts(value, budget, 0))


def _json_parts(value: Any, budget: budgets.Budget, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        budget.text(len(value))
        yield _quoted(value)
    elif isinstance(value, dict):
        _enter(budget, len(value), depth)
        yield "{"
        for number, (key, member) in enumerate(value.items()):
            yield f"{',' if number else ''}{_quoted(key)}:"
            yield from _json_parts(member, budget, depth + 1)
        yield "}"
    elif isinstance(value, list | tuple):
        _enter(budget, len(value), depth)
        yield "["
        for number, member in enumerate(value):
            yield "," if number else ""
            yield from _json_parts(member, budget, depth + 1)
        yield "]"
    elif isinstance(value, moments.Day | moments.Moment | moments.Year):
        yield _quoted(str(value))
    elif value is None or isinstance(value, bool | int | Decimal | values.Skipped):
        yield values.scalar_text(value)
    else:
        yield from _json_parts(leaving(value, budget), budget, depth)


def _enter(budget: budgets.Budget, members: int, depth: int) -> None:
    budget.items(members)
    budget.operations(members)
    if depth > limits.MAX_DEPTH:
        raise too_nested()


def too_nested() -> errors.LimitExceeded:
    """The error for a value that nests too deep."""
    return errors.LimitExceeded(f"a value nested deeper than {limits.MAX_DEPTH} levels (MAX_DEPTH)")


def leaving(value: Any, budget: budgets.Budget, depth: int = 0) -> Any:
    """A value as it leaves an expression: JSON only; dates become their text. Unchanged parts are not copied.

    Raises:
        MissingValue: it holds something that is not there.
        LimitExceeded: it has too many members or levels.
    """
    if isinstance(value, str | bool | int | Decimal) or value is None:
        return value
    if isinstance(value, dict):
        _enter(budget, len(value), depth)
        return _left_object(value, budget, depth)
    if isinstance(value, list):
        _enter(budget, len(value), depth)
        members = [leaving(member, budget, depth + 1) for member in value]
        return value if all(a is b for a, b in zip(members, value, strict=True)) else members
    if isinstance(value, tuple | range):
        return leaving(list(value), budget, depth)
    if isinstance(value, missing.Missing):
        raise value.error()
    if isinstance(value, values.Skipped):
        return None
    if isinstance(value, moments.Day | moments.Moment | moments.Year):
        return str(value)
    if isinstance(value, durations.Duration):
        raise errors.EvaluationError("a duration alone is no value", "add it to a date or a time: now + 1h")
    if isinstance(value, float):
        return Decimal(repr(value))
    raise errors.EvaluationError("a function or loop is no value", "read one of its members")


def _left_object(value: dict[str, Any], budget: budgets.Budget, depth: int) -> dict[str, Any]:
    members = {}
    same = type(value) is dict
    for key, member in value.items():
        left = leaving(member, budget, depth + 1)
        same = same and left is member and isinstance(key, str)
        members[key if isinstance(key, str) else values.key_text(key)] = left
    return value if same else members


def count_members(value: Any, limit: int) -> int:
    """How many members a value has on all levels, counted up to `limit`."""
    count, stack = 0, [value]
    while stack and count < limit:
        current = stack.pop()
        count += 1
        if isinstance(current, dict):
            stack.extend(current.values())
        elif isinstance(current, list | tuple):
            stack.extend(current)
    return count
