"""Dates of the language: arithmetic, order, text and format."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies

from workflows.core import dates, durations, errors, moments, zones

CHISINAU = zones.load("Europe/Chisinau")
NEW_YORK = zones.load("America/New_York")
LORD_HOWE = zones.load("Australia/Lord_Howe")

WRITTEN = "a date is written 2026-11-23, a time 2026-11-23T10:00:00+02:00"


def at(text: str, zone: datetime.tzinfo = CHISINAU) -> Any:
    """The date or time of an ISO text, in a zone."""
    found = moments.parse(text, zone)
    assert found is not None
    return found


def span(*literals: str) -> durations.Duration:
    """The sum of duration literals."""
    total = durations.Duration()
    for text in literals:
        total = total.plus(durations.literal(text))
    return total


def says(call: Callable[[], Any]) -> str:
    """The sentence that a call is refused with."""
    with pytest.raises(errors.EvaluationError) as caught:
        call()
    return str(caught.value)


# Text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(dates.Day(datetime.date(2026, 11, 23), CHISINAU), "2026-11-23", id="day"),
        pytest.param(at("2026-12-31T22:30:00Z"), "2027-01-01T00:30:00+02:00", id="moment-in-its-zone"),
        pytest.param(at("2026-11-23T10:00:00Z", zones.load("UTC")), "2026-11-23T10:00:00+00:00", id="never-z"),
        pytest.param(at("2026-11-23T10:00:00.999999+02:00"), "2026-11-23T10:00:00+02:00", id="no-fractions"),
        pytest.param(dates.Year(2026), "2026", id="year"),
    ],
)
def test_text(value: Any, text: str) -> None:
    assert value.text == text
    assert str(value) == text


def test_values_are_immutable_and_hashable() -> None:
    for value, name in ((at("2026-11-23"), "date"), (at("2026-11-23T10:00:00Z"), "instant_us"), (dates.Year(2026), "number")):
        assert value in {value}
        with pytest.raises(AttributeError):
            setattr(value, name, None)


def test_both_copies_of_a_repeated_hour_are_two_moments() -> None:
    first, second = at("2026-10-25T03:30:00+03:00"), at("2026-10-25T03:30:00+02:00")
    assert first != second
    assert (str(first), str(second)) == ("2026-10-25T03:30:00+03:00", "2026-10-25T03:30:00+02:00")
    assert moments.subtract(second, first) == 3_600


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("2026-11-23", "2026-11-23", id="date"),
        pytest.param("2026-11-23T08:00:00Z", "2026-11-23T10:00:00+02:00", id="z-in-the-zone"),
        pytest.param("2026-11-23 10:00:00", "2026-11-23T10:00:00+02:00", id="naive-in-the-zone"),
        pytest.param("2027-03-28T03:30:00", "2027-03-28T04:30:00+03:00", id="naive-in-a-gap"),
        pytest.param("2026-10-25T03:30:00", "2026-10-25T03:30:00+03:00", id="naive-in-an-overlap"),
    ],
)
def test_parse(text: str, shown: str) -> None:
    assert str(moments.parse(text, CHISINAU)) == shown


def test_parse_without_a_zone() -> None:
    assert str(moments.parse("2026-11-23T10:00:00+05:30", None)) == "2026-11-23T10:00:00+05:30"
    assert moments.parse("2026-11-23", None) == dates.Day(datetime.date(2026, 11, 23), None)
    assert moments.parse("soon", None) is None
    assert says(lambda: moments.parse("2026-11-23T10:00:00", None)) == (
        'the time "2026-11-23T10:00:00" has no time zone (write its offset: 2026-11-23T10:00:00+02:00)'
    )


# Steps on the calendar and elapsed time


@pytest.mark.parametrize(
    ("start", "step", "result"),
    [
        pytest.param("2026-11-23", 1, "2026-11-24", id="a-number-is-days"),
        pytest.param("2026-11-23", Decimal("2.0"), "2026-11-25", id="a-whole-decimal-is-days"),
        pytest.param("2026-11-23", -23, "2026-10-31", id="days-backwards"),
        pytest.param("2026-11-23", span("2w"), "2026-12-07", id="weeks"),
        pytest.param("2026-01-31", span("1mo"), "2026-02-28", id="end-of-month-clamped"),
        pytest.param("2028-01-31", span("1mo"), "2028-02-29", id="end-of-month-clamped-in-a-leap-year"),
        pytest.param("2028-02-29", span("1y"), "2029-02-28", id="a-year-after-29-february"),
        pytest.param("2026-11-23", span("1mo", "1d"), "2026-12-24", id="month-and-day"),
        pytest.param("2026-11-23", span("1h"), "2026-11-23T01:00:00+02:00", id="hours-make-a-date-a-time"),
        pytest.param("2026-11-23", span("24h"), "2026-11-24T00:00:00+02:00", id="24-hours-make-a-time-too"),
        pytest.param("2027-03-28", span("24h"), "2027-03-29T01:00:00+03:00", id="24-hours-of-a-day-of-23"),
        pytest.param("2026-11-23T10:00:00+02:00", span("90m"), "2026-11-23T11:30:00+02:00", id="minutes"),
        pytest.param("2026-11-23T10:00:00+02:00", 1, "2026-11-24T10:00:00+02:00", id="a-number-is-days-for-a-time"),
        pytest.param("2026-12-31T23:30:00+02:00", span("1h"), "2027-01-01T00:30:00+02:00", id="over-the-year"),
        pytest.param("2026-11-23T10:00:00+02:00", span("0.5s"), "2026-11-23T10:00:00+02:00", id="half-a-second-does-not-print"),
    ],
)
def test_adding(start: str, step: Any, result: str) -> None:
    assert str(moments.add(at(start), step)) == result
    assert str(moments.add(step, at(start))) == result


@pytest.mark.parametrize(
    ("zone", "start", "step", "result"),
    [
        # Chisinau: 03:00 -> 04:00 on 2027-03-28, 04:00 -> 03:00 on 2026-10-25.
        pytest.param(CHISINAU, "2027-03-27T10:00", span("1d"), "2027-03-28T10:00:00+03:00", id="chisinau-a-day-keeps-the-clock"),
        pytest.param(CHISINAU, "2027-03-27T10:00", span("24h"), "2027-03-28T11:00:00+03:00", id="chisinau-24-hours-do-not"),
        pytest.param(CHISINAU, "2027-03-27T03:30", span("1d"), "2027-03-28T04:30:00+03:00", id="chisinau-into-the-gap"),
        pytest.param(CHISINAU, "2027-02-28T03:30", span("1mo"), "2027-03-28T04:30:00+03:00", id="chisinau-a-month-into-the-gap"),
        pytest.param(CHISINAU, "2027-03-28T02:59", span("1m"), "2027-03-28T04:00:00+03:00", id="chisinau-a-minute-over-the-gap"),
        pytest.param(CHISINAU, "2026-10-24T03:30", span("1d"), "2026-10-25T03:30:00+03:00", id="chisinau-into-the-overlap"),
        pytest.param(CHISINAU, "2026-10-25T03:30", span("1h"), "2026-10-25T03:30:00+02:00", id="chisinau-an-hour-in-the-overlap"),
        pytest.param(CHISINAU, "2026-10-24T12:00", span("1w"), "2026-10-31T12:00:00+02:00", id="chisinau-a-week-over-the-overlap"),
        pytest.param(CHISINAU, "2026-10-24T12:00", span("1d", "2h"), "2026-10-25T14:00:00+02:00", id="calendar-first-then-elapsed"),
        pytest.param(NEW_YORK, "2027-03-13T02:30", span("1d"), "2027-03-14T03:30:00-04:00", id="new-york-into-the-gap"),
        pytest.param(NEW_YORK, "2027-11-06T01:30", span("1d"), "2027-11-07T01:30:00-04:00", id="new-york-into-the-overlap"),
        pytest.param(NEW_YORK, "2027-11-06T12:00", span("24h"), "2027-11-07T11:00:00-05:00", id="new-york-24-hours"),
        pytest.param(LORD_HOWE, "2027-10-02T02:15", span("1d"), "2027-10-03T02:45:00+11:00", id="lord-howe-into-the-gap"),
        pytest.param(LORD_HOWE, "2027-04-03T12:00", span("24h"), "2027-04-04T11:30:00+10:30", id="lord-howe-24-hours"),
        pytest.param(LORD_HOWE, "2027-04-03T12:00", span("1d"), "2027-04-04T12:00:00+10:30", id="lord-howe-a-day"),
    ],
)
def test_changes_of_the_clocks(zone: datetime.tzinfo, start: str, step: durations.Duration, result: str) -> None:
    assert str(moments.add(at(start, zone), step)) == result


def test_nothing_added_changes_nothing() -> None:
    second_copy = at("2026-10-25T03:30:00+02:00")
    assert moments.add(second_copy, 0) == second_copy
    assert moments.subtract(second_copy, span("0d")) == second_copy


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        pytest.param(at("2026-11-23"), 1, "2026-11-22", id="days"),
        pytest.param(at("2026-03-31"), span("1mo"), "2026-02-28", id="month-clamped"),
        pytest.param(at("2026-11-23T10:00:00+02:00"), span("90m"), "2026-11-23T08:30:00+02:00", id="minutes"),
        pytest.param(at("2027-03-28T12:00"), span("24h"), "2027-03-27T11:00:00+02:00", id="24-hours-over-the-gap"),
        pytest.param(at("2027-03-28T12:00"), span("1d"), "2027-03-27T12:00:00+02:00", id="a-day-over-the-gap"),
        pytest.param(at("2026-11-23"), span("1h"), "2026-11-22T23:00:00+02:00", id="hours-before-midnight"),
    ],
)
def test_subtracting_a_span(left: Any, right: Any, result: str) -> None:
    assert str(moments.subtract(left, right)) == result


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        pytest.param(at("2026-12-24"), at("2026-11-23"), 31, id="days-between-dates"),
        pytest.param(at("2026-11-23"), at("2026-12-24"), -31, id="days-backwards"),
        pytest.param("2026-12-24", at("2026-11-23"), 31, id="text-less-date"),
        pytest.param(at("2026-11-23"), "2026-11-01", 22, id="date-less-text"),
        pytest.param(at("2026-11-23T10:00:00+02:00"), at("2026-11-23T09:30:00+02:00"), 1_800, id="seconds-between-times"),
        pytest.param(at("2026-11-23T10:00:00+02:00"), "2026-11-23T07:00:00Z", 3_600, id="time-less-text"),
        pytest.param(at("2026-11-23T10:00:00+02:00"), "2026-11-23 09:00:00", 3_600, id="time-less-naive-text"),
        pytest.param(at("2027-03-29T00:00"), at("2027-03-28T00:00"), 82_800, id="a-day-of-23-hours"),
        pytest.param(at("2027-03-29"), at("2027-03-28"), 1, id="is-still-one-day"),
        pytest.param(dates.Year(2026), dates.Year(2024), 2, id="years"),
        pytest.param(dates.Year(2026), 1, 2025, id="year-less-number"),
        pytest.param(3_000, dates.Year(2026), 974, id="number-less-year"),
        pytest.param(span("1h"), span("30m"), span("30m"), id="durations"),
    ],
)
def test_differences(left: Any, right: Any, result: Any) -> None:
    found = moments.subtract(left, right)
    assert found == result
    assert type(found) is type(result)


def test_a_difference_with_a_fraction_is_exact() -> None:
    assert str(moments.subtract("2026-11-23T08:00:01.250Z", at("2026-11-23T10:00:00+02:00"))) == "1.25"
    assert str(moments.subtract(at("2026-11-23T10:00:00+02:00"), "2026-11-23T08:00:01.250Z")) == "-1.25"


def test_a_year_is_a_number_in_arithmetic() -> None:
    assert moments.add(dates.Year(2026), 1) == 2027
    assert moments.add(1, dates.Year(2026)) == 2027
    assert moments.add(dates.Year(2026), Decimal("0.50")) == Decimal("2026.50")
    assert moments.add(dates.Year(2026), dates.Year(1)) == 2027


def test_durations_add_up() -> None:
    assert moments.add(span("1h"), span("30m")) == span("90m")


@pytest.mark.parametrize(
    ("text", "step", "result"),
    [
        pytest.param("2026-11-23", span("2w"), "2026-12-07", id="date"),
        pytest.param("2026-11-23T10:00:00+05:30", span("1h"), "2026-11-23T11:00:00+05:30", id="time-keeps-its-offset"),
        pytest.param("2026-11-23T10:00:00Z", span("1d"), "2026-11-24T10:00:00+00:00", id="time-and-days"),
    ],
)
def test_a_duration_can_be_added_to_text(text: str, step: durations.Duration, result: str) -> None:
    assert str(moments.add(text, step)) == result
    assert moments.subtract(result, step) == moments.parse(text, None)


ADDABLE = "a date takes whole days (today + 1) or a duration (now + 90m, today + 2w)"
OUTSIDE = "the result is outside the calendar (dates lie in the years 1 to 9999)"


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        pytest.param(
            at("2026-11-23"), at("2026-11-24"), f"cannot evaluate a date (2026-11-23) + a date (2026-11-24) ({ADDABLE})", id="two-dates"
        ),
        pytest.param(
            at("2026-11-23"), Decimal("1.5"), f"cannot evaluate a date (2026-11-23) + the number 1.5 ({ADDABLE})", id="part-of-a-day"
        ),
        pytest.param(at("2026-11-23"), True, f"cannot evaluate a date (2026-11-23) + true ({ADDABLE})", id="boolean"),
        pytest.param(at("2026-11-23"), [1], f"cannot evaluate a date (2026-11-23) + a list ({ADDABLE})", id="list"),
        pytest.param(
            at("2026-11-23"), None, "cannot evaluate a date (2026-11-23) + null (give null a value with | default(...))", id="null"
        ),
        pytest.param(
            "Due: ", at("2026-11-23"), f'cannot evaluate text "Due: " + a date (2026-11-23) ({ADDABLE}; texts are joined with ~)', id="text"
        ),
        pytest.param("soon", span("1h"), f'text "soon" is no date ({WRITTEN}; texts are joined with ~)', id="text-and-duration"),
        pytest.param(
            "2026-11-23T10:00:00",
            span("1h"),
            'the time "2026-11-23T10:00:00" has no time zone (write its offset: 2026-11-23T10:00:00+02:00)',
            id="naive-text",
        ),
        pytest.param(
            "2026-11-23",
            span("1h"),
            'the date "2026-11-23" has no time zone (write it as a time with offset: 2026-11-23T00:00:00+02:00)',
            id="hours-on-a-date-without-zone",
        ),
        pytest.param(
            dates.Year(2026),
            span("1y"),
            "cannot evaluate a year (2026) + a duration (12mo) (a year counts as its number: current_year + 1)",
            id="year-and-duration",
        ),
        pytest.param(
            "FY",
            dates.Year(2026),
            'cannot evaluate text "FY" + a year (2026) (a year counts as its number: current_year + 1; texts are joined with ~)',
            id="text-and-year",
        ),
        pytest.param(at("2026-11-23"), 10**30, OUTSIDE, id="huge-number"),
        pytest.param(at("2026-11-23"), 3_000_000, OUTSIDE, id="days-past-9999"),
        pytest.param(at("2026-11-23"), span("8000y"), OUTSIDE, id="years-past-9999"),
        pytest.param(at("2026-11-23"), span("999999999999d"), OUTSIDE, id="longest-days"),
        pytest.param(at("2026-11-23T10:00:00Z"), span("999999999999h"), OUTSIDE, id="longest-hours"),
        pytest.param(at("9999-12-31T10:00:00Z"), span("24h"), OUTSIDE, id="one-day-too-far"),
        pytest.param(at("2026-11-23"), -800_000, OUTSIDE, id="before-the-year-1"),
        pytest.param(at("2026-11-23"), Decimal("Infinity"), OUTSIDE, id="infinity"),
    ],
)
def test_what_cannot_be_added(left: Any, right: Any, message: str) -> None:
    assert says(lambda: moments.add(left, right)) == message


SUBTRACTABLE = "from a date take whole days, a duration or another date"


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        pytest.param(5, at("2026-11-23"), f"cannot evaluate the number 5 - a date (2026-11-23) ({SUBTRACTABLE})", id="number-less-date"),
        pytest.param(
            span("1h"),
            at("2026-11-23"),
            f"cannot evaluate a duration (3600s) - a date (2026-11-23) ({SUBTRACTABLE})",
            id="duration-less-date",
        ),
        pytest.param(
            at("2026-11-23"),
            "2026-11-01T10:00:00+02:00",
            "cannot evaluate a date (2026-11-23) - a time (2026-11-01T10:00:00+02:00) "
            "(two dates give days, two times seconds; | date('%Y-%m-%d') makes a date of a time)",
            id="date-less-time",
        ),
        pytest.param(at("2026-11-23"), "soon", f'text "soon" is no date ({WRITTEN}; texts are joined with ~)', id="text"),
        pytest.param(at("2026-11-23"), {}, f"cannot evaluate a date (2026-11-23) - an object ({SUBTRACTABLE})", id="object"),
    ],
)
def test_what_cannot_be_subtracted(left: Any, right: Any, message: str) -> None:
    assert says(lambda: moments.subtract(left, right)) == message


# Order


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        pytest.param(at("2026-11-23"), at("2026-11-24"), -1, id="dates"),
        pytest.param(at("2026-11-23"), at("2026-11-23"), 0, id="same-date"),
        pytest.param(at("2026-11-23"), "2026-11-22", 1, id="date-and-text"),
        pytest.param("2026-11-22", at("2026-11-23"), -1, id="text-and-date"),
        pytest.param(at("2026-11-23"), at("2026-11-23T00:00"), 0, id="a-day-is-its-midnight"),
        pytest.param(at("2026-11-23"), at("2026-11-23T00:00:01"), -1, id="a-second-after-midnight"),
        pytest.param(at("2026-11-23"), "2026-11-22T22:00:00Z", 0, id="midnight-in-its-zone"),
        pytest.param(at("2026-11-23"), "2026-11-22T21:59:59Z", 1, id="before-midnight-in-its-zone"),
        pytest.param(at("2026-11-23"), "2026-11-23 00:00:00", 0, id="naive-text-in-the-zone-of-the-date"),
        pytest.param(at("2026-11-23T10:00:00+02:00"), "2026-11-23T08:00:00Z", 0, id="same-instant"),
        pytest.param(at("2026-11-23T10:00:00+02:00"), "2026-11-23 10:00", 0, id="naive-text-in-the-zone-of-the-time"),
        pytest.param(at("2026-11-23T10:00:00+02:00"), "2026-11-23T08:00:00.001Z", -1, id="fractions-count"),
        pytest.param(at("2026-11-23T10:00:00+02:00"), "2026-11-23T08:00:00.000Z", 0, id="zero-fraction"),
        pytest.param(at("2026-11-23T10:00:00+02:00"), "2026-11-23", 1, id="time-and-date-text"),
        pytest.param(at("2026-10-25T03:30:00+03:00"), at("2026-10-25T03:30:00+02:00"), -1, id="first-copy-before-the-second"),
        pytest.param(at("2026-11-23"), "9999-12-31T23:59:59-05:00", -1, id="the-end-of-time-as-vendors-write-it"),
        pytest.param(at("2026-11-23", NEW_YORK), at("2026-11-23"), 1, id="midnight-comes-later-in-the-west"),
        pytest.param(dates.Year(2026), 2026, 0, id="year-and-number"),
        pytest.param(2025, dates.Year(2026), -1, id="number-and-year"),
        pytest.param(dates.Year(2026), Decimal("2025.5"), 1, id="year-and-decimal"),
        pytest.param(dates.Year(2026), dates.Year(2027), -1, id="years"),
        pytest.param(dates.Year(2026), "2026", 0, id="year-and-its-text"),
        pytest.param(span("90m"), span("1h"), 1, id="durations"),
        pytest.param(span("1mo"), span("30d", "1mo"), -1, id="durations-part-by-part"),
        pytest.param(span("60m"), span("1h"), 0, id="same-duration"),
    ],
)
def test_order(left: Any, right: Any, order: int) -> None:
    assert moments.compare(left, right) == order
    assert moments.compare(right, left) == -order


COMPARABLE = "a date is compared with dates, times and ISO texts"


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        pytest.param(
            "soon", at("2026-11-23"), f'text "soon" is no date, so it cannot be compared with a date (2026-11-23) ({WRITTEN})', id="text"
        ),
        pytest.param(
            at("2026-11-23T10:00"),
            "",
            f'text "" is no date, so it cannot be compared with a time (2026-11-23T10:00:00+02:00) ({WRITTEN})',
            id="empty-text",
        ),
        pytest.param(at("2026-11-23"), 20261123, f"a date (2026-11-23) and the number 20261123 have no order ({COMPARABLE})", id="number"),
        pytest.param(
            None, at("2026-11-23"), "null and a date (2026-11-23) have no order (give null a value with | default(...))", id="null"
        ),
        pytest.param(
            dates.Year(2026), at("2026-11-23"), "a year (2026) and a date (2026-11-23) have no order (a year is compared with numbers)", id="year-and-date"
        ),
        pytest.param(dates.Year(2026), True, "a year (2026) and true have no order (a year is compared with numbers)", id="year-and-boolean"),
        pytest.param(span("1mo"), span("30d"), f"a duration (1mo) and a duration (30d) have no order ({COMPARABLE})", id="month-and-days"),
        pytest.param("x" * 100, at("2026-11-23"), f'text "{"x" * 60}..." is no date, so it cannot be compared with a date (2026-11-23) ({WRITTEN})', id="long"),
    ],
)  # fmt: skip
def test_what_has_no_order(left: Any, right: Any, message: str) -> None:
    assert says(lambda: moments.compare(left, right)) == message


def test_a_skipped_step_says_why_it_is_null() -> None:
    class Skipped:
        reason = "step 'submit' was skipped: its `if` was false"

    assert says(lambda: moments.compare(at("2026-11-23"), Skipped())) == (
        "a date (2026-11-23) and null have no order (step 'submit' was skipped: its `if` was false)"
    )


# Format


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        pytest.param(at("2026-11-23"), "%d.%m.%Y %H:%M %z", "23.11.2026 00:00 +0200", id="date"),
        pytest.param(at("2026-12-31T22:30:00Z"), "%d.%m.%Y %H:%M", "01.01.2027 00:30", id="time-in-its-zone"),
        pytest.param(dates.Year(2026), "%Y-%m-%d", "2026-01-01", id="year"),
        pytest.param("2026-11-23", "%d.%m.%Y", "23.11.2026", id="date-text"),
        pytest.param("2026-11-23T23:30:00+05:30", "%d.%m.%Y %H:%M %z", "23.11.2026 23:30 +0530", id="time-text-as-written"),
        pytest.param("2026-11-23 23:30:00", "%d.%m.%Y %H:%M", "23.11.2026 23:30", id="naive-text"),
        pytest.param("2026-11", "%B %Y", "November 2026", id="month-text"),
    ],
)
def test_format(value: Any, pattern: str, text: str) -> None:
    assert moments.format_date(value, pattern) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("soon", f'text "soon" is no date ({WRITTEN})', id="text"),
        pytest.param(7, f"the number 7 is no date ({WRITTEN})", id="number"),
        pytest.param(None, "null is no date (give null a value with | default(...))", id="null"),
        pytest.param(span("1h"), f"a duration (3600s) is no date ({WRITTEN})", id="duration"),
    ],
)
def test_only_dates_are_formatted(value: Any, message: str) -> None:
    assert says(lambda: moments.format_date(value, "%d.%m.%Y")) == message


# What holds for all dates

PLACES = strategies.sampled_from([CHISINAU, NEW_YORK, LORD_HOWE, zones.load("UTC"), zones.load("Asia/Kathmandu")])
DAYS = strategies.builds(dates.Day, strategies.dates(datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)), strategies.just(CHISINAU))
INSTANTS = strategies.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2200, 1, 1), timezones=strategies.just(datetime.UTC))
MOMENTS = strategies.builds(dates.moment, INSTANTS.map(lambda time: time.replace(microsecond=0)), strategies.just(CHISINAU))
EVERY = strategies.one_of(DAYS, MOMENTS)


@hypothesis.given(day=strategies.dates(), count=strategies.integers(-4_000_000, 4_000_000))
def test_days_added_and_taken_away_give_the_same_day(day: datetime.date, count: int) -> None:
    start = dates.Day(day, CHISINAU)
    try:
        later = moments.add(start, count)
    except errors.EvaluationError as outside:
        assert str(outside) == OUTSIDE
        assert not 1 <= day.toordinal() + count <= datetime.date.max.toordinal()
        return
    assert moments.subtract(later, count) == start
    assert moments.subtract(later, start) == count


@hypothesis.given(time=MOMENTS, seconds=strategies.integers(-(10**9), 10**9), zone=PLACES)
def test_elapsed_time_is_exact_over_every_change(time: dates.Moment, seconds: int, zone: datetime.tzinfo) -> None:
    start = dates.Moment(time.instant_us, zone)
    later = moments.add(start, durations.Duration(seconds=seconds))
    assert moments.subtract(later, start) == seconds
    assert moments.subtract(later, durations.Duration(seconds=seconds)) == start


@hypothesis.given(time=MOMENTS, days=strategies.integers(-1_000, 1_000), zone=PLACES)
def test_days_keep_the_wall_clock_or_shift_it_by_the_gap(time: dates.Moment, days: int, zone: datetime.tzinfo) -> None:
    start = dates.Moment(time.instant_us, zone).local
    later = moments.add(dates.Moment(time.instant_us, zone), days).local
    wanted = datetime.datetime.combine(start.date() + datetime.timedelta(days=days), start.time())
    shift = later.replace(tzinfo=None) - wanted
    exists = wanted.replace(tzinfo=zone).astimezone(datetime.UTC).astimezone(zone).replace(tzinfo=None) == wanted
    assert shift == datetime.timedelta() if exists else datetime.timedelta() < shift <= datetime.timedelta(days=1)


@hypothesis.given(a=EVERY, b=EVERY, c=EVERY)
def test_compare_is_a_total_order(a: Any, b: Any, c: Any) -> None:
    assert moments.compare(a, a) == 0
    assert moments.compare(a, b) == -moments.compare(b, a)
    if moments.compare(a, b) <= 0 and moments.compare(b, c) <= 0:
        assert moments.compare(a, c) <= 0


@hypothesis.given(a=EVERY, b=EVERY)
def test_a_date_and_its_text_have_the_same_place_in_the_order(a: Any, b: Any) -> None:
    assert moments.compare(a, b.text) == moments.compare(a.text, b) == moments.compare(a, b)


@hypothesis.given(time=strategies.datetimes(datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30)), zone=PLACES)
def test_text_is_read_back_as_the_same_value(time: datetime.datetime, zone: datetime.tzinfo) -> None:
    moment = dates.moment(time.replace(microsecond=0, tzinfo=datetime.UTC), zone)
    assert moments.parse(moment.text, zone) == moment
    day = dates.Day(time.date(), zone)
    assert moments.parse(day.text, zone) == day
