"""Timings told time by time."""

from __future__ import annotations

import datetime

import pytest

from tests import schedule_reading
from workflows.core.schedules import blocks, listed_times, occurrences, timing

NOW = datetime.datetime(2026, 11, 23, 18, tzinfo=datetime.UTC)
REPORT = timing.Timing("rrule", "FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=2;BYMINUTE=30", "America/New_York", on_weekend="previous_business_day")


def test_times_up_to_a_horizon_with_three_years_of_past() -> None:
    made = listed_times.told(REPORT, occurrences.rule_set(REPORT, NOW), NOW, NOW, 10)
    assert made.horizon == datetime.datetime(2037, 1, 1, 5, tzinfo=datetime.UTC)
    first = datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC)
    expected = [one.time for one in occurrences.between(REPORT, NOW, first, made.horizon)]
    assert schedule_reading.times(made, first, made.horizon) == expected
    assert len(expected) == 14 * 12


def test_a_rule_with_very_many_times_is_told_for_fewer_years_from_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_LISTED", 4_000)  # 120,000 take seconds
    often = timing.Timing("rrule", "FREQ=MINUTELY;INTERVAL=7;BYHOUR=9,10", "Europe/Chisinau", on_weekend="skip")
    made = listed_times.told(often, occurrences.rule_set(often, NOW), NOW, NOW, 10)
    assert made.horizon is not None and NOW + datetime.timedelta(days=30) < made.horizon < NOW + datetime.timedelta(days=400)
    week = NOW + datetime.timedelta(days=7)
    assert schedule_reading.times(made, NOW, week) == [one.time for one in occurrences.between(often, NOW, NOW, week)]
