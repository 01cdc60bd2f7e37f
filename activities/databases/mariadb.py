"""MariaDB and MySQL, for the database transport: one transaction a call, the pipeline's zone, and errors judged by their numbers.

Tables must be of a transactional engine, which InnoDB (the default) is: others keep what a failed call has written.
"""

from __future__ import annotations

import datetime
import re
import zoneinfo
from typing import Any, Final

import aiomysql  # type: ignore[import-untyped]
import pymysql
import sqlalchemy
from pymysql.constants import ER
from sqlalchemy import exc as sqlalchemy_errors
from sqlalchemy.ext import asyncio as sqlalchemy_asyncio

from activities import sql_binding
from activities.databases import base, cells, mariadb_values
from workflows.core import errors

_CONNECT_SECONDS: Final = 10
_POOL_SECONDS: Final = 10
_CHUNK_ROWS: Final = 1_000

#: Quotes as our reading of statements has them ("a" is a name, '' a quote in a text), and nothing cut or bent to fit a column.
_MODE: Final = "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY"
_BEGIN_READ: Final = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"  # all queries of a call see one moment
_BEGIN_WRITE: Final = "START TRANSACTION READ WRITE"

_UNKNOWN_ZONE: Final = 1298
_UNKNOWN_VARIABLE: Final = 1193
#: MariaDB's and MySQL's numbers of a statement that ran longer than it was given.
_TIMED_OUT: Final = frozenset({1969, 3024, 1317})
#: After these nothing was kept and the same call may succeed.
_BUSY: Final = frozenset({ER.LOCK_WAIT_TIMEOUT, ER.LOCK_DEADLOCK, 1020, 3572})
_GONE: Final = frozenset({1040, 1053, 1203, 1226, 1290, 1836, 1158, 1159, 1160, 1161})
#: The connection itself: refused, gone away, lost, killed.
_LOST: Final = frozenset({2002, 2003, 2006, 2013, 1927, 1152, 3169, 4031})
#: Comments that MariaDB and MySQL run.
_RUN_COMMENT: Final = re.compile(r"/\*M?!")


class Mariadb:
    """One database of MariaDB or MySQL."""

    def __init__(self, url: sqlalchemy.URL) -> None:
        self._timeout_setting = ""  # which of the two kinds of server it is, known after the first transaction
        # AUTOCOMMIT: the transaction is ours, so that we know when COMMIT is sent.
        self._engine = sqlalchemy_asyncio.create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_pre_ping=True,
            pool_timeout=_POOL_SECONDS,
            connect_args={
                "connect_timeout": _CONNECT_SECONDS,
                "charset": "utf8mb4",
                "conv": mariadb_values.DECODERS,
                "program_name": "ordinaut",
                "local_infile": False,
            },
        )

    async def run(self, work: base.Work) -> list[base.Table]:
        """Runs the statements in one transaction.

        Raises:
            ToolError: see `base.Database.run`.
        """
        for query in work.queries:
            _check_comments(query)
        try:
            async with self._engine.connect() as connection:
                raw = await connection.get_raw_connection()
                driver = raw.driver_connection
                assert isinstance(driver, aiomysql.Connection)
                try:
                    return await self._transaction(driver, work)
                finally:
                    if driver.closed:
                        await connection.invalidate()  # else the pool would roll back on it
        except sqlalchemy_errors.TimeoutError:
            raise errors.ToolError(errors.UNREACHABLE, "all connections to the database are busy; nothing was done") from None
        except sqlalchemy_errors.DBAPIError as error:  # connecting, the ping, or giving the connection back
            raise base.lost(_words(error.orig), work.progress) from None
        except OSError as error:
            raise base.lost(_words(error), work.progress) from None

    async def close(self) -> None:
        """Closes pooled connections."""
        await self._engine.dispose()

    async def _transaction(self, driver: aiomysql.Connection, work: base.Work) -> list[base.Table]:
        query = work.queries[0]
        try:
            await self._prepare(driver, work)
            await _execute(driver, _BEGIN_WRITE if work.writes else _BEGIN_READ)
            tables = []
            for query in work.queries:
                tables.append(await _table(driver, query, work.writes))
            work.judge(tables)
            work.progress.sent = work.writes
            await _execute(driver, "COMMIT")
            return tables
        except errors.ToolError as refused:
            await _roll_back(driver)
            raise base.unchanged(refused) from None
        except pymysql.MySQLError as error:
            await _roll_back(driver)
            raise _failure(error, query, work) from None

    async def _prepare(self, driver: aiomysql.Connection, work: base.Work) -> None:
        """The session's settings; a pooled connection has those of its last call."""
        await _execute(driver, "SET SESSION sql_mode = %s", [_MODE])
        await _set_zone(driver, work)
        seconds = max(work.statement_seconds(), 0.001)
        if self._timeout_setting != "max_execution_time":
            try:
                await _execute(driver, "SET SESSION max_statement_time = %s", [round(seconds, 3)])
                self._timeout_setting = "max_statement_time"
                return
            except pymysql.MySQLError as error:
                if _number(error) != _UNKNOWN_VARIABLE:
                    raise
                self._timeout_setting = "max_execution_time"
        await _execute(driver, "SET SESSION max_execution_time = %s", [max(int(seconds * 1000), 1)])  # MySQL: of SELECT only
        await _execute(driver, "SET SESSION innodb_lock_wait_timeout = %s", [max(int(seconds), 1)])


