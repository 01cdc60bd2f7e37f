"""Schedules of a few moments."""

from __future__ import annotations

import datetime

from tests import schedule_reading
from workflows.core.schedules import few_times, instants, spec

FIRST = datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC)
LAST = datetime.datetime(2101, 1, 1, tzinfo=datetime.UTC)


def test_a_manual_pipeline_has_one_far_moment_that_keeps_it_listed() -> None:
    made = few_times.told("Europe/Chisinau", ())
    assert made == spec.Spec(
        "Europe/Chisinau", intervals=(spec.Interval(int(instants.PLACEHOLDER.timestamp())),), placeholders=(instants.PLACEHOLDER,)
    )


def test_moments_are_due_once_each() -> None:
    moments = tuple(FIRST + datetime.timedelta(days=400 * number, seconds=number) for number in range(50))
    made = few_times.told("UTC", moments)
    assert schedule_reading.times(made, FIRST, LAST) == [*moments, instants.PLACEHOLDER]


def test_without_a_spare_second_it_goes_up_to_2070_and_is_to_be_compiled_anew() -> None:
    moments = tuple(FIRST + datetime.timedelta(days=400 * number, seconds=number) for number in range(60))
    made = few_times.told("UTC", moments)
    assert made.horizon == instants.SECOND_TIME
    assert schedule_reading.times(made, FIRST, LAST) == [moment for moment in moments if moment < instants.SECOND_TIME]


def test_with_a_moment_in_each_second_of_the_minute_it_ends_with_the_last() -> None:
    moments = tuple(FIRST + datetime.timedelta(seconds=number) for number in range(60))
    made = few_times.told("UTC", moments)
    assert (made.end_at, made.placeholders) == (moments[-1], ())
    assert schedule_reading.times(made, FIRST, LAST) == list(moments)


def test_a_spare_second_is_one_at_which_nothing_is_due() -> None:
    assert few_times.spare_second([FIRST]) == 37
    assert few_times.spare_second([FIRST.replace(second=37)]) == 0
    assert few_times.spare_second([FIRST], frozenset(range(59))) is None
