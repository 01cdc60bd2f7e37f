"""Compiled trees: the plan's form of a document, places in errors, conditions, limits; the language's rows are in test_language_*.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language
from workflows.core import errors, scope, template, tree, values


def test_constants_stay_and_are_known_as_such() -> None:
    value = {"a": [1, "x", None, {"b": True}], "c": {}}
    compiled = template.compile_json(value)
    assert compiled.constant
    assert compiled.evaluate(language.names()) == value
    assert not template.compile_json({"a": ["${1}"]}).constant


def test_each_evaluation_makes_new_lists_and_objects() -> None:
    compiled = template.compile_json({"a": [1, "${1 + 1}"]})
    first = compiled.evaluate(language.names())
    first["a"].append(3)
    assert compiled.evaluate(language.names()) == {"a": [1, 2]}


def test_each_evaluation_has_a_budget_of_its_own() -> None:
    compiled = template.compile_json("{% for x in range(9000) %}{{ x }}{% endfor %}")
    names = language.names()
    assert len({compiled.evaluate(names) for _ in range(5)}) == 1


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ({"a": {"b": ["x", "${params.x}"]}}, "in a.b[1]"), ({"a": "x ${params.x}"}, "in a"), (["${params.x}"], "in [0]"), ({"${params.x}": 1}, "in ..."),
        ({"a": {"${'k'}": "${params.x}"}}, "in a...."),
    ],
)  # fmt: skip
def test_errors_say_where(source: Any, place: str) -> None:
    assert language.error(source) == f"{place}: 'x' is missing in 'params'; there is nothing"


def test_errors_in_a_loop_say_in_which_round() -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        language.relaxed('{"items": [{% for x in [1, 2, 0] %} {{ 6 / x }} {% endfor %}]}')
    assert str(caught.value) == "in items[0]: 6 / 0: division by zero [round 3 of the loop]"


def test_a_path_may_be_put_before_the_places() -> None:
    with pytest.raises(errors.MissingValue) as caught:
        template.compile_json({"a": "${params.x}"}, "with").evaluate(language.names())
    assert str(caught.value).startswith("in with.a: ")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"$value": "1 + 1"}, 2), ({"$text": "a${1}"}, "a1"), ({"$object": [["$text", "x"], [{"$text": "${'k'}"}, {"$value": "2"}]]}, {"$text": "x", "k": 2}),
        ([{"$set": ["a", "5"]}, {"$value": "a"}], [5]), ([{"$if": {"branches": [["false", [1]], ["true", [2]]], "else": [3]}}], [2]),
        ([{"$for": {"in": "[1, 2]", "as": ["a"], "if": "a > 1", "body": [{"$value": "a"}], "else": [0]}}], [2]), ([{"$for": {"in": "[]", "as": ["a"], "body": [], "else": [0]}}], [0]),
    ],
)  # fmt: skip
def test_nodes_of_a_plan(node: Any, expected: Any) -> None:
    assert template.compile_tree(node).evaluate(scope.Scope({})) == expected


def test_a_node_of_a_newer_plan_is_refused() -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        template.compile_tree({"$later": 1})
    assert str(caught.value) == "a plan of a newer format: unknown node '$later' (upgrade the worker)"


@pytest.mark.parametrize(
    ("loop", "sentence"),
    [
        ("5", "a loop takes a list, not the number 5"), ("'ab'", 'a loop takes a list, not text "ab"'),
        ("null", "a loop takes a list, not null (give null a value with | default([]))"), ("params.x", "'x' is missing in 'params'; there is nothing"),
    ],
)  # fmt: skip
def test_what_no_loop_takes(loop: str, sentence: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        template.compile_tree([{"$for": {"in": loop, "as": ["a"], "body": []}}]).evaluate(language.names())
    assert str(caught.value) == sentence


def test_a_loop_over_a_skipped_output_says_why() -> None:
    names = language.names({}, {"s": values.Skipped("step 's' was skipped: its if, x, was false")})
    with pytest.raises(errors.EvaluationError, match=r"a loop takes a list, not null \(step 's' was skipped: its if, x, was false\)"):
        template.compile_tree([{"$for": {"in": "s", "as": ["a"], "body": []}}]).evaluate(names)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("a > 1", True),
        ("${a > 1}", True),
        ("{{ a > 5 }}", False),
        (True, True),
        (False, False),
        ({"$text": "${a}"}, True),
        ({"$value": "a - 2"}, False),
        ("''", False),
    ],
)
def test_conditions(condition: Any, holds: bool) -> None:
    node = tree.of_json(condition) if isinstance(condition, str) and condition.startswith(("$", "{")) else condition
    assert template.compile_condition(node)(scope.Scope({"a": 2})) is holds


def test_a_condition_that_may_fail_alone_becomes_an_unknown() -> None:
    node = {"conditions": [{"condition": "null > 1"}, {"condition": {"$text": "${1 > 0}"}}]}
    first, second = template.compile_tree(node, lenient=("conditions[].condition",)).evaluate(language.names())["conditions"]
    assert isinstance(first["condition"], template.Unknown)
    assert first["condition"].reason == "null and the number 1 have no order (give null a value with | default(0))"
    assert second["condition"] is True


@pytest.mark.parametrize("source", ["${a} > 0", "{{ a }} > 0", "${a} > 5 and false", "a > ${a}", "${a:,}"])
def test_text_around_a_template_is_no_condition_and_ends_the_step(source: str) -> None:
    sentence = f"'{source}' is text around a template, no condition (write a bare expression, or one in ${{...}} with nothing around it)"
    made = template.compile_tree({"conditions": [{"condition": {"$text": source}}]}, "with", lenient=("conditions[].condition",))
    with pytest.raises(errors.EvaluationError) as caught:
        made.evaluate(scope.Scope({"a": 0}))
    assert str(caught.value) == f"in with.conditions[0].condition: {sentence}"
    with pytest.raises(errors.EvaluationError) as caught:
        template.compile_condition({"$text": source})(scope.Scope({"a": 0}))
    assert str(caught.value) == sentence
