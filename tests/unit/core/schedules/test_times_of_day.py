"""Times of day as products of hours, minutes and seconds."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import schedule_reading
from workflows.core.schedules import times_of_day


def seconds(products: list[times_of_day.Product]) -> Counter[int]:
    """How often the products have each second of the day."""
    return Counter(
        hour * 3_600 + minute * 60 + second
        for product in products
        for hour, minute, second in itertools.product(*(schedule_reading.numbers(part) for part in product))
    )


@pytest.mark.parametrize(
    ("times", "products"),
    [
        ({0}, 1),
        ({hour * 3_600 + minute * 60 for hour in range(24) for minute in (0, 30)}, 1),
        ({9 * 3_600, 17 * 3_600 + 1_800}, 2),
        ({9 * 3_600, 10 * 3_600, 10 * 3_600 + 5}, 2),
        (set(range(86_400)), 1),
    ],
    ids=["midnight", "half hours", "two times", "a second beside", "every second"],
)
def test_times_in_few_products(times: set[int], products: int) -> None:
    made = times_of_day.products(times)
    assert (len(made), seconds(made)) == (products, Counter(times))


@given(st.sets(st.sampled_from([h * 3_600 + m * 60 + s for h in range(4) for m in (0, 7, 30) for s in (0, 20)])))
def test_products_hold_each_time_once_and_no_other(times: set[int]) -> None:
    assert seconds(times_of_day.products(times)) == Counter(times)
