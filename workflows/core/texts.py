"""Values as text and values as they leave an expression, for the evaluator. Both spend the budget, since a small value may print large."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

from workflows.core import budget as budgets
from workflows.core import durations, errors, limits, missing, values

_quoted = json.encoder.encode_basestring
_JSON_SCALARS: Final = frozenset({str, bool, int, Decimal, type(None)})
#: Showing a date or time takes the time of about so many operations.
_DATE_OPERATIONS: Final = 5


def text_of(value: Any, budget: budgets.Budget) -> str:
    """What stands in a text for a value: scalars as in JSON but texts bare, lists and objects as compact JSON."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, list | tuple | dict):
        text = compact_json(value, budget)
    elif isinstance(value, missing.Missing):
        raise value.error()
    elif isinstance(value, bool | int | Decimal | values.Skipped) or value is None:
        text = values.scalar_text(value)
    elif isinstance(value, values.DATES):
        budget.operations(_DATE_OPERATIONS)
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
    return _JsonWriter(budget).written(value)


class _JsonWriter:
    """Gathers the parts of a JSON text and stops above MAX_TEXT_CHARS, since a small value may hold one part many times."""

    def __init__(self, budget: budgets.Budget) -> None:
        self._budget = budget
        self._parts: list[str] = []
        self._chars = 0

    def written(self, value: Any) -> str:
        self._write(value, 0)
        return "".join(self._parts)

    def _write(self, value: Any, depth: int) -> None:
        if isinstance(value, str):
            self._text(value)
        elif isinstance(value, dict):
            self._enter(value, depth)
            sign = "{"
            for key, member in value.items():
                self._parts.append(sign)
                self._text(key)
                self._parts.append(":")
                self._write(member, depth + 1)
                sign = ","
            self._parts.append("}" if value else "{}")
        elif isinstance(value, list | tuple):
            self._enter(value, depth)
            sign = "["
            for member in value:
                self._parts.append(sign)
                self._write(member, depth + 1)
                sign = ","
            self._parts.append("]" if value else "[]")
        elif value is None or isinstance(value, bool | int | Decimal | values.Skipped):
            self._parts.append(values.scalar_text(value))
        elif isinstance(value, values.DATES):
            self._text(str(value))
        else:
            self._write(leaving(value, self._budget), depth)

    def _enter(self, value: Any, depth: int) -> None:
        _enter(self._budget, len(value), depth)
        self._budget.operations(1 + len(value) // 4)  # writing takes longer than walking

    def _text(self, value: str) -> None:
        self._chars += len(value)
        if self._chars > limits.MAX_TEXT_CHARS:
            raise budgets.text_too_long()
        self._parts.append(_quoted(value))


def _enter(budget: budgets.Budget, members: int, depth: int) -> None:
    budget.items(members)
    budget.operations(1 + members // 2)
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
    if type(value) in _JSON_SCALARS:
        return value
    if isinstance(value, dict):
        _enter(budget, len(value), depth)
        return _left_object(value, budget, depth)
    if isinstance(value, list | tuple | range):
        _enter(budget, len(value), depth)
        return _left_list(value, budget, depth)
    if isinstance(value, missing.Missing):
        raise value.error()
    if isinstance(value, values.Skipped):
        return None
    if isinstance(value, values.DATES):
        return str(value)
    if isinstance(value, durations.Duration):
        raise errors.EvaluationError("a duration alone is no value", "add it to a date or a time: now + 1h")
    if isinstance(value, float):
        return Decimal(repr(value))
    raise errors.EvaluationError("a function or loop is no value", "read one of its members")


def _left_list(value: Any, budget: budgets.Budget, depth: int) -> list[Any]:
    members: list[Any] | None = None if isinstance(value, list) else list(value)
    for number, member in enumerate(value):
        if type(member) in _JSON_SCALARS:
            continue
        left = leaving(member, budget, depth + 1)
        if left is not member:
            members = list(value) if members is None else members
            members[number] = left
    return value if members is None else members


def _left_object(value: dict[str, Any], budget: budgets.Budget, depth: int) -> dict[str, Any]:
    members = None if type(value) is dict else dict(value)
    for key, member in value.items():
        if type(key) is not str:
            return _left_object({values.key_text(key): member for key, member in value.items()}, budget, depth)
        if type(member) in _JSON_SCALARS:
            continue
        left = leaving(member, budget, depth + 1)
        if left is not member:
            members = dict(value) if members is None else members
            members[key] = left
    return value if members is None else members


def weigh_both(left: Any, right: Any, budget: budgets.Budget) -> None:
    """Spends what comparing two values may take; one that ends the comparison early costs little to weigh."""
    if isinstance(left, list | tuple | dict) and isinstance(right, list | tuple | dict):
        weigh(left, budget)
    elif isinstance(left, str) and isinstance(right, str):
        budget.operations(min(len(left), len(right)) // 10_000)
    elif isinstance(left, values.DATES) or isinstance(right, values.DATES):
        budget.operations(_DATE_OPERATIONS)


def weigh(value: Any, budget: budgets.Budget) -> None:
    """Spends an operation for each member on all levels, before a value is walked through as a whole."""
    count, stack = 0, [value]
    while stack:
        current = stack.pop()
        count += 1
        if isinstance(current, dict):
            stack.extend(current.values())
        elif isinstance(current, list | tuple):
            stack.extend(current)
        elif isinstance(current, str):
            count += len(current) // 10_000
        if count > 1_000:
            budget.operations(count)
            count = 0
    budget.operations(count)
