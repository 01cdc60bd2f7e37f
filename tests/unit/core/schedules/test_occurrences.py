from __future__ import annotations

import datetime
import itertools

import hypothesis
import pytest
from hypothesis import strategies

from workflows.core import errors
from workflows.core.schedules import occurrences, timing

ANCHOR = datetime.datetime(2026, 11, 23, 14, 37, 22, tzinfo=datetime.UTC)  # a Monday
LAST = datetime.datetime(2100, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def rrule(expr: str, zone: str = "UTC", **settings: object) -> timing.Timing:
    return timing.Timing(timing.RRULE, expr, zone, **settings)


def times(given: timing.Timing, after: str, until: str, anchor: datetime.datetime = ANCHOR) -> list[str]:
    found = occurrences.between(given, anchor, moment(after), moment(until))
    return [occurrence.time.strftime("%m-%d %H:%M") for occurrence in found]


CHANGES = {
    # Each day from the day before a change to the day after: a time in a gap is shifted by it, of an overlap the first copy runs.
    "New York, gap": ("America/New_York", "BYHOUR=2;BYMINUTE=30", "2027-03-13", "2027-03-16", ["03-13 07:30", "03-14 07:30", "03-15 06:30"]),
    "New York, overlap": ("America/New_York", "BYHOUR=1;BYMINUTE=30", "2027-11-06", "2027-11-09", ["11-06 05:30", "11-07 05:30", "11-08 06:30"]),
    "Chisinau, gap": ("Europe/Chisinau", "BYHOUR=3;BYMINUTE=30", "2027-03-27", "2027-03-30", ["03-27 01:30", "03-28 01:30", "03-29 00:30"]),
    "Chisinau, overlap": ("Europe/Chisinau", "BYHOUR=3;BYMINUTE=30", "2027-10-30", "2027-11-02", ["10-30 00:30", "10-31 00:30", "11-01 01:30"]),
    "Chisinau, the hour before the overlap": ("Europe/Chisinau", "BYHOUR=2;BYMINUTE=30", "2027-10-30 22", "2027-11-01", ["10-30 23:30"]),
    "London, gap": ("Europe/London", "BYHOUR=1;BYMINUTE=30", "2027-03-27", "2027-03-30", ["03-27 01:30", "03-28 01:30", "03-29 00:30"]),
    "London, overlap": ("Europe/London", "BYHOUR=1;BYMINUTE=30", "2027-10-30", "2027-11-02", ["10-30 00:30", "10-31 00:30", "11-01 01:30"]),
    "Lord Howe, gap of 30 minutes": ("Australia/Lord_Howe", "BYHOUR=2;BYMINUTE=15", "2027-10-01", "2027-10-04", ["10-01 15:45", "10-02 15:45", "10-03 15:15"]),
    "Lord Howe, overlap of 30 minutes": ("Australia/Lord_Howe", "BYHOUR=1;BYMINUTE=45", "2027-04-02", "2027-04-05", ["04-02 14:45", "04-03 14:45", "04-04 15:15"]),
    "Cairo, gap at midnight": ("Africa/Cairo", "BYHOUR=0;BYMINUTE=30", "2027-04-28", "2027-05-01", ["04-28 22:30", "04-29 22:30", "04-30 21:30"]),
    "Havana, gap at midnight": ("America/Havana", "BYDAY=SU;BYHOUR=0;BYMINUTE=30", "2028-03-11", "2028-03-22", ["03-12 05:30", "03-19 04:30"]),
    "Santiago, Sunday after a gap at midnight": ("America/Santiago", "BYDAY=SU;BYHOUR=9;BYMINUTE=0", "2027-08-29", "2027-09-06", ["08-29 13:00", "09-05 12:00"]),
}  # fmt: skip


@pytest.mark.parametrize(("zone", "rule", "after", "until", "expected"), CHANGES.values(), ids=list(CHANGES))
def test_local_times_around_a_change_of_the_clocks(zone: str, rule: str, after: str, until: str, expected: list[str]) -> None:
    assert times(rrule(f"FREQ=DAILY;{rule}", zone), after, until) == expected


def test_two_local_times_that_are_one_moment_count_once() -> None:
    assert times(rrule("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30", "America/New_York"), "2027-03-14", "2027-03-15") == ["03-14 07:30"]


def test_times_in_a_gap_come_in_the_order_of_their_moments() -> None:
    found = times(rrule("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,45", "America/New_York"), "2027-03-14", "2027-03-15")
    assert found == ["03-14 07:15", "03-14 07:45"]
    found = times(rrule("FREQ=HOURLY;BYMINUTE=0,40", "America/New_York"), "2027-03-14 06:30", "2027-03-14 09:00")
    assert found == ["03-14 06:40", "03-14 07:00", "03-14 07:40", "03-14 08:00", "03-14 08:40", "03-14 09:00"]


def test_sub_daily_rules_without_by_parts_count_elapsed_time_over_a_change() -> None:
    given = rrule("DTSTART:20271107T000000\nRRULE:FREQ=MINUTELY;INTERVAL=45", "America/New_York")
    assert times(given, "2027-11-07 04:00", "2027-11-07 07:00") == ["11-07 04:45", "11-07 05:30", "11-07 06:15", "11-07 07:00"]


def test_sub_daily_rules_with_by_parts_follow_the_clocks() -> None:
    given = rrule("FREQ=HOURLY;BYMINUTE=0", "America/New_York")
    # 1:00 comes twice that night, at 05:00 and 06:00 UTC.
    assert times(given, "2027-11-07 03:59", "2027-11-07 08:00") == ["11-07 04:00", "11-07 05:00", "11-07 07:00", "11-07 08:00"]


def test_a_day_at_which_a_zone_has_no_date() -> None:
    # Samoa crossed the date line: there was no 30 December 2011.
    given = rrule("FREQ=DAILY;BYHOUR=12", "Pacific/Apia")
    assert times(given, "2011-12-28", "2012-01-01") == ["12-28 22:00", "12-29 22:00", "12-30 22:00", "12-31 22:00"]


def test_the_anchor_gives_the_missing_parts_up_to_the_next_full_minute() -> None:
    assert times(rrule("FREQ=DAILY", "Europe/Chisinau"), "2026-11-23 14:00", "2026-11-25") == ["11-23 14:38", "11-24 14:38"]
    assert times(rrule("FREQ=WEEKLY;BYHOUR=9"), "2026-11-23", "2026-12-01") == ["11-23 09:00", "11-30 09:00"]
    assert times(rrule("FREQ=MONTHLY;BYHOUR=9;BYMINUTE=30"), "2026-11-01", "2027-01-01") == ["11-23 09:30", "12-23 09:30"]
    assert times(rrule("FREQ=HOURLY;INTERVAL=6"), "2026-11-23", "2026-11-24") == [
        "11-23 02:38",
        "11-23 08:38",
        "11-23 14:38",
        "11-23 20:38",
    ]


REACHING_BACK = {
    "DAILY": ("FREQ=DAILY;INTERVAL=3;BYHOUR=9", "2026-11-13", "2026-11-24", ["11-14 09:00", "11-17 09:00", "11-20 09:00", "11-23 09:00"]),
    "WEEKLY": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;BYHOUR=9", "2026-11-01", "2026-11-30", ["11-01 09:00", "11-11 09:00", "11-15 09:00", "11-25 09:00", "11-29 09:00"]),
    "WEEKLY, weeks from Sunday": ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,WE;BYHOUR=9", "2026-11-01 12", "2026-11-30", ["11-08 09:00", "11-11 09:00", "11-22 09:00", "11-25 09:00"]),
    "MONTHLY": ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1;BYHOUR=9", "2026-01-01", "2027-01-01", ["02-01 09:00", "05-01 09:00", "08-01 09:00", "11-01 09:00"]),
    "YEARLY": ("FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYMONTHDAY=1;BYHOUR=9", "2021-01-01 12", "2027-01-02", ["01-01 09:00", "01-01 09:00", "01-01 09:00"]),
    "MINUTELY on the clocks": ("FREQ=MINUTELY;INTERVAL=50;BYHOUR=14", "2026-11-23", "2026-11-24", ["11-23 14:38"]),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "after", "until", "expected"), REACHING_BACK.values(), ids=list(REACHING_BACK))
