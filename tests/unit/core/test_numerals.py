"""Numbers of documents keep their digits, and too many are refused before they cost anything."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workflows.core import errors, numerals


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("0", 0), ("-7", -7), ("1.50", Decimal("1.50")), ("1E+2", Decimal("1E+2")), ("0.000", Decimal("0.000")),
        ("01", None), ("+1", None), ("1.", None), (".1", None), ("1e", None), ("--1", None), ("", None), ("١", None), ("1 ", None),
    ],
)  # fmt: skip
def test_a_word_is_a_number_of_json_or_none(word: str, expected: object) -> None:
    number = numerals.read_json(word)
    assert (number, str(number)) == (expected, str(expected))


@pytest.mark.parametrize(
    "word", ["1" * 401, "-" + "1" * 401, "1e400", "1e-400", "0." + "1" * 400, "1e9999999999999999999999", "1." + "0" * 400]
)
def test_too_many_digits_are_refused(word: str) -> None:
    with pytest.raises(errors.LimitExceeded) as caught:
        numerals.read_json(word)
    assert str(caught.value) == "a number of more than 400 digits (MAX_NUMBER_DIGITS)"


@pytest.mark.parametrize("word", ["1" * 400, "1e399", "1e-399", "0." + "1" * 399])
def test_400_digits_are_read(word: str) -> None:
    assert numerals.read_json(word) is not None


@pytest.mark.parametrize("digits", ["f" * 400, "f" * 1_000_000])
def test_digits_of_other_bases_count_as_written_out(digits: str) -> None:
    with pytest.raises(errors.LimitExceeded):
        numerals.whole(digits, 16)


def test_a_word_that_is_just_text_has_no_advice() -> None:
    assert numerals.why_not("abc") == ""
    assert numerals.why_not("+") == "a number has no plus sign"
