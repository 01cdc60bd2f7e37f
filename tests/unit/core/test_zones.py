"""Time zones come from the pinned package, and a wrong name gets an answer."""

from __future__ import annotations

import datetime
import importlib.metadata
import pathlib
import zoneinfo

import pytest

from workflows.core import errors, zones


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(year, month, day, hour, minute, tzinfo=datetime.UTC)


def test_loads_a_zone_under_its_name_and_once() -> None:
    zone = zones.load("Europe/Chisinau")
    assert zone.key == "Europe/Chisinau"
    assert zones.load("Europe/Chisinau") is zone


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        # Moldova follows the EU's hour, 01:00Z, since 2022; older databases have 00:00Z.
        pytest.param(
            "Europe/Chisinau", (utc(2027, 3, 28, 0, 59), "02:59 +0200"), (utc(2027, 3, 28, 1, 0), "04:00 +0300"), id="chisinau-spring"
        ),
        pytest.param(
            "Europe/Chisinau", (utc(2026, 10, 25, 0, 59), "03:59 +0300"), (utc(2026, 10, 25, 1, 0), "03:00 +0200"), id="chisinau-autumn"
        ),
        pytest.param(
            "America/New_York", (utc(2027, 3, 14, 6, 59), "01:59 -0500"), (utc(2027, 3, 14, 7, 0), "03:00 -0400"), id="new-york-spring"
        ),
        pytest.param(
            "America/New_York", (utc(2027, 11, 7, 5, 59), "01:59 -0400"), (utc(2027, 11, 7, 6, 0), "01:00 -0500"), id="new-york-autumn"
        ),
        pytest.param(
            "Australia/Lord_Howe", (utc(2027, 4, 3, 14, 59), "01:59 +1100"), (utc(2027, 4, 3, 15, 0), "01:30 +1030"), id="lord-howe-autumn"
        ),
        pytest.param(
            "Australia/Lord_Howe",
            (utc(2027, 10, 2, 15, 29), "01:59 +1030"),
            (utc(2027, 10, 2, 15, 30), "02:30 +1100"),
            id="lord-howe-spring",
        ),
    ],
)
def test_knows_the_changes_of_the_clocks(name: str, before: tuple[datetime.datetime, str], after: tuple[datetime.datetime, str]) -> None:
    for instant, shown in (before, after):
        assert instant.astimezone(zones.load(name)).strftime("%H:%M %z") == shown


def test_the_systems_database_is_never_asked(tmp_path: pathlib.Path) -> None:
    """A broken file for Yerevan, put where zoneinfo looks first."""
    (tmp_path / "Asia").mkdir()
    (tmp_path / "Asia" / "Yerevan").write_bytes(b"no zone at all")
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    try:
        assert utc(2026, 11, 23).astimezone(zones.load("Asia/Yerevan")).utcoffset() == datetime.timedelta(hours=4)
    finally:
        zoneinfo.reset_tzpath()


def test_every_listed_name_loads() -> None:
    assert len(zones.names()) > 500
    for name in zones.names():
        assert zones.load(name).key == name


def test_version_is_that_of_the_package() -> None:
    year, release, *_ = importlib.metadata.version("tzdata").split(".")  # 2026.6 is IANA's 2026f
    assert zones.version() == f"{year}{'abcdefghijklmnopqrstuvwxyz'[int(release) - 1]}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("Europe/Chisinev", "no time zone 'Europe/Chisinev'; did you mean 'Europe/Chisinau'?", id="near"),
        pytest.param(
            "europe/chisinau", "no time zone 'europe/chisinau'; upper and lower case count, did you mean 'Europe/Chisinau'?", id="case"
        ),
        pytest.param("utc", "no time zone 'utc'; upper and lower case count, did you mean 'UTC'?", id="case-utc"),
        pytest.param("Chisinau", "no time zone 'Chisinau'; did you mean 'Europe/Chisinau'?", id="city"),
        pytest.param("new york", "no time zone 'new york'; did you mean 'America/New_York'?", id="city-with-space"),
        pytest.param("Z", "no time zone 'Z'; did you mean 'UTC'?", id="z"),
        pytest.param("Mars/Base", "no time zone 'Mars/Base'; write a name like 'Europe/Chisinau', or 'UTC'", id="nothing-near"),
        pytest.param("Factory", "no time zone 'Factory'; write a name like 'Europe/Chisinau', or 'UTC'", id="placeholder"),
        pytest.param(
            "Local", "'Local' is no time zone: it differs from machine to machine; write a name like 'Europe/Chisinau'", id="servers-own"
        ),
        pytest.param(
            "localtime",
            "'localtime' is no time zone: it differs from machine to machine; write a name like 'Europe/Chisinau'",
            id="localtime",
        ),
        pytest.param(
            "+03:00",
            "'+03:00' is an offset, not a time zone: a zone changes its offset in summer; "
            "write a name like 'Europe/Chisinau', or 'Etc/GMT-3' if it never changes",
            id="offset",
        ),
        pytest.param(
            "UTC-5",
            "'UTC-5' is an offset, not a time zone: a zone changes its offset in summer; "
            "write a name like 'Europe/Chisinau', or 'Etc/GMT+5' if it never changes",
            id="offset-west",
        ),
        pytest.param(
            "+05:30",
            "'+05:30' is an offset, not a time zone: a zone changes its offset in summer; write a name like 'Europe/Chisinau'",
            id="offset-without-a-name",
        ),
        pytest.param(
            "+00:00",
            "'+00:00' is an offset, not a time zone: a zone changes its offset in summer; "
            "write a name like 'Europe/Chisinau', or 'UTC' if it never changes",
            id="offset-zero",
        ),
        pytest.param("", "the time zone is empty; write a name like 'Europe/Chisinau', or 'UTC'", id="empty"),
        pytest.param(None, "a time zone is a text like 'Europe/Chisinau'", id="no-text"),
        pytest.param("x" * 65, f"no time zone '{'x' * 64}...'; a name has at most 64 characters", id="long"),
        pytest.param("../../etc/passwd", "no time zone '../../etc/passwd'; write a name like 'Europe/Chisinau', or 'UTC'", id="path-up"),
        pytest.param("/etc/localtime", "no time zone '/etc/localtime'; write a name like 'Europe/Chisinau', or 'UTC'", id="absolute-path"),
        pytest.param(
            "Europe/../Europe/Chisinau", "no time zone 'Europe/../Europe/Chisinau'; did you mean 'Europe/Chisinau'?", id="path-within"
        ),
        pytest.param("UTC\0", "no time zone 'UTC\0'; did you mean 'UTC'?", id="nul"),
    ],
)
def test_a_wrong_name_is_answered(name: str, message: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        zones.load(name)
    assert str(caught.value) == message
