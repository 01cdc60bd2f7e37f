"""Blocks told to Temporal: calendars away from changes of clocks, moments around them, horizons where they do not fit."""

from __future__ import annotations

import datetime

import pytest

from tests import schedule_reading
from workflows.core import errors
from workflows.core.schedules import blocks, instants, occurrences, rule, telling

NOW = datetime.datetime(2026, 11, 23, 18, tzinfo=datetime.UTC)
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
NIGHT = 2 * 3_600 + 1_800  # 2:30, which clocks in New York skip on 14 March 2027
EVERY_DAY = frozenset(range(datetime.date(2026, 1, 1).toordinal(), datetime.date(2100, 12, 31).toordinal() + 1))


def told(*found: blocks.Block, end: datetime.datetime = occurrences.LAST) -> telling.Telling:
    start = datetime.datetime(2026, 1, 1)
    return telling.Telling(rule.RuleSet("America/New_York", start), 2026, BEGIN, end, list(found))


def test_local_times_on_days() -> None:
    assert telling.local_time(datetime.date(2027, 3, 14).toordinal(), NIGHT) == datetime.datetime(2027, 3, 14, 2, 30)


def test_the_nights_of_changes_are_told_as_moments() -> None:
    made = told(blocks.Block(frozenset({NIGHT}), EVERY_DAY)).made(NOW, [], frozenset())
    found = schedule_reading.times(made, NOW, NOW + datetime.timedelta(days=400))
    assert len(found) == 400
    assert {moment.isoformat() for moment in found} >= {"2027-03-14T07:30:00+00:00", "2027-11-07T07:30:00+00:00"}
    assert made.horizon is None and not made.placeholders


def test_an_end_before_the_second_time_of_moments_needs_no_spare_second() -> None:
    made = told(blocks.Block(frozenset({NIGHT}), EVERY_DAY), end=NOW + datetime.timedelta(days=900)).made(NOW, [], frozenset())
    assert (made.skip, made.end_at) == ((), NOW + datetime.timedelta(days=900))


def test_without_a_spare_second_the_telling_ends_before_moments_come_again() -> None:
    each_second = frozenset(NIGHT + second for second in range(60))
    made = told(blocks.Block(each_second, frozenset(day for day in EVERY_DAY if datetime.date.fromordinal(day).day == 14))).made(
        NOW, [], frozenset()
    )
    assert (made.skip, made.horizon) == ((), instants.SECOND_TIME)


def test_more_moments_than_fit_give_a_horizon() -> None:
    each_second = frozenset(range(3_600, 4 * 3_600))
    made = told(blocks.Block(each_second, EVERY_DAY)).made(NOW, [], frozenset())
    assert made.horizon == datetime.datetime(2028, 11, 4, 6, tzinfo=datetime.UTC)  # a day before the fourth change: each has 7,200 moments
    assert len(made.intervals) <= telling.MAX_INSTANTS


def test_what_does_not_fit_for_a_month_is_refused() -> None:
    near = datetime.datetime(2027, 3, 1, tzinfo=datetime.UTC)
    each_second = frozenset(range(3_600, 4 * 3_600))
    with pytest.raises(errors.ScheduleError) as refused:
        told(blocks.Block(each_second, EVERY_DAY)).made(near, [near] * 20_000, frozenset())
    assert str(refused.value).startswith(
        "the rule has more times than a schedule of Temporal can hold: they would fit until 2027-03-13 only; name fewer"
    )


def test_too_many_calendars_are_too_many() -> None:
    scattered = [
        blocks.Block(frozenset({number}), frozenset(range(min(EVERY_DAY) + number % 97, max(EVERY_DAY), 97))) for number in range(6)
    ]
    with pytest.raises(blocks.TooMany):
        told(*scattered).made(NOW, [], frozenset())
