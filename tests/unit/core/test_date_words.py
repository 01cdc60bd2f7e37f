"""The date words at a nominal time in a zone."""

from __future__ import annotations

import datetime

import hypothesis
import pytest
from hypothesis import strategies

from workflows.core import date_words, dates, errors, zones

MONDAY = "2026-11-23T18:00:00Z"  # 20:00 in Chisinau


def word(name: str, nominal: str = MONDAY, zone: str = "Europe/Chisinau") -> str | None:
    """The text of a date word."""
    value = date_words.DateWords(datetime.datetime.fromisoformat(nominal), zones.load(zone)).get(name)
    return None if value is None else str(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("now", "2026-11-23T20:00:00+02:00"),
        ("current_time", "2026-11-23T20:00:00+02:00"),
        ("today", "2026-11-23"),
        ("yesterday", "2026-11-22"),
        ("tomorrow", "2026-11-24"),
        ("current_date", "2026-11-23"),
        ("current_year", "2026"),
        ("current_month", "2026-11"),
        ("current_quarter", "2026-Q4"),
        ("current_week", "2026-W48"),
        ("last_week", "2026-W47"),
        ("last_week_start", "2026-11-16"),
        ("last_week_end", "2026-11-22"),
        ("this_week", "2026-W48"),
        ("this_week_start", "2026-11-23"),
        ("this_week_end", "2026-11-29"),
        ("next_week", "2026-W49"),
        ("next_week_start", "2026-11-30"),
        ("next_week_end", "2026-12-06"),
        ("last_month", "2026-10"),
        ("last_month_start", "2026-10-01"),
        ("last_month_end", "2026-10-31"),
        ("this_month", "2026-11"),
        ("this_month_start", "2026-11-01"),
        ("this_month_end", "2026-11-30"),
        ("next_month", "2026-12"),
        ("next_month_start", "2026-12-01"),
        ("next_month_end", "2026-12-31"),
        ("last_quarter", "2026-Q3"),
        ("last_quarter_start", "2026-07-01"),
        ("last_quarter_end", "2026-09-30"),
        ("this_quarter", "2026-Q4"),
        ("this_quarter_start", "2026-10-01"),
        ("this_quarter_end", "2026-12-31"),
        ("next_quarter", "2027-Q1"),
        ("next_quarter_start", "2027-01-01"),
        ("next_quarter_end", "2027-03-31"),
        ("last_year", "2025"),
        ("last_year_start", "2025-01-01"),
        ("last_year_end", "2025-12-31"),
        ("this_year", "2026"),
        ("this_year_start", "2026-01-01"),
        ("this_year_end", "2026-12-31"),
        ("next_year", "2027"),
        ("next_year_start", "2027-01-01"),
        ("next_year_end", "2027-12-31"),
        ("next_monday", "2026-11-30"),
        ("next_tuesday", "2026-11-24"),
        ("next_wednesday", "2026-11-25"),
        ("next_thursday", "2026-11-26"),
        ("next_friday", "2026-11-27"),
        ("next_saturday", "2026-11-28"),
        ("next_sunday", "2026-11-29"),
        ("last_monday", "2026-11-16"),
        ("last_tuesday", "2026-11-17"),
        ("last_wednesday", "2026-11-18"),
        ("last_thursday", "2026-11-19"),
        ("last_friday", "2026-11-20"),
        ("last_saturday", "2026-11-21"),
        ("last_sunday", "2026-11-22"),
    ],
)
def test_every_word_on_a_monday_evening(name: str, text: str) -> None:
    assert word(name) == text


