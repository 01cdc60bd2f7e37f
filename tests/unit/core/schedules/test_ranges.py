"""Numbers as ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import schedule_reading
from workflows.core.schedules import ranges, spec


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], ()),
        ([7], ((7, 7, 1),)),
        ([3, 1, 2, 2], ((1, 3, 1),)),
        ([0, 15, 30, 45], ((0, 45, 15),)),
        ([1, 2, 3, 10, 20, 30, 77], ((1, 3, 1), (10, 30, 10), (77, 77, 1))),
        ([1, 9, 10, 11], ((1, 1, 1), (9, 11, 1))),
    ],
    ids=["none", "one", "in a row", "steps", "mixed", "a far first"],
)
def test_numbers_as_few_ranges(numbers: list[int], expected: tuple[spec.Range, ...]) -> None:
    assert ranges.of(numbers) == expected


@given(st.sets(st.integers(0, 60)))
def test_ranges_hold_the_numbers_and_no_others(numbers: set[int]) -> None:
    assert schedule_reading.numbers(ranges.of(numbers)) == numbers
