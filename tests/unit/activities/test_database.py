"""What holds for every database: which statements run, what their output looks like, what is refused before anything is sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import calls, servers
from workflows.core import errors

TABLES = (
    "CREATE TABLE employees (id INTEGER PRIMARY KEY, name TEXT NOT NULL, salary NUMERIC(12, 2), hired DATE)",
    "INSERT INTO employees VALUES (1, 'Ana', 100, '2026-01-31'), (2, 'Ion', 200, '2026-11-01'), (3, 'O''Hara', NULL, NULL)",
)

Database = Callable[..., Any]
READ_ONLY = calls.tool("database", "database.query")
WRITING = calls.tool("database", "database.query", allow_writes=True)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind with a few employees."""
    if request.param == "sqlite":
        with sqlite3.connect(tmp_path / "sample.db") as connection:
            for statement in TABLES:
                connection.execute(statement)
        return f"sqlite:///{tmp_path / 'sample.db'}"
    found: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(found, autocommit=True) as server:
        server.execute("DROP TABLE IF EXISTS employees")
        for statement in TABLES:
            server.execute(statement)
    return found


def query(url: str, text: str, used: Any = WRITING, **more: Any) -> Any:
    return calls.output(used, {"query": text, **more}, variables={"ORDINAUT_DATABASE_URL": url})


def failed(url: str, arguments: dict[str, Any], used: Any = WRITING, effect: str = "unsafe", **more: Any) -> Any:
    return calls.failed(used, arguments, effect, variables={"ORDINAUT_DATABASE_URL": url}, **more)


def test_rows_are_objects_in_the_order_of_the_columns(url: str) -> None:
    found = query(url, "SELECT name, id FROM employees WHERE id < :p1 ORDER BY id", parameters={"p1": 3})
    assert found == {"rows": [{"name": "Ana", "id": 1}, {"name": "Ion", "id": 2}], "count": 2}
    assert [list(row) for row in found["rows"]] == [["name", "id"], ["name", "id"]]


def test_no_rows(url: str) -> None:
    assert query(url, "SELECT id FROM employees WHERE id = 99") == {"rows": [], "count": 0}


@pytest.mark.parametrize(
    ("where", "parameters", "names"),
    [
        pytest.param("hired <= :p1", {"p1": "2026-10-31"}, ["Ana"], id="text-against-date"),
        pytest.param("name = :p1", {"p1": "O'Hara"}, ["O'Hara"], id="quote-in-text"),
        pytest.param("name = :p1", {"p1": "x' OR '1'='1"}, [], id="injection"),
        pytest.param("salary > :p1", {"p1": Decimal("150.5")}, ["Ion"], id="decimal-against-column"),
        pytest.param("salary + 0 > :p1", {"p1": Decimal("150.5")}, ["Ion"], id="decimal-against-expression"),
        pytest.param("salary = :p1", {"p1": 100}, ["Ana"], id="integer"),
        pytest.param("id IN (:p1, :p2)", {"p1": 1, "p2": 3}, ["Ana", "O'Hara"], id="list-of-marks"),
        pytest.param("name LIKE '%n%' AND name <> ':p2' AND id > :p1", {"p1": 0}, ["Ana", "Ion"], id="percent-and-quoted-colon"),
        pytest.param("id = :p1 OR id = :p1 + 1", {"p1": 1}, ["Ana", "Ion"], id="used-twice"),
        pytest.param("CAST(:p1 AS INTEGER) IS NULL", {"p1": None}, ["Ana", "Ion", "O'Hara"], id="null"),
    ],
)
def test_parameters(url: str, where: str, parameters: dict[str, Any], names: list[str]) -> None:
    found = query(url, f"SELECT name FROM employees WHERE {where} ORDER BY id", parameters=parameters)
    assert [row["name"] for row in found["rows"]] == names


def test_a_write_counts_the_rows_it_changed(url: str) -> None:
    assert query(url, "UPDATE employees SET salary = :p1 WHERE id > :p2", parameters={"p1": Decimal("10.50"), "p2": 1}) == {
        "rows": [],
        "count": 2,
    }
    assert query(url, "SELECT count(*) AS n FROM employees WHERE salary = 10.5")["rows"] == [{"n": 2}]


def test_a_write_returns_what_it_is_asked_for(url: str) -> None:
    found = query(
        url, "INSERT INTO employees (id, name) VALUES (:p1, :p2), (9, 'Eva') RETURNING id, name", parameters={"p1": 8, "p2": "Dan"}
    )
    assert found == {"rows": [{"id": 8, "name": "Dan"}, {"id": 9, "name": "Eva"}], "count": 2}


