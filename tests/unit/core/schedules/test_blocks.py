"""Rules as times of day on days."""

from __future__ import annotations

import datetime
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.core.schedules import blocks, local_times
from workflows.core.schedules import rule as rules

START = datetime.datetime(2026, 11, 23, 9, 17)
FIRST, LAST = datetime.date(2026, 1, 1), datetime.date(2030, 12, 31)
HOUR = 3_600
DAYS = range(datetime.date(2027, 1, 1).toordinal(), datetime.date(2027, 1, 6).toordinal())
TIMES = (0, HOUR, 2 * HOUR + 5)
BLOCKS = st.lists(
    st.builds(blocks.Block, st.frozensets(st.sampled_from(TIMES), min_size=1), st.frozensets(st.sampled_from(DAYS), min_size=1)), max_size=4
)


def times(found: list[blocks.Block]) -> set[tuple[int, int]]:
    """(day, time) of all blocks."""
    return {pair for block in found for pair in itertools.product(block.days, block.times)}


def of(rule: rules.Rule) -> list[blocks.Block]:
    return blocks.of_rule(local_times.completed(rule, START), START, FIRST, LAST)


@pytest.mark.parametrize(
    ("rule", "hours", "days"),
    [
        (rules.Rule("DAILY", by_hour=(9, 18), by_minute=(0,), by_second=(0,)), {9, 18}, lambda day: True),
        (rules.Rule("DAILY", by_hour=(9, 18, 20), by_minute=(0,), by_second=(0,), by_set_position=(-1,)), {20}, lambda day: True),
        (rules.Rule("WEEKLY", 2, by_day=(rules.Weekday(0),), by_hour=(9,), by_minute=(0,), by_second=(0,)), {9}, lambda day: (day - START.date()).days % 14 == 0),
        (rules.Rule("HOURLY", 6, by_minute=(0,), by_second=(0,), by_month=(1,)), {3, 9, 15, 21}, lambda day: day.month == 1),
    ],
    ids=["daily", "set position", "each second week", "hourly"],
)  # fmt: skip
def test_a_rule_that_is_alike_on_its_days_is_one_block(rule: rules.Rule, hours: set[int], days: object) -> None:
    (found,) = of(rule)
    assert found.times == {hour * HOUR for hour in hours}
    everyday = (datetime.date.fromordinal(day) for day in range(FIRST.toordinal(), LAST.toordinal() + 1))
    assert callable(days)
    assert found.days == {day.toordinal() for day in everyday if days(day)}


def test_a_step_that_does_not_divide_the_day_is_listed() -> None:
    found = of(rules.Rule("HOURLY", 5, by_day=(rules.Weekday(0),), by_minute=(0,), by_second=(0,)))
    phase = START.replace(minute=0)
    hours = (phase + datetime.timedelta(hours=5 * number) for number in range(-8_000, 8_000))
    assert times(found) == {
        (hour.toordinal(), hour.hour * HOUR) for hour in hours if FIRST <= hour.date() <= LAST and hour.weekday() == 0
    }  # fmt: skip


def test_too_many_times_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_LISTED", 5_000)  # 120,000 take a second
    with pytest.raises(blocks.TooMany):
        of(rules.Rule("SECONDLY", 7, by_hour=(9,)))


@settings(max_examples=50)
@given(BLOCKS, BLOCKS)
def test_what_is_excluded_is_taken_away_and_nothing_else(some: list[blocks.Block], taken: list[blocks.Block]) -> None:
    assert times(blocks.without(some, taken)) == times(some) - times(taken)


@given(
    st.sets(
        st.datetimes(datetime.datetime(2027, 1, 1), datetime.datetime(2027, 1, 9)).map(lambda time: time.replace(microsecond=0)), max_size=9
    )
)
def test_times_become_blocks_that_hold_them(found: set[datetime.datetime]) -> None:
    assert times(blocks.of_times(found)) == {(time.toordinal(), time.hour * HOUR + time.minute * 60 + time.second) for time in found}