def test_without_dtstart_a_rule_reaches_back_in_the_phase_of_its_anchor(rule: str, after: str, until: str, expected: list[str]) -> None:
    assert times(rrule(rule), after, until) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=MINUTELY;INTERVAL=20;BYMINUTE=0,20,40;BYHOUR=9", ["11-24 09:00", "11-24 09:20", "11-24 09:40"]),
        ("FREQ=HOURLY;INTERVAL=2;BYHOUR=9,11", ["11-24 09:00", "11-24 11:00"]),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU;BYHOUR=9", ["11-24 09:00"]),
    ],
)
def test_an_interval_that_misses_its_by_parts_counts_from_the_first_time_that_they_allow(rule: str, expected: list[str]) -> None:
    assert times(rrule(rule), "2026-11-24", "2026-11-25") == expected


def test_count_starts_at_the_anchor() -> None:
    assert times(rrule("FREQ=DAILY;COUNT=2"), "2026-01-01", "2027-01-01") == ["11-23 14:38", "11-24 14:38"]
    assert times(rrule("FREQ=HOURLY;COUNT=2"), "2026-01-01", "2027-01-01") == ["11-23 14:38", "11-23 15:38"]


def test_an_anchor_in_the_second_copy_of_an_hour_is_not_taken_for_the_first() -> None:
    second = datetime.datetime(2027, 11, 7, 6, 30, tzinfo=datetime.UTC)  # 1:30 EST
    assert times(rrule("FREQ=HOURLY;COUNT=1", "America/New_York"), "2027-11-01", "2027-12-01", second) == ["11-07 07:30"]


