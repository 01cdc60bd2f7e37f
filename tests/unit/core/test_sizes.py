"""Sizes are those of the JSON that Temporal is given."""

from __future__ import annotations

import msgspec
import pytest

from workflows.core import errors, limits, sizes


@pytest.mark.parametrize(
    "value",
    [
        "",
        "plain",
        'quotes " and \\ strokes',
        "lines\nand\ttabs",
        "\x00\x01\x1f",
        "Chișinău – 10 €",
        "😀",
        {"a": [1, True, None, {"b": "c"}], "d": {}},
        [[], [[]]],
    ],
)
def test_a_size_is_that_of_the_json(value: object) -> None:
    assert sizes.size_of(value) == len(msgspec.json.encode(value))


def test_control_characters_count_six_for_one() -> None:
    with pytest.raises(errors.LimitExceeded, match="MAX_PAYLOAD_BYTES"):
        sizes.check_size("\x01" * (limits.MAX_PAYLOAD_BYTES // 5), "the text")


def test_half_of_a_surrogate_pair_is_counted_not_refused() -> None:
    assert sizes.size_of("\ud83d") == 5