def test_no_word_is_left_out_above() -> None:
    (rows,) = (mark.args[1] for mark in test_every_word_on_a_monday_evening.pytestmark)  # type: ignore[attr-defined]
    assert sorted(name for name, _ in rows) == sorted(date_words.NAMES)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("next_friday_3pm", "2026-11-27T15:00:00+02:00"),
        ("next_friday_4pm", "2026-11-27T16:00:00+02:00"),
        ("next_friday_1530", "2026-11-27T15:30:00+02:00"),
        ("next_friday_930", "2026-11-27T09:30:00+02:00"),
        ("next_friday_0930", "2026-11-27T09:30:00+02:00"),
        ("next_friday_0000", "2026-11-27T00:00:00+02:00"),
        ("next_friday_2359", "2026-11-27T23:59:00+02:00"),
        ("next_friday_3_30pm", "2026-11-27T15:30:00+02:00"),
        ("next_friday_330pm", "2026-11-27T15:30:00+02:00"),
        ("next_friday_15_30", "2026-11-27T15:30:00+02:00"),
        ("next_friday_12am", "2026-11-27T00:00:00+02:00"),
        ("next_friday_12pm", "2026-11-27T12:00:00+02:00"),
        ("next_friday_1230am", "2026-11-27T00:30:00+02:00"),
        ("next_monday_9am", "2026-11-30T09:00:00+02:00"),
        ("last_monday_9am", "2026-11-16T09:00:00+02:00"),
        ("today_9am", "2026-11-23T09:00:00+02:00"),
        ("tomorrow_9am", "2026-11-24T09:00:00+02:00"),
        ("yesterday_11pm", "2026-11-22T23:00:00+02:00"),
    ],
)
def test_a_day_with_a_time(name: str, text: str) -> None:
    assert word(name) == text
    assert date_words.is_date_word(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "row", "date", "Today", "TODAY", "today ", "next_friday_25pm", "next_friday_13pm", "next_friday_0pm", "next_friday_2575", "next_friday_2400",
        "next_friday_1260", "next_friday_960", "next_friday_3", "next_friday_15", "next_friday_", "next_friday_3_5pm", "next_friday_3xm", "next_friday_-3pm",
        "next_friday_12345", "this_friday", "next_day", "now_3pm", "current_date_3pm", "last_month_9am", "this_month_start_9am", "current_month_start",
        "next_friday_٣pm", "next_friday_3pm_4pm", "auto_increment_version", "x" * 10_000,
    ],
)  # fmt: skip
def test_other_names_are_no_date_words(name: str) -> None:
    assert not date_words.is_date_word(name)
    assert word(name) is None


def test_the_kind_of_each_word() -> None:
    words = date_words.DateWords(datetime.datetime.fromisoformat(MONDAY), zones.load("Europe/Chisinau"))
    for names, kind in (
        (("now", "current_time", "next_friday_3pm", "tomorrow_9am"), dates.Moment),
        (("today", "current_date", "last_month_end", "this_week_start", "next_friday"), dates.Day),
        (("current_year", "last_year", "this_year", "next_year"), dates.Year),
        (("current_month", "last_month", "current_quarter", "next_quarter", "current_week", "last_week"), str),
    ):
        assert {type(words.get(name)) for name in names} == {kind}
    assert words.get("today") is words.get("today")


@pytest.mark.parametrize(
    ("nominal", "zone", "expected"),
    [
        pytest.param("2026-03-28T23:30:00Z", "Europe/Chisinau", {"today": "2026-03-29", "now": "2026-03-29T01:30:00+02:00"}, id="the-zones-own-day"),
        pytest.param("2026-11-23T03:00:00Z", "America/New_York", {"today": "2026-11-22", "next_monday": "2026-11-23"}, id="still-sunday-in-the-west"),
        pytest.param("2026-11-23T11:00:00Z", "Pacific/Kiritimati", {"today": "2026-11-24"}, id="already-tuesday-in-the-far-east"),
        pytest.param("2026-11-23T20:00:00+02:00", "UTC", {"now": "2026-11-23T18:00:00+00:00"}, id="nominal-with-an-offset"),
        pytest.param("2026-11-23T18:00:00.987654Z", "UTC", {"now": "2026-11-23T18:00:00+00:00"}, id="fractions-are-dropped"),
        pytest.param(
            "2027-01-01T08:00:00Z",
            "Europe/Chisinau",
            {
                "current_week": "2026-W53",
                "this_week_start": "2026-12-28",
                "this_week_end": "2027-01-03",
                "last_week": "2026-W52",
                "next_week": "2027-W01",
                "last_month": "2026-12",
                "last_month_end": "2026-12-31",
                "last_quarter": "2026-Q4",
                "last_quarter_start": "2026-10-01",
                "last_year_end": "2026-12-31",
                "current_year": "2027",
                "yesterday": "2026-12-31",
                "next_friday": "2027-01-08",
                "last_friday": "2026-12-25",
            },
            id="new-years-day-a-friday",
        ),
        pytest.param(
            "2027-03-31T08:00:00Z",
            "Europe/Chisinau",
            {"last_month_end": "2027-02-28", "last_month_start": "2027-02-01", "next_month_end": "2027-04-30", "this_quarter_end": "2027-03-31"},
            id="the-31st",
        ),
        pytest.param("2028-03-01T08:00:00Z", "Europe/Chisinau", {"last_month_end": "2028-02-29", "yesterday": "2028-02-29"}, id="leap-year"),
        pytest.param("2026-11-29T08:00:00Z", "UTC", {"this_week_start": "2026-11-23", "next_sunday": "2026-12-06", "next_week": "2026-W49"}, id="sunday"),
        # Chisinau: 03:00 -> 04:00 on 2027-03-28, 04:00 -> 03:00 on 2026-10-25.
        pytest.param(
            "2027-03-27T08:00:00Z",
            "Europe/Chisinau",
            {
                "tomorrow_330am": "2027-03-28T04:30:00+03:00",
                "next_sunday_0300": "2027-03-28T04:00:00+03:00",
                "tomorrow_2am": "2027-03-28T02:00:00+02:00",
                "tomorrow_9am": "2027-03-28T09:00:00+03:00",
            },
            id="chisinau-gap",
        ),
        pytest.param("2026-10-24T08:00:00Z", "Europe/Chisinau", {"tomorrow_330am": "2026-10-25T03:30:00+03:00"}, id="chisinau-overlap-first-copy"),
        pytest.param("2026-10-25T01:30:00Z", "Europe/Chisinau", {"now": "2026-10-25T03:30:00+02:00"}, id="chisinau-now-in-the-second-copy"),
        pytest.param("2027-03-13T12:00:00Z", "America/New_York", {"next_sunday_230am": "2027-03-14T03:30:00-04:00"}, id="new-york-gap"),
        pytest.param("2027-11-06T12:00:00Z", "America/New_York", {"next_sunday_130am": "2027-11-07T01:30:00-04:00"}, id="new-york-overlap"),
        pytest.param("2027-10-02T00:00:00Z", "Australia/Lord_Howe", {"tomorrow_215am": "2027-10-03T02:45:00+11:00"}, id="lord-howe-gap"),
        pytest.param("2027-04-03T00:00:00Z", "Australia/Lord_Howe", {"tomorrow_145am": "2027-04-04T01:45:00+11:00"}, id="lord-howe-overlap"),
    ],
)  # fmt: skip
def test_words_at_other_times(nominal: str, zone: str, expected: dict[str, str]) -> None:
    assert {name: word(name, nominal, zone) for name in expected} == expected


