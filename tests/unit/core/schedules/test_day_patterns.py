"""Sets of days as calendars."""

from __future__ import annotations

import calendar
import datetime
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import schedule_reading
from workflows.core.schedules import day_patterns

FIRST, LAST = 2023, 2100
ALL = tuple(range(datetime.date(FIRST, 1, 1).toordinal(), datetime.date(LAST, 12, 31).toordinal() + 1))


def days_of(made: tuple[day_patterns.DayCalendar, ...], first_year: int, last_year: int) -> Counter[int]:
    """How often the calendars have each day."""
    found: Counter[int] = Counter()
    for one in made:
        days, months, weekdays, years = (
            schedule_reading.numbers(part) for part in (one.day_of_month, one.month, one.day_of_week, one.year)
        )
        for year in range(first_year, last_year + 1):
            for month in months if not years or year in years else ():
                for number in days:
                    if number <= calendar.monthrange(year, month)[1]:
                        day = datetime.date(year, month, number)
                        found.update([day.toordinal()] if day.isoweekday() % 7 in weekdays else [])
    return found


@pytest.mark.parametrize(
    ("has", "weekdays", "most"),
    [
        (lambda day: True, False, 1),
        (lambda day: day.day == 31, False, 1),
        (lambda day: (day.month, day.day) == (2, 29), False, 1),
        (lambda day: day.weekday() < 5, True, 1),
        (lambda day: day.weekday() == 4 and day.day == 13, True, 1),
        (lambda day: day.weekday() == 0 and day.day <= 7, True, 1),
        (lambda day: day.day == calendar.monthrange(day.year, day.month)[1], True, 4),
        (lambda day: day.toordinal() % 14 == 3, True, 400),
        (lambda day: day.weekday() == 2, False, 400),
    ],
    ids=["each", "31st", "29 February", "weekdays", "Friday 13th", "first Monday", "last", "each second Wednesday", "without weekdays"],
)
def test_days_in_few_calendars(has: Callable[[datetime.date], bool], weekdays: bool, most: int) -> None:
    days = frozenset(ordinal for ordinal in ALL if has(datetime.date.fromordinal(ordinal)))
    made = day_patterns.calendars(days, FIRST, LAST, weekdays)
    assert days_of(made, FIRST, LAST) == Counter(days)
    assert len(made) <= most
    assert weekdays or all(schedule_reading.numbers(one.day_of_week) == set(range(7)) for one in made)


def test_no_days_no_calendars() -> None:
    assert day_patterns.calendars(frozenset(), FIRST, LAST, True) == ()


@settings(max_examples=30)
@given(st.sets(st.integers(datetime.date(2024, 1, 1).toordinal(), datetime.date(2025, 12, 31).toordinal()), max_size=60), st.booleans())
def test_any_days_are_held_once_and_no_others(days: set[int], weekdays: bool) -> None:
    assert days_of(day_patterns.calendars(frozenset(days), 2024, 2025, weekdays), 2024, 2025) == Counter(days)
