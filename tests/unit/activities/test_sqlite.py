"""SQLite alone: decimals without an exact type, a clock without zones, locks."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from activities.databases import base, sqlite
from activities.transports import base as transports
from tests import calls
from workflows.core import errors

TOOL = calls.tool("database", "database.query", allow_writes=True)
PREFIX = "step pay: database.query, attempt 1: "


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sample.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE money (id INTEGER PRIMARY KEY, exact TEXT, number NUMERIC, approximate REAL, data BLOB)")
        connection.execute("INSERT INTO money VALUES (1, '1234.50', 1234.5, 0.1, x'00ff')")
    return path


def query(file: Path, text: str, zone: str = "UTC", **more: Any) -> Any:
    return asyncio.run(calls.call(TOOL, {"query": text, **more}, variables={"ORDINAUT_DATABASE_URL": f"sqlite:///{file}"}, zone=zone))


def failed(file: Path, text: str, **more: Any) -> Any:
    return calls.failed(TOOL, {"query": text, **more}, "unsafe", variables={"ORDINAUT_DATABASE_URL": f"sqlite:///{file}"})


def test_values(file: Path) -> None:
    row = query(file, "SELECT exact, number, approximate, data, NULL AS missing FROM money")["output"]["rows"][0]
    assert row == {"exact": "1234.50", "number": Decimal("1234.5"), "approximate": Decimal("0.1"), "data": "AP8=", "missing": None}


def test_a_stored_decimal_keeps_its_digits_in_a_text_column(file: Path) -> None:
    query(file, "INSERT INTO money (id, exact, number) VALUES (2, :p1, :p1)", parameters={"p1": Decimal("123.10")})
    query(file, "UPDATE money SET exact = :p1 WHERE number = :p2", parameters={"p1": Decimal("0.50"), "p2": Decimal("1234.50")})
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT exact, typeof(exact) FROM money ORDER BY id").fetchall() == [
            ("0.50", "text"),
            ("123.10", "text"),
        ]
        assert connection.execute("SELECT typeof(number) FROM money WHERE id = 2").fetchone() == ("real",)


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param("exact = :p1", id="text-column"),
        pytest.param("number = :p1", id="numeric-column"),
        pytest.param("exact + 0 = :p1", id="expression"),
        pytest.param("(SELECT sum(exact) FROM money) <= :p1", id="sum"),
        pytest.param("number BETWEEN :p1 AND :p1", id="between"),
    ],
)
def test_a_compared_decimal_is_a_number(file: Path, condition: str) -> None:
    assert query(file, f"SELECT id FROM money WHERE {condition}", parameters={"p1": Decimal("1234.500")})["output"]["count"] == 1


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        pytest.param(True, (1, "integer"), id="true"),
        pytest.param(9223372036854775807, (9223372036854775807, "integer"), id="largest-integer"),
        pytest.param([1, Decimal("1.50")], ("[1,1.50]", "text"), id="list"),
        pytest.param({"ă": None}, ('{"ă":null}', "text"), id="object"),
        pytest.param(None, (None, "null"), id="null"),
    ],
)
def test_how_values_are_bound(file: Path, value: Any, stored: tuple[Any, str]) -> None:
    query(file, "UPDATE money SET data = :p1", parameters={"p1": value})
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT data, typeof(data) FROM money").fetchone() == stored


def test_an_integer_beyond_64_bits_is_told(file: Path) -> None:
    error = failed(file, "SELECT :p1 AS n", parameters={"p1": 2**63})
    assert (error.type, error.message) == (
        "invalid input",
        f"{PREFIX}with.parameters: 9223372036854775808 does not fit into the 64 bits of an SQLite integer; give it as text",
    )


def test_what_was_taken_for_a_read_cannot_write(file: Path) -> None:
    async def run(text: str, writes: bool) -> Any:
        database = sqlite.Sqlite(sqlalchemy.make_url(f"sqlite+aiosqlite:///{file}"))
        work = base.Work((base.Query(text, {}),), writes, 5.0, "UTC", transports.Progress(), lambda tables: None)
        try:
            return await database.run(work)
        finally:
            await database.close()

    with pytest.raises(errors.ToolError) as caught:
        asyncio.run(run("DELETE FROM money", writes=False))
    assert caught.value.kind == "rejected by the vendor"
    assert caught.value.message == "with.query: attempt to write a readonly database; nothing was changed"


def test_a_connection_that_read_may_write_afterwards(file: Path) -> None:
    async def run() -> Any:
        made = calls.activities_of(TOOL, {"ORDINAUT_DATABASE_URL": f"sqlite:///{file}"})
        await calls.environment().run(made.call_tool, calls.given(TOOL, {"query": "SELECT 1 AS a"}))
        written = await calls.environment().run(made.call_tool, calls.given(TOOL, {"query": "DELETE FROM money"}))
        await made.close()
        return written

    assert asyncio.run(run()) == {"output": {"rows": [], "count": 1}}


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        pytest.param("SELECT CURRENT_DATE AS d", True, id="current-date"),
        pytest.param("SELECT date('now') AS d", True, id="now-as-text"),
        pytest.param("SELECT NOW() AS d", True, id="now-as-function"),
        pytest.param("SELECT id AS d FROM money", False, id="no-clock"),
    ],
)
def test_its_clock_is_utc_and_that_is_said(file: Path, text: str, warned: bool) -> None:
    warning = "with.query: SQLite's clock is UTC, not Europe/Chisinau; bind a date word such as {{today}} in its place"
    assert query(file, text, zone="Europe/Chisinau").get("warnings", []) == ([warning] if warned else [])
    assert "warnings" not in query(file, text, zone="UTC")


def test_a_locked_database_may_be_tried_again(file: Path) -> None:
    with sqlite3.connect(file) as other:
        other.execute("BEGIN IMMEDIATE")
        error = failed(file, "UPDATE money SET number = 1", timeout=Decimal("0.5"))
    assert (error.type, error.non_retryable) == ("unreachable", False)
    assert (
        error.message
        == f"{PREFIX}the database is locked by another program (database is locked); nothing was changed; it may be sent again"
    )


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not a database " * 100)
    error = failed(tmp_path / "x.db", "SELECT 1 FROM money")
    assert (error.type, error.message) == (
        "rejected by the vendor",
        f"{PREFIX}with.query: file is not a database; nothing was changed{calls.REFUSED}",
    )


def test_no_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    assert failed(tmp_path / "typo.db", "SELECT 1").type == "unreachable"
    assert not (tmp_path / "typo.db").exists()


def test_a_cancelled_call_stops_the_statement_and_frees_the_connection(file: Path) -> None:
    async def run() -> tuple[Any, Any, float]:
        made = calls.activities_of(TOOL, {"ORDINAUT_DATABASE_URL": f"sqlite:///{file}"})
        surroundings = calls.environment()
        text = "INSERT INTO money (id) WITH RECURSIVE t(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t"
        call = asyncio.create_task(surroundings.run(made.call_tool, calls.given(TOOL, {"query": text}, "unsafe")))
        await asyncio.sleep(0.3)
        started = time.monotonic()
        surroundings.cancel()
        result = (await asyncio.gather(call, return_exceptions=True))[0]
        after = await calls.environment().run(made.call_tool, calls.given(TOOL, {"query": "SELECT count(*) AS n FROM money"}, "safe"))
        await made.close()
        return result, after["output"]["rows"], time.monotonic() - started

    result, rows, seconds = asyncio.run(run())
    assert isinstance(result, asyncio.CancelledError) and rows == [{"n": 1}]
    assert seconds < 5
