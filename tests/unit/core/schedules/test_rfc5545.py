from __future__ import annotations

import datetime

import pytest

from workflows.core import errors, zones
from workflows.core.schedules import rfc5545, rule

NEW_YORK = zones.load("America/New_York")
ZONED = "DTSTART;TZID=America/New_York:20270101T090000\n"
LOCAL = "DTSTART:20270101T090000\n"
DATE = "DTSTART;VALUE=DATE:20270101\n"
PARTS = (
    "FREQ, INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, BYEASTER, BYHOUR, BYMINUTE, BYSECOND, BYSETPOS"
)
FREQUENCIES = "YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY"
DAYS = "MO, TU, WE, TH, FR, SA, SU"
ORDINALS = f"the days are {DAYS}, with a number for one of the month or year: 1MO, -1FR"
MONTH_DAYS = "from 1 to 31, or -1 to -31 from the end"


def utc(*fields: int) -> datetime.datetime:
    return datetime.datetime(*fields, tzinfo=datetime.UTC)


def test_a_rule_with_every_part() -> None:
    text = (
        "FREQ=YEARLY;INTERVAL=2;COUNT=9;WKST=SU;BYMONTH=12,1;BYWEEKNO=1,-1;BYYEARDAY=-1,1;BYMONTHDAY=-1,1;BYDAY=SU,MO;"
        "BYHOUR=9;BYMINUTE=30;BYSECOND=15;BYSETPOS=-1"
    )
    assert rfc5545.parse(text, NEW_YORK).rules == (
        rule.Rule(
            "YEARLY",
            interval=2,
            count=9,
            week_start=6,
            by_month=(1, 12),
            by_week_number=(-1, 1),
            by_year_day=(-1, 1),
            by_month_day=(-1, 1),
            by_day=(rule.Weekday(0), rule.Weekday(6)),
            by_hour=(9,),
            by_minute=(30,),
            by_second=(15,),
            by_set_position=(-1,),
        ),
    )


def test_a_set_of_lines_in_any_order_folded_and_in_lower_case() -> None:
    text = (
        "rrule:freq=weekly;by\r\n day=mo;byhour=9\r\n\r\nexrule:freq=monthly;bymonthday=1\r\nRDATE:20270105T100000,\r\n 20270104T150000Z\r\n"
        'EXDATE;TZID="Europe/London":20270111T140000\r\nEXDATE;VALUE=DATE:20270118\r\ndtstart;tzid=America/New_York:20270101T090000'
    )
    found = rfc5545.parse(text, NEW_YORK)
    assert [each.text for each in found.rules] == ["FREQ=WEEKLY;BYDAY=MO;BYHOUR=9"]
    assert [each.text for each in found.excluded_rules] == ["FREQ=MONTHLY;BYMONTHDAY=1"]
    assert found.dates == (utc(2027, 1, 4, 15), utc(2027, 1, 5, 15))
    assert found.excluded_dates == (utc(2027, 1, 11, 14),)
    assert found.excluded_days == (datetime.date(2027, 1, 18),)
    assert (found.start, found.start_is_written, found.zone) == (datetime.datetime(2027, 1, 1, 9), True, "America/New_York")


def test_indented_lines_of_their_own_are_not_taken_for_folded_ones() -> None:
    found = rfc5545.parse("  DTSTART:20270101T090000\n  RRULE:FREQ=DAILY\n  FREQ=WEEKLY;BYDAY=MO;\n", NEW_YORK)
    assert [each.text for each in found.rules] == ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO"]


