"""Changes of the clocks: where they are, and which local times they skip or repeat."""

from __future__ import annotations

import datetime

import pytest

from workflows.core import zones
from workflows.core.schedules import clock_changes, rule

FIRST = datetime.datetime(2026, 11, 23, 18, 0, tzinfo=datetime.UTC)


def found(zone: str) -> list[tuple[str, str, bool]]:
    return [(f"{one.before:%m-%d %H:%M}", f"{one.after:%m-%d %H:%M}", one.is_gap) for one in clock_changes.changes(zones.load(zone), FIRST)]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Chisinau", [("03-28 03:00", "03-28 04:00", True), ("10-31 04:00", "10-31 03:00", False)]),
        ("America/New_York", [("03-14 02:00", "03-14 03:00", True), ("11-07 02:00", "11-07 01:00", False)]),
        ("Australia/Lord_Howe", [("04-04 02:00", "04-04 01:30", False), ("10-03 02:00", "10-03 02:30", True)]),
        ("Asia/Kathmandu", []),
        ("UTC", []),
    ],
)
def test_the_changes_of_a_year(zone: str, expected: list[tuple[str, str, bool]]) -> None:
    assert found(zone) == expected


@pytest.mark.parametrize(
    ("zone", "hour", "minute", "gap", "overlap"),
    [
        pytest.param("Europe/Chisinau", 2, 59, False, False, id="before both"),
        pytest.param("Europe/Chisinau", 3, 0, True, True, id="the first minute"),
        pytest.param("Europe/Chisinau", 3, 59, True, True, id="the last minute"),
        pytest.param("Europe/Chisinau", 4, 0, False, False, id="after both"),
        pytest.param("America/New_York", 1, 30, False, True, id="overlap only"),
        pytest.param("America/New_York", 2, 30, True, False, id="gap only"),
        pytest.param("America/Santiago", 0, 30, True, False, id="gap at midnight"),
        pytest.param("America/Santiago", 23, 30, False, True, id="overlap before midnight"),
    ],
)
def test_times_of_day_that_a_change_touches(zone: str, hour: int, minute: int, gap: bool, overlap: bool) -> None:
    daily = rule.RuleSet(zone, (rule.Rule("DAILY", by_hour=(hour,), by_minute=(minute,), by_second=(0,)),))
    told = clock_changes.touched(daily, FIRST, lambda moment: True)
    assert [any("there is no" in one for one in told), any("comes twice" in one for one in told)] == [gap, overlap]


def test_times_at_which_no_run_is_due_are_not_told() -> None:
    daily = rule.RuleSet("Europe/Chisinau", (rule.Rule("DAILY", by_hour=(3,), by_minute=(30,), by_second=(0,)),))
    assert clock_changes.touched(daily, FIRST, lambda moment: False) == []


@pytest.mark.parametrize("frequency", ["HOURLY", "MINUTELY", "SECONDLY"])
def test_rules_of_less_than_a_day_name_no_time_of_day(frequency: str) -> None:
    often = rule.RuleSet("Europe/Chisinau", (rule.Rule(frequency, by_hour=(3,), by_minute=(30,), by_second=(0,)),))
    assert clock_changes.touched(often, FIRST, lambda moment: True) == []
