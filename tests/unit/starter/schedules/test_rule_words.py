"""Rules in words; what words would say less exactly is shown as it is written."""

from __future__ import annotations

import datetime

import pytest

from starter.schedules import rule_words
from workflows.core.schedules import timing

ANCHOR = datetime.datetime(2026, 11, 23, 7, 30, tzinfo=datetime.UTC)  # a Monday, 09:30 in Chisinau


def words(kind: str, expr: str, **more: object) -> str:
    return rule_words.of(timing.Timing(kind, expr, "Europe/Chisinau", **more), ANCHOR)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("FREQ=DAILY;BYHOUR=18;BYMINUTE=0", "every day at 18:00"),
        ("FREQ=DAILY", "every day at 09:30"),
        ("FREQ=DAILY;INTERVAL=3;BYHOUR=9", "every 3 days at 09:00"),
        ("FREQ=DAILY;BYHOUR=8,12;BYMINUTE=30", "every day at 08:30 and 12:30"),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=30", "every day at 09:00:30"),
        ("FREQ=WEEKLY", "every Monday at 09:30"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9", "every weekday at 09:00"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=9", "every Monday, Wednesday and Friday at 09:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9", "every 2 weeks on Monday at 09:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=14;BYMINUTE=0", "every month on the 20th at 14:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,1,15;BYHOUR=9", "every month on the 1st, 15th and last day at 09:00"),
        ("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=17", "every month on the last Friday at 17:00"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=2MO;BYHOUR=9", "every 3 months on the second Monday at 09:00"),
        ("FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1;BYHOUR=9", "every month on the last day in Mar, Jun, Sep and Dec at 09:00"),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1;BYHOUR=9", "every year on 1 Mar at 09:00"),
        ("FREQ=MINUTELY;INTERVAL=90", "every 90 minutes"),
        ("FREQ=HOURLY", "every hour"),
        ("FREQ=HOURLY;BYMINUTE=15", "every hour at minute 15"),
        ("FREQ=DAILY;BYHOUR=9;COUNT=3", "every day at 09:00, 3 times"),
        ("FREQ=DAILY;BYHOUR=9;UNTIL=20270101T080000Z", "every day at 09:00, until Fri 1 Jan 2027"),
    ],
)
def test_simple_recurrence_is_said_in_words(expr: str, expected: str) -> None:
    assert words("rrule", expr) == expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("0 9 * * 1", "every Monday at 09:00"),
        ("0 9 * * 1-5", "every weekday at 09:00"),
        ("*/15 * * * *", "every 15 minutes"),
        ("* * * * *", "every minute"),
        ("0 * * * *", "every hour"),
        ("0 9 1 * *", "every month on the 1st at 09:00"),
    ],
)
def test_simple_cron_is_said_in_words(expr: str, expected: str) -> None:
    assert words("cron", expr) == expected


@pytest.mark.parametrize(
    ("kind", "expr"),
    [
        pytest.param("rrule", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", id="position in a set"),
        pytest.param("rrule", "FREQ=MONTHLY;BYMONTHDAY=-2", id="day counted from the end"),
        pytest.param("rrule", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", id="week number"),
        pytest.param("rrule", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", id="Friday the 13th"),
        pytest.param("rrule", "FREQ=MINUTELY;INTERVAL=5;BYHOUR=9,10", id="some hours"),
        pytest.param("rrule", "FREQ=DAILY;BYHOUR=1,2,3,4,5", id="many times"),
        pytest.param("cron", "0 9 13 * 5", id="the 13th or a Friday"),
        pytest.param("cron", "7-59/15 * * * *", id="uneven minutes"),
    ],
)
def test_what_is_not_simple_is_shown_as_it_is_written(kind: str, expr: str) -> None:
    assert words(kind, expr) == expr


def test_several_lines_become_one() -> None:
    expr = "RRULE:FREQ=DAILY;BYHOUR=9\nEXDATE:20261224T090000"
    assert words("rrule", expr) == "RRULE:FREQ=DAILY;BYHOUR=9 EXDATE:20261224T090000"


def test_rule_in_another_zone_than_the_pipeline_is_shown_as_it_is_written() -> None:
    expr = "DTSTART:20261201T090000Z\nRRULE:FREQ=DAILY"
    assert words("rrule", expr) == "DTSTART:20261201T090000Z RRULE:FREQ=DAILY"


def test_the_other_kinds_are_said_in_words() -> None:
    assert words("once", "2026-12-01T09:00") == "once, Tue 1 Dec 2026 at 09:00"
    assert words("once", "2026-12-01T09:00Z") == "once, Tue 1 Dec 2026 at 11:00"
    assert words("manual", "") == "only when triggered"
    assert words("event", "github.push") == "on an event"


def test_business_calendar_is_said_too() -> None:
    monthly = "FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=9"
    both = words("rrule", monthly, holidays=("MD", "2026-12-31"), on_holiday="next_business_day", on_weekend="next_business_day")
    assert both == "every month on the 20th at 09:00, moved to the next business day from weekends and holidays (MD)"
    mixed = words("rrule", monthly, holidays=("2026-12-31",), on_holiday="skip", on_weekend="previous_business_day")
    assert mixed == "every month on the 20th at 09:00, skipped on holidays, moved to the business day before weekends"
    assert words("rrule", "FREQ=MONTHLY;BYHOUR=9", business_day=5) == "every month on the 5th business day at 09:00"
    assert words("rrule", "FREQ=MONTHLY;BYHOUR=9", business_day=-1) == "every month on the last business day at 09:00"


def test_rule_that_cannot_be_read_is_shown_all_the_same() -> None:
    assert words("rrule", "FREQ=NEVER") == "FREQ=NEVER"