@pytest.mark.parametrize(
    ("text", "until"),
    [
        pytest.param("FREQ=DAILY;UNTIL=20271224T050000Z", utc(2027, 12, 24, 5), id="no DTSTART: UTC"),
        pytest.param(f"{ZONED}RRULE:FREQ=DAILY;UNTIL=20271224T050000Z", utc(2027, 12, 24, 5), id="TZID: UTC"),
        pytest.param("DTSTART:20270101T090000Z\nFREQ=DAILY;UNTIL=20271224T050000Z", utc(2027, 12, 24, 5), id="Z: UTC"),
        pytest.param(f"{LOCAL}RRULE:FREQ=DAILY;UNTIL=20271224T000000", utc(2027, 12, 24, 5), id="local: local"),
        pytest.param(f"{DATE}RRULE:FREQ=DAILY;UNTIL=20271224", utc(2027, 12, 25, 4, 59, 59), id="date: that day counts"),
        pytest.param("FREQ=DAILY;UNTIL=99991231T235959Z", None, id="beyond every schedule"),
    ],
)
def test_until_has_the_form_of_dtstart(text: str, until: datetime.datetime | None) -> None:
    assert rfc5545.parse(text, NEW_YORK).rules[0].until == until


def test_a_dtstart_in_utc_puts_the_rule_on_utc_with_a_warning() -> None:
    found = rfc5545.parse("DTSTART:20270101T140000Z\nRRULE:FREQ=DAILY", NEW_YORK)
    assert (found.zone, found.start) == ("UTC", datetime.datetime(2027, 1, 1, 14))
    assert found.warnings == (
        "DTSTART:20270101T140000Z ends in Z, so the whole rule is in UTC and not in America/New_York; "
        "write DTSTART:20270101T090000 to let it follow the clocks of America/New_York",
    )
    assert rfc5545.parse("DTSTART:20270101T140000Z\nRRULE:FREQ=DAILY", zones.load("UTC")).warnings == ()


def test_a_link_to_the_zone_of_the_document_is_that_zone() -> None:
    assert rfc5545.parse("DTSTART;TZID=US/Eastern:20270101T090000\nRRULE:FREQ=DAILY", NEW_YORK).zone == "America/New_York"


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        (f"{ZONED}RRULE:FREQ=DAILY", "America/New_York"),
        ("DTSTART:20270101T090000Z\nFREQ=DAILY", "UTC"),
        (f"{LOCAL}FREQ=DAILY", None),
        ("FREQ=DAILY", None),
    ],
)
def test_zone_named(text: str, zone: str | None) -> None:
    assert rfc5545.zone_named(text) == zone


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            "FREQ=WEEKLY;BYMONTHDAY=1",
            "RFC 5545 has no BYMONTHDAY with FREQ=WEEKLY; it is read as a condition: only those days that fall on it",
        ),
        (
            "FREQ=MONTHLY;BYYEARDAY=100",
            "RFC 5545 has no BYYEARDAY with FREQ=MONTHLY; it is read as a condition: only those days that fall on it",
        ),
        (
            "FREQ=YEARLY;BYEASTER=1",
            "BYEASTER is not in RFC 5545 but an addition of python-dateutil: days after the western Easter Sunday",
        ),
    ],
)
def test_what_the_rfc_forbids_and_is_clear_is_read_with_a_warning(text: str, warning: str) -> None:
    assert rfc5545.parse(text, NEW_YORK).warnings == (warning,)