def test_dtstart_closes_the_past_and_need_not_match() -> None:
    given = rrule("DTSTART:20270105T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO")
    assert times(given, "2026-12-01", "2027-01-20") == ["01-11 09:00", "01-18 09:00"]


def test_sets_join_and_exclude() -> None:
    given = rrule(
        "DTSTART:20270101T090000\nRRULE:FREQ=DAILY;COUNT=8\nRRULE:FREQ=DAILY;BYHOUR=12;COUNT=2\nRDATE:20270103T090000,20270120T180000\n"
        "EXRULE:FREQ=DAILY;INTERVAL=4\nEXDATE:20270102T090000\nEXDATE;VALUE=DATE:20270107"
    )
    expected = ["01-01 12:00", "01-02 12:00", "01-03 09:00", "01-04 09:00", "01-06 09:00", "01-08 09:00", "01-20 18:00"]
    assert times(given, "2026-01-01", "2028-01-01") == expected


def test_the_window_is_open_before_and_closed_behind() -> None:
    assert times(rrule("FREQ=DAILY;BYHOUR=9"), "2027-01-01 09:00", "2027-01-03 09:00") == ["01-02 09:00", "01-03 09:00"]


def test_plain_and_numbered_days_of_one_rule_are_joined() -> None:
    given = rrule("FREQ=MONTHLY;BYDAY=MO,1FR;BYHOUR=9")
    assert times(given, "2027-02-01", "2027-03-01") == ["02-01 09:00", "02-05 09:00", "02-08 09:00", "02-15 09:00", "02-22 09:00"]


def test_start_at_and_end_at_are_inclusive() -> None:
    given = rrule("FREQ=DAILY;BYHOUR=9", "Europe/Chisinau", start_at="2027-01-02T09:00", end_at="2027-01-04T07:00:00Z")
    assert times(given, "2026-12-01", "2028-01-01") == ["01-02 07:00", "01-03 07:00", "01-04 07:00"]
    given = rrule("FREQ=DAILY;BYHOUR=9", "Europe/Chisinau", start_at="2027-01-02", end_at="2027-01-04")
    assert times(given, "2026-12-01", "2028-01-01") == ["01-02 07:00", "01-03 07:00", "01-04 07:00"]


