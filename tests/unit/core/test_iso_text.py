"""Dates and times as people, databases and vendors write them."""

from __future__ import annotations

import datetime

import pytest

from workflows.core import iso_text


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        pytest.param("2026-11-23T10:00:00+02:00", "2026-11-23T10:00:00+02:00", id="rfc-3339"),
        pytest.param("2026-11-23T08:00:00Z", "2026-11-23T08:00:00+00:00", id="z"),
        pytest.param("2026-11-23t08:00:00z", "2026-11-23T08:00:00+00:00", id="small-letters"),
        pytest.param("2026-11-23 08:00:00", "2026-11-23T08:00:00", id="space-and-no-offset"),
        pytest.param("2026-11-23T08:00", "2026-11-23T08:00:00", id="no-seconds"),
        pytest.param("2026-11-23T08:00Z", "2026-11-23T08:00:00+00:00", id="no-seconds-with-z"),
        pytest.param("2026-11-23 10:00:00.5+02", "2026-11-23T10:00:00.500000+02:00", id="postgresql"),
        pytest.param("2026-11-23T10:00:00.000+0000", "2026-11-23T10:00:00+00:00", id="salesforce"),
        pytest.param("2026-11-23 10:00:00 UTC", "2026-11-23T10:00:00+00:00", id="gitlab"),
        pytest.param("2026-11-23 10:00:00 +0200", "2026-11-23T10:00:00+02:00", id="git"),
        pytest.param("2026-11-23T10:00:00.123456789Z", "2026-11-23T10:00:00.123456+00:00", id="nanoseconds-are-cut"),
        pytest.param("2026-11-23T10:00:00,25Z", "2026-11-23T10:00:00.250000+00:00", id="comma"),
        pytest.param("1850-01-01T00:00:00+01:55:20", "1850-01-01T00:00:00+01:55:20", id="offset-with-seconds"),
        pytest.param("2026-11-23T10:00:00-09:30", "2026-11-23T10:00:00-09:30", id="west-with-minutes"),
    ],
)
def test_a_time_is_read(text: str, iso: str) -> None:
    found = iso_text.read(text)
    assert isinstance(found, datetime.datetime)
    assert found.isoformat() == iso


def test_a_date_is_read() -> None:
    assert iso_text.read("2026-11-23") == datetime.date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "", "today", "23.11.2026", "2026-11", "20261123", "2026-W48-1", "2026-02-29", "2026-13-01", "0000-01-01", "10000-01-01",
        "2026-11-23T", "2026-11-23T10", "2026-11-23T24:00:00", "2026-11-23T10:60:00", "2026-11-23T10:00:60Z", "2026-11-23T10:00.5",
        "2026-11-23T10:00:00+24:00", "2026-11-23T10:00:00+02:60", "2026-11-23T10:00:00 EET", " 2026-11-23", "2026-11-23\n",
        "2026-11-23+02:00", "２０２６-11-23", "2026-11-23T10:00:00." + "0" * 100,
    ],
)  # fmt: skip
def test_anything_else_is_no_date(text: str) -> None:
    assert iso_text.read(text) is None
