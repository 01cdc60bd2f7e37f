"""Values: equality, order, their words in messages, the rows of a query."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from workflows.core import errors, values

SKIPPED = values.Skipped("step 'a' was skipped: its if, x, was false")


@pytest.mark.parametrize(
    ("value", "name", "shown"),
    [
        (None, "null", "null"), (SKIPPED, "null", "null"), (True, "true", "true"), (False, "false", "false"), (5, "a number", "the number 5"), (Decimal("1.50"), "a number", "the number 1.50"),
        ("a", "text", 'text "a"'), ("x" * 100, "text", 'text "' + "x" * 60 + '..."'), ([], "a list of 0 items", "a list of 0 items"), ([1], "a list of 1 item", "a list of 1 item"),
        ((1, 2), "a list of 2 items", "a list of 2 items"), ({}, "an object", "an object"), (10**100, "a number", "the number 1" + "0" * 59 + "..."), (object(), "no value of the language", "no value of the language"),
    ],
)  # fmt: skip
def test_words_for_messages(value: Any, name: str, shown: str) -> None:
    assert values.type_name(value) == name
    assert values.shown(value) == shown


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        (1, 2, -1),
        (2, Decimal("1.5"), 1),
        (1, Decimal("1.0"), 0),
        ("a", "b", -1),
        ("b", "B", 1),
        ([1, 2], [1, 3], -1),
        ([1], [1, 0], -1),
        ([[2]], [[1], 5], 1),
        ([], [], 0),
        ([[], 1], [[], 1], 0),
    ],
)
def test_compare(left: Any, right: Any, order: int) -> None:
    assert values.compare(left, right) == order
    assert values.compare(right, left) == -order


@pytest.mark.parametrize(("left", "right"), [(None, 1), (True, False), (True, 1), ("1", 1), ({}, {}), ([1], ["a"]), ([1], 1), (SKIPPED, 1)])
def test_what_has_no_order(left: Any, right: Any) -> None:
    with pytest.raises(errors.EvaluationError, match="have no order"):
        values.compare(left, right)


def test_deep_values_are_compared_without_pythons_stack() -> None:
    left: Any = [1]
    right: Any = [1]
    for _ in range(5_000):
        left, right = [left], [right]
    assert values.equal(left, right)
    assert values.compare(left, right) == 0


@pytest.mark.parametrize("number", [Decimal("1e401"), Decimal("1e-401"), Decimal("NaN"), Decimal("Infinity"), Decimal("1e999999999")])
def test_numbers_too_long_to_write_are_refused(number: Decimal) -> None:
    with pytest.raises(errors.LimitExceeded, match="MAX_NUMBER_DIGITS"):
        values.scalar_text(number)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), (SKIPPED, "null"), (True, "true"), (5, "5"), (Decimal("1E+3"), "1000"), (Decimal("1.50"), "1.50"), ("a", "a")],
)
def test_scalar_text(value: Any, text: str) -> None:
    assert values.scalar_text(value) == text


def test_rows_without_the_key_column_and_broken_rows_are_passed_over() -> None:
    rows = values.Rows({"rows": [{"a": 1}, {"b": 2}, {}], "count": 3}, "a")
    assert rows.find(1) == [{"a": 1}]
    assert list(rows.keys_found()) == ["1"]
    assert values.Rows({"rows": None}).find("x") == []


def test_null_that_knows_why_is_false() -> None:
    assert not SKIPPED
    assert values.is_null(SKIPPED) and values.is_null(None) and not values.is_null(0)
    assert values.is_number(1) and values.is_number(Decimal(1)) and not values.is_number(True)
