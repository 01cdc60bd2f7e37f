"""Wall clocks and instants around changes of the clocks and at the ends of the calendar."""

from __future__ import annotations

import datetime

import pytest

from workflows.core import errors, wall_clock, zones


@pytest.mark.parametrize(
    ("zone", "wall", "shown"),
    [
        pytest.param("Europe/Chisinau", "2027-03-28T03:30", "2027-03-28T04:30:00+03:00", id="chisinau-gap"),
        pytest.param("Europe/Chisinau", "2027-03-28T02:59", "2027-03-28T02:59:00+02:00", id="chisinau-before-the-gap"),
        pytest.param("Europe/Chisinau", "2027-03-28T04:00", "2027-03-28T04:00:00+03:00", id="chisinau-after-the-gap"),
        pytest.param("Europe/Chisinau", "2026-10-25T03:30", "2026-10-25T03:30:00+03:00", id="chisinau-overlap-first-copy"),
        pytest.param("Europe/Chisinau", "2026-10-25T04:00", "2026-10-25T04:00:00+02:00", id="chisinau-after-the-overlap"),
        pytest.param("America/New_York", "2027-03-14T02:30", "2027-03-14T03:30:00-04:00", id="new-york-gap"),
        pytest.param("America/New_York", "2027-11-07T01:30", "2027-11-07T01:30:00-04:00", id="new-york-overlap-first-copy"),
        pytest.param("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-03T02:45:00+11:00", id="lord-howe-gap-of-half-an-hour"),
        pytest.param("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-04T01:45:00+11:00", id="lord-howe-overlap-first-copy"),
        pytest.param("Pacific/Apia", "2011-12-30T12:00", "2011-12-31T12:00:00+14:00", id="apia-left-a-day-out"),
    ],
)
def test_a_wall_time_becomes_one_instant(zone: str, wall: str, shown: str) -> None:
    place = zones.load(zone)
    instant = wall_clock.instant(datetime.datetime.fromisoformat(wall), place)
    assert wall_clock.local(instant, place).isoformat() == shown


@pytest.mark.parametrize(
    ("zone", "wall"),
    [
        pytest.param("America/New_York", "9999-12-31T23:59:59", id="last-second-west"),
        pytest.param("Europe/Chisinau", "0001-01-01T00:00:00", id="first-second-east"),
        pytest.param("Pacific/Kiritimati", "9999-12-31T23:59:59", id="last-second-far-east"),
    ],
)
def test_the_ends_of_the_calendar_are_reached(zone: str, wall: str) -> None:
    place = zones.load(zone)
    instant = wall_clock.instant(datetime.datetime.fromisoformat(wall), place)
    wall_clock.check(instant, place)
    assert wall_clock.local(instant, place).replace(tzinfo=None).isoformat() == wall


@pytest.mark.parametrize(
    "instant_us", [pytest.param(-(10**17), id="before"), pytest.param(10**18, id="after"), pytest.param(10**40, id="far-after")]
)
def test_an_instant_outside_the_calendar_is_refused(instant_us: int) -> None:
    for ask in (wall_clock.check, wall_clock.local):
        with pytest.raises(errors.EvaluationError) as caught:
            ask(instant_us, zones.load("UTC"))
        assert str(caught.value) == "the result is outside the calendar (dates lie in the years 1 to 9999)"


@pytest.mark.parametrize(
    ("start", "months", "days", "result"),
    [
        pytest.param("2026-01-31", 1, 0, "2026-02-28", id="clamped"),
        pytest.param("2028-01-31", 1, 0, "2028-02-29", id="clamped-in-a-leap-year"),
        pytest.param("2026-03-31", -1, 0, "2026-02-28", id="clamped-backwards"),
        pytest.param("2028-02-29", 12, 0, "2029-02-28", id="a-year-after-29-february"),
        pytest.param("2026-11-23", 2, 0, "2027-01-23", id="over-the-year"),
        pytest.param("2027-01-23", -1, 0, "2026-12-23", id="back-over-the-year"),
        pytest.param("2026-01-31", 1, 1, "2026-03-01", id="months-first-then-days"),
    ],
)
def test_steps_on_the_calendar(start: str, months: int, days: int, result: str) -> None:
    assert wall_clock.moved(datetime.date.fromisoformat(start), months, days).isoformat() == result
