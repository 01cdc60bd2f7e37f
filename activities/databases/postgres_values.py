"""How values go to and come from PostgreSQL, for its connections: texts let the server find the type, numbers stay exact."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import abc, adapt

from activities import json_text
from activities.databases import cells


def mark(value: Any, stores: bool) -> tuple[str, Any]:
    """psycopg's mark and the value: texts go without a type, so that `hire_date <= '2026-10-31'` works; lists and objects as JSON text."""
    return "%s", json_text.encode(value).decode() if isinstance(value, list | dict) else value


def escape(text: str) -> str:
    """The statement's own text; psycopg takes `%` for a mark."""
    return text.replace("%", "%%")


def register(connection: psycopg.AsyncConnection[Any]) -> None:
    """Gives a connection our loaders. PostgreSQL sends text, which holds every digit and also `infinity`."""
    for name, load in _LOADERS.items():
        connection.adapters.register_loader(name, _loader(load))


def _loader(load: Callable[[str], Any]) -> type[adapt.Loader]:
    class TextLoader(adapt.Loader):
        def load(self, data: abc.Buffer) -> Any:
            return load(bytes(data).decode("utf-8"))

    return TextLoader


def _json(text: str) -> Any:
    return json_text.decode(text, "a JSON value of the database")


_TEXT_TYPES = (
    "date", "interval", "uuid", "inet", "cidr", "money",
    "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange",
    "int4multirange", "int8multirange", "nummultirange", "datemultirange", "tsmultirange", "tstzmultirange",
)  # fmt: skip
_LOADERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(_TEXT_TYPES, str),
    "float4": Decimal,
    "float8": Decimal,
    "numeric": Decimal,
    "timestamp": cells.moment,
    "timestamptz": cells.moment,
    "time": cells.clock,
    "timetz": cells.clock,
    "json": _json,
    "jsonb": _json,
    "bytea": lambda text: cells.encoded(bytes.fromhex(text.removeprefix("\\x"))),
}
