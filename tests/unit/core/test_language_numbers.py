"""The fine print "Numbers" of the language."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import language


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2", "3"), ("7 - 9", "-2"), ("6 * 7", "42"), ("7 // 2", "3"), ("-7 // 2", "-4"), ("7 % 3", "1"), ("-7 % 3", "2"), ("2 ** 10", "1024"), ("2 ** 3 ** 2", "512"), ("-5", "-5"), ("+5", "5"),
        ("9007199254740993 + 0", "9007199254740993"), ("[1, 2, 3] | sum", "6"),
    ],
)  # fmt: skip
def test_integers_stay_integers(expression: str, expected: str) -> None:
    made = language.value("${" + expression + "}")
    assert type(made) is int
    assert language.exact(made) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0.1 + 0.2", "0.3"), ("1.10 + 2.20", "3.30"), ("1234.50", "1234.50"), ("1234.50 * 2", "2469.00"), ("1.0 + 1", "2.0"), ("0.1 * 3", "0.3"), ("5.50 - 5.50", "0.00"),
        ("7.5 // 2", "3"), ("7.5 % 2", "1.5"), ("1.50 + 1.5", "3.00"), ("-1.50", "-1.50"), ("params.money", "1234.50"), ("params.money + 0", "1234.50"),
        ("params.money * 100", "123450.00"), ("[0.1, 0.2, 0.3] | sum", "0.6"), ("params.rows | sum(attribute='a')", "0.30"),
        ("123456789012345678901234567890.12 + 0.01", "123456789012345678901234567890.13"),
    ],
)  # fmt: skip
def test_other_numbers_are_exact_decimals_that_keep_their_digits(expression: str, expected: str) -> None:
    given = {"money": Decimal("1234.50"), "rows": [{"a": Decimal("0.10")}, {"a": Decimal("0.20")}]}
    made = language.value("${" + expression + "}", **given)
    assert isinstance(made, Decimal)
    assert language.text("${" + expression + "}", **given) == expected


def test_decimals_of_the_document_keep_their_digits() -> None:
    assert (
        language.exact(language.relaxed('{"a": 1234.50, "b": {{ 0.10 }}, "c": "${1.00}", "d": "x ${2.50}"}'))
        == '{"a":1234.50,"b":0.10,"c":1.00,"d":"x 2.50"}'
    )


@pytest.mark.parametrize(
    ("expression", "printed"),
    [("1e3", "1000"), ("1.5e3", "1500"), ("1e-7", "0.0000001"), ("1.50E+2", "150"), ("params.x", "120000"), ("[1e2]", "[100]"), ("2.5e-3 * 2", "0.0050")],
)  # fmt: skip
def test_an_exponent_is_written_out(expression: str, printed: str) -> None:
    assert language.text("${" + expression + "}", x=Decimal("1.2E+5")) == printed


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("10 | round(2)", "10.00"), ("2.345 | round(2)", "2.35"), ("2.344 | round(2)", "2.34"), ("-2.345 | round(2)", "-2.35"), ("1.005 | round(2)", "1.01"),
        ("0.5 | round(0)", "1"), ("1234.5 | round(-2)", "1200"), ("1250 | round(-2)", "1300"), ("2.10 | round(1)", "2.1"), ("2 | round(1)", "2.0"),
        ("2.1 | round(3)", "2.100"), ("round(2.345, 2)", "2.35"), ("2.341 | round(2, 'ceil')", "2.35"), ("2.349 | round(2, 'floor')", "2.34"),
        ("'2.345' | number | round(2)", "2.35"),
    ],
)  # fmt: skip
def test_round_gives_so_many_digits_half_away_from_zero(expression: str, expected: str) -> None:
    assert language.text("${" + expression + "}") == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("2.5 | round", 3),
        ("-2.5 | round", -3),
        ("3.5 | round", 4),
        ("2.4999 | round", 2),
        ("7 | round", 7),
        ("0.5 | round", 1),
        ("-0.4 | round", 0),
    ],
)
def test_round_alone_gives_an_integer(expression: str, expected: int) -> None:
    made = language.value("${" + expression + "}")
    assert type(made) is int and made == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 / 3", "0.3333333333333333333333333333"), ("2 / 3", "0.6666666666666666666666666667"), ("10 / 4", "2.5"), ("10 / 5", "2"), ("100 / 1", "100"), ("1 / 8", "0.125"),
        ("-1 / 3", "-0.3333333333333333333333333333"), ("1000 / 10", "100"), ("7.50 / 2", "3.75"), ("1 / 3 * 3", "0.9999999999999999999999999999"),
    ],
)  # fmt: skip
def test_division_gives_a_decimal_with_at_most_28_digits(expression: str, expected: str) -> None:
    made = language.value("${" + expression + "}")
    assert isinstance(made, Decimal)
    assert language.text("${" + expression + "}") == expected


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("1 / 0", "1 / 0: division by zero"), ("1 % 0", "1 % 0: division by zero"), ("1.5 // 0", "1.5 // 0: division by zero"), ("0 ** -1", "0 ** -1: division by zero"),
        ("(-8) ** 0.5", "-8 ** 0.5 is no real number"),
        ("'a' + 1", 'cannot evaluate text "a" + the number 1 (turn text into a number with | number, join texts with ~)'),
        ("'5' * '2'", 'cannot evaluate text "5" * text "2" (turn text into a number with | number, join texts with ~)'),
        ("null + 1", "cannot evaluate null + the number 1 (give null a value with | default(0))"),
        ("true + 1", "cannot evaluate true + the number 1"),
        ("-'a'", 'cannot evaluate -text "a" (turn text into a number with | number, join texts with ~)'),
        ("[1] - [1]", "cannot evaluate a list of 1 item - a list of 1 item"),
        ("{} + {}", "cannot evaluate an object + an object"),
        ("'abc' | number", 'text "abc" is no number (a number is written like 1234.50, without spaces or group marks)'),
        ("'1,234' | number", 'text "1,234" is no number (a number is written like 1234.50, without spaces or group marks)'),
        ("null | number", "null is no number (give null a value with | default(0))"),
        ("true | number", "true is no number (a number is written like 1234.50, without spaces or group marks)"),
        ("'a' | round", 'cannot round text "a" (turn text into a number with | number, join texts with ~)'),
        ("1 | round('a')", 'round to text "a" digits (a whole number from -50 to 50)'),
        ("1 | round(51)", "round to the number 51 digits (a whole number from -50 to 50)"),
        ("1 | round(2, 'up')", 'round knows no method "up" (common, ceil or floor)'),
    ],
)  # fmt: skip
def test_what_cannot_be_calculated(expression: str, sentence: str) -> None:
    assert language.error("${ " + expression + " }") == sentence


@pytest.mark.parametrize(
    "expression",
    [
        "10 ** 401",
        "2 ** 5000",
        "10 ** 300 * 10 ** 300",
        "1e500",
        "`1e999999999`",
        "params.x",
        "x ${params.x}",
        "params.x + 1",
        "params.x | round",
        "params.x | int",
        "params.x:,",
    ],
)
def test_numbers_have_at_most_400_digits(expression: str) -> None:
    source = expression if expression.startswith("x ") else "x ${" + expression + "}"
    assert language.error(source, x=Decimal("1e999999999")).startswith("a number of more than 400 digits (MAX_NUMBER_DIGITS)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("42", 42), ("-1.50", Decimal("-1.50")), (" 7 ", 7), ("1e3", Decimal("1E+3")), ("007", 7), ("+5", 5)],
)
def test_text_becomes_a_number(text: str, expected: Any) -> None:
    assert language.value("${params.t | number}", t=text) == expected
    assert language.value("${params.t | number + 1}", t=text) == expected + 1


@pytest.mark.parametrize(
    ("specification", "number", "expected"),
    [
        (",", 1234567, "1,234,567"), (",", Decimal("1234567.50"), "1,234,567.50"), (",.2f", Decimal("1234.5"), "1,234.50"), (".2f", 5, "5.00"), (".0f", Decimal("2.5"), "3"),
        (".1f", Decimal("0.25"), "0.3"), (".1f", Decimal("-0.25"), "-0.3"), (".1%", Decimal("0.1255"), "12.6%"), ("05d", 42, "00042"), (">8", 42, "      42"), ("<4", 42, "42  "),
        ("^6", 42, "  42  "), ("*>6", 42, "****42"), ("+", 42, "+42"), ("+.1f", Decimal("1.25"), "+1.3"), ("x", 255, "ff"), ("d", Decimal("5.00"), "5"), ("_", 1234567, "1_234_567"),
        ("_", Decimal("1234567.50"), "1_234_567.50"), ("_.2f", Decimal("1234567.5"), "1_234_567.50"), (".1", Decimal("2.25"), "2"), (".2e", Decimal("12350"), "1.24e+4"),
        ("f", Decimal("1.5"), "1.500000"), (".60f", 1, "1." + "0" * 60), (",", Decimal("1E+3"), "1,000"),
    ],
)  # fmt: skip
def test_format_specifications(specification: str, number: Any, expected: str) -> None:
    assert language.value("${params.n:" + specification + "}", n=number) == expected


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("${params.x:,}", "null does not fit the format ',' (give null a value with | default(0))"),
        ("${'abc':,}", "text \"abc\" does not fit the format ',' (turn it into a number with | number)"),
        ("${true:,}", "true does not fit the format ','"),
        ("${[1]:,}", "a list of 1 item does not fit the format ','"),
        ("${5.5:d}", "the number 5.5 does not fit the format 'd'"),
        ("${5:.1001f}", "the format '.1001f' is wider than 1000 characters (MAX_WIDTH)"),
        ("${5:>9999}", "the format '>9999' is wider than 1000 characters (MAX_WIDTH)"),
    ],
)
def test_what_does_not_fit_a_format(source: str, sentence: str) -> None:
    assert language.error(source, x=None) == sentence


def test_texts_and_dates_are_formatted_too() -> None:
    assert language.value("${'ab':>4}|${'ab':<4}|${'abc':.2}") == "  ab|ab  |ab"
    assert language.value("${today:>12}") == "  2026-11-23"
