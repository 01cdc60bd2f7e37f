"""The table "Expressions" of the language: every row, and what a user would try beside it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import language

POSITION = {"total_value": 1234567, "items": [10, 20, 30], "values": "v", "count": 7, "keys": "k", "get": "g", "b-c": "dash"}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("params.list", [1, "a", None], id="a list"),
        pytest.param("params.object", {"b": 1, "a": [True]}, id="an object"),
        pytest.param("params.number", 5, id="an integer"),
        pytest.param("params.money", Decimal("1234.50"), id="a decimal"),
        pytest.param("params.yes", True, id="a boolean"),
        pytest.param("params.nothing", None, id="null"),
        pytest.param("params.text", "a b", id="a text"),
        pytest.param("params.empty", [], id="an empty list"),
    ],
)
@pytest.mark.parametrize("mark", ["${%s}", "{{ %s }}", "{{%s}}", "{{- %s -}}"])
def test_lone_expression_keeps_its_type(mark: str, expression: str, expected: Any) -> None:
    given = {
        "list": [1, "a", None], "object": {"b": 1, "a": [True]}, "number": 5, "money": Decimal("1234.50"),
        "yes": True, "nothing": None, "text": "a b", "empty": [],
    }  # fmt: skip
    made = language.value(mark % expression, **given)
    assert language.exact(made) == language.exact(expected)


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        pytest.param(5, "5", id="integer"),
        pytest.param(Decimal("1234.50"), "1234.50", id="decimal"),
        pytest.param(True, "true", id="true"),
        pytest.param(False, "false", id="false"),
        pytest.param(None, "null", id="null"),
        pytest.param("a", "a", id="text bare"),
        pytest.param([1, "a", None, {"x": [False]}], '[1,"a",null,{"x":[false]}]', id="list"),
        pytest.param({"b": 1, "a": Decimal("2.0")}, '{"b":1,"a":2.0}', id="object"),
        pytest.param([], "[]", id="empty list"),
        pytest.param({}, "{}", id="empty object"),
    ],
)
def test_with_text_around_it_a_value_is_text_as_in_json(given: Any, printed: str) -> None:
    assert language.value("x: ${params.x}!", x=given) == f"x: {printed}!"
    assert language.value("x: {{ params.x }}!", x=given) == f"x: {printed}!"


def test_a_space_around_a_mark_makes_it_text() -> None:
    assert language.value(" ${params.n}", n=5) == " 5"
    assert language.value("${params.n} ", n=5) == "5 "
    assert language.value("${params.n}${params.n}", n=5) == "55"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 === 1", True), ("1 === 2", False), ("1 !== 2", True), ("1 !== 1", False),
        ("true && false", False), ("true && true", True), ("false || true", True), ("false || false", False),
        ("!true", False), ("!false", True), ("!0", True), ("!''", True), ("!!5", True),
        ("true ? 'a' : 'b'", "a"), ("false ? 'a' : 'b'", "b"), ("0 ? 1 : 2", 2),
        ("false ? 1 : false ? 2 : 3", 3), ("true ? false ? 1 : 2 : 3", 2), ("1 > 2 ? 'x' : 2 > 1 ? 'y' : 'z'", "y"),
        ("upper(true ? 'a' : 'b')", "A"), ("(1 === 1 && 2 !== 3) || false", True), ("[1 === 1 ? 'a' : 'b', !true]", ["a", False]),
        ("{'k': 1 === 2 ? 'a' : 'b'}", {"k": "b"}), ("[1, 2, 3][true ? 0 : 1]", 1),
        ("true || false && false", True), ("!true || true", True), ("!(true && false)", True),
        ("1 < 2 === true", True), ("true === 1 < 2", True), ("2 > 1 == (3 > 2)", True), ("1 in [1] === true", True),
        ("null || 'x'", "x"), ("'a' && 'b'", "b"),
        ("1 < 2 ? 'yes' : 'no'", "yes"), ("!false ? 1 : 2", 1), ("1 + 1 === 2 ? 'two' : 'other'", "two"),
        ("not true or true", True), ("true and not false", True), ("'a' if true else 'b'", "a"), ("1 < 2 < 3", True), ("3 > 2 > 2", False),
    ],
)  # fmt: skip
def test_operators_of_javascript(expression: str, expected: Any) -> None:
    assert language.exact(language.value("${ " + expression + " }")) == language.exact(expected)


@pytest.mark.parametrize(
    "written",
    [
        "a === b",
        "a !== b && c",
        "a || b",
        "x ? y : z",
        "!x",
        "not(a) && b ? c : d",
        "??",
        "a => b",
        "${x}",
        "{{ x }}",
        "`20`",
        "# % }",
        "a:,.2f",
    ],
)
def test_operators_inside_texts_are_text(written: str) -> None:
    assert language.value("${'" + written + "'}") == written
    assert language.value('${"' + written + '"}') == written
    assert language.value("x ${'" + written + "'}") == f"x {written}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("${steps.p.total_value:,}", "1,234,567", id="grouped"),
        pytest.param("Total: ${steps.p.total_value:,}", "Total: 1,234,567", id="in text"),
        pytest.param("{{ steps.p.total_value:,.2f }}", "1,234,567.00", id="other spelling"),
        pytest.param("${steps.p.total_value / 1000:.1f}k", "1234.6k", id="after an expression"),
        pytest.param("${true ? 1234 : 2}", 1234, id="a colon of ? : is no format"),
        pytest.param("${true ? 1234 : 2:,}", "1,234", id="a format after ? :"),
        pytest.param("${steps.p.items[0:2]}", [10, 20], id="a colon in brackets is no format"),
        pytest.param("${ {'a': 1} }", {"a": 1}, id="a colon in an object is no format"),
        pytest.param("${'a:b'}", "a:b", id="a colon in a text is no format"),
        pytest.param("${'a:b':>5}", "  a:b", id="a format after a text with a colon"),
        pytest.param("${steps.p.missing | default(0):,}", "0", id="after a filter"),
        pytest.param("${7:03d}", "007", id="leading zeros"),
    ],
)
def test_format_specification_stands_after_the_last_colon(source: str, expected: Any) -> None:
    assert language.value(source, language.names(steps={"p": POSITION})) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$${params.x}", "$5"), ("Revenue: ${{ params.x }}", "Revenue: $5"), ("${{ params.x }}", "$5"), ("$$${params.x}", "$$5"),
        ("$5 and ${params.x}", "$5 and 5"), ("100$", "100$"), ("$${params.x:,.2f}", "$5.00"), ("{ x }", "{ x }"), ("$ {x}", "$ {x}"),
    ],
)  # fmt: skip
def test_dollar_sign_before_a_value(source: str, expected: str) -> None:
    assert language.value(source, x=5) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("params.xs | length > 0", True), ("params.xs | length == 2", True), ("0 < params.xs | length", True),
        ("params.xs | sum(attribute='n') + params.xs | sum(attribute='n')", 6),
        ("params.xs | length * 10 + 1", 21), ("!params.xs | length", False), ("not params.none | default(false)", True),
        ("-5 | abs", 5), ("1 + params.xs | length", 3), ("'a' ~ 'b' | upper", "aB"), ("params.t | upper == 'AB'", True),
    ],
)  # fmt: skip
def test_filters_bind_tighter_than_operators(expression: str, expected: Any) -> None:
    assert language.value(f"${{{expression}}}", xs=[{"n": 1}, {"n": 2}], t="ab") == expected


LOOPS = [
    ("forloop.last", "false false true "),
    ("forloop.first", "true false false "),
    ("forloop.index", "1 2 3 "),
    ("forloop.length", "3 3 3 "),
    ("loop.last", "false false true "),
    ("loop.index0", "0 1 2 "),
]


@pytest.mark.parametrize(("fact", "expected"), LOOPS)
def test_facts_of_a_loop_in_a_text(fact: str, expected: str) -> None:
    assert language.value("{% for x in params.xs %}{{ " + fact + " }} {% endfor %}", xs=["a", "b", "c"]) == expected


@pytest.mark.parametrize(("fact", "expected"), LOOPS)
def test_facts_of_a_loop_outside_texts(fact: str, expected: str) -> None:
    made = language.relaxed("[{% for x in params.xs %} {{ " + fact + " }}, {% endfor %}]", xs=["a", "b", "c"])
    assert " ".join(language.exact(item) for item in made) + " " == expected


def test_loop_conditions_and_else() -> None:
    source = "{% for x in params.xs if x > 1 %}{{ x }}{% if not forloop.last %}, {% endif %}{% else %}none{% endfor %}"
    assert language.value(source, xs=[1, 2, 3]) == "2, 3"
    assert language.value(source, xs=[1]) == "none"
    assert language.value(source, xs=[]) == "none"


@pytest.mark.parametrize("member", ["items", "values", "count", "keys", "get", "total_value"])
def test_a_dot_reads_data_never_a_method(member: str) -> None:
    assert language.value("${steps.p." + member + "}", language.names(steps={"p": POSITION})) == POSITION[member]


@pytest.mark.parametrize(
    "member", ["null", "true", "and", "not", "in", "is", "if", "else", "or", "for", "none", "forloop", "loop", "self", "default"]
)
def test_words_of_the_language_are_plain_names_after_a_dot(member: str) -> None:
    assert language.value("${params.o." + member + "}", o={member: "data"}) == "data"
    assert language.value("x${params.o." + member + " ~ ''}", o={member: "data"}) == "xdata"


@pytest.mark.parametrize(
    "source",
    [
        "${params.o.__class__}", "${params.o['__class__']}", "${params.t.upper}", "${params.t.__class__.__mro__}", "${params.xs.append}",
        "${params.n.real}", "${params.o.items}", "${params.o.pop}", "${now.year}", "${today.replace}",
    ],
)  # fmt: skip
def test_attributes_and_methods_of_python_do_not_exist(source: str) -> None:
    assert "cannot be read" in (said := language.error(source, o={"a": 1}, t="x", xs=[1], n=1)) or "is missing in" in said


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("`20`", 20), ('`"x"`', "x"), ("`20` + 1", 21), ("`1.50`", Decimal("1.50")), ("`true`", True), ("`null`", None),
        ('`{"a": [1, "b"]}`', {"a": [1, "b"]}), ("`[]`", []), ("`x`", "x"), ("params.n > `20`", True), ("params.n == `21`", True),
    ],
)  # fmt: skip
def test_back_quoted_literals(expression: str, expected: Any) -> None:
    assert language.exact(language.value(f"${{{expression}}}", n=21)) == language.exact(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("steps.p.items[0]", 10), ("steps.p.items[-1]", 30), ("steps.p['b-c']", "dash"), ('steps.p["b-c"]', "dash"),
        ("steps.p.items[params.i]", 20), ("steps.p[params.key]", 7), ("steps.p.items[1:]", [20, 30]), ("'abc'[0]", "a"), ("steps.p.items.0", 10),
    ],
)  # fmt: skip
def test_indices(expression: str, expected: Any) -> None:
    assert language.value(f"${{{expression}}}", language.names({"i": 1, "key": "count"}, {"p": POSITION})) == expected


def test_roots_and_bare_names_of_outputs() -> None:
    scope = language.names({"a": 1}, {"query": {"b": 2}}, {"c": 3})
    assert language.value("${params.a} ${steps.query.b} ${event.c} ${query.b}", scope) == "1 2 3 2"


SKIPPING = language.document(
    {"id": "check", "uses": "system.transform", "with": {"template": {"ok": True}}, "save_as": "facts"},
    {"id": "send", "uses": "system.transform", "with": {"template": {"number": 1}}, "save_as": "sent", "if": "${params.go}"},
    {"id": "report", "uses": "system.transform", "with": {"template": "PLACE"}},
    params={"go": False},
)


def _report(source: str) -> dict[str, Any]:
    steps = [dict(step) for step in SKIPPING["payload"]["pipeline"]]
    steps[2]["with"] = {"template": source}
    return language.ran({**SKIPPING, "payload": {**SKIPPING["payload"], "pipeline": steps}})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${steps.sent}", None),
        ("${sent}", None),
        ("${steps.sent.number | default(0)}", 0),
        ("${steps.sent == null}", True),
        ("${steps.sent ? 1 : 2}", 2),
    ],
)
def test_the_output_of_a_skipped_step_is_null(source: str, expected: Any) -> None:
    result = _report(source)
    assert language.statuses(result) == ["completed", "skipped", "completed"]
    assert result["steps"][2]["output"] == expected


def test_reading_inside_a_skipped_step_says_that_it_was_skipped_and_why() -> None:
    result = _report("${steps.sent.number}")
    assert result["status"] == "failed"
    assert result["error"] == {
        "type": "template error",
        "message": "in with.template: 'steps.sent' is null because step 'send' was skipped: its if, ${params.go}, was false,"
        " so 'number' cannot be read (guard it with | default(...) or an if)",
        "step": "report",
    }


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("${a +}", "the expression ends too early"),
        ("${a b}", "unexpected 'b' after the expression"),
        ("${.5 + 1}", "nothing stands before the dot; numbers begin with a digit: 0.5"),
        ("${a ?? 1}", "'??' is no operator here (what is missing or null is replaced by | default(...))"),
        ("${a?.b}", "'?.' is no operator here (write a plain dot; what is missing is replaced by | default(...))"),
        ("${xs.map(x => x.name)}", "'=>' is no operator here (there are no functions to write here; use a filter: | map(attribute='name'), | selectattr('name'))"),
        ("${a & b}", "unexpected '&' at character 3 of 'a & b' ('and' is written &&)"),
        ("${$x}", "unexpected '$' at character 1 of '$x' (inside an expression a name needs no $)"),
        ("${a ? b}", "the expression ends too early; expected: ':'"),
        ("${a | }", "the expression ends too early; expected: a name"),
        ("${a.}", "a name is missing after the dot"),
        ("${a | lenght}", "no filter 'lenght' (did you mean 'length'?)"),
        ("${a is definde}", "no test 'definde' (did you mean 'defined'?)"),
        ("${'it''s'}", "two texts stand side by side; join them with ~, and write a quote inside a text as \\'"),
        ("${1 if true}", "'a if condition' needs an 'else b'"),
        ("${x²}", "'x²' cannot stand alone as a name; an output of this name is steps['x²']"),
        ("${upper(*params)}", "* and ** cannot stand before an argument"),
        ("{% if a %}x", "the block '{% if %}' is not closed; expected: 'elif' or 'else' or 'endif'"),
        ("{% for x in y %}x{% endif %}", "found '{% endif %}' where one of these is expected: 'endfor' or 'else'"),
        ("x{% endfor %}", "'{% endfor %}' belongs to no block"),
        ("{% for x of y %}x{% endfor %}", "expected 'in', found 'of'"),
        ("{% if %}x{% endif %}", "an expression is missing before the end of the block"),
        ("{% unless a %}x{% endunless %}", "unknown block '{% unless %}' (there is: for, if, set, with, filter)"),
        ("{% fro x in y %}x{% endfor %}", "unknown block '{% fro %}' (did you mean 'for'?)"),
        ("{% include 'x' %}", "unknown block '{% include %}' (there is: for, if, set, with, filter)"),
        ("{% set a.b = 1 %}", "'{% set %}' gives a name a value; 'a.b' is a member"),
        ("{% for loop in y %}x{% endfor %}", "'loop' and 'forloop' are the loop's own facts, not names to give"),
        ("{% set 'a' = 1 %}", "only a name can be given a value"),
        ("${a", "'${' at character 1 is not closed (close it with '}')"),
        ("${(a}", "'${' at character 1 is not closed ('(' is not closed before the '}' at character 5)"),
        ("a ${'b}", "'${' at character 3 is not closed (nothing closes the ' at character 5)"),
        ("${}", "'${' at character 1 holds nothing (for example ${params.name})"),
        ("${now:%d.%m.%Y}", "'%d.%m.%Y' is no format (a date is written with | date('%d.%m.%Y'))"),
        ("${5:zz}", "'zz' is no format (a colon outside quotes and brackets begins a format, for example ,  .2f  ,.2f  08.3f  >20)"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_in_the_words_of_the_language(source: str, sentence: str) -> None:
    assert language.error(source) == sentence


@pytest.mark.parametrize("internal", ["bind", "_bind", "bind!", "rounds!", "_rounds", "name!", "parts!"])
def test_internal_filters_cannot_be_reached(internal: str) -> None:
    assert language.error("${[1] | map('" + internal + "')}").startswith(f"no filter '{internal}'")
    assert language.error("${[1] | " + internal + "(-1000000, 0, 1)}") != ""
