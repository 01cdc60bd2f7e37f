"""A payload as people read it: nothing added, nothing hidden, nothing turned round."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from starter.page import shown


def text(value: Any) -> Any:
    """What is shown, as plain lists: pairs, rows under their columns, items."""
    made = shown.payload(value).value
    return _plain(made)


def _plain(made: shown.Shown | None) -> Any:
    if made is None:
        return None
    if made.kind == shown.PAIRS:
        return {name: _plain(member) for name, member in made.pairs}
    if made.kind == shown.TABLE:
        return [list(made.columns), *([_plain(cell) for cell in row] for row in made.rows)]
    if made.kind == shown.ITEMS:
        return [_plain(item) for item in made.items]
    return f"{made.kind} {made.text}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("12450.00"), "number 12450.00"),
        (Decimal("0.10"), "number 0.10"),
        (10**20, "number 100000000000000000000"),
        (True, "word true"),
        (False, "word false"),
        (None, "word null"),
        ("", "word empty text"),
        ({}, "word no members"),
        ([], "word empty list"),
        ("null", "text null"),
        (" two  blanks ", "text  two  blanks "),
        (["a", 1], ["text a", "number 1"]),
        ({"b": 1, "a": {"c": "d"}}, {"b": "number 1", "a": {"c": "text d"}}),
    ],
)  # fmt: skip
def test_values_are_shown_as_written(value: Any, expected: Any) -> None:
    assert text(value) == expected


def test_a_list_of_objects_is_a_table_with_the_columns_of_all() -> None:
    rows = [{"name": "Nistru", "amount": Decimal("5.50")}, {"amount": 7, "note": {"urgent": True}}]
    assert text(rows) == [
        ["name", "amount", "note"],
        ["text Nistru", "number 5.50", None],
        [None, "number 7", {"urgent": "word true"}],
    ]


@pytest.mark.parametrize(
    "value", [[{"a": 1}, 2], [{"a": 1}, {}], [{f"c{n}": n for n in range(13)}]], ids=["mixed", "an empty one", "too wide"]
)
def test_other_lists_are_shown_one_by_one(value: list[Any]) -> None:
    assert shown.payload(value).value.kind == shown.ITEMS


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("MD24\u202e4DM", r"MD24\u202e4DM", id="turned round"),
        pytest.param("a\u200bb", r"a\u200bb", id="zero width"),
        pytest.param("a\x00\x1b[2J", r"a\u0000\u001b[2J", id="control characters"),
        pytest.param("one\ntwo\tthree", "one\ntwo\tthree", id="lines"),
        pytest.param("1\u00a0000 lei, Chișinău, Кишинёв", "1\u00a0000 lei, Chișinău, Кишинёв", id="letters and spaces"),
        pytest.param("\U000e0041", r"\U000e0041", id="a tag beyond the first plane"),
        pytest.param("\ud800", "\ufffd", id="half of a pair"),
    ],
)
def test_hidden_characters_are_written_out(given: str, expected: str) -> None:
    assert shown.plain(given) == expected
    assert text({given: given}) == {expected: f"text {expected}"}


def test_what_is_too_large_is_cut_and_says_so() -> None:
    made = shown.payload([{"number": number} for number in range(10_000)])
    assert made.cut
    assert 2_000 < len(made.value.rows) < 5_001
    long = shown.payload("x" * 10_001)
    assert (long.cut, long.value.text.endswith("x ... 1 more characters")) == (True, True)
    assert not shown.payload([{"number": number} for number in range(1_000)]).cut


def test_json_of_a_step_keeps_digits_and_is_cut() -> None:
    assert shown.json_lines({"amount": Decimal("5.50"), "to": "a\u202eb"}) == '{\n  "amount": 5.50,\n  "to": "a\\u202eb"\n}'
    assert shown.json_lines("x" * 5_000).endswith("\n... 1,002 more characters")
