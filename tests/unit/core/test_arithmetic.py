"""Exact arithmetic, called directly; the language's own tests are in test_language_numbers.py."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from workflows.core import arithmetic, errors


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("+", 1, 2, 3), ("+", Decimal("0.1"), Decimal("0.2"), Decimal("0.3")), ("-", 1, Decimal("0.10"), Decimal("0.90")), ("*", Decimal("1.50"), 2, Decimal("3.00")),
        ("/", 1, 4, Decimal("0.25")), ("//", -7, 2, -4), ("%", -7, 2, 1), ("//", Decimal("-7.5"), 2, Decimal("-4")), ("%", Decimal("-7.5"), 2, Decimal("0.5")), ("**", 2, 10, 1024),
        ("**", 2, -1, Decimal("0.5")), ("**", Decimal("1.1"), 2, Decimal("1.21")), ("+", "a", "b", "ab"), ("*", "ab", 3, "ababab"), ("*", "ab", -1, ""), ("+", [1], [2], [1, 2]),
        ("*", [1, 2], 2, [1, 2, 1, 2]),
    ],
)  # fmt: skip
def test_binary(operator: str, left: Any, right: Any, expected: Any) -> None:
    made = arithmetic.binary(operator, left, right)
    assert made == expected
    assert str(made) == str(expected)


def test_no_digit_is_lost_in_long_sums_and_products() -> None:
    long = Decimal("1" * 150 + "." + "3" * 100)
    assert arithmetic.binary("+", long, Decimal("1e-100")) == Decimal("1" * 150 + "." + "3" * 99 + "4")
    assert arithmetic.binary("*", 10**190, 10**190 + 1) == 10**380 + 10**190


@pytest.mark.parametrize(
    ("operator", "left", "right"),
    [
        ("**", 10, 401),
        ("**", 10**399, 2),
        ("*", 10**399, 10**399),
        ("+", Decimal("1e999999"), 1),
        ("*", Decimal("1e300"), Decimal("1e300")),
        ("**", Decimal("1.5"), 10**9),
    ],
)
def test_numbers_stay_within_their_digits(operator: str, left: Any, right: Any) -> None:
    with pytest.raises(errors.LimitExceeded, match="MAX_NUMBER_DIGITS"):
        arithmetic.binary(operator, left, right)


@pytest.mark.parametrize(
    ("value", "digits", "method", "expected"),
    [
        (Decimal("2.5"), None, "common", "3"), (Decimal("-2.5"), None, "common", "-3"), (10, 2, "common", "10.00"), (Decimal("1.005"), 2, "common", "1.01"), (1250, -2, "common", "1300"),
        (Decimal("2.1"), None, "ceil", "3"), (Decimal("2.9"), None, "floor", "2"), (Decimal("-2.1"), 0, "floor", "-3"),
    ],
)  # fmt: skip
def test_rounded(value: Any, digits: int | None, method: str, expected: str) -> None:
    assert str(arithmetic.rounded(value, digits, method)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("42", 42), ("-1.50", Decimal("-1.50")), ("1e3", Decimal("1E+3")), (" 7 ", 7), ("0", 0), ("1e400", None), ("1e999999999", None), ("", None), ("-", None), ("abc", None),
     ("1,000", None), ("1_000", None), ("NaN", None), ("Infinity", None), ("0x10", None), ("1 2", None), ("٣", None), ("9" * 401, None), (".5", None), ("--5", None)],
)  # fmt: skip
def test_parse_number(text: str, expected: Any) -> None:
    made = arithmetic.parse_number(text)
    assert made == expected and type(made) is type(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, "5"), (Decimal("1.50"), "1.5"), (Decimal("2.00"), "2"), (Decimal("1E+3"), "1000"), (Decimal("-0.10"), "-0.1")],
)
def test_shortest(value: Any, expected: str) -> None:
    assert str(arithmetic.shortest(value)) == expected


def test_signs() -> None:
    assert str(arithmetic.negative(Decimal("1.50"))) == "-1.50"
    assert arithmetic.positive(7) == 7
    with pytest.raises(errors.EvaluationError, match="cannot evaluate -true"):
        arithmetic.negative(True)