async def _set_zone(driver: aiomysql.Connection, work: base.Work) -> None:
    try:
        await _execute(driver, "SET SESSION time_zone = %s", ["+00:00" if work.zone == "UTC" else work.zone])
    except pymysql.MySQLError as error:
        if _number(error) != _UNKNOWN_ZONE:
            raise
        offset = datetime.datetime.now(zoneinfo.ZoneInfo(work.zone)).strftime("%z")
        await _execute(driver, "SET SESSION time_zone = %s", [f"{offset[:3]}:{offset[3:5]}"])
        work.warnings.append(
            f"the server does not know the zone {work.zone}, so its clock was set to today's {offset[:3]}:{offset[3:5]} for the whole call;"
            " load its zone tables: mariadb-tzinfo-to-sql /usr/share/zoneinfo | mariadb mysql"
        )


async def _execute(driver: aiomysql.Connection, text: str, values: list[Any] | None = None) -> None:
    async with driver.cursor() as cursor:
        await cursor.execute(text, values)


async def _table(driver: aiomysql.Connection, query: base.Query, writes: bool) -> base.Table:
    bound = sql_binding.bind(query.text, query.parameters, mariadb_values.mark, mariadb_values.escape)
    cursor = await driver.cursor(aiomysql.Cursor if writes else aiomysql.SSCursor)
    await cursor.execute(bound.text, bound.values)  # an empty list of values still makes `%%` one `%`
    rows: list[Any] = []
    if cursor.description:
        rows = list(await cursor.fetchall()) if writes else await _streamed(driver, cursor, query)
    if len(rows) > base.MAX_ROWS:
        raise base.too_many_rows(query)
    columns = [column[0] for column in cursor.description or ()]
    await cursor.close()
    return cells.table(query, columns, rows, cursor.rowcount)


async def _streamed(driver: aiomysql.Connection, cursor: Any, query: base.Query) -> list[Any]:
    """The rows, read piece by piece, so that a query for millions is stopped and does not fill memory."""
    rows: list[Any] = []
    while piece := await cursor.fetchmany(_CHUNK_ROWS):
        rows += piece
        if len(rows) > base.MAX_ROWS:
            driver.close()  # else the rest would have to be read to its end
            raise base.too_many_rows(query)
    return rows


async def _roll_back(driver: aiomysql.Connection) -> None:
    if driver.closed:
        return
    try:
        await driver.rollback()
    except (pymysql.MySQLError, OSError):
        driver.close()  # the server rolls back what it cannot answer for


def _check_comments(query: base.Query) -> None:
    if _RUN_COMMENT.search(query.text):
        raise errors.ToolError(
            errors.INVALID_INPUT, f"{query.path}: MariaDB and MySQL run what stands in a comment /*! ... */; write it without the comment"
        )


def _failure(error: pymysql.MySQLError, query: base.Query, work: base.Work) -> errors.ToolError:
    """What an error of the server or the driver means."""
    number = _number(error)
    if number in _TIMED_OUT:
        return base.timed_out(query, work)
    if number in _BUSY:
        return errors.ToolError(errors.THROTTLED, f"{query.path}: {_words(error)}; others worked on the same rows; nothing was changed")
    if number in _GONE:
        return errors.ToolError(errors.UNREACHABLE, f"the database cannot work now: {_words(error)}; nothing was changed")
    if number in _LOST or not number or isinstance(error, pymysql.InterfaceError):
        return base.lost(_words(error), work.progress)
    unbound = sql_binding.unbound(query.text, query.parameters)
    return errors.ToolError(errors.REJECTED, f"{query.path}: {_words(error)}{unbound}; nothing was changed", {"status": str(number)})


def _number(error: BaseException) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _words(error: BaseException | None) -> str:
    """`Unknown column 'nam' in 'SELECT' (1054)`."""
    if isinstance(error, pymysql.MySQLError) and len(error.args) > 1:
        return f"{str(error.args[1]).splitlines()[0]} ({error.args[0]})"
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
