from __future__ import annotations

import datetime

import pytest

from workflows.core import zones
from workflows.core.schedules import rfc5545, rule

UTC = zones.load("UTC")


@pytest.mark.parametrize(
    ("text", "elapsed"),
    [
        ("FREQ=HOURLY;INTERVAL=5", True),
        ("FREQ=MINUTELY;INTERVAL=90;COUNT=4", True),
        ("FREQ=SECONDLY", True),
        ("FREQ=HOURLY;BYMINUTE=0", False),
        ("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9", False),
        ("FREQ=HOURLY;BYMONTH=1", False),
        ("FREQ=DAILY", False),
    ],
)
def test_sub_daily_rules_without_by_parts_count_elapsed_time(text: str, elapsed: bool) -> None:
    assert rfc5545.parse(text, UTC).rules[0].elapsed is elapsed


def test_the_text_of_a_rule_is_read_as_the_same_rule() -> None:
    text = (
        "FREQ=MONTHLY;INTERVAL=2;UNTIL=20271231T230000Z;WKST=SU;BYDAY=1MO,-1FR;BYMONTH=1,2;BYMONTHDAY=-3,15;"
        "BYHOUR=9,10;BYMINUTE=0,30;BYSECOND=5;BYSETPOS=-1,1"
    )
    found = rfc5545.parse(text, UTC).rules[0]
    assert rfc5545.parse(found.text, UTC).rules[0] == found
    assert found.until == datetime.datetime(2027, 12, 31, 23, tzinfo=datetime.UTC)


def test_rules_are_sorted_without_doubles_and_hashable() -> None:
    one = rfc5545.parse("FREQ=WEEKLY;BYDAY=FR,MO,FR;BYHOUR=10,9", UTC)
    other = rfc5545.parse("freq=weekly;byhour=9,10;byday=mo,fr", UTC)
    assert {one: "found"}[other] == "found"
    assert one.rules[0].by_day == (rule.Weekday(0), rule.Weekday(4))


def test_step_seconds() -> None:
    assert rule.Rule(rule.MINUTELY, 90).step_seconds == 5_400
