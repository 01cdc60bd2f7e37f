"""Times as documents write them."""

from __future__ import annotations

import datetime

import pytest

from workflows.core import errors, zones
from workflows.core.schedules import written_times

CHISINAU = zones.load("Europe/Chisinau")


@pytest.mark.parametrize(
    ("text", "whole_day", "expected"),
    [
        ("2026-12-01T09:00", False, "2026-12-01T07:00:00"),
        (" 2026-12-01T09:00:30 ", False, "2026-12-01T07:00:30"),
        ("2026-12-01T09:00:00Z", False, "2026-12-01T09:00:00"),
        ("2026-12-01T09:00:00-05:00", False, "2026-12-01T14:00:00"),
        ("2026-12-01", False, "2026-11-30T22:00:00"),
        ("2026-12-01", True, "2026-12-01T21:59:59"),
    ],
    ids=["minute", "blanks", "Z", "offset", "day", "whole day"],
)
def test_a_written_moment(text: str, whole_day: bool, expected: str) -> None:
    moment = written_times.moment(text, CHISINAU, "start_at", whole_day)
    assert moment == datetime.datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("soon", "start_at: 'soon' is no time; write it as 2026-12-31T09:00:00, or with an offset, 2026-12-31T09:00:00+02:00"),
        ("1812-06-24T09:00", "start_at: the year 1812 is not on any schedule; years go from 1900 to 2100"),
        ("2026-12-01T09:00:00.5", "start_at: '2026-12-01T09:00:00.5' has a fraction of a second; write 2026-12-01T09:00:00"),
        (
            "2027-03-28T03:30:00",
            "start_at: 2027-03-28T03:30:00 does not exist in Europe/Chisinau: the clocks are put forward over it;"
            " write 2027-03-28T04:30:00, which is where the change moves it",
        ),
    ],
    ids=["no time", "year", "fraction", "gap"],
)
def test_what_is_no_moment_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(errors.ScheduleError) as refused:
        written_times.moment(text, CHISINAU, "start_at")
    assert str(refused.value) == sentence
