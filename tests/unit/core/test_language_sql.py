"""The fine print "SQL" of the language: templates in statements give bound parameters only."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import language
from workflows.core import errors, template, tree

PLACES = ("query", "queries[].query")
GIVEN: dict[str, Any] = {
    "n": 5, "name": "O'Brien", "money": Decimal("1234.50"), "tags": ["a", "b"], "yes": True, "nothing": None, "object": {"a": 1}, "evil": "'; DROP TABLE t; --", "empty": [],
}  # fmt: skip


def evaluated(with_: dict[str, Any], names_allowed: tuple[str, ...] = ()) -> Any:
    return template.compile_tree(tree.of_json(with_), "with", PLACES, names_allowed=names_allowed).evaluate(language.names(GIVEN))


def refused(query: Any) -> str:
    with pytest.raises(errors.EvaluationError) as caught:
        evaluated({"query": query})
    return str(caught.value)


@pytest.mark.parametrize(
    ("query", "expected", "parameters"),
    [
        pytest.param("SELECT * FROM t WHERE day = '{{today}}' AND n > ${params.n}", "SELECT * FROM t WHERE day = :p1 AND n > :p2", {"p1": "2026-11-23", "p2": 5}, id="both spellings"),
        pytest.param("SELECT '${params.n}'", "SELECT :p1", {"p1": "5"}, id="inside quotes as text"),
        pytest.param("SELECT ${params.n}, ${params.money}, ${params.yes}", "SELECT :p1, :p2, :p3", {"p1": 5, "p2": Decimal("1234.50"), "p3": True}, id="outside with its own type"),
        pytest.param("SELECT ${params.nothing}", "SELECT :p1", {"p1": None}, id="null"),
        pytest.param("SELECT ${today}, '${today}'", "SELECT :p1, :p2", {"p1": "2026-11-23", "p2": "2026-11-23"}, id="a date is text"),
        pytest.param("SELECT '%${params.name}%'", "SELECT :p1", {"p1": "%O'Brien%"}, id="text around it in the quotes"),
        pytest.param("SELECT 'it''s ${params.n}'", "SELECT :p1", {"p1": "it's 5"}, id="a doubled quote"),
        pytest.param("SELECT '${params.n} and ${params.money:,.2f}'", "SELECT :p1", {"p1": "5 and 1,234.50"}, id="several in one text"),
        pytest.param("SELECT ${params.money:,.2f}", "SELECT :p1", {"p1": "1,234.50"}, id="a format makes text"),
        pytest.param("SELECT ${params.evil}, '${params.evil}'", "SELECT :p1, :p2", {"p1": GIVEN["evil"], "p2": GIVEN["evil"]}, id="an injection is a value"),
        pytest.param("SELECT 1 WHERE a IN (${params.tags})", "SELECT 1 WHERE a IN (:p1, :p2)", {"p1": "a", "p2": "b"}, id="a list for IN"),
        pytest.param("SELECT 'a', 'b ''c''', ${params.n}", "SELECT 'a', 'b ''c''', :p1", {"p1": 5}, id="other texts stay"),
        pytest.param('SELECT "a b" /* it\'s */ -- it\'s\n, ${params.n}', 'SELECT "a b" /* it\'s */ -- it\'s\n, :p1', {"p1": 5}, id="quoted names and comments"),
        pytest.param("SELECT $$it's$$, $x$ ' $x$, ${params.n}", "SELECT $$it's$$, $x$ ' $x$, :p1", {"p1": 5}, id="dollar quotes"),
        pytest.param("SELECT 1 WHERE {% if params.yes %}a = ${params.n}{% else %}b = '${params.name}'{% endif %}", "SELECT 1 WHERE a = :p1", {"p1": 5}, id="a condition"),
        pytest.param("SELECT {% for t in params.tags %}'${t}'{% if not forloop.last %}, {% endif %}{% endfor %}", "SELECT :p1, :p2", {"p1": "a", "p2": "b"}, id="a loop"),
        pytest.param("SELECT date '{{today}}' + ${params.n}::int", "SELECT date :p1 + :p2::int", {"p1": "2026-11-23", "p2": 5}, id="a cast"),
        pytest.param("SELECT :p1, ${params.n}", "SELECT :p1, :p2", {"p2": 5}, id="a name of the author is not taken"),
    ],
)  # fmt: skip
def test_templates_become_bound_parameters(query: str, expected: str, parameters: dict[str, Any]) -> None:
    made = evaluated({"query": query})
    assert made == {"query": expected, "parameters": parameters}
    assert language.exact(made["parameters"]) == language.exact(parameters)


def test_a_statement_without_templates_stays_as_it_is() -> None:
    assert evaluated({"query": "SELECT 'a', :x", "parameters": {"x": "${params.n}"}}) == {"query": "SELECT 'a', :x", "parameters": {"x": 5}}


@pytest.mark.parametrize("first", ["query", "parameters"])
def test_own_parameters_and_bound_ones_join_in_any_order(first: str) -> None:
    with_ = {"query": "SELECT :p1, :own, ${params.n}", "parameters": {"p1": 1, "own": "${params.name}"}}
    ordered = {first: with_[first], **with_}
    assert evaluated(ordered) == {"query": "SELECT :p1, :own, :p2", "parameters": {"p1": 1, "own": "O'Brien", "p2": 5}}


def test_each_of_several_statements_has_its_own_parameters() -> None:
    with_ = {
        "queries": [
            {"name": "a", "query": "SELECT ${params.n}"},
            {"name": "b", "query": "SELECT 1"},
            {"name": "c", "query": "SELECT '${params.n}'"},
        ]
    }
    assert evaluated(with_) == {
        "queries": [
            {"name": "a", "query": "SELECT :p1", "parameters": {"p1": 5}},
            {"name": "b", "query": "SELECT 1"},
            {"name": "c", "query": "SELECT :p1", "parameters": {"p1": "5"}},
        ]
    }


NAME_HINT = " (write the name itself, or list the names that may stand here in the tool's `names`)"


@pytest.mark.parametrize(
    ("query", "character"),
    [
        ("SELECT * FROM ${params.name}", 15), ("SELECT * FROM a, ${params.name}", 18), ("SELECT * FROM a JOIN ${params.name}", 22), ("INSERT INTO ${params.name} VALUES (1)", 13),
        ("INSERT INTO t (${params.name}) VALUES (1)", 16), ("INSERT INTO t (a, ${params.name}) VALUES (1)", 19), ("UPDATE ${params.name} SET a = 1", 8), ("SELECT a.${params.name}", 10),
        ("SELECT 1 ORDER BY ${params.name}", 19), ("SELECT 1 GROUP BY ${params.name}", 19), ("SELECT 1 AS ${params.name}", 13), ("UPDATE t SET ${params.name} = 1", 14),
        ("DROP TABLE ${params.name}", 12), ("select * from ${params.name}", 15), ("SELECT * FROM\n  ${params.name}", 17),
    ],
)  # fmt: skip
def test_a_template_in_place_of_a_name_is_refused(query: str, character: int) -> None:
    sentence = (
        f"'params.name' at character {character} of the statement stands where a name is expected; only values can come from templates"
    )
    assert refused(query) == f"in with.query: {sentence}{NAME_HINT}"


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ('SELECT "${params.n}"', "a quoted name"), ("SELECT `${params.n}`", "a quoted name"), ("SELECT 1 -- ${params.n}", "a comment or $-quoted text"),
        ("SELECT 1 /* ${params.n} */", "a comment or $-quoted text"), ("SELECT $$ ${params.n} $$", "a comment or $-quoted text"),
    ],
)  # fmt: skip
def test_a_template_where_no_parameter_can_stand_is_refused(query: str, what: str) -> None:
    assert f"of the statement stands where {what} is expected; only values can come from templates" in refused(query)


@pytest.mark.parametrize(
    ("with_", "sentence"),
    [
        ({"query": "${params.name}"}, "in with.query: a whole statement cannot come from a template (write the SQL here; templates give its values)"),
        ({"queries": "${params.tags}"}, "in with.queries: whole statements cannot come from a template (write the SQL here; templates give its values)"),
        ({"queries": ["${params.tags}"]}, "in with.queries[0]: whole statements cannot come from a template (write the SQL here; templates give its values)"),
        ({"${'query'}": "SELECT ${params.n}"}, "in with....: the key 'query' of a statement cannot come from a template (write the key itself)"),
        ({"query": "SELECT '${params.n}"}, "in with.query: a quote ' in the statement is not closed"),
        ({"query": 5}, "in with.query: a statement is text, not the number 5"),
        ({"query": "SELECT ${params.object}"}, "in with.query: an object cannot be a parameter (bind one of its members, or its JSON: | tojson)"),
        ({"query": "SELECT ${params.empty}"}, "in with.query: a list of 0 items cannot be a parameter (a list of scalars with at least one item)"),
        ({"query": "SELECT ${params.x}"}, "in with.query: 'x' is missing in 'params'; there is: n, name, money, tags, yes, nothing, object, evil, empty"),
    ],
)  # fmt: skip
def test_what_is_refused_says_what_to_do(with_: dict[str, Any], sentence: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        evaluated(with_)
    assert str(caught.value) == sentence


def test_the_allow_list_of_a_tool_lets_names_through() -> None:
    assert evaluated({"query": "SELECT * FROM ${'t_' ~ params.n}"}, ("t_5", "t_6")) == {"query": "SELECT * FROM t_5"}
    with pytest.raises(errors.EvaluationError) as caught:
        evaluated({"query": "SELECT * FROM ${params.evil}"}, ("t_5", "t_6"))
    assert str(caught.value) == (
        'in with.query: text "\'; DROP TABLE t; --" is no name that this tool allows (its definition allows: t_5, t_6)'
    )


def test_a_run_shows_the_evaluated_statement() -> None:
    step = {"id": "q", "uses": "database.query", "with": {"query": "SELECT * FROM t WHERE day = '{{today}}' AND n > ${params.n}"}}
    result = language.ran(language.document(step, params={"n": 5}), {"q": {"rows": [], "count": 0}})
    assert language.arguments(result, "q") == {
        "query": "SELECT * FROM t WHERE day = :p1 AND n > :p2",
        "parameters": {"p1": "2026-11-23", "p2": 5},
    }


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("SELECT '{{today}}'", ["sql-from-text"]), ("SELECT CURRENT_DATE", ["database-clock"]), ("SELECT now()", ["database-clock"]), ("SELECT ${params.n}", []),
        ("SELECT * FROM ${params.n}", ["template-syntax"]),
    ],
)  # fmt: skip
def test_what_the_checker_says_of_statements(query: str, codes: list[str]) -> None:
    document = language.document({"id": "q", "uses": "database.query", "with": {"query": query}}, params={"n": 5})
    assert [code for code, _ in language.problems(document)] == codes


@pytest.mark.parametrize(
    ("with_", "path"),
    [
        ({"query": "SELECT * FROM ${params.n}"}, "payload.pipeline[0].with.query"),
        (
            {"queries": [{"name": "a", "query": "SELECT 1"}, {"name": "b", "query": "SELECT 'x${1}"}]},
            "payload.pipeline[0].with.queries[1].query",
        ),
    ],
)
def test_the_checker_says_which_statement_is_wrong(with_: dict[str, Any], path: str) -> None:
    made = language.checked(language.document({"id": "q", "uses": "database.query", "with": with_}, params={"n": 5}))
    found = [(one.code, one.path, one.message.startswith("in with")) for one in made.problems if one.severity == "error"]
    assert found == [("template-syntax", path, False)]
