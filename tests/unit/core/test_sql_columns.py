"""The columns of a SELECT list, as far as its text names them."""

from __future__ import annotations

import pytest

from workflows.core import sql_columns


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        pytest.param("SELECT id, amount FROM t", ["id", "amount"], id="plain"),
        pytest.param("select distinct id , amount\n\tfrom t", ["id", "amount"], id="small letters, spaces"),
        pytest.param("SELECT u.id, s.users.name FROM users u", ["id", "name"], id="paths"),
        pytest.param("SELECT a AS b, c d, COUNT(*) n FROM t", ["b", "d", "n"], id="aliases"),
        pytest.param('SELECT "full name", a AS "say ""hi""", `key` FROM t', ["full name", 'say "hi"', "key"], id="quoted names"),
        pytest.param("SELECT COALESCE(SUM(a), 0) AS total, MAX(b) FROM t", ["total", "max"], id="functions"),
        pytest.param("SELECT amount::numeric, created_at::date AS day, price * 2 FROM t", ["amount", "day", "price"], id="expressions"),
        pytest.param("SELECT EXTRACT(year FROM day) AS year, (SELECT 1 FROM x) AS one FROM t", ["year", "one"], id="FROM in brackets"),
        pytest.param("SELECT CASE WHEN a > 1 THEN b ELSE c END AS kind FROM t", ["kind"], id="CASE"),
        pytest.param("SELECT 1 AS one", ["one"], id="without FROM"),
        pytest.param("WITH x AS (SELECT a, b FROM t) SELECT c FROM x", ["c"], id="WITH"),
        pytest.param("SELECT a FROM t UNION SELECT b FROM u", ["a"], id="UNION"),
        pytest.param("SELECT a, -- b,\n c /* , d */ FROM t", ["a", "c"], id="comments"),
        pytest.param("SELECT ', x' AS text, :p1 AS bound FROM t", ["text", "bound"], id="texts and parameters"),
        pytest.param("SELECT Id, Owner.Name, COUNT(Id) cnt FROM Opportunity WHERE IsClosed = false", ["Id", "Name", "cnt"], id="SOQL"),
        pytest.param("SELECT * FROM t", [], id="star"),
        pytest.param("SELECT t.*, a FROM t", ["a"], id="star of a table"),
        pytest.param("INSERT INTO t (a) VALUES (1)", [], id="no SELECT"),
        pytest.param("sum(rate(http_requests_total[1h])) * 3600", [], id="PromQL"),
        pytest.param("SELECT", [], id="nothing"),
        pytest.param("", [], id="empty"),
    ],
)
def test_columns_are_named_as_the_list_names_them(statement: str, names: list[str]) -> None:
    assert [column.name for column in sql_columns.of(statement)] == names


def test_the_function_of_a_column_is_told() -> None:
    assert sql_columns.of("SELECT count(*) AS n, id FROM t") == [sql_columns.Column("n", "COUNT"), sql_columns.Column("id")]
