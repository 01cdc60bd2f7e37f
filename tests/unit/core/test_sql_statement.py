"""What a statement is taken for; whatever is not clearly harmless must not pass as a read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.core import sql_statement

ALLOWED = "SELECT, WITH, VALUES, EXPLAIN, INSERT, UPDATE, DELETE and MERGE are"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "select 1;",
        "  -- a note\n/* another /* nested */ */ SELECT 1 ; ; ",
        "(SELECT 1) UNION (SELECT 2)",
        "VALUES (1), (2)",
        "TABLE users",
        "WITH a AS (SELECT 1), b (x) AS MATERIALIZED (SELECT 2) SELECT * FROM a, b",
        "WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM t WHERE n < 9) SELECT n FROM t",
        "SELECT replace(name, 'a', 'b') FROM t WHERE note = 'DELETE FROM t; --'",
        "SELECT (replace(a, 'x', 'y')) FROM t",
        "SELECT $$; DELETE FROM t$$, $a$ ' $a$, E'it\\'s; x', 'it''s; x', \"a;b\", `c;d`",
        "SELECT a::date, b[1:2] FROM t WHERE c = ':p1' AND d = :p1",
        'SELECT "INTO" FROM t',
        "EXPLAIN SELECT 1",
        "EXPLAIN DELETE FROM t",
        "EXPLAIN QUERY PLAN SELECT 1",
        "EXPLAIN (FORMAT JSON) SELECT 1",
        "SELECT 1 -- ; DROP TABLE t",
    ],
)
def test_reads(text: str) -> None:
    assert sql_statement.kind(text) == ("read", "")


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t VALUES (1)",
        "insert into t select 1",
        "UPDATE t SET a = 1",
        "DELETE FROM t",
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE",
        "REPLACE INTO t VALUES (1)",
        "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
        "WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone",
        "WITH gone AS NOT MATERIALIZED (/* x */ delete from t returning id) SELECT count(*) FROM gone",
        'WITH a AS (UPDATE "t" SET b = 1 RETURNING b) SELECT * FROM a',
        "WITH a AS (SELECT 1) UPDATE t SET b = 1",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN (ANALYZE, BUFFERS) INSERT INTO t VALUES (1)",
        "/*SELECT*/INSERT INTO t VALUES (1)",
    ],
)
def test_writes(text: str) -> None:
    assert sql_statement.kind(text) == ("write", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the statement is empty"),
        (" -- nothing\n ; ", "the statement is empty"),
        ("SELECT 1; SELECT 2", "only one statement can run at a time; a `;` stands between two"),
        ("SELECT 1; DROP TABLE t", "only one statement can run at a time; a `;` stands between two"),
        ("SELECT 'a", "a quote or a comment is not closed"),
        ('SELECT "a', "a quote or a comment is not closed"),
        ("SELECT $x$ a", "a quote or a comment is not closed"),
        ("SELECT 1 /* a /* b */", "a quote or a comment is not closed"),
        ("SELECT a INTO copy FROM t", "SELECT INTO makes a table, which is not allowed here"),
        ("DROP TABLE t", f"DROP is not allowed here; {ALLOWED}"),
        ("CREATE TABLE t (a int)", f"CREATE is not allowed here; {ALLOWED}"),
        ("TRUNCATE t", f"TRUNCATE is not allowed here; {ALLOWED}"),
        ("COPY t TO '/etc/passwd'", f"COPY is not allowed here; {ALLOWED}"),
        ("SET ROLE admin", f"SET is not allowed here; {ALLOWED}"),
        ("COMMIT", f"COMMIT is not allowed here; {ALLOWED}"),
        ("PRAGMA query_only = OFF", f"PRAGMA is not allowed here; {ALLOWED}"),
        ("ATTACH 'x' AS y", f"ATTACH is not allowed here; {ALLOWED}"),
        ("DO $$ BEGIN END $$", f"DO is not allowed here; {ALLOWED}"),
        ("CALL pay()", f"CALL is not allowed here; {ALLOWED}"),
        ("EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1", f"CREATE is not allowed here; {ALLOWED}"),
        ("EXPLAIN EXECUTE p", f"EXECUTE is not allowed here; {ALLOWED}"),
        ("'x'", f"a statement that begins with 'X' is not allowed here; {ALLOWED}"),
    ],
)
def test_others_are_refused_with_a_reason(text: str, reason: str) -> None:
    assert sql_statement.kind(text) == ("other", reason)


@given(st.text(alphabet="'\"`$:;-/*\\ \n()aE1p", max_size=40))
def test_the_tokens_are_the_text(text: str) -> None:
    assert "".join(token.text for token in sql_statement.tokens(text)) == text
    sql_statement.classify(text)


def test_a_long_statement_is_read_in_linear_time() -> None:
    text = "SELECT '" + "a''" * 200_000 + "', " + "(" * 100_000
    assert sql_statement.kind(text)[0] == "read"
