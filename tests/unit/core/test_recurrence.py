"""The compiler of schedules, without a server: what a spec says, read plainly, is what the rules say."""

from __future__ import annotations

import datetime

import pytest

from tests import schedule_reading
from tests.schedule_corpus import comparison, rules
from workflows.core import errors, recurrence
from workflows.core.schedules import blocks, instants, occurrences, spec, timing

NOW = comparison.ANCHOR
_DAY = datetime.timedelta(days=1)
SAMPLE = [one for name, ones in rules.everything().items() for one in ones[:: max(1, len(ones) // 8)] if name != "every zone"]


def compiled(expr: str, zone: str = "UTC", kind: str = timing.RRULE, **more: object) -> spec.Spec:
    return recurrence.compile(timing.Timing(kind, expr, zone, **more), NOW, NOW)  # type: ignore[arg-type]


def test_a_daily_rule_is_one_calendar_that_goes_back_three_years() -> None:
    assert compiled("FREQ=DAILY;BYHOUR=18;BYMINUTE=0") == spec.Spec(
        "UTC", calendars=(spec.Calendar(hour=((18, 18, 1),)),), start_at=datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC)
    )


def test_elapsed_time_is_one_interval() -> None:
    made = compiled("DTSTART:20260101T000000Z\nRRULE:FREQ=MINUTELY;INTERVAL=90")
    assert made.intervals == (spec.Interval(5_400, 0),)
    assert (made.calendars, made.start_at) == ((), datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))


def test_manual_is_a_moment_that_keeps_it_listed() -> None:
    made = compiled("", kind=timing.MANUAL)
    assert (made.placeholders, made.calendars) == ((instants.PLACEHOLDER,), ())
    assert schedule_reading.times(made, NOW, instants.PLACEHOLDER) == [instants.PLACEHOLDER]


def test_once_is_its_moment_and_the_one_that_keeps_it_listed() -> None:
    made = compiled("2026-12-24T18:00:00", "Europe/Chisinau", timing.ONCE)
    due = datetime.datetime(2026, 12, 24, 16, tzinfo=datetime.UTC)
    assert schedule_reading.times(made, NOW, instants.PLACEHOLDER) == [due, instants.PLACEHOLDER]


def test_holidays_are_told_for_ten_years_and_no_longer() -> None:
    made = compiled("FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=9", on_weekend="next_business_day")
    assert made.horizon == datetime.datetime(2037, 1, 1, tzinfo=datetime.UTC)


def test_start_at_and_end_at_bound_it() -> None:
    made = compiled("FREQ=DAILY;BYHOUR=9", start_at="2027-01-10", end_at="2028-01-10T09:00:00Z")
    found = schedule_reading.times(made, NOW, NOW + 2_000 * _DAY)
    assert (found[0].isoformat(), found[-1].isoformat(), len(found)) == ("2027-01-10T09:00:00+00:00", "2028-01-10T09:00:00+00:00", 366)


@pytest.mark.parametrize("one", SAMPLE, ids=lambda one: f"{one.expr.splitlines()[-1]} {one.timezone}")
def test_a_spec_read_plainly_is_what_the_rules_say(one: timing.Timing) -> None:
    made = recurrence.compile(one, NOW, NOW)
    begin = max(NOW, (made.start_at or NOW) - _DAY)
    end = min(begin + (1 if "SECONDLY" in one.expr or "MINUTELY" in one.expr else 150) * _DAY, made.horizon or occurrences.LAST)
    listed = [
        moment for moment in schedule_reading.times(made, begin + datetime.timedelta(seconds=1), end) if moment not in made.placeholders
    ]
    assert listed == [due.time for due in occurrences.between(one, NOW, begin, end) if made.horizon is None or due.time < made.horizon]


def test_what_no_schedule_can_hold_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_LISTED", 20_000)  # 120,000 take seconds
    with pytest.raises(errors.ScheduleError) as refused:
        compiled("FREQ=SECONDLY;INTERVAL=7;BYHOUR=9,10,11,12,13,14,15,16,17,18,19,20")
    assert "count elapsed time, such as FREQ=MINUTELY;INTERVAL=5 without BY parts" in str(refused.value)