def test_once_and_manual() -> None:
    for text, expected in [
        ("2027-01-02T09:00", "01-02 07:00"),
        ("2027-01-02T09:00:00+01:00", "01-02 08:00"),
        ("2027-01-02", "01-01 22:00"),
    ]:
        assert times(timing.Timing(timing.ONCE, text, "Europe/Chisinau"), "2026-01-01", "2028-01-01") == [expected]
    assert times(timing.Timing(timing.MANUAL), "2026-01-01", "2028-01-01") == []


def test_cron_either_day() -> None:
    given = timing.Timing(timing.CRON, "0 9 13 * FRI", "Europe/Chisinau")
    assert times(given, "2027-01-10", "2027-01-20") == ["01-13 07:00", "01-15 07:00"]


def moved(given: timing.Timing, after: str, until: str) -> list[tuple[str, str, str]]:
    found = occurrences.between(given, ANCHOR, moment(after), moment(until))
    return [(f"{each.time:%m-%d %H:%M}", f"{each.unmoved:%m-%d %H:%M}" if each.unmoved else "", each.reason) for each in found]


def test_a_weekend_moves_to_the_next_business_day_at_its_time_of_day() -> None:
    given = rrule("FREQ=MONTHLY;BYMONTHDAY=27;BYHOUR=9", "Europe/Chisinau", on_weekend="next_business_day")
    # 27 March 2027 is a Saturday; on Sunday the clocks go forward.
    assert moved(given, "2027-03-02", "2027-05-01") == [("03-29 06:00", "03-27 07:00", "Saturday"), ("04-27 06:00", "", "")]


def test_a_moved_time_and_an_unmoved_one_at_the_same_time_count_once() -> None:
    given = rrule("FREQ=DAILY;BYHOUR=9", on_weekend="next_business_day")
    assert moved(given, "2027-01-01", "2027-01-05") == [("01-01 09:00", "", ""), ("01-04 09:00", "", "")]


def test_moves_back_come_in_order_and_keep_several_times_of_a_day() -> None:
    given = rrule("FREQ=WEEKLY;BYDAY=FR,SU;BYHOUR=8,16", on_weekend="previous_business_day")
    assert moved(given, "2027-01-01", "2027-01-02") == [("01-01 08:00", "", ""), ("01-01 16:00", "", "")]
    given = rrule("FREQ=WEEKLY;BYDAY=FR,SU;BYHOUR=8\n", on_weekend="previous_business_day", holidays=("2027-01-01",), on_holiday="run")
    assert moved(given, "2026-12-31", "2027-01-02") == [("12-31 08:00", "01-03 08:00", "Sunday"), ("01-01 08:00", "", "")]


def test_skipped_days() -> None:
    given = rrule("FREQ=DAILY;BYHOUR=9", on_weekend="skip", holidays=("2027-01-04",), on_holiday="skip")
    assert times(given, "2027-01-01", "2027-01-06") == ["01-01 09:00", "01-05 09:00"]


def test_a_move_carries_times_over_the_edges_of_the_window() -> None:
    given = rrule("FREQ=MONTHLY;BYMONTHDAY=2;BYHOUR=9", on_weekend="next_business_day")  # 2 January 2027 is a Saturday
    assert times(given, "2027-01-03 12:00", "2027-01-05") == ["01-04 09:00"]
    assert times(given, "2027-01-01", "2027-01-03 12:00") == []
    given = rrule("FREQ=MONTHLY;BYMONTHDAY=3;BYHOUR=9", on_weekend="previous_business_day")
    assert times(given, "2026-12-31", "2027-01-01 12:00") == ["01-01 09:00"]


def test_the_fifth_business_day_of_each_month_in_which_the_rule_has_a_time() -> None:
    given = rrule("FREQ=YEARLY;BYMONTH=1,3;BYMONTHDAY=1;BYHOUR=9,15", business_day=5, holidays=("2027-01-01",))
    reason = "business day 5 of the month"
    assert moved(given, "2027-01-01", "2027-12-31") == [
        ("01-08 09:00", "01-01 09:00", reason),
        ("01-08 15:00", "01-01 15:00", reason),
        ("03-05 09:00", "03-01 09:00", reason),
        ("03-05 15:00", "03-01 15:00", reason),
    ]