def test_a_write_under_a_with_is_counted(url: str) -> None:
    assert query(url, "WITH old AS (SELECT id FROM employees WHERE id < 3) DELETE FROM employees WHERE id IN (SELECT id FROM old)") == {
        "rows": [],
        "count": 2,
    }


def test_a_write_needs_to_be_allowed(url: str) -> None:
    error = failed(url, {"query": "DELETE FROM employees"}, READ_ONLY)
    assert (error.type, error.message) == (
        "invalid input",
        (
            "step pay: database.query, attempt 1: with.query: DELETE changes data, which database.query does not allow;"
            ' "allow_writes": true in its definition does'
        ),
    )
    assert query(url, "SELECT count(*) AS n FROM employees")["rows"] == [{"n": 3}]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "DROP TABLE employees",
            "with.query: DROP is not allowed here; SELECT, WITH, VALUES, EXPLAIN, INSERT, UPDATE, DELETE and MERGE are",
        ),
        ("SELECT 1; DELETE FROM employees", "with.query: only one statement can run at a time; a `;` stands between two"),
    ],
)
def test_what_must_not_run_is_refused(url: str, text: str, reason: str) -> None:
    error = failed(url, {"query": text})
    assert (error.type, error.non_retryable, error.message) == ("invalid input", True, f"step pay: database.query, attempt 1: {reason}")


def test_named_queries_give_their_first_row_or_null(url: str) -> None:
    arguments = {
        "queries": [
            {"name": "total", "query": "SELECT count(*) AS count, max(id) AS last FROM employees"},
            {"name": "one", "query": "SELECT name FROM employees WHERE id = :p1", "parameters": {"p1": 2}},
            {"name": "none", "query": "SELECT name FROM employees WHERE id = :p1", "parameters": {"p1": 99}},
        ]
    }
    found = calls.output(READ_ONLY, arguments, variables={"ORDINAUT_DATABASE_URL": url})
    assert found == {"total": {"count": 3, "last": 3}, "one": {"name": "Ion"}, "none": None}
    assert list(found) == ["total", "one", "none"]


def test_named_queries_share_parameters(url: str) -> None:
    arguments = {
        "parameters": {"p1": 1, "p2": 2},
        "queries": [
            {"name": "a", "query": "SELECT name FROM employees WHERE id = :p1"},
            {"name": "b", "query": "SELECT name FROM employees WHERE id = :p2"},
        ],
    }
    assert calls.output(READ_ONLY, arguments, variables={"ORDINAUT_DATABASE_URL": url}) == {"a": {"name": "Ana"}, "b": {"name": "Ion"}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            {"queries": [{"name": "a", "query": "SELECT 1"}, {"name": "a", "query": "SELECT 2"}]},
            'with.queries: two queries are named "a"; the second would hide the first',
            id="name-twice",
        ),
        pytest.param(
            {"queries": [{"name": "a", "query": "SELECT 1"}, {"name": "b", "query": "DELETE FROM employees"}]},
            "with.queries[1].query: DELETE changes data, and `queries` only reads; use a step of its own with `query`",
            id="write-among-queries",
        ),
        pytest.param(
            {"queries": [{"name": "a", "query": "SELECT 1"}], "parameters": {"p1": 1}},
            "with.parameters.p1: no query has `:p1` outside quotes and comments",
            id="parameter-of-no-query",
        ),
        pytest.param(
            {"query": "SELECT ':p1'", "parameters": {"p1": 1}},
            "with.parameters.p1: the statement has no `:p1` outside quotes and comments; write it there, without quotes, or leave it out",
            id="parameter-in-quotes",
        ),
        pytest.param(
            {"query": "SELECT id, name FROM employees", "key_by": "nam"},
            'with.key_by: there is no column "nam"; there are id, name',
            id="key-by-no-column",
        ),
    ],
)
def test_arguments_that_make_no_sense(url: str, arguments: dict[str, Any], message: str) -> None:
    error = failed(url, arguments)
    assert (error.type, error.message) == ("invalid input", f"step pay: database.query, attempt 1: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "SELECT id, name AS id FROM employees",
            'with.query: two columns are named "id"; give one another name: SELECT a.id, b.id AS other',
            id="two-columns-of-one-name",
        ),
        pytest.param(
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 50001) SELECT n FROM t",
            "with.query: the statement gives more than 50,000 rows (MAX_ROWS);"
            " narrow it with WHERE or LIMIT, or let the database sum up with GROUP BY",
            id="too-many-rows",
        ),
    ],
)
def test_results_that_no_step_can_carry(url: str, text: str, message: str) -> None:
    error = failed(url, {"query": text})
    assert (error.type, error.non_retryable, error.message) == (
        "bad output",
        True,
        f"step pay: database.query, attempt 1: {message}{calls.UNCHANGED}",
    )


