"""What the checker says of schedules: what never comes due, what has no effect, what may surprise; at 2026-11-23 20:00 in Chisinau."""

from __future__ import annotations

import datetime
import itertools
import time
from typing import Any

import pytest

from tests import language, reference_cases
from workflows.core import check, parse_schedule, zones
from workflows.core.schedules import occurrences

DAILY = "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"


def told(**settings: Any) -> list[tuple[str, str, str, str, str]]:
    made = language.checked(language.document(**{"schedule_kind": "rrule", "schedule_expr": DAILY, **settings}))
    return [(one.severity, one.code, one.path, one.message, one.hint) for one in made.problems]


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="daily"),
        pytest.param({"schedule_expr": "FREQ=MINUTELY;INTERVAL=90"}, id="elapsed time has no time of day"),
        pytest.param({"schedule_expr": "FREQ=HOURLY;BYMINUTE=0"}, id="hourly"),
        pytest.param({"schedule_expr": "DTSTART:20261102T100000\nRRULE:FREQ=WEEKLY;INTERVAL=2"}, id="start written"),
        pytest.param({"holidays": "MD", "on_holiday": "skip"}, id="holidays"),
        pytest.param({"holidays": "MD", "on_holiday": "run"}, id="holidays that are run on, said so"),
        pytest.param({"holidays": "MD", "on_weekend": "next_business_day"}, id="holidays for what a business day is"),
        pytest.param({"holidays": "MD", "business_day": 3}, id="holidays for a business day"),
        pytest.param({"weekend": ["FR", "SA"], "on_weekend": "skip"}, id="weekend"),
        pytest.param({"holidays": "KW", "on_holiday": "skip", "weekend": ["FR", "SA"]}, id="weekend of the country"),
        pytest.param({"holidays": ["2025-12-25", "2026-11-23"], "on_holiday": "skip"}, id="closed today"),
        pytest.param({"schedule_expr": "FREQ=MINUTELY", "overlap": "skip"}, id="many runs, but none queued"),
        pytest.param({"schedule_expr": "FREQ=MINUTELY", "catchup_window": "1m"}, id="many runs, short catch-up"),
        pytest.param({"schedule_kind": "cron", "schedule_expr": "*/10 9-17 * * MON-FRI", "overlap": "buffer_one"}, id="cron"),
        pytest.param({"schedule_kind": "cron", "schedule_expr": "0 9 */2 * *"}, id="a step is no numbered weekday"),
        pytest.param({"schedule_kind": "once", "schedule_expr": "2026-12-31T09:00"}, id="once"),
        pytest.param({"schedule_kind": "manual", "schedule_expr": None, "overlap": "skip", "timeout": "1h", "note": "x"}, id="manual"),
        pytest.param({"schedule_kind": "event", "schedule_expr": None, "event_type": "a.b"}, id="event"),
        pytest.param({"schedule_expr": "FREQ=DAILY;BYHOUR=3;BYMINUTE=30", "timezone": "Asia/Tokyo"}, id="clocks never change there"),
        pytest.param({"schedule_expr": "FREQ=WEEKLY;BYDAY=WE;BYHOUR=3;BYMINUTE=30"}, id="clocks change on Sundays"),
        pytest.param({"schedule_expr": "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=3", "on_weekend": "next_business_day"}, id="moved off the change"),
    ],
)
def test_schedules_without_a_problem(settings: dict[str, Any]) -> None:
    assert told(**settings) == []


SHORTER = 'a shorter "catchup_window": "1h", or "overlap": "skip" where only the newest run matters'
OUTSIDE = "nothing to do, or choose a time outside that hour"
NO_TIME = "no time was found up to the year 2100: correct its BY parts"
MOVES = '"on_holiday": "skip", "next_business_day" or "previous_business_day"'
EXPR = "schedule_expr"


