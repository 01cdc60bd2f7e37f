"""Values as text and values as they leave an expression, for the evaluator. Both spend the budget, since a small value may print large."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from workflows.core import budget as budgets
from workflows.core import durations, errors, limits, missing, values

_END: Final = object()
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
    """Gathers the parts of a JSON text and stops above MAX_TEXT_CHARS, since a small value may hold one part many times.

    It walks with a stack of its own: calls that go up and down at an unlucky depth of Python's stack are ten times slower.
    """

    def __init__(self, budget: budgets.Budget) -> None:
        self._budget = budget
        self._parts: list[str] = []
        self._chars = 0
        self._open: list[tuple[Iterator[Any], bool]] = []  # members still to come, and whether they are (key, value) pairs

    def written(self, value: Any) -> str:
        self._write(value)
        comma = False
        while self._open:
            members, keyed = self._open[-1]
            member: Any = next(members, _END)
            if member is _END:
                self._parts.append("}" if keyed else "]")
                self._open.pop()
                comma = True
                continue
            if comma:
                self._parts.append(",")
            if keyed:
                self._text(member[0])
                self._parts.append(":")
                member = member[1]
            comma = not self._write(member)
        return "".join(self._parts)

    def _write(self, value: Any) -> bool:
        """Writes a scalar, or opens a list or object; whether it opened one."""
        if isinstance(value, str):
            self._text(value)
        elif isinstance(value, dict):
            return self._enter(value, iter(value.items()), "{")
        elif isinstance(value, list | tuple):
            return self._enter(value, iter(value), "[")
        elif value is None or isinstance(value, bool | int | Decimal | values.Skipped):
            self._parts.append(values.scalar_text(value))
        elif isinstance(value, values.DATES):
            self._text(str(value))
        else:
            return self._write(leaving(value, self._budget))
        return False

    def _enter(self, value: Any, members: Iterator[Any], sign: str) -> bool:
        _enter(self._budget, len(value), len(self._open))
        self._budget.operations(1 + len(value) // 4)  # writing takes longer than walking
        self._open.append((members, sign == "{"))
        self._parts.append(sign)
        return True

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


def leaving(value: Any, budget: budgets.Budget) -> Any:
    """A value as it leaves an expression: JSON only; dates become their text. What is JSON already is not copied.

    Raises:
        MissingValue: it holds something that is not there.
        LimitExceeded: it has too many members or levels.
    """
    if type(value) in _JSON_SCALARS or _is_json(value, budget):
        return value
    return _left(value, budget, 0)


def _is_json(value: Any, budget: budgets.Budget) -> bool:
    """Whether a list or object holds nothing but JSON, looked at level by level."""
    level, depth = [value], 0
    while level:
        inner: list[Any] = []
        for current in level:
            if type(current) is list:
                _enter(budget, len(current), depth)
                inner += [member for member in current if type(member) not in _JSON_SCALARS]
            elif type(current) is dict and all(type(key) is str for key in current):
                _enter(budget, len(current), depth)
                inner += [member for member in current.values() if type(member) not in _JSON_SCALARS]
            else:
                return False
        level, depth = inner, depth + 1
    return True


def _left(value: Any, budget: budgets.Budget, depth: int) -> Any:
    if type(value) in _JSON_SCALARS:
        return value
    if isinstance(value, dict):
        _enter(budget, len(value), depth)
        return {key if isinstance(key, str) else values.key_text(key): _left(member, budget, depth + 1) for key, member in value.items()}
    if isinstance(value, list | tuple | range):
        _enter(budget, len(value), depth)
        return [_left(member, budget, depth + 1) for member in value]
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
    if isinstance(value, str):
        return str(value)
    raise errors.EvaluationError("a function or loop is no value", "read one of its members")


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
