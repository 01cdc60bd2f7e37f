"""Transport `database`: SQL with bound values; reads in a read-only transaction, writes only where the definition allows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy
from sqlalchemy import exc as sqlalchemy_errors

from activities import settings as settings_module
from activities import sql_binding
from activities.databases import base as databases
from activities.databases import mariadb, postgres, sqlite
from activities.transports import base
from workflows.core import durations, errors, sql_statement

DEFAULT_ZONE: Final = "UTC"

#: Kinds of database by the first part of their URL, with the driver that is used.
_KINDS: Final[Mapping[str, tuple[str, Callable[[sqlalchemy.URL], databases.Database]]]] = {
    "sqlite": ("sqlite+aiosqlite", sqlite.Sqlite),
    "postgresql": ("postgresql+psycopg", postgres.Postgres),
    "postgres": ("postgresql+psycopg", postgres.Postgres),
    "mysql": ("mysql+aiomysql", mariadb.Mariadb),
    "mariadb": ("mysql+aiomysql", mariadb.Mariadb),
}


class Database:
    """Runs SQL in the database that ORDINAUT_DATABASE_URL names."""

    def __init__(self, settings: settings_module.Settings) -> None:
        self._settings = settings
        self._opened: databases.Database | None = None

    async def send(self, call: base.Call) -> base.Answer:
        """Runs the statement, or the statements of `queries`.

        Raises:
            ToolError: INVALID_INPUT, the statement must not run here; else see `databases.Database.run`.
        """
        queries = _queries(call.arguments)
        writes = _check(queries, call)
        warnings: list[str] = []
        work = databases.Work(
            queries=queries,
            writes=writes,
            seconds=_seconds(call),
            zone=call.zone or DEFAULT_ZONE,
            progress=call.progress,
            warnings=warnings,
            judge=lambda tables: base.check_size(_output(call.arguments, queries, tables, writes)),
        )
        tables = await self._database().run(work)
        return base.Answer(_output(call.arguments, queries, tables, writes), warnings)

    async def close(self) -> None:
        """Closes pooled connections."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    def _database(self) -> databases.Database:
        if self._opened is None:
            if self._settings.database_url is None:
                raise errors.ToolError(
                    errors.INVALID_INPUT,
                    "ORDINAUT_DATABASE_URL is not set; set it to postgresql://user:password@host/name, mysql://user:password@host/name or sqlite:///file.db",
                )
            self._opened = open_database(self._settings.database_url.reveal())
        return self._opened


def open_database(text: str) -> databases.Database:
    """The database of a URL; nothing is connected yet.

    Raises:
        ToolError: INVALID_INPUT, the URL cannot be read, or is of a kind that is not known. The message does not hold the URL.
    """
    try:
        url = sqlalchemy.make_url(text)
    except (sqlalchemy_errors.ArgumentError, ValueError):
        raise errors.ToolError(errors.INVALID_INPUT, "ORDINAUT_DATABASE_URL is no URL like postgresql://user:password@host/name") from None
    kind = url.drivername.partition("+")[0]
    if kind not in _KINDS:
        raise errors.ToolError(
            errors.INVALID_INPUT, f"ORDINAUT_DATABASE_URL: {kind!r} is not known; known are postgresql, mysql, mariadb and sqlite"
        )
    driver, open_kind = _KINDS[kind]
    return open_kind(url.set(drivername=driver))


def _queries(arguments: Mapping[str, Any]) -> tuple[databases.Query, ...]:
    shared = arguments.get("parameters") or {}
    if "queries" not in arguments:
        return (databases.Query(arguments["query"], shared),)
    found = []
    for index, item in enumerate(arguments["queries"]):
        own = item.get("parameters") or {}
        common = {name: value for name, value in shared.items() if name in sql_binding.names(item["query"])}
        found.append(databases.Query(item["query"], {**common, **own}, f"with.queries[{index}].query", item["name"]))
    _check_names(found)
    unused = next((name for name in shared if all(name not in query.parameters for query in found)), None)
    if unused is not None:
        raise errors.ToolError(errors.INVALID_INPUT, f"with.parameters.{unused}: no query has `:{unused}` outside quotes and comments")
    return tuple(found)


def _check_names(queries: list[databases.Query]) -> None:
    names = [query.name for query in queries]
    twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if twice is not None:
        raise errors.ToolError(errors.INVALID_INPUT, f'with.queries: two queries are named "{twice}"; the second would hide the first')


def _check(queries: tuple[databases.Query, ...], call: base.Call) -> bool:
    """Whether this is a write.

    Raises:
        ToolError: INVALID_INPUT, with the statement's path and the reason.
    """
    writes = False
    for query in queries:
        statement = sql_statement.classify(query.text)
        if statement.kind == sql_statement.OTHER:
            raise errors.ToolError(errors.INVALID_INPUT, f"{query.path}: {statement.reason}")
        if statement.kind == sql_statement.WRITE:
            writes = True
            _check_write(query, statement.verb, call)
    return writes


def _check_write(query: databases.Query, verb: str, call: base.Call) -> None:
    if query.name:
        raise errors.ToolError(
            errors.INVALID_INPUT, f"{query.path}: {verb} changes data, and `queries` only reads; use a step of its own with `query`"
        )
    if call.tool.definition.get("allow_writes") is not True:
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f'{query.path}: {verb} changes data, which {call.tool.address} does not allow; "allow_writes": true in its definition does',
        )


def _seconds(call: base.Call) -> float:
    """The time that the statements have: the call's, or less where `timeout` says so."""
    if call.arguments.get("timeout") is None:
        return call.remaining()
    try:
        given = durations.seconds(call.arguments["timeout"], positive=True)
    except errors.EvaluationError as error:
        raise errors.ToolError(errors.INVALID_INPUT, f"with.timeout: {error}") from None
    return min(given.total_seconds(), call.remaining())


def _output(
    arguments: Mapping[str, Any], queries: tuple[databases.Query, ...], tables: list[databases.Table], writes: bool
) -> dict[str, Any]:
    """`{"rows": [...], "count": n}`, or with `queries` the first row of each by name."""
    if "queries" in arguments:
        return {query.name: _row(table, 0) if table.rows else None for query, table in zip(queries, tables, strict=True)}
    table = tables[0]
    _check_key(arguments.get("key_by"), table)
    rows = [_row(table, index) for index in range(len(table.rows))]
    return {"rows": rows, "count": max(table.affected, 0) if writes else len(rows)}


def _row(table: databases.Table, index: int) -> dict[str, Any]:
    return dict(zip(table.columns, table.rows[index], strict=True))


def _check_key(key: Any, table: databases.Table) -> None:
    if key is not None and table.columns and key not in table.columns:
        raise errors.ToolError(errors.INVALID_INPUT, f'with.key_by: there is no column "{key}"; there are {", ".join(table.columns)}')
