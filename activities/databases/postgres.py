"""PostgreSQL, for the database transport: one transaction a call, the pipeline's zone, and errors judged by SQLSTATE."""

from __future__ import annotations

from typing import Any, Final

import psycopg
import sqlalchemy
from sqlalchemy import event
from sqlalchemy import exc as sqlalchemy_errors
from sqlalchemy.ext import asyncio as sqlalchemy_asyncio

from activities import sql_binding
from activities.databases import base, cells, postgres_values
from workflows.core import errors

_CONNECT_SECONDS: Final = 10
_POOL_SECONDS: Final = 10
_CHUNK_ROWS: Final = 1_000

_SETTINGS: Final = (
    "SELECT set_config('TimeZone', %s, true), set_config('statement_timeout', %s, true), set_config('IntervalStyle', 'iso_8601', true),"
    " set_config('DateStyle', 'ISO, YMD', true), set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)"
)
_BEGIN_READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"  # all queries of a call see one moment
_BEGIN_WRITE: Final = "BEGIN READ WRITE"

_QUERY_CANCELED: Final = "57014"
_COMPLETION_UNKNOWN: Final = "40003"
#: SQLSTATEs (whole or class) after which nothing was kept and the same call may succeed.
_BUSY: Final = ("40001", "40P01", "55P03")
_GONE: Final = ("08", "53", "57P", "58", "25P03")


class Postgres:
    """One PostgreSQL database."""

    def __init__(self, url: sqlalchemy.URL) -> None:
        # AUTOCOMMIT: BEGIN and COMMIT are ours, so that we know when COMMIT is sent. No server-side prepared statements:
        # they break behind connection poolers and after a change of a table.
        self._engine = sqlalchemy_asyncio.create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_pre_ping=True,
            pool_timeout=_POOL_SECONDS,
            use_native_hstore=False,
            connect_args={
                "connect_timeout": _CONNECT_SECONDS,
                "prepare_threshold": None,
                "application_name": "ordinaut",
                "client_encoding": "utf8",
            },
        )
        event.listen(self._engine.sync_engine, "connect", _connected)

    async def run(self, work: base.Work) -> list[base.Table]:
        """Runs the statements in one transaction.

        Raises:
            ToolError: see `base.Database.run`.
        """
        try:
            async with self._engine.connect() as connection:
                raw = await connection.get_raw_connection()
                driver = raw.driver_connection
                assert isinstance(driver, psycopg.AsyncConnection)
                return await self._transaction(driver, work)
        except sqlalchemy_errors.TimeoutError:
            raise errors.ToolError(errors.UNREACHABLE, "all connections to the database are busy; nothing was done") from None
        except sqlalchemy_errors.DBAPIError as error:  # connecting, the ping, or giving the connection back
            raise base.lost(_first_line(error.orig), work.progress) from None

    async def close(self) -> None:
        """Closes pooled connections."""
        await self._engine.dispose()

    async def _transaction(self, driver: psycopg.AsyncConnection[Any], work: base.Work) -> list[base.Table]:
        query = work.queries[0]
        try:
            await driver.execute(_BEGIN_WRITE if work.writes else _BEGIN_READ)
            await driver.execute(_SETTINGS, (work.zone, f"{max(int(work.statement_seconds() * 1000), 1)}ms"))
            tables = []
            for query in work.queries:
                tables.append(await _table(driver, query, work.writes))
            work.judge(tables)
            work.progress.sent = work.writes
            await driver.execute("COMMIT")
            return tables
        except errors.ToolError as refused:
            await _roll_back(driver)
            raise base.unchanged(refused) from None
        except psycopg.Error as error:
            await _roll_back(driver)
            raise _failure(error, query, work) from None


def _connected(connection: Any, record: Any) -> None:
    postgres_values.register(connection.driver_connection)


async def _table(driver: psycopg.AsyncConnection[Any], query: base.Query, writes: bool) -> base.Table:
    bound = sql_binding.bind(query.text, query.parameters, postgres_values.mark, postgres_values.escape)
    async with driver.cursor() as cursor:
        if writes:
            await cursor.execute(bound.text, bound.values)
            rows = await cursor.fetchall() if cursor.description else []
        else:
            rows = await _streamed(cursor, bound, query)
        columns = [column.name for column in cursor.description or ()]
        if len(rows) > base.MAX_ROWS:
            raise base.too_many_rows(query)
        return cells.table(query, columns, rows, cursor.rowcount)


async def _streamed(cursor: psycopg.AsyncCursor[Any], bound: sql_binding.Bound, query: base.Query) -> list[Any]:
    """The rows, read piece by piece, so that a query for millions is stopped and does not fill memory."""
    rows: list[Any] = []
    size = _CHUNK_ROWS if psycopg.capabilities.has_stream_chunked() else 1
    stream = cursor.stream(bound.text, bound.values, size=size)
    try:
        async for row in stream:
            rows.append(row)
            if len(rows) > base.MAX_ROWS:
                raise base.too_many_rows(query)
    finally:
        await stream.aclose()  # type: ignore[attr-defined]
    return rows


async def _roll_back(driver: psycopg.AsyncConnection[Any]) -> None:
    try:
        await driver.rollback()
    except psycopg.Error:
        await driver.close()  # the server rolls back what it cannot answer for


def _failure(error: psycopg.Error, query: base.Query, work: base.Work) -> errors.ToolError:
    """What an error of the server or the driver means. With an SQLSTATE the server says that the transaction was rolled back."""
    state = error.sqlstate or ""
    if state == _QUERY_CANCELED:
        return base.timed_out(query, work)
    if state.startswith(_BUSY):
        return errors.ToolError(
            errors.THROTTLED, f"{query.path}: {_first_line(error)}; others worked on the same rows; nothing was changed"
        )
    if state.startswith(_GONE):
        return errors.ToolError(errors.UNREACHABLE, f"the database cannot work now: {_first_line(error)} ({state}); nothing was changed")
    if state == _COMPLETION_UNKNOWN or (not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)):
        return base.lost(_first_line(error), work.progress)
    return errors.ToolError(errors.REJECTED, _explained(error, query), {"status": state} if state else {})


def _explained(error: psycopg.Error, query: base.Query) -> str:
    """The server's message with the place in the statement: `with.query: line 1, column 8: column "nam" does not exist (42703); hint`."""
    diagnosis = error.diag
    place = None
    if diagnosis.statement_position:
        place = sql_binding.place(query.text, query.parameters, int(diagnosis.statement_position))
    where = f"line {place[0]}, column {place[1]}: " if place else ""
    state = f" ({error.sqlstate})" if error.sqlstate else ""
    more = [text for text in (diagnosis.message_detail, diagnosis.message_hint) if text]
    said = (
        f"{query.path}: {where}{diagnosis.message_primary or _first_line(error)}{state}{sql_binding.unbound(query.text, query.parameters)}"
    )
    return "; ".join([said, *more, "nothing was changed"])


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
