"""Times as people say and write them."""

from __future__ import annotations

import datetime

import click
import pytest

from starter.schedules import clock_words
from workflows.core import zones

CHISINAU = zones.load("Europe/Chisinau")
NOW = datetime.datetime(2026, 11, 23, 10, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "in 0 s"),
        (59, "in 59 s"),
        (-60, "1 min ago"),
        (3_599, "in 59 min"),
        (3_600, "in 1 h"),
        (11_520, "in 3 h 12 min"),
        (-86_400, "24 h ago"),
        (172_799, "in 47 h 59 min"),
        (172_800, "in 2 days"),
        (59 * 86_400, "in 59 days"),
        (90 * 86_400, "in 2 months"),
        (800 * 86_400, "in 2 years"),
    ],
)
def test_relative_times_have_two_units_at_most(seconds: int, expected: str) -> None:
    assert clock_words.relative(NOW + datetime.timedelta(seconds=seconds), NOW) == expected


def test_local_times_show_weekday_and_offset_and_seconds_only_where_there_are_any() -> None:
    assert clock_words.local(NOW, CHISINAU) == "Mon 2026-11-23 12:00 +02:00"
    assert clock_words.local(NOW.replace(month=7, second=5), CHISINAU) == "Thu 2026-07-23 13:00:05 +03:00"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(90, "90 s"), (5_400, "90 min"), (7_200, "2 h"), (86_400, "1 day"), (604_800, "7 days"), (0, "0 s")]
)
def test_durations_are_exact(seconds: int, expected: str) -> None:
    assert clock_words.duration(seconds) == expected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        pytest.param("2026-07-01", "2026-06-30T21:00:00+00:00", "2026-07-01T20:59:59+00:00", id="day"),
        pytest.param("2026-10-25", "2026-10-24T21:00:00+00:00", "2026-10-25T21:59:59+00:00", id="day of 25 hours"),
        pytest.param("2026-07-01T09:30", "2026-07-01T06:30:00+00:00", "2026-07-01T06:30:00+00:00", id="local"),
        pytest.param("2026-07-01 09:30", "2026-07-01T06:30:00+00:00", "2026-07-01T06:30:00+00:00", id="with a blank"),
        pytest.param("2026-07-01T09:30Z", "2026-07-01T09:30:00+00:00", "2026-07-01T09:30:00+00:00", id="UTC"),
        pytest.param("2026-07-01T09:30:15+05:00", "2026-07-01T04:30:15+00:00", "2026-07-01T04:30:15+00:00", id="offset"),
    ],
)
def test_written_times_are_in_the_zone_and_days_are_whole(text: str, first: str, last: str) -> None:
    assert clock_words.first_moment(text, CHISINAU, "--from").isoformat() == first
    assert clock_words.last_moment(text, CHISINAU, "--to").isoformat() == last


@pytest.mark.parametrize("text", ["noon", "", "2026-13-01", "0 9 * * 1"])
def test_what_is_no_time_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        clock_words.first_moment(text, CHISINAU, "--from")
    assert refused.value.message == (
        f"--from '{text}' is no time; write it like 2026-11-23, 2026-11-23T18:00 (in the pipeline's zone) or 2026-11-23T18:00+02:00"
    )
