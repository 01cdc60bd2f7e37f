"""Date words in expressions: the nominal time, arithmetic, comparison, format. The words themselves are in test_date_words.py."""

from __future__ import annotations

import datetime

import pytest

from tests import language


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("now", "2026-11-23T20:00:00+02:00"), ("current_time", "2026-11-23T20:00:00+02:00"), ("today", "2026-11-23"), ("yesterday", "2026-11-22"), ("tomorrow", "2026-11-24"),
        ("current_date", "2026-11-23"), ("current_year", "2026"), ("current_month", "2026-11"), ("current_quarter", "2026-Q4"), ("last_month", "2026-10"),
        ("last_month_start", "2026-10-01"), ("last_month_end", "2026-10-31"), ("this_month_start", "2026-11-01"), ("this_month_end", "2026-11-30"),
        ("last_week_start", "2026-11-16"), ("this_week_end", "2026-11-29"), ("last_quarter_start", "2026-07-01"), ("this_quarter_end", "2026-12-31"), ("last_year_start", "2025-01-01"),
        ("this_year_end", "2026-12-31"), ("next_monday", "2026-11-30"), ("next_sunday", "2026-11-29"), ("last_monday", "2026-11-16"), ("next_friday_3pm", "2026-11-27T15:00:00+02:00"),
        ("next_friday_1530", "2026-11-27T15:30:00+02:00"),
    ],
)  # fmt: skip
def test_date_words_leave_as_text(expression: str, expected: str) -> None:
    assert language.value("${" + expression + "}") == expected
    assert language.value("{{ " + expression + " }}!") == expected + "!"
    assert language.value({"a": ["${[" + expression + "]}"]}) == {"a": [[expected]]}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("today + 1", "2026-11-24"), ("today - 1", "2026-11-22"), ("today + 30", "2026-12-23"), ("current_time + 1h", "2026-11-23T21:00:00+02:00"), ("now - 90m", "2026-11-23T18:30:00+02:00"),
        ("now + 30s", "2026-11-23T20:00:30+02:00"), ("today + 2w", "2026-12-07"), ("today + 1mo", "2026-12-23"), ("today + 1y", "2027-11-23"), ("today + 3d", "2026-11-26"),
        ("today + 1h", "2026-11-23T01:00:00+02:00"), ("next_friday_3pm + 1h", "2026-11-27T16:00:00+02:00"), ("today + params.days", "2026-11-30"), ("today - yesterday", "1"),
        ("this_month_end - this_month_start", "29"), ("(today + 1mo) - today", "30"), ("current_year + 1", "2027"), ("current_year - 1", "2025"),
    ],
)  # fmt: skip
def test_arithmetic(expression: str, expected: str) -> None:
    assert language.text("${" + expression + "}", days=7) == expected


def test_the_end_of_a_month_is_clamped() -> None:
    january = datetime.datetime(2027, 1, 31, 12, tzinfo=datetime.UTC)
    assert language.value("${today + 1mo}", language.names(nominal=january)) == "2027-02-28"
    leap = datetime.datetime(2028, 1, 31, 12, tzinfo=datetime.UTC)
    assert language.value("${today + 1mo}", language.names(nominal=leap)) == "2028-02-29"


def test_days_keep_the_wall_clock_and_hours_are_elapsed_over_a_change_of_the_clocks() -> None:
    before = language.names(nominal=datetime.datetime(2026, 10, 24, 9, tzinfo=datetime.UTC))  # clocks go back on 25 October
    assert language.value("${now}", before) == "2026-10-24T12:00:00+03:00"
    assert language.value("${now + 1d}", before) == "2026-10-25T12:00:00+02:00"
    assert language.value("${now + 24h}", before) == "2026-10-25T11:00:00+02:00"


def test_dates_come_from_the_zone_of_the_pipeline() -> None:
    nominal = datetime.datetime(2026, 12, 31, 22, 30, tzinfo=datetime.UTC)
    assert language.value("${now}", language.names(nominal=nominal)) == "2027-01-01T00:30:00+02:00"
    assert language.value("${today}", language.names(nominal=nominal)) == "2027-01-01"
    assert language.value("${today}", language.names(nominal=nominal, zone="UTC")) == "2026-12-31"
    assert language.value("${now}", language.names(nominal=nominal, zone="UTC")) == "2026-12-31T22:30:00+00:00"


@pytest.mark.parametrize(
    "expression",
    [
        "today > '2026-01-01'", "'2026-01-01' < today", "today == '2026-11-23'", "today < tomorrow", "now > yesterday", "today <= today", "now >= '2026-11-23T18:00:00+00:00'",
        "today in ['2026-11-23']", "last_month_end < this_month_start", "[tomorrow, today] | sort | first == today", "current_year == 2026", "current_year > 2025", "today != yesterday",
    ],
)  # fmt: skip
def test_comparison(expression: str) -> None:
    assert language.value("${" + expression + "}") is True


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${now | date('%d.%m.%Y')}", "23.11.2026"), ("${now | date('%H:%M')}", "20:00"), ("${today | date('%A %B')}", "Monday November"), ("${'2026-01-05' | date('%d.%m.%Y')}", "05.01.2026"),
        ("${today | date}", "2026-11-23"), ("Report of ${today | date('%d.%m.%Y')}", "Report of 23.11.2026"), ("${today ~ '!'}", "2026-11-23!"), ("${now | string}", "2026-11-23T20:00:00+02:00"),
        ("${today | replace('-', '/')}", "2026/11/23"), ("${[today, now] | join(' ')}", "2026-11-23 2026-11-23T20:00:00+02:00"), ("x ${[today]}", 'x ["2026-11-23"]'),
    ],
)  # fmt: skip
def test_format_and_text(source: str, expected: str) -> None:
    assert language.value(source) == expected


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("1h", "a duration alone is no value (add it to a date or a time: now + 1h)"),
        ("today * 2", "a date knows + and -, not * (for example today + 1, now - 90m)"),
        ("today < 5", "a date (2026-11-23) and the number 5 have no order (a date is compared with dates, times and ISO texts)"),
        ("'soon' | date('%d')", 'text "soon" is no date (a date is written 2026-11-23, a time 2026-11-23T10:00:00+02:00)'),
        ("today + 10 ** 12", "the result is outside the calendar (dates lie in the years 1 to 9999)"),
    ],
)  # fmt: skip
def test_what_dates_cannot_do(expression: str, sentence: str) -> None:
    assert language.error("${" + expression + "}") == sentence


def test_the_counter_is_the_same_through_the_run_and_advances_only_where_it_is_read() -> None:
    step = {"id": "a", "uses": "system.transform", "with": {"template": "v${params.version} v${auto_increment_version}"}}
    result = language.ran(language.document(step, params={"version": "1.${auto_increment_version}"}))
    assert result["steps"][0]["output"] == "v1.1 v1"
    given = language.ran(
        language.document({**step, "with": {"template": "${params.version}"}}, params={"version": "1.${auto_increment_version}"}),
        given={"version": "x"},
    )
    assert given["steps"][0]["output"] == "x"


def test_the_checker_warns_of_date_words_without_a_time_zone() -> None:
    document = language.document({"id": "a", "uses": "system.transform", "with": {"template": "${today}"}})
    del document["timezone"]
    made = language.checked(document)
    assert [(one.code, one.severity) for one in made.problems] == [("no-time-zone", "warning")]
    assert made.plan is not None and made.plan["timezone"] == language.ZONE
