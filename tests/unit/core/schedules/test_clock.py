"""Clocks and moments."""

from __future__ import annotations

import datetime

import pytest

from workflows.core import zones
from workflows.core.schedules import clock

NEW_YORK = zones.load("America/New_York")


@pytest.mark.parametrize(
    ("local", "moment", "skipped"),
    [
        ("2027-01-15T09:00", "2027-01-15T14:00", False),
        ("2027-03-14T02:30", "2027-03-14T07:30", True),  # shifted by the gap, to 3:30
        ("2027-11-07T01:30", "2027-11-07T05:30", False),  # comes twice: the first
    ],
    ids=["plain", "gap", "overlap"],
)
def test_the_moment_of_a_local_time(local: str, moment: str, skipped: bool) -> None:
    read = datetime.datetime.fromisoformat(local)
    assert clock.instant(read, NEW_YORK) == datetime.datetime.fromisoformat(f"{moment}+00:00")
    assert clock.is_skipped(read, NEW_YORK) is skipped


def test_what_clocks_show() -> None:
    assert clock.shown(datetime.datetime(2027, 11, 7, 6, 30, tzinfo=datetime.UTC), NEW_YORK) == datetime.datetime(2027, 11, 7, 1, 30)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("US/Eastern", "America/New_York", True), ("Europe/Chisinau", "Europe/Bucharest", False), ("UTC", "Etc/UTC", True)],
)
def test_zones_that_are_one(one: str, other: str, same: bool) -> None:
    assert clock.same_offsets(zones.load(one), zones.load(other)) is same