EXAMPLE = "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"
NEVER = "no time was found up to the year 2100: correct its BY parts"
WRONG = {
    "": f"the rule is empty; write one like {EXAMPLE}",
    " \n ": f"the rule is empty; write one like {EXAMPLE}",
    "every monday": f"'every monday' is no rule; write one like {EXAMPLE}",
    "0 9 * * 1": "'0 9 * * 1' looks like cron, not like a rule; set schedule_kind to \"cron\"",
    "BYHOUR=9": f"the rule has no FREQ; begin it with FREQ= and one of {FREQUENCIES}",
    "FREQ=DAYLY": "FREQ=DAYLY: no such frequency; did you mean FREQ=DAILY?",
    "FREQ=FORTNIGHT": f"FREQ=FORTNIGHT: no such frequency; allowed are {FREQUENCIES}",
    "FREQ=": "FREQ has no value; write one after FREQ=, or take the part out",
    "FREQ=DAILY;WEEKLY": "'WEEKLY' is no part of a rule; write FREQ=WEEKLY",
    "FREQ=WEEKLY;MO": "'MO' is no part of a rule; write BYDAY=MO",
    "FREQ=DAILY;;BYHOUR=9": "a part of the rule is empty: two ; follow each other; take one ; out",
    "FREQ=DAILY;HOUR=9": "a rule has no part HOUR; did you mean BYHOUR?",
    "FREQ=DAILY;BYWEEKDAY=MO": "a rule has no part BYWEEKDAY; did you mean BYDAY?",
    "FREQ=DAILY;XYZ=9": f"a rule has no part XYZ; the parts are {PARTS}",
    "FREQ=DAILY;RSCALE=HEBREW": "a rule has no part RSCALE: other calendars and skips (RFC 7529) are not read; take it out; on_holiday and on_weekend move days",
    "FREQ=DAILY;DTSTART=20270101T090000": "DTSTART is no part of a rule; it stands on a line of its own: DTSTART:20270101T090000",
    "FREQ=DAILY;BYHOUR=9;BYHOUR=10": "BYHOUR stands twice in one rule; write BYHOUR=9,10",
    "FREQ=DAILY;FREQ=WEEKLY": "FREQ stands twice in one rule; write it once",
    "FREQ=DAILY;INTERVAL=0": "INTERVAL=0: INTERVAL is at least 1; INTERVAL=2 is every second time, INTERVAL=1 each time",
    "FREQ=DAILY;INTERVAL=1.5": "INTERVAL=1.5: INTERVAL is a whole number from 1; INTERVAL=2 is every second time, INTERVAL=1 each time",
    "FREQ=DAILY;INTERVAL=9999999": "INTERVAL=9999999: INTERVAL is at most 1,000,000; write a smaller number",
    "FREQ=DAILY;COUNT=-3": "COUNT=-3: COUNT is at least 1; COUNT=10 ends the rule after ten times",
    "FREQ=DAILY;COUNT=3;UNTIL=20271224T000000Z": "COUNT and UNTIL stand in one rule; a rule ends in one way; take one of them out",
    "FREQ=WEEKLY;BYDAY=XX": f"BYDAY=XX: no such day of the week; {ORDINALS}",
    "FREQ=WEEKLY;BYDAY=MO,MONDAY": "BYDAY=MONDAY: no such day of the week; did you mean BYDAY=MO?",
    "FREQ=MONTHLY;BYDAY=MO(+1)": "BYDAY=MO(+1): no such day of the week; the number stands first: BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=0MO": "BYDAY=0MO: the number before a day is 1 to 53, or -1 to -53; 1MO is the first, -1MO the last",
    "FREQ=MONTHLY;BYDAY=6MO": "BYDAY=6MO: no month has more than five of one day; BYDAY=6MO is of the year with FREQ=YEARLY without BYMONTH",
    "FREQ=WEEKLY;BYDAY=1MO": "BYDAY=1MO: numbered days (1MO) go with FREQ=MONTHLY and YEARLY only, not with WEEKLY; write FREQ=MONTHLY;BYDAY=1MO, or BYDAY=MO for each one",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO": "BYDAY=1MO: numbered days do not go with BYWEEKNO, since a week has each day once; write BYDAY=MO",
    "FREQ=WEEKLY;WKST=XX": f"WKST=XX: no such day of the week; the days are {DAYS}",
    "FREQ=YEARLY;BYWEEKNO=54": "BYWEEKNO=54: weeks of the year go from 1 to 53, or -1 to -53 from the end",
    "FREQ=YEARLY;BYYEARDAY=367": "BYYEARDAY=367: days of the year go from 1 to 366, or -1 to -366 from the end",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0": "BYSETPOS=0: positions in the set go from 1 to 366, or -1 to -366 from the end",
    "FREQ=MONTHLY;BYSETPOS=-1": "BYSETPOS=-1 has no set to choose from; add the part that makes the set, like BYDAY=MO,TU,WE,TH,FR for BYSETPOS=-1, the last working day",
    "FREQ=DAILY;BYHOUR=24": "BYHOUR=24: hours go from 0 to 23; midnight is 0",
    "FREQ=DAILY;BYHOUR=9:30": "BYHOUR=9:30: hours are numbers from 0 to 23; write BYHOUR=9;BYMINUTE=30",
    "FREQ=DAILY;BYHOUR=*": "BYHOUR=*: hours are numbers from 0 to 23; leave BYHOUR out for all",
    "FREQ=DAILY;BYHOUR=9,,10": "BYHOUR=9,,10: a value is missing beside a comma; take the comma out",
    "FREQ=DAILY;BYMINUTE=60": "BYMINUTE=60: minutes go from 0 to 59; the full hour is 0",
    "FREQ=DAILY;BYSECOND=60": "BYSECOND=60: seconds go from 0 to 59; no schedule has leap seconds",
    "FREQ=MONTHLY;BYMONTHDAY=0": f"BYMONTHDAY=0: days of the month go {MONTH_DAYS}; -1 is the last day of the month",
    "FREQ=MONTHLY;BYMONTHDAY=32": f"BYMONTHDAY=32: days of the month go {MONTH_DAYS}; -1 is the last day of the month",
    "FREQ=MONTHLY;BYMONTHDAY=1-3": f"BYMONTHDAY=1-3: days of the month are numbers {MONTH_DAYS}; write each of them: BYMONTHDAY=1,2,3",
    "FREQ=YEARLY;BYMONTH=13": "BYMONTH=13: months go from 1 to 12",
    "FREQ=YEARLY;BYMONTH=MARCH": "BYMONTH=MARCH: months are numbers from 1 to 12; write BYMONTH=3",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30": f"the rule never fires: February has no day 30; {NEVER}",
    "FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=31": f"the rule never fires: April has no day 31; {NEVER}",
    f"{ZONED}RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO": f"the rule never fires; {NEVER}, INTERVAL or DTSTART",
    f"{ZONED}RRULE:FREQ=HOURLY;INTERVAL=2;BYHOUR=8": f"the rule never fires; {NEVER}, INTERVAL or DTSTART",
    f"{ZONED}RRULE:FREQ=DAILY;UNTIL=20261224T000000Z": "UNTIL=20261224T000000Z is before DTSTART:20270101T090000, so the rule never fires; write a later UNTIL",
    "FREQ=DAILY;UNTIL=20271224T000000": "UNTIL=20271224T000000 has no zone; write UNTIL=20271224T050000Z, which is that time of America/New_York in UTC",
    "FREQ=DAILY;UNTIL=20271224": "UNTIL=20271224 is a date, and the rule has times; write UNTIL=20271225T045959Z, the end of that day in America/New_York",
    f"{ZONED}RRULE:FREQ=DAILY;UNTIL=20270724T000000": "UNTIL=20270724T000000 has no zone; write UNTIL=20270724T040000Z, which is that time of America/New_York in UTC",
    f"{LOCAL}RRULE:FREQ=DAILY;UNTIL=20271224T000000Z": "UNTIL=20271224T000000Z is in UTC, and DTSTART has no zone; write UNTIL=20271223T190000, which is that moment in America/New_York",
    f"{LOCAL}RRULE:FREQ=DAILY;UNTIL=20271224": "UNTIL=20271224 is a date, and the rule has times; write UNTIL=20271224T235959, the end of that day",
    f"{DATE}RRULE:FREQ=DAILY;UNTIL=20271224T000000Z": "UNTIL=20271224T000000Z is a time, and DTSTART is a date; write UNTIL=20271224; that day counts",
    f"{DATE}RRULE:FREQ=DAILY;BYHOUR=9;UNTIL=20271224": "UNTIL=20271224 is a date, and the rule has times; write DTSTART:20270101T000000 and UNTIL=20271224T235959",
    "FREQ=DAILY;UNTIL=2027-12-24": "UNTIL=2027-12-24 is no date or time; write UNTIL=20271225T045959Z, the end of that day in America/New_York",
    "FREQ=DAILY;UNTIL=TOMORROW": "UNTIL=TOMORROW is no date or time; write it in UTC, like UNTIL=20270131T090000Z",
    "DTSTART:20270314T023000\nFREQ=DAILY": "DTSTART:20270314T023000 does not exist in America/New_York: the clocks are put forward over it; write 20270314T033000, which is where the change moves it",
    "DTSTART;TZID=Europe/London:20270101T090000\nFREQ=DAILY": 'DTSTART is in TZID=Europe/London, the pipeline in timezone America/New_York; write "timezone": "Europe/London", or take the TZID out',
    "DTSTART;TZID=Europe/Lodnon:20270101T090000\nFREQ=DAILY": "DTSTART with TZID=Europe/Lodnon: no time zone 'Europe/Lodnon'; did you mean 'Europe/London'?",
    "DTSTART;TZID=Europe/London:20270101T090000Z\nFREQ=DAILY": "DTSTART:20270101T090000Z ends in Z, which is UTC, and has a TZID; take the Z or the TZID out",
    f"{LOCAL}{LOCAL}FREQ=DAILY": "DTSTART stands twice; a recurrence starts once: take one out",
    "DTSTART:20270101,20270102\nFREQ=DAILY": "DTSTART has several times; write one, and the others as RDATE",
    "DTSTART:2027-01-01T09:00:00\nFREQ=DAILY": "DTSTART:2027-01-01T09:00:00 is no date or time; write DTSTART:20270101T090000",
    "DTSTART:20270230T090000\nFREQ=DAILY": "DTSTART:20270230T090000 is no date or time: day is out of range for month",
    "DTSTART:20270101T090000 RRULE:FREQ=DAILY": "DTSTART:20270101T090000 RRULE:FREQ=DAILY is no date or time; each of the lines stands on its own: put a line break before it",
    "DTSTART=20270101T090000\nFREQ=DAILY": "after DTSTART stands '='; write a colon: DTSTART:20270101T090000",
    "DTSTART:21010101T090000\nFREQ=DAILY": "DTSTART:21010101T090000 never comes: schedules end with the year 2100; write an earlier one",
    "DTSTART:18010101T090000\nFREQ=DAILY": "DTSTART:18010101T090000 is too long ago; years from 1900 are read",
    LOCAL: 'there is no RRULE and no RDATE, so nothing ever fires; add a line RRULE:FREQ=..., or set schedule_kind to "once"',
    "DTSTART;X=1:20270101T090000\nFREQ=DAILY": "DTSTART has no parameter 'X=1'; allowed: TZID and VALUE",
    "DTSTART;VALUE=DATE:20270101T090000\nFREQ=DAILY": "DTSTART with VALUE=DATE: 20270101T090000 is a time; leave VALUE=DATE out",
    "RDATE;VALUE=PERIOD:20270101T090000Z/PT1H": "RDATE with a period: it says how long an event lasts, and a run has no length; write RDATE:20270101T090000Z",
    "RDATE:21010101T000000Z": "RDATE:21010101T000000Z never comes: schedules end with the year 2100; take it out",
    "RULE:FREQ=DAILY": "a rule has no line RULE; did you mean RRULE?",
    "RRULE;FREQ=DAILY": "after RRULE stands no colon; write RRULE:FREQ=DAILY",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=list(WRONG))
def test_wrong_rules(text: str, message: str) -> None:
    with pytest.raises(errors.ScheduleError) as raised:
        rfc5545.parse(text, NEW_YORK)
    assert str(raised.value) == message
    assert raised.value.key == "schedule_expr"


def test_part_names_what_is_wrong() -> None:
    with pytest.raises(errors.ScheduleError) as raised:
        rfc5545.parse("FREQ=WEEKLY;BYDAY=MO,XX;BYHOUR=9", NEW_YORK)
    assert raised.value.part == "BYDAY=XX"


def test_a_very_long_rule_is_refused_unread() -> None:
    with pytest.raises(errors.ScheduleError, match=r"^the rule has 200,001 characters; at most 200,000 are read; list fewer dates$"):
        rfc5545.parse("F" * 200_001, NEW_YORK)