@pytest.mark.parametrize(
    ("settings", "code", "path", "message", "hint"),
    [
        ({"schedule_expr": "FREQ=OFTEN"}, "wrong-schedule", EXPR, "FREQ=OFTEN: no such frequency", "allowed are YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY"),
        ({"schedule_expr": "FREQ=WEEKLY;BYDAY=XX"}, "wrong-schedule", EXPR, "BYDAY=XX: no such day of the week", "the days are MO, TU, WE, TH, FR, SA, SU, with a number for one of the month or year: 1MO, -1FR"),
        ({"schedule_kind": "cron", "schedule_expr": "0 0 9 * * *"}, "wrong-schedule", EXPR, "cron: '0 0 9 * * *' has 6 fields; crontab has 5: minute, hour, day of month, month, day of week", "if the first is the second, leave it out: '0 9 * * *'"),
        ({"schedule_kind": "once", "schedule_expr": "soon"}, "wrong-schedule", EXPR, "schedule_expr: 'soon' is no time", "write it as 2026-12-31T09:00:00, or with an offset, 2026-12-31T09:00:00+02:00"),
        ({"schedule_expr": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=9"}, "never-due", EXPR, "the rule never fires: February has no day 30", NO_TIME),
        ({"schedule_kind": "cron", "schedule_expr": "0 9 31 4 *"}, "never-due", EXPR, "cron: '0 9 31 4 *' never fires: month 4 has no day 31", "correct the day or the month"),
        ({"schedule_expr": "FREQ=WEEKLY;BYDAY=SA;BYHOUR=9", "on_weekend": "skip"}, "never-due", EXPR, "'FREQ=WEEKLY;BYDAY=SA;BYHOUR=9' never comes due: the business calendar skips all its times", "let on_holiday or on_weekend move them"),
        ({"schedule_expr": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;BYHOUR=9", "holidays": "MD", "on_holiday": "skip"}, "never-due", EXPR, "'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;BYHOUR=9' never comes due: the business calendar skips all its times", "let on_holiday or on_weekend move them"),
        ({"schedule_expr": "FREQ=SECONDLY;BYDAY=SA", "on_weekend": "skip"}, "never-due", EXPR, "'FREQ=SECONDLY;BYDAY=SA' never comes due: the business calendar skips all its times", "let on_holiday or on_weekend move them"),
        ({"schedule_expr": "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=1;BYHOUR=9", "start_at": "2026-12-01", "end_at": "2027-02-01"}, "never-due", EXPR, "'FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=1;BYHOUR=9' never comes due: none of its times is inside start_at and end_at", "'ordinaut next' shows the times of a rule"),
        ({"start_at": "2027-02-01", "end_at": "2027-01-01"}, "wrong-time", "end_at", "end_at 2027-01-01T23:59:59 is before start_at 2027-02-01T00:00:00, so nothing ever runs", "write a later end_at"),
        ({"start_at": "2027-03-28T03:30"}, "wrong-time", "start_at", "start_at: 2027-03-28T03:30:00 does not exist in Europe/Chisinau: the clocks are put forward over it", "write 2027-03-28T04:30:00, which is where the change moves it"),
        ({"on_holiday": "skip"}, "missing-key", "holidays", "on_holiday is 'skip', but no holidays are named", 'add "holidays": "MD" (the code of a country), or a list of dates: ["2026-12-31"]'),
        ({"schedule_kind": "once", "schedule_expr": "2026-12-31T09:00", "business_day": 5}, "wrong-value", "business_day", "business_day needs a rule: 'once' names one day", "write the day itself in schedule_expr"),
    ],
)  # fmt: skip
def test_errors(settings: dict[str, Any], code: str, path: str, message: str, hint: str) -> None:
    assert told(**settings) == [("error", code, path, message, hint)]


@pytest.mark.parametrize(
    ("settings", "code", "path", "message", "hint"),
    [
        ({"schedule_expr": "FREQ=DAILY"}, "no-start", EXPR, "the rule does not say the time of day: the moment of the first apply decides it", "add BYHOUR=9;BYMINUTE=0, or a line before the rule: DTSTART:20260105T090000"),
        ({"schedule_expr": "FREQ=WEEKLY;BYHOUR=9"}, "no-start", EXPR, "the rule does not say the day of the week: the moment of the first apply decides it", "add BYDAY=MO, or a line before the rule: DTSTART:20260105T090000"),
        ({"schedule_expr": "FREQ=MONTHLY"}, "no-start", EXPR, "the rule does not say the time of day and the day of the month: the moment of the first apply decides it", "add BYHOUR=9;BYMINUTE=0;BYMONTHDAY=1, or a line before the rule: DTSTART:20260105T090000"),
        ({"schedule_expr": "FREQ=YEARLY;BYHOUR=9"}, "no-start", EXPR, "the rule does not say the day of the year: the moment of the first apply decides it", "add BYMONTH=1;BYMONTHDAY=1, or a line before the rule: DTSTART:20260105T090000"),
        ({"schedule_expr": "FREQ=YEARLY;BYMONTH=5;BYHOUR=9"}, "no-start", EXPR, "the rule does not say the day of the month: the moment of the first apply decides it", "add BYMONTHDAY=1, or a line before the rule: DTSTART:20260105T090000"),
        ({"schedule_expr": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9"}, "no-start", EXPR, "the rule does not say which of every 2 weeks: the moment of the first apply decides it", "add a line before the rule: DTSTART:20260105T090000"),
        ({"schedule_expr": "FREQ=HOURLY;BYDAY=MO"}, "no-start", EXPR, "the rule does not say the minute: the moment of the first apply decides it", "add BYMINUTE=0, or a line before the rule: DTSTART:20260105T090000"),
        ({"schedule_kind": "once", "schedule_expr": "2026-11-23T19:59"}, "ended-schedule", EXPR, "every time of this schedule is past: it will not run by itself", "'ordinaut backfill' runs past times"),
        ({"end_at": "2026-11-22"}, "ended-schedule", EXPR, "every time of this schedule is past: it will not run by itself", "'ordinaut backfill' runs past times"),
        ({"schedule_expr": "FREQ=DAILY;BYHOUR=9;UNTIL=20200101T000000Z"}, "ended-schedule", EXPR, "every time of this schedule is past: it will not run by itself", "'ordinaut backfill' runs past times"),
        ({"schedule_expr": "DTSTART:20261102T100000Z\nRRULE:FREQ=DAILY"}, "read-otherwise", EXPR, "DTSTART:20261102T100000Z ends in Z, so the whole rule is in UTC and not in Europe/Chisinau; write DTSTART:20261102T120000 to let it follow the clocks of Europe/Chisinau", ""),
        ({"schedule_kind": "cron", "schedule_expr": "0 9 * * 1-5"}, "read-otherwise", EXPR, "the day of week '1-5' is read as crontab does: 0 and 7 are Sunday, 1 is Monday", "names leave no doubt: MON, FRI"),
        ({"schedule_expr": "FREQ=MONTHLY;BYDAY=-1SU;BYMONTH=3;BYHOUR=3;BYMINUTE=30"}, "clock-change", EXPR, "there is no 03:30 on 2027-03-28 in Europe/Chisinau: clocks go from 03:00 to 04:00; that run is due at 04:30", OUTSIDE),
        ({"schedule_kind": "cron", "schedule_expr": "0 3 * 10 SUN"}, "clock-change", EXPR, "03:00 comes twice on 2027-10-31 in Europe/Chisinau: clocks go back from 04:00 to 03:00; the run is due at the first, once", OUTSIDE),
        ({"schedule_expr": "FREQ=MONTHLY;BYMONTH=10;BYDAY=1SU;BYHOUR=2;BYMINUTE=15", "timezone": "Australia/Lord_Howe"}, "clock-change", EXPR, "there is no 02:15 on 2027-10-03 in Australia/Lord_Howe: clocks go from 02:00 to 02:30; that run is due at 02:45", OUTSIDE),
        ({"schedule_expr": "FREQ=MINUTELY"}, "many-runs", EXPR, "after a standstill of 7 days (catchup_window) more than 1,000 runs would follow one after another; the server queues 1,000 and loses the rest", SHORTER),
        ({"schedule_expr": "FREQ=MINUTELY;INTERVAL=15", "catchup_window": "2d12h"}, "many-runs", "catchup_window", "after a standstill of 60 hours (catchup_window) 241 runs would follow one after another", SHORTER),
        ({"holidays": "MD"}, "no-effect", "holidays", "'holidays' has no effect: nothing says what happens on one", MOVES),
        ({"weekend": ["FR", "SA"]}, "no-effect", "weekend", "'weekend' has no effect: runs are due on weekends as on other days", MOVES.replace("on_holiday", "on_weekend")),
        ({"business_day": 5, "on_weekend": "skip"}, "no-effect", "on_weekend", "'on_weekend' has no effect: a business_day is never on a holiday or weekend", ""),
        ({"schedule_kind": "manual", "schedule_expr": None, "jitter": 5}, "no-effect", "jitter", "'jitter' has no effect: a manual pipeline never runs by itself", "schedule_kind is 'rrule', 'cron' or 'once' where it should"),
        ({"schedule_kind": "event", "schedule_expr": None, "event_type": "a.b", "note": "x"}, "no-effect", "note", "'note' has no effect: a pipeline that events start has no schedule", ""),
        ({"holidays": ["2025-12-25", "2026-11-22"], "on_holiday": "skip"}, "outdated-holidays", "holidays", "the last of the listed closed days, 2026-11-22, is past", "add the coming ones"),
        ({"holidays": "LK", "on_holiday": "skip"}, "outdated-holidays", "holidays", "the holidays of 'LK' are known up to 2026 only; later ones are taken for business days", "add the coming ones as dates"),
        ({"holidays": "KW", "on_holiday": "skip"}, "usual-weekend", "weekend", "the weekend of 'KW' is FR and SA, that of the schedule SA and SU", 'add "weekend": ["FR", "SA"]'),
    ],
)  # fmt: skip
def test_warnings(settings: dict[str, Any], code: str, path: str, message: str, hint: str) -> None:
    assert told(**settings) == [("warning", code, path, message, hint)]


@pytest.mark.parametrize(
    ("settings", "warned"),
    [
        pytest.param({}, True, id="rule"),
        pytest.param({"schedule_kind": "cron", "schedule_expr": "0 9 * * *"}, True, id="cron"),
        pytest.param({"schedule_kind": "once", "schedule_expr": "2026-12-31"}, True, id="a day"),
        pytest.param({"schedule_kind": "once", "schedule_expr": "2026-12-31T09:00"}, True, id="local time"),
        pytest.param({"schedule_kind": "once", "schedule_expr": "2026-12-31T09:00+02:00"}, False, id="time with an offset"),
        pytest.param({"schedule_expr": "DTSTART:20261231T090000Z\nRRULE:FREQ=DAILY"}, False, id="start in UTC"),
        pytest.param({"schedule_expr": "FREQ=MINUTELY;INTERVAL=90"}, False, id="elapsed time"),
        pytest.param({"schedule_kind": "manual", "schedule_expr": None}, False, id="manual"),
    ],
)
def test_a_schedule_of_local_times_wants_a_zone(settings: dict[str, Any], warned: bool) -> None:
    message = "the schedule says times, but the document names no timezone; Europe/Chisinau is taken (ORDINAUT_TIMEZONE, else UTC)"
    expected = ("warning", "no-time-zone", EXPR, message, 'add "timezone": "Europe/Chisinau"')
    found = [one for one in told(timezone=None, **settings) if one[1] == "no-time-zone"]
    assert found == ([expected] if warned else [])


def test_both_changes_of_a_year_are_told() -> None:
    assert [one[1] for one in told(schedule_expr="FREQ=DAILY;BYHOUR=3;BYMINUTE=30")] == ["clock-change", "clock-change"]


def test_a_wrong_setting_is_told_alone() -> None:
    """Its default stands for it; what that would make of the rest is nobody's business."""
    assert [one[1:3] for one in told(weekend="SA", on_holiday="skip", schedule_expr="FREQ=DAILY")] == [("wrong-type", "weekend")]


def test_an_unknown_zone_is_told_alone() -> None:
    assert [one[1] for one in told(timezone="Mars", schedule_expr="FREQ=NEVER")] == ["unknown-time-zone"]


@pytest.mark.parametrize("key", [*parse_schedule.TIMING_KEYS, "catchup_window", "jitter", "pause_on_failure", "max_runs"])
def test_what_has_no_effect_on_a_manual_pipeline(key: str) -> None:
    given = {"holidays": "MD", "on_holiday": "skip", "on_weekend": "skip", "weekend": ["SA"], "business_day": 5, "start_at": "2026-12-01", "end_at": "2026-12-02", "catchup_window": "1h", "jitter": 5, "pause_on_failure": True, "max_runs": 5}  # fmt: skip
    assert [one[1:3] for one in told(schedule_kind="manual", schedule_expr=None, **{key: given[key]})] == [("no-effect", key)]


def test_nothing_is_past_where_nobody_knows_the_present() -> None:
    document = b'{"schedule_kind": "once", "schedule_expr": "2020-01-01T09:00", "holidays": "2020-01-01", "on_holiday": "skip", "timezone": "UTC", "payload": {"pipeline": []}}'
    assert {one.code for one in check.document(document, "x.json", language.tools()).problems} == {"never-due"}
    document = document.replace(b'"on_holiday": "skip"', b'"on_holiday": "run"')
    assert check.document(document, "x.json", language.tools()).problems == ()


@pytest.mark.parametrize(
    "expr", ["FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=SECONDLY;BYDAY=SA", "FREQ=MINUTELY;BYHOUR=3;BYYEARDAY=366"]
)
def test_no_rule_keeps_the_checker_waiting(expr: str) -> None:
    started = time.perf_counter()
    told(schedule_expr=expr, on_weekend="skip", holidays="MD")
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("path", sorted((reference_cases.REFERENCE / "pipelines").glob("*.json")), ids=lambda path: path.stem)
def test_the_reference_pipelines_have_sound_schedules(path: Any) -> None:
    made = check.document(path.read_bytes(), path.name, language.tools(), now=language.NOMINAL)
    assert [one.message for one in made.problems if one.path in (EXPR, *parse_schedule.KEYS)] == []


def test_the_report_due_on_the_20th_goes_out_on_a_working_day_and_not_after_it() -> None:
    """The shipped edition, in 2026: 17 April for Monday the 20th, a holiday, and a Friday for each 20th on a weekend."""
    path = reference_cases.ROOT / "pipelines" / "sia-monthly-employment.json"
    made = check.document(path.read_bytes(), path.name, language.tools(), now=language.NOMINAL)
    assert made.pipeline is not None and made.pipeline.timing is not None
    first = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    due = list(itertools.islice(occurrences.between(made.pipeline.timing, language.NOMINAL, first, occurrences.LAST), 12))
    assert [f"{one.time:%m-%d}" for one in due] == ["01-20", "02-20", "03-20", "04-17", "05-20", "06-19", "07-20", "08-20", "09-18", "10-20", "11-20", "12-18"]  # fmt: skip
    assert {one.time.astimezone(zones.load(language.ZONE)).hour for one in due} == {14}
    assert [one.reason for one in due if one.unmoved] == ["Day of Rejoicing (MD)", "Saturday", "Sunday", "Sunday"]
