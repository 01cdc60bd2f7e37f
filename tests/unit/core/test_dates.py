"""The date values themselves: how they are made, and their limits."""

from __future__ import annotations

import datetime

import pytest

from workflows.core import dates, errors, zones

CHISINAU = zones.load("Europe/Chisinau")


def test_a_moment_shows_an_instant_in_its_zone() -> None:
    moment = dates.moment(datetime.datetime(2026, 3, 28, 23, 30, tzinfo=datetime.UTC), CHISINAU)
    assert moment.text == "2026-03-29T01:30:00+02:00"
    assert moment.local == datetime.datetime(2026, 3, 29, 1, 30, tzinfo=CHISINAU)


def test_a_datetime_without_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="a datetime without zone is no moment"):
        dates.moment(datetime.datetime(2026, 3, 28), CHISINAU)


def test_the_second_copy_of_an_hour_stays_the_second() -> None:
    second = datetime.datetime(2026, 10, 25, 3, 30, tzinfo=CHISINAU, fold=1)
    assert dates.moment(second, CHISINAU).text == "2026-10-25T03:30:00+02:00"


def test_a_clock_time_in_a_gap_is_shifted_by_the_gap() -> None:
    assert dates.clock(datetime.date(2027, 3, 28), datetime.time(3, 15), CHISINAU).text == "2027-03-28T04:15:00+03:00"


def test_a_day_may_begin_at_one() -> None:
    """Santiago's clocks go from 00:00 to 01:00 on 2027-09-05."""
    assert dates.midnight(dates.Day(datetime.date(2027, 9, 5), zones.load("America/Santiago"))).text == "2027-09-05T01:00:00-03:00"


def test_a_day_without_zone_takes_the_given_one() -> None:
    assert dates.midnight(dates.Day(datetime.date(2026, 11, 23)), CHISINAU).text == "2026-11-23T00:00:00+02:00"


@pytest.mark.parametrize("number", [0, 10_000, -5])
def test_years_lie_in_the_calendar(number: int) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        dates.Year(number)
    assert str(caught.value) == "the result is outside the calendar (dates lie in the years 1 to 9999)"