def test_fifty_thousand_rows_can_be_carried(url: str) -> None:
    text = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 50000) SELECT n FROM t"
    assert query(url, text)["count"] == 50_000


def test_a_write_whose_output_is_too_large_is_rolled_back(url: str) -> None:
    values = ", ".join(f"({n}, 'x')" for n in range(10, 40_010))
    longer = "INSERT INTO employees (id, name) SELECT id, name FROM (VALUES " + values + ") AS v"
    longer = longer.replace("SELECT id, name FROM", "SELECT column1, column2 || 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' FROM")
    error = failed(url, {"query": longer + " RETURNING id, name"})
    assert error.type == "bad output" and "MAX_PAYLOAD_BYTES" in error.message
    assert query(url, "SELECT count(*) AS n FROM employees")["rows"] == [{"n": 3}]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("SELECT nam FROM employees", "nam", id="no-such-column"),
        pytest.param("SELECT * FROM employes", "employes", id="no-such-table"),
        pytest.param("SELECT id FRM employees", "employees", id="syntax"),
        pytest.param("INSERT INTO employees (id, name) VALUES (1, 'again')", "employees", id="primary-key"),
        pytest.param("INSERT INTO employees (id) VALUES (7)", "name", id="not-null"),
        pytest.param("SELECT :nothing", "; no value is given for :nothing; nothing was changed", id="parameter-not-given"),
    ],
)
def test_what_the_database_refuses_is_never_sent_again(url: str, text: str, says: str) -> None:
    error = failed(url, {"query": text}, effect="safe")
    assert (error.type, error.non_retryable) == ("rejected by the vendor", True)
    assert error.message.startswith("step pay: database.query, attempt 1: with.query: ") and says in error.message
    assert error.message.endswith("nothing was changed" + calls.REFUSED)


def test_a_long_read_is_stopped_by_its_timeout(url: str) -> None:
    text = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) AS n FROM t"
    error = failed(url, {"query": text, "timeout": Decimal("0.5")}, effect="safe")
    assert (error.type, error.non_retryable) == ("unknown outcome", False)
    assert error.message == (
        "step pay: database.query, attempt 1: with.query: the database stopped the statement after 0.45 s;"
        " give the step a longer timeout_seconds, or make the statement faster; sending it again does no harm"
    )


def test_a_long_write_is_rolled_back_by_its_timeout(url: str) -> None:
    text = (
        "INSERT INTO employees (id, name) WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) + 100, 'x' FROM t"
    )
    error = failed(url, {"query": text, "timeout": "1s"})
    assert (error.type, error.non_retryable) == ("rejected by the vendor", True)
    assert "stopped the statement after 0.9 s; nothing was changed; give the step a longer timeout_seconds" in error.message
    assert query(url, "SELECT count(*) AS n FROM employees")["rows"] == [{"n": 3}]


def test_a_timeout_that_is_no_duration_is_told(url: str) -> None:
    error = failed(url, {"query": "SELECT 1", "timeout": "soon"})
    assert error.type == "invalid input" and error.message.startswith("step pay: database.query, attempt 1: with.timeout: ")


@pytest.mark.parametrize(
    ("setting", "kind", "message"),
    [
        pytest.param(
            "",
            errors.INVALID_INPUT,
            "ORDINAUT_DATABASE_URL is not set; set it to postgresql://user:password@host/name, mysql://user:password@host/name or sqlite:///file.db",
            id="not-set",
        ),
        pytest.param(
            "geheim", errors.INVALID_INPUT, "ORDINAUT_DATABASE_URL is no URL like postgresql://user:password@host/name", id="no-url"
        ),
        pytest.param(
            "oracle://app:geheim@db/app",
            errors.INVALID_INPUT,
            "ORDINAUT_DATABASE_URL: 'oracle' is not known; known are postgresql, mysql, mariadb and sqlite",
            id="unknown-kind",
        ),
        pytest.param(
            "sqlite:////nowhere/x.db",
            errors.UNREACHABLE,
            "there is no file /nowhere/x.db; ORDINAUT_DATABASE_URL names it; it may be sent again",
            id="no-file",
        ),
    ],
)
def test_a_database_that_cannot_be_used(setting: str, kind: str, message: str) -> None:
    error = failed(setting, {"query": "SELECT 1"})
    assert (error.type, error.message) == (kind, f"step pay: database.query, attempt 1: {message}")


def test_a_server_that_is_not_there_is_unreachable_and_hides_the_password() -> None:
    error = failed(f"postgresql://app:geheim@127.0.0.1:{servers.free_port()}/app", {"query": "DELETE FROM t"})
    assert (error.type, error.non_retryable) == ("unreachable", False)
    assert "the database cannot be reached: connection failed" in error.message and "nothing was changed" in error.message
    assert "geheim" not in error.message