def test_a_word_outside_the_calendar_is_refused() -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        word("next_year", "9999-06-01T00:00:00Z")
    assert str(caught.value) == "the result is outside the calendar (dates lie in the years 1 to 9999)"


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("next_fryday", "next_friday"),
        ("next_fryday_3pm", "next_friday_3pm"),
        ("next_friday_25pm", "next_friday"),
        ("this_friday", "next_friday"),
        ("this_friday_3pm", "next_friday_3pm"),
        ("Today", "today"),
        ("tomorow_9am", "tomorrow_9am"),
        ("current_month_start", "this_month_start"),
        ("last_mounth_end", "last_month_end"),
        ("curent_date", "current_date"),
    ],
)
def test_near_words(name: str, first: str) -> None:
    assert date_words.near(name)[0] == first


@pytest.mark.parametrize("name", ["row", "customers", "deal", "", "x" * 10_000])
def test_nothing_is_near(name: str) -> None:
    assert date_words.near(name) == ()


NOMINAL = strategies.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2200, 1, 1), timezones=strategies.just(datetime.UTC))
ZONE = strategies.sampled_from(["Europe/Chisinau", "America/New_York", "Australia/Lord_Howe", "UTC", "Pacific/Kiritimati"]).map(zones.load)


def day(words: date_words.DateWords, name: str) -> datetime.date:
    value = words.get(name)
    assert isinstance(value, dates.Day)
    return value.date


@hypothesis.given(nominal=NOMINAL, zone=ZONE)
def test_periods_lie_end_to_end(nominal: datetime.datetime, zone: datetime.tzinfo) -> None:
    words = date_words.DateWords(nominal, zone)
    one = datetime.timedelta(days=1)
    for unit in ("week", "month", "quarter", "year"):
        assert day(words, f"this_{unit}_start") <= day(words, "today") <= day(words, f"this_{unit}_end")
        assert day(words, f"last_{unit}_end") + one == day(words, f"this_{unit}_start")
        assert day(words, f"this_{unit}_end") + one == day(words, f"next_{unit}_start")
        assert str(words.get(f"current_{unit}")) == str(words.get(f"this_{unit}"))
    assert day(words, "this_week_start").weekday() == 0


@hypothesis.given(nominal=NOMINAL, zone=ZONE)
def test_weekdays_are_strictly_after_and_before_today(nominal: datetime.datetime, zone: datetime.tzinfo) -> None:
    words = date_words.DateWords(nominal, zone)
    for number, weekday in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")):
        following, preceding = day(words, f"next_{weekday}"), day(words, f"last_{weekday}")
        assert following.weekday() == preceding.weekday() == number
        assert 1 <= (following - day(words, "today")).days <= 7
        assert 1 <= (day(words, "today") - preceding).days <= 7


@hypothesis.given(
    name=strategies.from_regex(r"(next_friday|last_monday|today|now|last_month)_?[0-9]{0,4}_?[0-9]{0,2}(am|pm)?", fullmatch=True)
)
def test_a_word_has_a_value_and_other_names_have_none(name: str) -> None:
    assert date_words.is_date_word(name) == (word(name) is not None)
