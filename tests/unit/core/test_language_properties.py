"""Properties of the language: values come through unchanged, and no template changes what stands around it."""

from __future__ import annotations

import decimal
import json
from decimal import Decimal
from typing import Any

import hypothesis
from hypothesis import strategies as st

from tests import language, plans
from workflows import converter
from workflows.core import errors, limits, model, plan, scope, source, template, tree

hypothesis.settings.register_profile(
    "language", derandomize=True, deadline=None, max_examples=100, database=None, suppress_health_check=list(hypothesis.HealthCheck)
)
SETTINGS = hypothesis.settings.get_profile("language")

#: Marks, quotes, signs of SQL, JSON and HTML, letters of many alphabets.
PIECES = st.sampled_from(["${", "{{", "{%", "%}", "}}", "}", "$", "{#", "#}", "{% raw %}", "${x}", "{{ params.a }}", "'", '"', "\\", "`", "\n", "\t", "<b>", "&", "é", "日", "😀", ":", "|", " ", "a", "0", "$text", "$for", "rows", "count"])  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\0"), max_size=12),
    st.lists(PIECES, max_size=6).map("".join),
)
NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12),
    st.sampled_from([Decimal("1234.50"), Decimal("0.10"), Decimal("-0.0"), Decimal("1E+3"), Decimal("1.5E-7"), Decimal("2.00")]),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
JSON = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)), max_leaves=12)


