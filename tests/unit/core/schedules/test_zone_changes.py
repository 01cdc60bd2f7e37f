"""The hours around changes of clocks."""

from __future__ import annotations

import datetime

import pytest

from workflows.core.schedules import zone_changes

HOUR = 3_600


@pytest.mark.parametrize(
    ("zone", "year", "expected"),
    [
        # 2:00 -> 3:00 on 14 March, 2:00 -> 1:00 on 7 November
        ("America/New_York", 2027, [("2027-03-14", 1, 4, "2027-03-14T07:00"), ("2027-11-07", 0, 3, "2027-11-07T06:00")]),
        # half an hour: 2:00 -> 1:30 on 4 April, 2:00 -> 2:30 on 3 October
        ("Australia/Lord_Howe", 2027, [("2027-04-04", 0.5, 3, "2027-04-03T15:00"), ("2027-10-03", 1, 3.5, "2027-10-02T15:30")]),
        # midnight: 24:00 -> 23:00 on 3 April, 0:00 -> 1:00 on 5 September
        (
            "America/Santiago",
            2027,
            [
                ("2027-04-03", 22, 24, "2027-04-04T03:00"),
                ("2027-04-04", 0, 1, "2027-04-04T03:00"),
                ("2027-09-04", 23, 24, "2027-09-05T04:00"),
                ("2027-09-05", 0, 2, "2027-09-05T04:00"),
            ],
        ),
        ("UTC", 2027, []),
        ("Asia/Kathmandu", 2027, []),
    ],
)
def test_an_hour_before_and_after_is_spoilt(zone: str, year: int, expected: list[tuple[str, float, float, str]]) -> None:
    assert zone_changes.windows(zone, year, year) == tuple(
        zone_changes.Window(
            datetime.date.fromisoformat(day).toordinal(),
            int(first * HOUR),
            int(end * HOUR),
            datetime.datetime.fromisoformat(f"{change}+00:00"),
        )
        for day, first, end, change in expected
    )


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("America/Santiago", True), ("Africa/Cairo", True), ("America/New_York", False), ("Europe/Chisinau", False), ("UTC", False)],
)
def test_clocks_that_go_forward_over_midnight(zone: str, expected: bool) -> None:
    assert zone_changes.skips_midnight(zone, 2026, 2030) is expected


def test_changes_five_weeks_apart_are_both_found() -> None:
    changes = {window.change for window in zone_changes.windows("Africa/Casablanca", 2024, 2024)}
    assert changes == {  # Ramadan: 3:00 -> 2:00 on 10 March, 2:00 -> 3:00 on 14 April
        datetime.datetime(2024, 3, 10, 2, tzinfo=datetime.UTC),
        datetime.datetime(2024, 4, 14, 2, tzinfo=datetime.UTC),
    }
