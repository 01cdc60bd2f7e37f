"""The columns that a statement's SELECT list names, for made-up rows; SOQL has the same list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from workflows.core import sql_statement

#: Words that end a SELECT list.
_ENDS: Final = frozenset(
    {"FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "UNION", "EXCEPT", "INTERSECT"}
)
_MEMBERS: Final = ("word", "name")  # kinds of tokens that can name a column


class Column(NamedTuple):
    """A column of a result: `Column("total", "SUM")` for `SUM(amount) AS total`; `function` is "" where none is called."""

    name: str
    function: str = ""


def of(statement: str) -> list[Column]:
    """The named columns, as far as the text says: a `*` names none, nor does a statement without a SELECT of its own.

    >>> of("SELECT id, u.name, COUNT(*) AS n FROM users u")
    [Column(name='id', function=''), Column(name='name', function=''), Column(name='n', function='COUNT')]
    """
    return [column for item in _items(statement) if (column := _column(item))]


def _items(statement: str) -> Iterator[list[sql_statement.Token]]:
    """The items of the first SELECT list outside brackets."""
    depth, inside, item = 0, False, list[sql_statement.Token]()
    for token in _pieces(statement):
        word = token.text.upper() if token.kind == "word" and depth == 0 else ""
        if word in _ENDS and inside:
            break
        if word == "SELECT":
            inside = True
        elif inside and depth == 0 and token.text == ",":
            yield item
            item = []
        elif inside and word not in ("DISTINCT", "ALL"):
            item.append(token)
        depth += (token.text == "(") - (token.text == ")")
    yield item


def _pieces(statement: str) -> Iterator[sql_statement.Token]:
    """The tokens without space and comments; symbols, which come in runs such as `*, `, one by one."""
    for token in sql_statement.tokens(statement):
        if token.kind == "symbol":
            yield from (token._replace(text=character) for character in token.text if not character.isspace())
        elif token.kind not in ("space", "comment"):
            yield token


def _column(item: list[sql_statement.Token]) -> Column | None:
    """The column of an item: its alias, the last part of a path, or the function as databases name it."""
    called = len(item) > 1 and item[1].text == "("
    function = item[0].text.upper() if called else ""
    path = all(token.kind in _MEMBERS if index % 2 == 0 else token.text == "." for index, token in enumerate(item))
    aliased = len(item) > 1 and item[-1].kind in _MEMBERS and (item[-2].kind != "symbol" or item[-2].text == ")")
    if item and item[-1].kind in _MEMBERS and (path or aliased):
        return Column(_unquoted(item[-1].text), function)
    if item and item[0].kind in _MEMBERS and item[-1].text != "*":
        return Column(item[0].text.lower() if called else _unquoted(item[0].text), function)
    return None


def _unquoted(name: str) -> str:
    quote = name[0]
    return name[1:-1].replace(quote * 2, quote) if quote in '"`' else name
