"""MariaDB alone: exact values, the pipeline's zone, each class of its errors, and connections that break at the worst moment."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import Any

import pymysql
import pytest
from temporalio import exceptions

from activities.databases import base, mariadb
from activities.transports import base as transports
from tests import breaking, calls, mariadb_server
from workflows.core import errors

TOOL = calls.tool("database", "database.query", allow_writes=True)
PREFIX = "step pay: database.query, attempt 1: "


@pytest.fixture
def url(mariadb_url: str) -> str:
    with mariadb_server.connected(mariadb_url) as cursor:
        cursor.execute("DROP TABLE IF EXISTS refunds, payments")
        cursor.execute(
            "CREATE TABLE payments (id int PRIMARY KEY, amount decimal(14, 2) NOT NULL, paid timestamp NULL, note varchar(40),"
            " data json, done tinyint(1)) ENGINE=InnoDB"
        )
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute("INSERT INTO payments VALUES (1, 10.50, '2026-11-23 16:00:00', 'one', '{}', 0), (2, 20, NULL, NULL, NULL, NULL)")
    return mariadb_url


def query(url: str, text: str, **more: Any) -> Any:
    zone = more.pop("zone", "Europe/Chisinau")
    return calls.output(TOOL, {"query": text, **more}, variables={"ORDINAUT_DATABASE_URL": url}, zone=zone)


def failed(url: str, text: str, effect: str = "unsafe", **more: Any) -> exceptions.ApplicationError:
    return calls.failed(TOOL, {"query": text, **more}, effect, variables={"ORDINAUT_DATABASE_URL": url}, zone="UTC")


def ids(url: str) -> list[int]:
    with mariadb_server.connected(url) as cursor:
        cursor.execute("SELECT id FROM payments ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CAST(1234.50 AS DECIMAL(14,2))", Decimal("1234.50")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("CAST('12345678901234567890123456789.123456789' AS DECIMAL(38,9))", Decimal("12345678901234567890123456789.123456789")),
        ("0.1e0", Decimal("0.1")),
        ("9223372036854775807", 9223372036854775807),
        ("CAST(18446744073709551615 AS UNSIGNED)", 18446744073709551615),
        ("1 = 1", 1),
        ("NULL", None),
        ("'ș'", "ș"),
        (r"'back\slash'", r"back\slash"),
        ("DATE '2026-10-31'", "2026-10-31"),
        ("TIMESTAMP '2026-10-31 12:30:00'", "2026-10-31T12:30:00"),
        ("TIMESTAMP '2026-10-31 12:30:00.5'", "2026-10-31T12:30:00.500000"),
        ("TIME '12:30:00'", "12:30:00"),
        ("TIME '-123:30:00'", "-123:30:00"),
        ("X'00FF'", "AP8="),
        ("b'101' + 0", 5),
        ("""'{"b": 1.10}'""", '{"b": 1.10}'),  # MariaDB's JSON is text
    ],
)
def test_values_are_exact_json(url: str, expression: str, value: Any) -> None:
    found = query(url, f"SELECT {expression} AS x")["rows"][0]["x"]
    assert found == value
    assert type(found) is type(value) and str(found) == str(value)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Europe/Chisinau", "2026-11-23T18:00:00"), ("UTC", "2026-11-23T16:00:00"), ("America/New_York", "2026-11-23T11:00:00")],
)
def test_the_session_has_the_pipelines_zone(url: str, zone: str, expected: str) -> None:
    assert query(url, "SELECT paid FROM payments WHERE id = 1", zone=zone)["rows"] == [{"paid": expected}]


async def test_a_zone_that_the_server_does_not_know_is_its_offset_of_today_with_a_warning(url: str) -> None:
    made = calls.activities_of(TOOL, {"ORDINAUT_DATABASE_URL": url})
    given = calls.given(TOOL, {"query": "SELECT @@time_zone AS zone"}, zone="Asia/Kolkata")  # not loaded by tests/mariadb_server.py
    found = await calls.environment().run(made.call_tool, given)
    given = calls.given(TOOL, {"query": "SELECT @@time_zone AS zone"}, zone="UTC")
    after = await calls.environment().run(made.call_tool, given)
    await made.close()
    assert found["output"]["rows"] == [{"zone": "+05:30"}]
    assert found["warnings"] == [
        "the server does not know the zone Asia/Kolkata, so its clock was set to today's +05:30 for the whole call;"
        " load its zone tables: mariadb-tzinfo-to-sql /usr/share/zoneinfo | mariadb mysql"
    ]
    assert after["output"]["rows"] == [{"zone": "+00:00"}] and "warnings" not in after


def test_values_are_bound_never_read_as_sql(url: str) -> None:
    nasty = "x', 1); DROP TABLE payments; -- \\' \" %s :p1"
    query(url, "INSERT INTO payments (id, amount, note) VALUES (:p1, :p2, :p3)", parameters={"p1": 7, "p2": "1234.50", "p3": nasty[:40]})
    found = query(url, "SELECT amount, note, :p1 AS given FROM payments WHERE note = :p1", parameters={"p1": nasty[:40]})
    assert found["rows"] == [{"amount": Decimal("1234.50"), "note": nasty[:40], "given": nasty[:40]}]
    assert ids(url) == [1, 2, 7]


def test_objects_are_bound_as_json_text(url: str) -> None:
    query(url, "UPDATE payments SET data = :p1 WHERE id = 1", parameters={"p1": {"a": [Decimal("1.10"), None]}})
    assert query(url, "SELECT JSON_EXTRACT(data, '$.a[0]') AS a FROM payments WHERE id = 1")["rows"] == [{"a": "1.10"}]


def test_marks_stand_beside_percents_and_quoted_names(url: str) -> None:
    found = query(url, 'SELECT 7 % :p1 AS m, \'10%\' AS "t", note AS `n` FROM payments WHERE "id" = :p2', parameters={"p1": 4, "p2": 1})
    assert found["rows"] == [{"m": 3, "t": "10%", "n": "one"}]


def test_a_write_tells_how_many_rows_it_found(url: str) -> None:
    assert query(url, "UPDATE payments SET note = 'same'")["count"] == 2
    assert query(url, "UPDATE payments SET note = 'same'")["count"] == 2  # found, though nothing is new
    assert query(url, "INSERT INTO payments (id, amount) VALUES (3, 1) RETURNING id, amount")["rows"] == [
        {"id": 3, "amount": Decimal("1.00")}
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT amont FROM payments WHERE id = :p1", "with.query: Unknown column 'amont' in 'SELECT' (1054); nothing was changed"),
        (
            "INSERT INTO payments (id, amount) VALUES (:p1, 5)",
            "with.query: Duplicate entry '1' for key 'PRIMARY' (1062); nothing was changed",
        ),
        (
            "INSERT INTO payments (id, amount) VALUES (9, 1 / (:p1 - 1))",
            "with.query: Division by 0 (1365); nothing was changed",
        ),
        (
            "UPDATE payments SET note = REPEAT('x', 41) WHERE id = :p1",
            "with.query: Data too long for column 'note' at row 1 (1406); nothing was changed",
        ),
        ("SELECT :p1 + :p2", "with.query: You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server"),
    ],
    ids=["column", "duplicate", "division", "too long", "no value"],
)
def test_what_the_server_refuses(url: str, text: str, message: str) -> None:
    error = failed(url, text, parameters={"p1": 1})
    assert (error.type, error.non_retryable) == ("rejected by the vendor", True)
    assert error.message.startswith(PREFIX + message)
    assert ":p2" in error.message or ":p2" not in text
    assert ids(url) == [1, 2]


def test_a_function_that_writes_cannot_do_so_in_a_read(url: str) -> None:
    with mariadb_server.connected(url) as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS pay")
        cursor.execute("CREATE FUNCTION pay() RETURNS int BEGIN INSERT INTO payments (id, amount) VALUES (99, 1); RETURN 1; END")
    error = failed(url, "SELECT pay()")
    assert (error.type, error.message) == (
        "rejected by the vendor",
        f"{PREFIX}with.query: Cannot execute statement in a READ ONLY transaction (1792); nothing was changed{calls.REFUSED}",
    )
    assert ids(url) == [1, 2]


def test_a_comment_that_would_run_is_refused(url: str) -> None:
    error = failed(url, "SELECT 1 /*! INTO OUTFILE '/tmp/x' */")
    assert (error.type, error.message) == (
        "invalid input",
        f"{PREFIX}with.query: MariaDB and MySQL run what stands in a comment /*! ... */; write it without the comment",
    )


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (1205, errors.THROTTLED),
        (1213, errors.THROTTLED),
        (1040, errors.UNREACHABLE),
        (1053, errors.UNREACHABLE),
        (2013, errors.UNREACHABLE),
        (1927, errors.UNREACHABLE),
        (1142, errors.REJECTED),
        (1644, errors.REJECTED),
    ],
)
def test_each_class_of_numbers(number: int, kind: str) -> None:
    work = base.Work((base.Query("UPDATE t SET a = 1", {}),), True, 10, "UTC", transports.Progress(), lambda tables: None)
    found = mariadb._failure(pymysql.OperationalError(number, "planned"), work.queries[0], work)
    assert (found.kind, f"planned ({number})" in found.message, "nothing was changed" in found.message) == (kind, True, True)


def test_a_write_that_waits_for_a_lock_is_stopped_and_rolled_back(url: str) -> None:
    with mariadb_server.connected(url) as other:
        other.execute("BEGIN")
        other.execute("UPDATE payments SET amount = 1 WHERE id = 2")
        error = failed(url, "UPDATE payments SET amount = 5", timeout=1)
    assert (error.type, error.non_retryable) == ("rejected by the vendor", True)
    assert "the database stopped the statement after 0.9 s; nothing was changed" in error.message


@pytest.mark.parametrize(
    ("word", "forward", "kind", "again", "after"),
    [
        pytest.param(b"\x03COMMIT", True, "unknown outcome", False, [1, 2, 60], id="commit-arrived-answer-lost"),
        pytest.param(b"\x03COMMIT", False, "unknown outcome", False, [1, 2], id="commit-lost"),
        pytest.param(b"INSERT", True, "unreachable", True, [1, 2], id="before-commit"),
    ],
)
def test_a_connection_that_breaks(url: str, word: bytes, forward: bool, kind: str, again: bool, after: list[int]) -> None:
    async def run() -> exceptions.ApplicationError:
        async with breaking.connection(url, word, forward) as cut:
            used = {"ORDINAUT_DATABASE_URL": cut}
            return await calls.failure(TOOL, {"query": "INSERT INTO payments (id, amount) VALUES (60, 1)"}, "unsafe", variables=used)

    error = asyncio.run(run())
    assert (error.type, not error.non_retryable) == (kind, again)
    assert ids(url) == after


async def test_a_cancelled_call_frees_the_connection_and_keeps_nothing(url: str) -> None:
    made = calls.activities_of(TOOL, {"ORDINAUT_DATABASE_URL": url})
    surroundings = calls.environment()
    text = "INSERT INTO payments (id, amount) SELECT 70, SLEEP(20)"
    call = asyncio.create_task(surroundings.run(made.call_tool, calls.given(TOOL, {"query": text}, "unsafe")))
    await _until_sleeping(url)
    started = time.monotonic()
    surroundings.cancel()
    result = (await asyncio.gather(call, return_exceptions=True))[0]
    after = await calls.environment().run(made.call_tool, calls.given(TOOL, {"query": "SELECT 1 AS one"}, "safe"))
    await made.close()
    assert time.monotonic() - started < 5
    assert isinstance(result, asyncio.CancelledError) and after["output"]["rows"] == [{"one": 1}]
    assert ids(url) == [1, 2]


async def _until_sleeping(url: str) -> None:
    for _ in range(200):
        with mariadb_server.connected(url) as cursor:
            cursor.execute("SELECT 1 FROM information_schema.processlist WHERE info LIKE '%SLEEP(20)%' AND id <> CONNECTION_ID()")
            if cursor.fetchone():
                return
        await asyncio.sleep(0.02)
    raise AssertionError("no session sleeps")


def test_named_queries_see_one_moment(url: str) -> None:
    queries = [{"name": name, "query": "SELECT MIN(amount) AS least, CONNECTION_ID() AS id FROM payments"} for name in "ab"]
    found = calls.output(TOOL, {"queries": queries}, variables={"ORDINAUT_DATABASE_URL": url})
    assert found["a"] == found["b"] and found["a"]["least"] == Decimal("10.50")


def test_a_query_for_millions_is_stopped_early(url: str) -> None:
    started = time.monotonic()
    error = failed(url, "SELECT seq FROM seq_1_to_100000000")
    assert error.type == "bad output" and "MAX_ROWS" in error.message
    assert time.monotonic() - started < 10


def test_a_wrong_password_is_told_without_it(url: str) -> None:
    error = failed(url.replace("app-pa55", "wr0ng-pa55"), "SELECT 1")
    assert error.type == "unreachable"
    assert "Access denied for user 'app'@'localhost'" in error.message or "Access denied for user 'app'@'127.0.0.1'" in error.message
    assert "wr0ng-pa55" not in error.message
