"""Statements, compiled directly; the rows of the language are in test_language_sql.py."""

from __future__ import annotations

import pytest

from tests import language
from workflows.core import errors, sql

HOSTILE = ("'", "''", "\\'", "';--", "/*", "*/", "$$", ":p1", "\0", "\n", '"', "%", "{{ x }}", "${x}", "?", ":p2")


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("SELECT ${params.v}", "SELECT :p1"), ("SELECT '${params.v}'", "SELECT :p1"), ("SELECT 'a''b' || '${params.v}' || $q$'$q$", "SELECT 'a''b' || :p1 || $q$'$q$"),
        ("SELECT {% if true %}'${params.v}'{% endif %}", "SELECT :p1"), ("SELECT {% for x in [params.v] %}${x}{% endfor %}", "SELECT :p1"),
        ("{% set x = params.v %}SELECT ${x}", "SELECT :p1"),
    ],
)  # fmt: skip
def test_no_value_reaches_the_text_of_a_statement(source: str, expected: str, value: str) -> None:
    text, parameters = sql.compile_statement(source)(language.names({"v": value}))
    assert (text, parameters) == (expected, {"p1": value})


def test_every_evaluation_binds_anew() -> None:
    statement = sql.compile_statement("SELECT ${params.v}, ${params.v}")
    for value in (1, 2):
        assert statement(language.names({"v": value})) == ("SELECT :p1, :p2", {"p1": value, "p2": value})


def test_a_filter_block_changes_the_text_of_the_author_only() -> None:
    text, parameters = sql.compile_statement("SELECT {% filter upper %}${params.v}{% endfilter %}")(
        language.names({"v": "x; DROP TABLE t"})
    )
    assert (text, parameters) == ("SELECT :P1", {"p1": "x; DROP TABLE t"})


def test_many_parameters() -> None:
    text, parameters = sql.compile_statement("SELECT 1 WHERE a IN (${range(300)})")(language.names())
    assert len(parameters) == 300
    assert text.endswith(":p299, :p300)")


@pytest.mark.parametrize("source", ["SELECT '${params.v}", "SELECT ${params.v} 'a", "'${params.v}''"])
def test_quotes_that_do_not_close_are_refused(source: str) -> None:
    with pytest.raises(errors.EvaluationError, match="is not closed"):
        sql.compile_statement(source)


def test_a_megabyte_of_statement_is_scanned_quickly() -> None:
    text, _ = sql.compile_statement("SELECT 'x' " + "FROM a, " * 25_000 + " 'a ' || ${1}")(language.names())
    assert text.endswith(":p1")
