"""Format specifications, called directly; the rows of the language are in test_language_numbers.py."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from workflows.core import errors, missing, number_format, values


@pytest.mark.parametrize(
    "specification",
    [",", ".2f", ",.2f", "08.3f", ">20", "*^10", "+", "-,.1f", " d", "#x", "=+8", "_", "%", ".1%", "e", ".3g", "s", "1000", ".1000f"],
)
def test_what_is_a_specification(specification: str) -> None:
    number_format.check(specification)


@pytest.mark.parametrize("specification", ["", "zz", ",,", "2f.", "{x}", ".f2", "d5", "%d", ".-1f", "  >>", "n", "5.5.5"])
def test_what_is_none(specification: str) -> None:
    with pytest.raises(errors.EvaluationError, match="is no format"):
        number_format.check(specification)


@pytest.mark.parametrize("specification", ["1001", ".1001f", "9" * 40, ">99999999"])
def test_widths_have_a_limit(specification: str) -> None:
    with pytest.raises(errors.LimitExceeded, match="MAX_WIDTH"):
        number_format.check(specification)


@pytest.mark.parametrize(
    ("value", "specification", "expected"),
    [
        (Decimal("1234567.5"), ",.2f", "1,234,567.50"), (Decimal("0.125"), ".2f", "0.13"), (Decimal("-0.125"), ".2f", "-0.13"), (Decimal("0.005"), ".0%", "1%"),
        (Decimal("2.25"), ".2", "2.3"), (Decimal("12345.678"), ",", "12,345.678"), (Decimal("1E+5"), ",", "100,000"), (10**30, ",", "1," + ",".join(["000"] * 10)), (65, "c", "A"),
        (5, "b", "101"), (Decimal("5.0"), "x", "5"), ("abc", ".2", "ab"), ("a", "^3", " a "),
    ],
)  # fmt: skip
def test_formatted(value: Any, specification: str, expected: str) -> None:
    assert number_format.formatted(value, specification) == expected


@pytest.mark.parametrize(
    ("value", "specification", "sentence"),
    [
        (None, ",", "null does not fit the format ',' (give null a value with | default(0))"),
        (
            values.Skipped("step 'a' was skipped: its if, x, was false"),
            ",",
            "null does not fit the format ',' (step 'a' was skipped: its if, x, was false)",
        ),
        ("5", ".2f", "text \"5\" does not fit the format '.2f' (turn it into a number with | number)"),
        ({}, ",", "an object does not fit the format ','"),
        (Decimal("1.5"), "d", "the number 1.5 does not fit the format 'd'"),
        (-1, "c", "the number -1 does not fit the format 'c'"),
    ],
)
def test_what_does_not_fit(value: Any, specification: str, sentence: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        number_format.formatted(value, specification)
    assert str(caught.value) == sentence


def test_what_is_missing_is_named() -> None:
    with pytest.raises(errors.MissingValue, match="'b' is missing in 'a'"):
        number_format.formatted(missing.member({"c": 1}, "b", "a"), ",")
