"""Made-up outputs, for mock runs without recorded ones: from the output schema, and from the arguments where these name the members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from workflows.core import fit, fit_schema, sql_columns, sql_statement

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MONEY: Final = Decimal("1250.00")
_COUNT: Final = 12
_DATE: Final = fit.example({"type": "string", "format": "date"})
_TIME: Final = fit.example({"type": "string", "format": "date-time"})
_MONEY_WORDS: Final = (
    "amount total sum price cost value revenue salary balance turnover tax fee paid debt contrib contribution gross net average avg mean"
    " rate percent ratio score"
)
#: What a column holds, told by the last word of its name that is here: `last_modified_date` is a date, `OwnerId` an id.
_BY_WORD: Final[Mapping[str, Any]] = {
    **dict.fromkeys(_MONEY_WORDS.split(), _MONEY),
    **dict.fromkeys(("count", "quantity", "qty", "days", "hours", "minutes", "seconds", "age"), _COUNT),
    **dict.fromkeys(("date", "day"), _DATE),
    **dict.fromkeys(("at", "time", "timestamp"), _TIME),
    **dict.fromkeys(("is", "has", "active", "enabled"), True),
    "id": 1,
    "currency": "MDL",
    "email": "someone@example.com",
}
_BY_FUNCTION: Final[Mapping[str, Any]] = {"COUNT": _COUNT, "SUM": _MONEY, "AVG": _MONEY}


def output(schema: fit_schema.Schema, arguments: Mapping[str, Any]) -> Any:
    """An output that fits the schema and the call.

    Beside `queries: [{"name", "query"}]` the members are the results by name; beside `query`, a SELECT, the rows of every list
    whose items the schema leaves open have the columns that it names.

    >>> output({"properties": {"rows": {"type": "array"}}}, {"query": "SELECT id, amount FROM t"})
    {'rows': [{'id': 1, 'amount': Decimal('1250.00')}]}
    """
    queries = arguments.get("queries")
    if isinstance(queries, list) and queries and all(map(_is_named, queries)):
        members = schema.get("additionalProperties") if isinstance(schema, Mapping) else None
        if isinstance(members, Mapping):
            return {query["name"]: fit.example(members) for query in queries}
        results = {query["name"]: _rows(query["query"]) for query in queries}
        if None not in results.values():
            return {name: rows[0] if rows else None for name, rows in results.items()}
    made = fit.example(schema)
    statement = arguments.get("query")
    if not isinstance(statement, str) or not isinstance(schema, Mapping) or not isinstance(made, dict):
        return made
    rows = _rows(statement)
    if rows is None:
        return made
    return {**made, **{name: rows for name, part in schema.get("properties", {}).items() if _is_open_list(part)}}


def _is_named(query: Any) -> bool:
    return isinstance(query, dict) and isinstance(query.get("name"), str) and isinstance(query.get("query"), str)


def _is_open_list(schema: fit_schema.Schema) -> bool:
    """Whether these are rows: a list of objects of which the schema says nothing more."""
    if not isinstance(schema, Mapping) or fit_schema.types_of(schema) != {"array"} or "examples" in schema:
        return False
    items = schema.get("items", True)
    return items is True or (
        isinstance(items, Mapping) and set(items) <= {"type", "description"} and fit_schema.types_of(items) <= {"object"}
    )


def _rows(statement: str) -> list[dict[str, Any]] | None:
    """One row of a statement that reads, none of one that writes; None for other text."""
    kind = sql_statement.classify(statement).kind
    if kind == sql_statement.WRITE:
        return []
    if kind != sql_statement.READ:
        return None
    columns = sql_columns.of(statement) or [sql_columns.Column("id"), sql_columns.Column("name")]
    return [{column.name: _value(column) for column in columns}]


def _value(column: sql_columns.Column) -> Any:
    """A value by the last telling word of the column's name, else by its function; else the name itself."""
    known = [_BY_WORD[word] for word in map(str.lower, _WORD.findall(column.name)) if word in _BY_WORD]
    return known[-1] if known else _BY_FUNCTION.get(column.function, column.name)
