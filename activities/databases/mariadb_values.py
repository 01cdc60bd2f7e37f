"""How values go to and come from MariaDB and MySQL: numbers stay exact, dates become ISO text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from pymysql.constants import FIELD_TYPE

from activities import json_text
from activities.databases import cells


def mark(value: Any, stores: bool) -> tuple[str, Any]:
    """The driver's mark and the value; lists and objects go as JSON text."""
    return "%s", json_text.encode(value).decode() if isinstance(value, list | dict) else value


def escape(text: str) -> str:
    """The statement's own text; the driver takes `%` for a mark."""
    return text.replace("%", "%%")


def _json(text: str) -> Any:
    return json_text.decode(text, "a JSON value of the database")


def _bits(data: bytes) -> int:
    return int.from_bytes(data, "big")


#: By the server's type; texts and bytes need none. TIME goes up to 838 hours and stays as it is written; so does 0000-00-00.
DECODERS: Final[dict[int, Callable[[Any], Any]]] = {
    **dict.fromkeys((FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.INT24), int),
    **dict.fromkeys((FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL), Decimal),
    **dict.fromkeys((FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP), cells.moment),
    **dict.fromkeys((FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE, FIELD_TYPE.TIME), str),
    FIELD_TYPE.YEAR: int,
    FIELD_TYPE.BIT: _bits,
    FIELD_TYPE.JSON: _json,
}
