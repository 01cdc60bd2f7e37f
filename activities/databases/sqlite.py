"""SQLite, for the database transport: the sample database and small installations.

SQLite has no exact decimals and no zones. A Decimal is bound as text where a write stores it, so that a text column keeps its digits and a
numeric one converts it, and as `CAST(? AS NUMERIC)` where it is compared, since SQLite takes any text to be greater than any number.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
import sqlite3
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Final

import aiosqlite
import sqlalchemy
from sqlalchemy import exc as sqlalchemy_errors
from sqlalchemy.ext import asyncio as sqlalchemy_asyncio

from activities import json_text, sql_binding
from activities.databases import base, cells
from workflows.core import errors, sql_statement

MAX_LOCK_SECONDS: Final = 5.0
_POOL_SECONDS: Final = 10
_CHUNK_ROWS: Final = 1_000
_INTEGER_BITS: Final = 63

_CLOCK_WORDS: Final = frozenset({"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "NOW"})

#: Primary result codes (https://www.sqlite.org/rescode.html) after which nothing was kept and the same call may succeed.
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_GONE: Final = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL)


class Sqlite:
    """One SQLite file."""

    def __init__(self, url: sqlalchemy.URL) -> None:
        self._path = url.database or ":memory:"
        self._engine = sqlalchemy_asyncio.create_async_engine(url, isolation_level="AUTOCOMMIT")

    async def run(self, work: base.Work) -> list[base.Table]:
        """Runs the statements in one transaction.

        Raises:
            ToolError: see `base.Database.run`.
        """
        if self._path != ":memory:" and not self._path.startswith("file:") and not os.path.exists(self._path):
            # SQLite would make an empty file, and say "no such table".
            raise errors.ToolError(errors.UNREACHABLE, f"there is no file {self._path}; ORDINAUT_DATABASE_URL names it")
        _warn_of_zone(work)
        try:
            async with self._engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                assert isinstance(driver, aiosqlite.Connection)
                async with _stopping(driver, work.statement_seconds()):
                    return await _transaction(driver, work)
        except sqlalchemy_errors.TimeoutError:
            raise errors.ToolError(errors.UNREACHABLE, "all connections to the database are busy; nothing was done") from None
        except sqlalchemy_errors.DBAPIError as error:
            raise base.lost(str(error.orig), work.progress) from None

    async def close(self) -> None:
        """Closes pooled connections."""
        await self._engine.dispose()


async def _transaction(driver: aiosqlite.Connection, work: base.Work) -> list[base.Table]:
    query = work.queries[0]
    try:
        await driver.execute(f"PRAGMA busy_timeout = {int(min(MAX_LOCK_SECONDS, work.statement_seconds()) * 1000)}")
        await driver.execute(f"PRAGMA query_only = {'OFF' if work.writes else 'ON'}")
        await driver.create_function("now", 0, _now)
        await driver.execute("BEGIN IMMEDIATE" if work.writes else "BEGIN")
        tables = []
        for query in work.queries:
            tables.append(await _table(driver, query, work.writes))
        work.judge(tables)
        work.progress.sent = work.writes
        await driver.execute("COMMIT")
        return tables
    except errors.ToolError as refused:
        await driver.rollback()
        raise base.unchanged(refused) from None
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        await driver.rollback()
        raise _failure(error, query, work) from None


async def _table(driver: aiosqlite.Connection, query: base.Query, writes: bool) -> base.Table:
    bound = sql_binding.bind(query.text, query.parameters, _mark, str)
    rows: list[Any] = []
    async with driver.execute(bound.text, bound.values) as cursor:
        while chunk := await cursor.fetchmany(_CHUNK_ROWS):
            rows += chunk
            if len(rows) > base.MAX_ROWS:
                raise base.too_many_rows(query)
        columns = [column[0] for column in cursor.description or ()]
    return cells.table(query, columns, rows, await _changes(driver) if writes else 0)


async def _changes(driver: aiosqlite.Connection) -> int:
    """Rows changed by the last write; the cursor's own count is missing after WITH and RETURNING."""
    async with driver.execute("SELECT changes()") as cursor:
        row = await cursor.fetchone()
        return int(row[0]) if row else 0


def _now() -> str:
    """PostgreSQL's NOW(), in the form and the zone of SQLite's CURRENT_TIMESTAMP."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")


def _mark(value: Any, stores: bool) -> tuple[str, Any]:
    match value:
        case bool():
            return "?", int(value)
        case Decimal():
            return ("?" if stores else "CAST(? AS NUMERIC)"), format(value, "f")
        case list() | dict():
            return "?", json_text.encode(value).decode()
        case int() if value.bit_length() > _INTEGER_BITS:
            raise errors.ToolError(
                errors.INVALID_INPUT, f"with.parameters: {value} does not fit into the 64 bits of an SQLite integer; give it as text"
            )
    return "?", value


@contextlib.asynccontextmanager
async def _stopping(driver: aiosqlite.Connection, seconds: float) -> AsyncIterator[None]:
    """Interrupts the statement when its time is over, or when we are cancelled: it runs in a thread that knows of neither."""

    async def stop() -> None:
        await asyncio.sleep(seconds)
        await driver.interrupt()

    stopping = asyncio.create_task(stop())
    try:
        yield
    except asyncio.CancelledError:
        await driver.interrupt()
        raise
    finally:
        stopping.cancel()


def _failure(error: Exception, query: base.Query, work: base.Work) -> errors.ToolError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_INTERRUPT:
        return base.timed_out(query, work)
    if code in _BUSY:
        return errors.ToolError(errors.UNREACHABLE, f"the database is locked by another program ({error}); nothing was changed")
    if code in _GONE:
        return base.lost(str(error), work.progress)
    return errors.ToolError(
        errors.REJECTED, f"{query.path}: {error}{sql_binding.unbound(query.text, query.parameters)}; nothing was changed"
    )


def _warn_of_zone(work: base.Work) -> None:
    if work.zone == "UTC":
        return
    for query in work.queries:
        words = {token.text.upper() for token in sql_statement.tokens(query.text) if token.kind in ("word", "text")}
        if words & (_CLOCK_WORDS | {"'NOW'"}):
            work.warnings.append(
                f"{query.path}: SQLite's clock is UTC, not {work.zone}; bind a date word such as {{{{today}}}} in its place"
            )