def written(value: Any) -> str:
    """A value as the text of a document."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def same(left: Any, right: Any) -> bool:
    """Equal with types, digits of decimals, and the order of keys."""
    if isinstance(left, dict):
        return isinstance(right, dict) and list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and (str(left) == str(right))


def without_marks(value: Any) -> Any:
    """The value with nothing that is a mark in a document."""
    if isinstance(value, dict):
        return {without_marks(key): without_marks(member) for key, member in value.items()}
    if isinstance(value, list):
        return [without_marks(member) for member in value]
    return value.replace("{", "(").replace("%}", "%)") if isinstance(value, str) else value


@hypothesis.settings(SETTINGS)
@hypothesis.given(JSON)
def test_a_value_of_a_document_comes_through_the_plan_unchanged(drawn: Any) -> None:
    value = without_marks(drawn)
    root = source.read_document(written({"value": value}).encode(), "test.json")
    step = model.Step("a", "system.transform", 0, model.Object((model.Entry(model.Const("template"), root.entries[0].value),)))  # type: ignore[union-attr]
    made = plan.build(model.Pipeline("p", "P", (step,), model.Object(())), plans.TOOLS, "UTC")
    compiled = plan.load(converter.decode(converter.encode(made)))
    assert same(compiled.steps[0].arguments.evaluate(language.names())["template"], value)


@hypothesis.settings(SETTINGS)
@hypothesis.given(JSON)
def test_data_comes_out_as_it_is(value: Any) -> None:
    assert same(language.value("${params.x}", x=value), value)
    assert same(language.value({"a": ["{{ steps.s.x }}"]}, language.names({}, {"s": {"x": value}})), {"a": [value]})
    assert same(language.relaxed("[{{ params.x }}, {% for x in [params.x] %} ${x}, {% endfor %}]", x=value), [value, value])


@hypothesis.settings(SETTINGS)
@hypothesis.given(TEXTS)
def test_data_with_marks_stays_data_inside_a_text(text: str) -> None:
    assert language.value("<${params.x}>", x=text) == f"<{text}>"
    assert language.value("{% for x in params.xs %}{{ x }}{% endfor %}", xs=[text, text]) == text * 2
    assert language.value("${params.x ~ params.x}", x=text) == text * 2


@hypothesis.settings(SETTINGS)
@hypothesis.given(TEXTS, NUMBERS)
def test_data_never_becomes_part_of_a_statement(text: str, number: Any) -> None:
    node = tree.of_json({"query": "SELECT * FROM t WHERE a = '${params.t}' AND b = ${params.t} AND c = {{ params.n }}"})
    made = template.compile_tree(node, "with", ("query",)).evaluate(language.names({"t": text, "n": number}))
    assert made["query"] == "SELECT * FROM t WHERE a = :p1 AND b = :p2 AND c = :p3"
    assert same(made["parameters"], {"p1": text, "p2": text, "p3": number})


PATHS = st.sampled_from(["params.a", "params.b.c", "params.list", "params.list[0]", "params.missing", "steps.s", "steps.s.rows", "event.title", "today", "now + 1h", "x", "loop.index"])  # fmt: skip
LITERALS = st.sampled_from(["1", "1.50", "'a'", '"b"', "null", "true", "[1, 2]", "{'k': 1}", "`20`", "90m"])
SUFFIXES = st.sampled_from(["| length", "| default(0)", "| json", "| upper", "| sum", "| first", "| items", "| string", "[0]", ".a", "| round(2)", "| number", "| join(',')"])  # fmt: skip
OPERATORS = st.sampled_from(["+", "-", "*", "/", "~", "==", "===", "!=", "<", ">=", "&&", "||", "and", "in", "**", "%"])
EXPRESSIONS = st.recursive(
    st.one_of(PATHS, LITERALS),
    lambda inner: st.one_of(
        st.tuples(inner, SUFFIXES).map(lambda parts: f"({parts[0]}) {parts[1]}"),
        st.tuples(inner, OPERATORS, inner).map(" ".join),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]}) ? ({parts[1]}) : ({parts[2]})"),
        inner.map(lambda one: f"!({one})"),
        inner.map(lambda one: f"[{one}, {one}]"),
    ),
    max_leaves=5,
)
TEMPLATES = st.one_of(
    EXPRESSIONS.map(lambda one: f"${{ {one} }}".replace("${ {", "${  {")),
    EXPRESSIONS.map(lambda one: "{{ " + one + " }}"),
    EXPRESSIONS.map(lambda one: 'quote " brace } comma , ${ ' + one + " } ] end"),
    EXPRESSIONS.map(lambda one: "{% if " + one + ' %}yes, "{% else %}no }{% endif %}'),
    EXPRESSIONS.map(lambda one: "{% for x in " + one + " %}{{ x }},{% endfor %}"),
    TEXTS,
)


@hypothesis.settings(SETTINGS)
@hypothesis.given(TEMPLATES, JSON, TEXTS)
def test_no_template_changes_what_stands_around_it(made_of: str, data: Any, text: str) -> None:
    document = {
        "before": text if "{" not in text else "b",
        "list": [1, made_of, {"inner": made_of, "last": None}],
        "after": [made_of, True],
    }
    given = {"a": data, "b": {"c": text}, "list": [data, text]}
    names = language.names(given, {"s": {"rows": [data]}}, {"title": text})
    try:
        made = language.value(document, names)
    except errors.EvaluationError as failure:
        assert "Traceback" not in str(failure) and "object at 0x" not in str(failure)
        return
    assert list(made) == ["before", "list", "after"]
    assert len(made["list"]) == 3 and len(made["after"]) == 2
    assert list(made["list"][2]) == ["inner", "last"]
    assert made["list"][0] == 1 and made["list"][2]["last"] is None and made["after"][1] is True
    language.exact(made)  # JSON through and through


@hypothesis.settings(SETTINGS)
@hypothesis.given(
    st.lists(JSON, max_size=5), st.sampled_from(["true", "false", "loop.index is odd", "not loop.last", "x"]), st.booleans(), st.booleans()
)
def test_loops_and_conditions_outside_texts_keep_their_number_of_items(
    items: list[Any], condition: str, comma_before: bool, comma_after: bool
) -> None:
    before, after = "," if comma_before else "", "," if comma_after else ""
    text = (
        "[0, {% for x in params.xs %} {% if "
        + condition
        + " %}"
        + before
        + ' {"v": {{ x }}, "k": "${loop.index}"} {% endif %}'
        + after
        + " {% endfor %} 1]"
    )
    made = language.relaxed(text, xs=items)
    kept = [
        {"v": item, "k": number}
        for number, item in enumerate(items, 1)
        if {"true": True, "false": False, "loop.index is odd": number % 2 == 1, "not loop.last": number < len(items), "x": bool(item)}[
            condition
        ]
    ]
    assert same(made, [0, *kept, 1])


@hypothesis.settings(SETTINGS)
@hypothesis.given(
    st.text(max_size=60)
    | st.lists(
        PIECES | TEXTS | st.sampled_from(["for x in y", "if", "endif", "|", "(", ")", "[", "1", ".", "? :", "=== "]), max_size=12
    ).map("".join)
)
def test_every_text_is_a_template_or_an_error_of_ours(text: str) -> None:
    try:
        made = language.value(text, y=[1], x={"a": 1})
        language.exact(made)
    except errors.EvaluationError as failure:
        assert str(failure)


@hypothesis.settings(SETTINGS)
@hypothesis.given(NUMBERS, NUMBERS)
def test_sums_and_products_are_exact(left: Any, right: Any) -> None:
    names = language.names({"a": left, "b": right})
    with_all_digits = (Decimal(left), Decimal(right))
    total, product = language.value("${params.a + params.b}", names), language.value("${params.a * params.b}", names)
    exact = decimal.Context(prec=limits.MAX_NUMBER_DIGITS)
    assert Decimal(total) == exact.add(*with_all_digits)
    assert Decimal(product) == exact.multiply(*with_all_digits)
    assert language.value("${params.a + params.b - params.b == params.a}", names) is True
    assert (type(total) is int) == (type(left) is int and type(right) is int)


@hypothesis.settings(SETTINGS)
@hypothesis.given(SCALARS, SCALARS)
def test_equality_is_symmetric_and_order_is_antisymmetric(left: Any, right: Any) -> None:
    names: scope.Scope = language.names({"a": left, "b": right})
    assert language.value("${params.a == params.b}", names) == language.value("${params.b === params.a}", names)
    assert language.value("${params.a != params.b}", names) != language.value("${params.a == params.b}", names)
    try:
        less = language.value("${params.a < params.b}", names)
    except errors.EvaluationError:
        return
    assert less == language.value("${params.b > params.a}", names)
    assert less != language.value("${params.a >= params.b}", names)
