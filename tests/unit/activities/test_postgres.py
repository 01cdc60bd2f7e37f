"""PostgreSQL alone: exact values, the pipeline's zone, every class of SQLSTATE, and connections cut at the worst moment."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from temporalio import exceptions

from tests import breaking, calls

TOOL = calls.tool("database", "database.query", allow_writes=True)
PREFIX = "step pay: database.query, attempt 1: "


@pytest.fixture
def url(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        server.execute(
            "CREATE TABLE payments (id int PRIMARY KEY, amount numeric(14, 2) NOT NULL, paid timestamptz, note text, data jsonb)"
        )
        server.execute("INSERT INTO payments VALUES (1, 10.50, '2026-11-23 18:00+02', 'one', '{}'), (2, 20, NULL, NULL, NULL)")
        server.execute(
            "CREATE FUNCTION fail(code text) RETURNS int LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'planned' USING ERRCODE = code, DETAIL = 'a detail', HINT = 'a hint'; END $$"
        )
        server.execute("CREATE FUNCTION pay() RETURNS int LANGUAGE sql AS $$ INSERT INTO payments VALUES (99, 1) RETURNING id $$")
    return postgres_url


def query(url: str, text: str, **more: Any) -> Any:
    zone = more.pop("zone", "Europe/Chisinau")
    return calls.output(TOOL, {"query": text, **more}, variables={"ORDINAUT_DATABASE_URL": url}, zone=zone)


def failed(url: str, text: str, effect: str = "unsafe", **more: Any) -> exceptions.ApplicationError:
    return calls.failed(TOOL, {"query": text, **more}, effect, variables={"ORDINAUT_DATABASE_URL": url}, zone="UTC")


def ids(url: str) -> list[int]:
    with psycopg.connect(url) as server:
        return [row[0] for row in server.execute("SELECT id FROM payments ORDER BY id").fetchall()]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1234.50::numeric", Decimal("1234.50")),
        ("0.1::numeric + 0.2::numeric", Decimal("0.3")),
        ("123456789012345678901234567890.123456789::numeric", Decimal("123456789012345678901234567890.123456789")),
        ("0.1::float8", Decimal("0.1")),
        ("1.5::float4", Decimal("1.5")),
        ("9223372036854775807::bigint", 9223372036854775807),
        ("true", True),
        ("NULL::int", None),
        ("'ș'::text", "ș"),
        ("'x '::char(3)", "x  "),
        ("date '2026-10-31'", "2026-10-31"),
        ("date '0044-03-15 BC'", "0044-03-15 BC"),
        ("date 'infinity'", "infinity"),
        ("timestamp '2026-10-31 12:30'", "2026-10-31T12:30:00"),
        ("timestamptz '2026-10-31 12:30+00'", "2026-10-31T14:30:00+02:00"),
        ("timestamptz '2026-07-31 12:30:00.5+00'", "2026-07-31T15:30:00.500000+03:00"),
        ("timestamptz '-infinity'", "-infinity"),
        ("time '12:30'", "12:30:00"),
        ("timetz '12:30+05:30'", "12:30:00+05:30"),
        ("interval '1 month 2 days 3 hours'", "P1M2DT3H"),
        ("interval '0'", "PT0S"),
        ("uuid '123e4567-e89b-12d3-a456-426614174000'", "123e4567-e89b-12d3-a456-426614174000"),
        ("'\\x00ff'::bytea", "AP8="),
        ('\'{"b": 1.10, "a": [1, null]}\'::json', {"b": Decimal("1.10"), "a": [1, None]}),
        ("ARRAY[1.50, NULL, 2]::numeric[]", [Decimal("1.50"), None, Decimal("2")]),
        ("ARRAY[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("ARRAY[date '2026-10-31']", ["2026-10-31"]),
        ("int4range(1, 5)", "[1,5)"),
        ("inet '10.0.0.1/8'", "10.0.0.1/8"),
        ("'<a/>'::xml", "<a/>"),
    ],
)
def test_values_are_exact_json(url: str, expression: str, value: Any) -> None:
    found = query(url, f"SELECT {expression} AS x")["rows"][0]["x"]
    assert found == value
    assert type(found) is type(value) and str(found) == str(value)


@pytest.mark.parametrize(
    ("expression", "found"),
    [("'NaN'::numeric", "NaN"), ("'Infinity'::float8", "Infinity"), ("'-Infinity'::numeric", "-Infinity"), ("ARRAY['NaN'::float8]", "NaN")],
)
def test_numbers_that_json_does_not_know(url: str, expression: str, found: str) -> None:
    error = failed(url, f"SELECT 1 AS a, {expression} AS rate")
    assert (error.type, error.message) == (
        "bad output",
        f'{PREFIX}with.query: column "rate" of row 1 holds {found}, which JSON does not know; use NULLIF or CASE in the statement{calls.UNCHANGED}',
    )


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Europe/Chisinau", "2026-11-23T18:00:00+02:00"), ("UTC", "2026-11-23T16:00:00+00:00"), ("Asia/Kolkata", "2026-11-23T21:30:00+05:30")],
)
def test_the_session_has_the_pipelines_zone(url: str, zone: str, expected: str) -> None:
    assert query(url, "SELECT paid FROM payments WHERE id = 1", zone=zone)["rows"] == [{"paid": expected}]


def test_a_zone_does_not_stay_in_the_pooled_connection(url: str) -> None:
    async def run() -> list[Any]:
        made = calls.activities_of(TOOL, {"ORDINAUT_DATABASE_URL": url})
        found = []
        for more in ({"zone": "Asia/Tokyo"}, {}):
            given = calls.given(TOOL, {"query": "SELECT current_setting('TimeZone') AS zone, pg_backend_pid() AS pid"}, **more)
            found.append((await calls.environment().run(made.call_tool, given))["output"]["rows"][0])
        await made.close()
        return found

    first, second = asyncio.run(run())
    assert first["pid"] == second["pid"]
    assert (first["zone"], second["zone"]) == ("Asia/Tokyo", "UTC")


def test_texts_become_what_the_column_wants(url: str) -> None:
    parameters = {"p1": 7, "p2": "1234.50", "p3": "2026-11-23T18:00:00+02:00", "p4": 5, "p5": {"a": [Decimal("1.10")]}}
    query(url, "INSERT INTO payments VALUES (:p1, :p2, :p3, :p4, :p5)", parameters=parameters)
    assert query(url, "SELECT amount, paid, note, data FROM payments WHERE id = :p1", parameters={"p1": "7"})["rows"] == [
        {"amount": Decimal("1234.50"), "paid": "2026-11-23T18:00:00+02:00", "note": "5", "data": {"a": [Decimal("1.10")]}}
    ]


def test_marks_stand_beside_casts_percents_and_operators(url: str) -> None:
    text = "SELECT :p1::date - 1 AS d, 7 % :p2 AS m, '{\"k\": 1}'::jsonb ? :p3 AS has, '10%' AS t"
    found = query(url, text, parameters={"p1": "2026-11-01", "p2": 4, "p3": "k"})
    assert found["rows"] == [{"d": "2026-10-31", "m": 3, "has": True, "t": "10%"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "SELECT id,\n       amont FROM payments WHERE id = :p1",
            'with.query: line 2, column 8: column "amont" does not exist (42703);'
            ' Perhaps you meant to reference the column "payments.amount".; nothing was changed',
            id="place-and-hint",
        ),
        pytest.param(
            "SELECT :p1 FRM payments WHERE x",
            'with.query: line 1, column 16: syntax error at or near "payments" (42601); nothing was changed',
            id="place-after-a-parameter",
        ),
        pytest.param(
            "INSERT INTO payments VALUES (:p1, 5)",
            'with.query: duplicate key value violates unique constraint "payments_pkey" (23505); Key (id)=(1) already exists.;'
            " nothing was changed",
            id="constraint",
        ),
        pytest.param(
            "SELECT pay() WHERE 1 = :p1",
            "with.query: cannot execute INSERT in a read-only transaction (25006); nothing was changed",
            id="a-function-that-writes",
        ),
        pytest.param(
            "SELECT id FROM payments WHERE id = :p1 FOR UPDATE",
            "with.query: cannot execute SELECT FOR UPDATE in a read-only transaction (25006); nothing was changed",
            id="row-locks",
        ),
    ],
)
def test_what_the_server_refuses(url: str, text: str, message: str) -> None:
    error = failed(url, text, parameters={"p1": 1})
    assert (error.type, error.non_retryable) == ("rejected by the vendor", True)
    assert error.message == PREFIX + message + calls.REFUSED
    assert ids(url) == [1, 2]


def test_a_read_cannot_switch_its_transaction_to_writing(url: str) -> None:
    error = failed(url, "SELECT set_config('transaction_read_only', 'off', true), pay()")
    assert error.type == "rejected by the vendor"
    assert ids(url) == [1, 2]


@pytest.mark.parametrize(
    ("code", "kind", "again"),
    [
        pytest.param("40001", "throttled", True, id="serialization-failure"),
        pytest.param("40P01", "throttled", True, id="deadlock"),
        pytest.param("55P03", "throttled", True, id="lock-not-available"),
        pytest.param("53300", "unreachable", True, id="too-many-connections"),
        pytest.param("57P01", "unreachable", True, id="admin-shutdown"),
        pytest.param("57P03", "unreachable", True, id="starting-up"),
        pytest.param("08006", "unreachable", True, id="connection-failure"),
        pytest.param("40003", "unreachable", True, id="completion-unknown-before-commit"),
        pytest.param("22012", "rejected by the vendor", False, id="division-by-zero"),
        pytest.param("42501", "rejected by the vendor", False, id="no-permission"),
        pytest.param("P0001", "rejected by the vendor", False, id="raised-by-a-function"),
    ],
)
def test_each_class_of_sqlstate_of_a_write(url: str, code: str, kind: str, again: bool) -> None:
    error = failed(url, f"UPDATE payments SET id = fail('{code}')")
    assert (error.type, not error.non_retryable) == (kind, again)
    assert "planned" in error.message and "nothing was changed" in error.message


def test_a_write_that_waits_for_a_lock_is_stopped_and_rolled_back(url: str) -> None:
    with psycopg.connect(url) as other:
        other.execute("UPDATE payments SET amount = 1 WHERE id = 2")
        error = failed(url, "UPDATE payments SET amount = 5", timeout=1)
    assert (error.type, error.non_retryable) == ("rejected by the vendor", True)
    assert "the database stopped the statement after 0.9 s; nothing was changed" in error.message


def test_a_session_that_is_ended_before_commit_changed_nothing(url: str) -> None:
    async def run() -> exceptions.ApplicationError:
        text = "WITH w AS (INSERT INTO payments VALUES (50, 1) RETURNING 1) SELECT pg_sleep(20) FROM w"
        call = asyncio.create_task(calls.failure(TOOL, {"query": text}, "unsafe", variables={"ORDINAUT_DATABASE_URL": url}))
        await _until_sleeping(url)
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()"
            )
        return await call

    error = asyncio.run(run())
    assert (error.type, error.non_retryable) == ("unreachable", False)
    assert ids(url) == [1, 2]


async def _until_sleeping(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as server:
        for _ in range(200):
            rows = await server.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
            if await rows.fetchone():
                return
            await asyncio.sleep(0.02)
    raise AssertionError("no session sleeps")


@pytest.mark.parametrize(
    ("word", "forward", "kind", "again", "after"),
    [
        pytest.param(b"COMMIT", True, "unknown outcome", False, [1, 2, 60], id="commit-arrived-answer-lost"),
        pytest.param(b"COMMIT", False, "unknown outcome", False, [1, 2], id="commit-lost"),
        pytest.param(b"INSERT", True, "unreachable", True, [1, 2], id="before-commit"),
    ],
)
def test_a_connection_that_breaks(url: str, word: bytes, forward: bool, kind: str, again: bool, after: list[int]) -> None:
    async def run() -> exceptions.ApplicationError:
        async with breaking.connection(url, word, forward) as cut:
            used = {"ORDINAUT_DATABASE_URL": cut}
            return await calls.failure(TOOL, {"query": "INSERT INTO payments VALUES (60, 1)"}, "unsafe", variables=used)

    error = asyncio.run(run())
    assert (error.type, not error.non_retryable) == (kind, again)
    assert ids(url) == after


def test_a_constraint_that_is_checked_at_commit_is_a_clear_answer(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("CREATE TABLE refunds (payment int REFERENCES payments DEFERRABLE INITIALLY DEFERRED)")
    error = failed(url, "INSERT INTO refunds VALUES (77)")
    assert (error.type, error.non_retryable) == ("rejected by the vendor", True)
    assert "violates foreign key constraint" in error.message and error.message.endswith("nothing was changed" + calls.REFUSED)


def test_a_cancelled_call_stops_the_server_too_and_frees_the_connection(url: str) -> None:
    async def run() -> tuple[bool, Any]:
        made = calls.activities_of(TOOL, {"ORDINAUT_DATABASE_URL": url})
        surroundings = calls.environment()
        text = "WITH w AS (INSERT INTO payments VALUES (70, 1) RETURNING 1) SELECT pg_sleep(20) FROM w"
        call = asyncio.create_task(surroundings.run(made.call_tool, calls.given(TOOL, {"query": text}, "unsafe")))
        await _until_sleeping(url)
        started = time.monotonic()
        surroundings.cancel()
        result = (await asyncio.gather(call, return_exceptions=True))[0]
        after = await calls.environment().run(made.call_tool, calls.given(TOOL, {"query": "SELECT 1 AS one"}, "safe"))
        await made.close()
        assert time.monotonic() - started < 5
        return isinstance(result, asyncio.CancelledError), after["output"]["rows"]

    assert asyncio.run(run()) == (True, [{"one": 1}])
    assert ids(url) == [1, 2]
    with psycopg.connect(url) as server:
        row = server.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchone()
        assert row is not None and row[0] == 0


def test_named_queries_see_one_moment(url: str) -> None:
    queries = [
        {"name": "a", "query": "SELECT pg_current_snapshot()::text AS s"},
        {"name": "b", "query": "SELECT pg_current_snapshot()::text AS s"},
    ]
    found = calls.output(TOOL, {"queries": queries}, variables={"ORDINAUT_DATABASE_URL": url})
    assert found["a"] == found["b"]


def test_a_query_for_millions_is_stopped_early(url: str) -> None:
    started = time.monotonic()
    error = failed(url, "SELECT generate_series(1, 100000000) AS n")
    assert error.type == "bad output" and "MAX_ROWS" in error.message
    assert time.monotonic() - started < 10