def test_the_last_business_day_and_months_that_lack_the_day() -> None:
    given = rrule("FREQ=MONTHLY;BYMONTHDAY=29;BYHOUR=9", business_day=-1)
    assert moved(given, "2027-01-01", "2027-05-01")[:2] == [
        ("01-29 09:00", "", ""),
        ("03-31 09:00", "03-29 09:00", "business day -1 of the month"),
    ]
    assert times(rrule("FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9", business_day=22), "2027-01-01", "2027-05-01") == ["03-30 09:00", "04-30 09:00"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            rrule("FREQ=DAILY", start_at="2027-02-01", end_at="2027-01-01"),
            "end_at 2027-01-01 is before start_at 2027-02-01, so nothing ever runs; write a later end_at",
        ),
        (
            rrule("FREQ=DAILY", start_at="soon"),
            "start_at: 'soon' is no time; write it as 2026-12-31T09:00:00, or with an offset, 2026-12-31T09:00:00+02:00",
        ),
        (rrule("FREQ=DAILY", "Mars/Base"), "timezone: no time zone 'Mars/Base'; write a name like 'Europe/Chisinau', or 'UTC'"),
        (
            timing.Timing(timing.ONCE, "2027-03-14T02:30", "America/New_York"),
            "schedule_expr: 2027-03-14T02:30 does not exist in America/New_York: the clocks are put forward over it; "
            "write 2027-03-14T03:30:00, which is where the change moves it",
        ),
        (
            timing.Timing(timing.ONCE, "2027-03-14T02:30:00.5"),
            "schedule_expr: '2027-03-14T02:30:00.5' has a fraction of a second; write 2027-03-14T02:30:00",
        ),
        (timing.Timing(timing.ONCE, "2101-01-01"), "schedule_expr: the year 2101 is not on any schedule; years go from 1900 to 2100"),
        (
            rrule("DTSTART:20270101T090000\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20270101T090000,20270102T090000"),
            "the rule never fires: no time was found up to the year 2100; its INTERVAL, counted from the start, may pass by the days "
            "of its BY parts, or all its times are excluded",
        ),
    ],
)
def test_timings_that_cannot_be(given: timing.Timing, message: str) -> None:
    with pytest.raises(errors.ScheduleError) as raised:
        next(occurrences.between(given, ANCHOR, ANCHOR, LAST))
    assert str(raised.value) == message


RULES = (
    "FREQ=HOURLY;INTERVAL=7;BYMINUTE=0,40",
    "FREQ=MINUTELY;INTERVAL=95",
    "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=30",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,SU;BYHOUR=23",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=2",
    "FREQ=MONTHLY;BYMONTHDAY=1,20,-1;BYHOUR=9",
)
MOVES = (
    {},
    {"on_weekend": "next_business_day"},
    {"on_weekend": "previous_business_day", "holidays": ("MD",), "on_holiday": "next_business_day"},
    {"business_day": 5},
)


@hypothesis.settings(max_examples=60, deadline=None, derandomize=True, database=None)
@hypothesis.given(
    rule=strategies.sampled_from(RULES),
    zone=strategies.sampled_from(["America/New_York", "Europe/Chisinau", "Australia/Lord_Howe", "America/Santiago"]),
    moves=strategies.sampled_from(MOVES),
    edges=strategies.tuples(*[strategies.integers(0, 90 * 48)] * 3),
)
def test_two_adjacent_windows_give_what_their_union_gives(rule: str, zone: str, moves: dict, edges: tuple[int, int, int]) -> None:
    given = rrule(rule, zone, **moves)
    first, middle, last = (moment("2027-09-01") + datetime.timedelta(minutes=30 * edge) for edge in sorted(edges))
    parts = itertools.chain(occurrences.between(given, ANCHOR, first, middle), occurrences.between(given, ANCHOR, middle, last))
    assert list(parts) == list(occurrences.between(given, ANCHOR, first, last))
