"""Binding of values to an SQL statement, for every kind of database: only the given names are parameters, all else stays as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.core import errors, sql_statement

#: After these words of a write values are compared, no longer stored.
_COMPARING: Final = frozenset({"WHERE", "HAVING", "ON"})

#: Gives (mark, value) of one parameter; `stores` says that a write puts it into a column, and does not compare with it.
Mark = Callable[[Any, bool], tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement as a driver takes it, and the values in the order of their marks."""

    text: str
    values: list[Any]


def bind(text: str, parameters: Mapping[str, Any], mark: Mark, escape: Callable[[str], str]) -> Bound:
    """Replaces `:name` by the driver's mark where `name` is given, outside quotes and comments; each place is a value of its own.

    >>> bind("SELECT :p1, a::date FROM t WHERE x = ':p1'", {"p1": 5}, lambda value, stores: ("?", value), str)
    Bound(text="SELECT ?, a::date FROM t WHERE x = ':p1'", values=[5])

    Raises:
        ToolError: INVALID_INPUT, a parameter is given that the statement does not have.
    """
    if not parameters:
        return Bound(escape(text), [])
    parts: list[str] = []
    bound: list[Any] = []
    used = set()
    stores = sql_statement.classify(text).kind == sql_statement.WRITE
    for token in sql_statement.tokens(text):
        name = token.text[1:]
        if token.kind == "parameter" and name in parameters:
            used.add(name)
            written, value = mark(parameters[name], stores)
            parts.append(written)
            bound.append(value)
            continue
        if stores and token.kind == "word":
            stores = token.text.upper() not in _COMPARING
        parts.append(escape(token.text))
    _check_used(parameters, used)
    return Bound("".join(parts), bound)


def names(text: str) -> set[str]:
    """The names after a `:` outside quotes and comments; what of them is a parameter depends on what is given."""
    return {token.text[1:] for token in sql_statement.tokens(text) if token.kind == "parameter"}


def unbound(text: str, parameters: Mapping[str, Any]) -> str:
    """A hint for a statement that the database refused: which `:name` in it has no value; "" where all have one.

    >>> unbound("SELECT :a, :b", {"a": 1})
    '; no value is given for :b'
    """
    missing = [token.text for token in sql_statement.tokens(text) if token.kind == "parameter" and token.text[1:] not in parameters]
    return f"; no value is given for {', '.join(dict.fromkeys(missing))}" if missing else ""


def place(text: str, parameters: Mapping[str, Any], position: int) -> tuple[int, int] | None:
    """Line and column, from 1, of a position that PostgreSQL gave (characters, from 1, in the text with `$1`, `$2`, ... for parameters)."""
    at, number = 1, 0
    for token in sql_statement.tokens(text):
        length = len(token.text)
        if token.kind == "parameter" and token.text[1:] in parameters:
            number += 1
            length = len(f"${number}")
        if position < at + length:
            offset = token.start + (min(position - at, len(token.text) - 1))
            return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
        at += length
    return None


def _check_used(parameters: Mapping[str, Any], used: set[str]) -> None:
    unused = [name for name in parameters if name not in used]
    if unused:
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f"with.parameters.{unused[0]}: the statement has no `:{unused[0]}` outside quotes and comments;"
            " write it there, without quotes, or leave it out",
        )
