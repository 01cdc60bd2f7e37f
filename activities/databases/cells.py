"""Values of a database as JSON values, for every kind of database: exact, dates as ISO text, nothing that JSON cannot hold."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from activities.databases import base
from workflows.core import errors


def table(query: base.Query, columns: Sequence[str], rows: Sequence[Sequence[Any]], affected: int) -> base.Table:
    """A table of JSON values.

    Raises:
        ToolError: BAD_OUTPUT, two columns have one name, or a value that JSON cannot hold; the column is named.
    """
    twice = next((name for index, name in enumerate(columns) if name in columns[:index]), None)
    if twice is not None:
        raise errors.ToolError(
            errors.BAD_OUTPUT, f'{query.path}: two columns are named "{twice}"; give one another name: SELECT a.{twice}, b.{twice} AS other'
        )
    made = [[_cell(value, query, columns[index], number) for index, value in enumerate(row)] for number, row in enumerate(rows, 1)]
    return base.Table(list(columns), made, affected)


def moment(text: str) -> str:
    """A time of PostgreSQL as the language prints it; `infinity` and years before 1 stay as they are.

    >>> moment("2026-11-23 18:00:00.5+02"), moment("2026-11-23 18:00:00")
    ('2026-11-23T18:00:00.500000+02:00', '2026-11-23T18:00:00')
    """
    try:
        return datetime.datetime.fromisoformat(text).isoformat()
    except ValueError:
        return text


def clock(text: str) -> str:
    """A time of day: `18:00:00`, `18:00:00.500000+02:00`; PostgreSQL's 24:00:00 stays."""
    try:
        return datetime.time.fromisoformat(text).isoformat()
    except ValueError:
        return text


def encoded(data: bytes) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(data).decode("ascii")


def _cell(value: Any, query: base.Query, column: str, row: int) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() if value.is_finite():
            return value
        case Decimal():
            found = "NaN" if value.is_nan() else "Infinity" if value > 0 else "-Infinity"
            raise _unfit(query, column, row, f"{found}, which JSON does not know; use NULLIF or CASE in the statement")
        case float():
            return _cell(Decimal(repr(value)), query, column, row)
        case bytes():
            return encoded(value)
        case list() | tuple():
            return [_cell(item, query, column, row) for item in value]
        case dict():
            return {str(key): _cell(item, query, column, row) for key, item in value.items()}
    raise _unfit(
        query, column, row, f"a value of the type {type(value).__name__}, which JSON does not know; cast it to text in the statement"
    )


def _unfit(query: base.Query, column: str, row: int, found: str) -> errors.ToolError:
    return errors.ToolError(errors.BAD_OUTPUT, f'{query.path}: column "{column}" of row {row} holds {found}')
