"""Values as text and as they leave an expression; what that costs."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests import hostile_shapes
from workflows.core import budget, durations, errors, limits, missing, texts, values


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, "{}"), ([], "[]"), ([[]], "[[]]"), ([{}, []], "[{},[]]"), ({"a": {}}, '{"a":{}}'), ([1, [2, [3]], 4], "[1,[2,[3]],4]"), ({"b": 1, "a": [True, None]}, '{"b":1,"a":[true,null]}'),
        (Decimal("1.50"), "1.50"), ("é\n", '"é\\n"'), ((1, 2), "[1,2]"), (values.Skipped("x"), "null"), ({"a": (1,)}, '{"a":[1]}'), ([range(2)], "[[0,1]]"),
    ],
)  # fmt: skip
def test_compact_json(value: Any, expected: str) -> None:
    assert texts.compact_json(value, budget.Budget()) == expected


def test_compact_json_is_json() -> None:
    value = {"a": [1, {"b": 'x\u2028"\\'}], "c": None, "d": {"e": [[], [[]], {}]}}
    assert json.loads(texts.compact_json(value, budget.Budget())) == value


def test_what_is_json_leaves_without_a_copy() -> None:
    value = {"a": [1, {"b": Decimal("1.0")}]}
    assert texts.leaving(value, budget.Budget()) is value


def test_what_is_no_json_leaves_as_json() -> None:
    rows = values.Rows({"rows": [{"a": 1}], "count": 1})
    made = texts.leaving({"a": (1, rows), 5: values.Skipped("x"), True: 1.5}, budget.Budget())
    assert made == {"a": [1, {"rows": [{"a": 1}], "count": 1}], "5": None, "true": Decimal("1.5")}
    assert type(made["a"][1]) is dict


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([durations.literal("1h")], "a duration alone is no value (add it to a date or a time: now + 1h)"),
        ([object()], "a function or loop is no value (read one of its members)"),
        ([missing.member({}, "a", "b")], "'a' is missing in 'b'; there is nothing"),
    ],
)
def test_what_cannot_leave(value: Any, sentence: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        texts.leaving(value, budget.Budget())
    assert str(caught.value) == sentence


@pytest.mark.parametrize("depth", [limits.MAX_DEPTH, limits.MAX_DEPTH + 1, 10_000])
def test_nesting_has_a_limit(depth: int) -> None:
    value = hostile_shapes.nested(depth)
    for function in (texts.leaving, texts.compact_json, texts.text_of):
        if depth <= limits.MAX_DEPTH:
            function(value, budget.Budget())
        else:
            with pytest.raises(errors.LimitExceeded, match="MAX_DEPTH"):
                function(value, budget.Budget())


def test_doubled_lists_spend_the_budget() -> None:
    for function in (texts.leaving, texts.compact_json, texts.weigh):
        with pytest.raises(errors.LimitExceeded, match="MAX_OPERATIONS"):
            function(hostile_shapes.doubled(40), budget.Budget())


def test_a_text_may_have_a_million_characters_but_no_more() -> None:
    room = limits.MAX_TEXT_CHARS
    assert texts.text_of("x" * room, budget.Budget())
    assert len(texts.text_of(["x" * (room - 4)], budget.Budget())) == room
    with pytest.raises(errors.LimitExceeded, match="MAX_TEXT_CHARS"):
        texts.text_of("x" * (room + 1), budget.Budget())
    with pytest.raises(errors.LimitExceeded, match="MAX_TEXT_CHARS"):
        texts.compact_json(["x" * (room // 2)] * 3, budget.Budget())
