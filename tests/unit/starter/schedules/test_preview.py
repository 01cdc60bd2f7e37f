"""Previews without a service: what is due, what was moved and why, what is skipped, several as one calendar."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from starter.schedules import matching, preview
from workflows.core import errors, zones
from workflows.core.schedules import timing

CHISINAU = zones.load("Europe/Chisinau")
NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
MONTHLY = "FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=9"


def subject(expr: str = MONTHLY, *, kind: str = "rrule", name: str = "report", **more: Any) -> preview.Subject:
    return preview.Subject(name, timing.Timing(kind, expr, "Europe/Chisinau", **more), NOW)


async def due(given: preview.Subject, count: int = 3, until: datetime.datetime = matching.END) -> list[preview.Due]:
    return await preview.due(given, None, preview.Span(NOW, until, count))


def told(found: list[preview.Due]) -> list[tuple[str, str]]:
    return [(one_due.time.astimezone(CHISINAU).isoformat(), one_due.remark) for one_due in found]


async def test_times_come_in_order_without_remarks() -> None:
    assert told(await due(subject())) == [
        ("2026-06-20T09:00:00+03:00", ""),
        ("2026-07-20T09:00:00+03:00", ""),
        ("2026-08-20T09:00:00+03:00", ""),
    ]


async def test_moved_time_says_from_where_and_why() -> None:
    moved = subject(holidays=("MD",), on_holiday="next_business_day", on_weekend="next_business_day")
    assert told(await due(moved)) == [
        ("2026-06-22T09:00:00+03:00", "moved from Sat 20 Jun: Saturday"),
        ("2026-07-20T09:00:00+03:00", ""),
        ("2026-08-20T09:00:00+03:00", ""),
    ]


async def test_skipped_times_stand_between_the_others_and_do_not_count() -> None:
    found = await due(subject(on_weekend="skip", holidays=("2026-08-20",), on_holiday="skip"))
    assert told(found) == [
        ("2026-06-20T09:00:00+03:00", "skipped: Saturday"),
        ("2026-07-20T09:00:00+03:00", ""),
        ("2026-08-20T09:00:00+03:00", "skipped: a listed closed day"),
        ("2026-09-20T09:00:00+03:00", "skipped: Sunday"),
        ("2026-10-20T09:00:00+03:00", ""),
        ("2026-11-20T09:00:00+02:00", ""),
    ]
    assert [one_due.skipped for one_due in found] == [True, False, True, True, False, False]


async def test_span_ends_inclusive() -> None:
    until = datetime.datetime(2026, 7, 20, 6, tzinfo=datetime.UTC)
    assert len(await due(subject(), 10, until)) == 2
    assert len(await due(subject(), 10, until - datetime.timedelta(seconds=1))) == 1


@pytest.mark.parametrize("kind", [timing.MANUAL, timing.EVENT])
async def test_what_has_no_times_has_none(kind: str) -> None:
    assert await due(subject("", kind=kind)) == []


async def test_rule_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(errors.ScheduleError):
        await due(subject("FREQ=DALY"))


async def test_several_become_one_calendar_with_as_many_times_as_asked_for() -> None:
    weekly = await due(subject("FREQ=WEEKLY;BYDAY=FR;BYHOUR=9", name="weekly", on_weekend="skip"), 4)
    monthly = await due(subject(on_weekend="skip"), 4)
    shown = preview.merged([monthly, weekly], 4)
    assert [(one_due.name, one_due.day.isoformat(), one_due.skipped) for one_due in shown] == [
        ("weekly", "2026-06-05", False),
        ("weekly", "2026-06-12", False),
        ("weekly", "2026-06-19", False),
        ("report", "2026-06-20", True),
        ("weekly", "2026-06-26", False),
    ]


def test_time_as_json_is_local_and_says_from_where_it_was_moved() -> None:
    time = datetime.datetime(2026, 6, 22, 6, tzinfo=datetime.UTC)
    moved = preview.Due("report", time, CHISINAU, time - datetime.timedelta(days=2), "Saturday")
    assert moved.as_json() == {
        "name": "report",
        "time": "2026-06-22T09:00:00+03:00",
        "moved_from": "2026-06-20T09:00:00+03:00",
        "skipped": False,
        "reason": "Saturday",
    }


def test_year_is_a_local_one() -> None:
    span = preview.year_span(2026, CHISINAU, 10)
    assert (span.after.isoformat(), span.until.isoformat()) == ("2025-12-31T21:59:59+00:00", "2026-12-31T21:59:59+00:00")


def test_holidays_of_several_are_named_together() -> None:
    found = preview.holidays([subject(holidays=("MD",)), subject(holidays=("RO", "2026-11-24")), subject()], 2026)
    assert found[datetime.date(2026, 8, 27)].endswith("Independence Day (MD)")
    assert found[datetime.date(2026, 1, 1)] == "New Year's Day (MD) and New Year's Day (RO)"
    assert found[datetime.date(2026, 11, 24)] == "a listed closed day"
    assert datetime.date(2026, 6, 20) not in found  # a Saturday is no holiday
    assert {day.year for day in found} == {2026}
