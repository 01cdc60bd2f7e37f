"""Business calendars: which days are none and why, where a run is moved, and what wrong settings are told."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import warnings

import pytest

from workflows.core import errors
from workflows.core.schedules import business_days, timing


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def calendar_of(*holidays: str, **more: object) -> business_days.Calendar:
    return business_days.Calendar.of(timing.Timing("rrule", holidays=holidays, **more))  # type: ignore[arg-type]


#: Moldova's days off by law: New Year, Christmas by both styles, Women's Day, Easter (Orthodox) with its Monday and the Monday of the
#: dead a week later, Labour Day, Victory and Europe Day, Children's Day, Independence Day, Language Day. Orthodox Easter is on 12 April 2026
#: and 2 May 2027.
MOLDOVA = {
    2026: ["01-01", "01-07", "01-08", "03-08", "04-12", "04-13", "04-20", "05-01", "05-09", "06-01", "08-27", "08-31", "12-25"],
    2027: ["01-01", "01-07", "01-08", "03-08", "05-01", "05-02", "05-03", "05-09", "05-10", "06-01", "08-27", "08-31", "12-25"],
}


@pytest.mark.parametrize("year", MOLDOVA)
def test_holidays_of_moldova(year: int) -> None:
    every_day_counts = calendar_of("MD", weekend=())
    days = (datetime.date(year, 1, 1) + datetime.timedelta(days=number) for number in range(365))
    assert [f"{one:%m-%d}" for one in days if not every_day_counts.is_business_day(one)] == MOLDOVA[year]


@pytest.mark.parametrize(
    ("holidays", "date", "why"),
    [
        pytest.param(("MD",), "2026-01-01", "New Year's Day (MD)", id="holiday"),
        pytest.param(("MD",), "2026-06-20", "Saturday", id="weekend"),
        pytest.param(("MD",), "2026-03-08", "Sunday and International Women's Day (MD)", id="both"),
        pytest.param(("MD",), "2026-06-22", "", id="business day"),
        pytest.param(("2026-06-22",), "2026-06-22", "a listed closed day", id="listed"),
        pytest.param(("MD", "US"), "2026-01-01", "New Year's Day (MD) and New Year's Day (US)", id="two countries"),
        pytest.param(("US-CA",), "2027-03-31", "Cesar Chavez Day (US-CA)", id="part of a country"),
        pytest.param(("US",), "2027-03-31", "", id="not in the country as a whole"),
        pytest.param(("US",), "2027-12-31", "New Year's Day (observed) (US)", id="observed in the year before"),
        pytest.param(("NYSE",), "2026-04-03", "Good Friday (NYSE)", id="exchange"),
        pytest.param(("ECB",), "2026-05-01", "Labour Day (ECB)", id="bank"),
        pytest.param((), "2026-12-25", "", id="no holidays"),
    ],
)
def test_why_a_day_is_no_business_day(holidays: tuple[str, ...], date: str, why: str) -> None:
    days = calendar_of(*holidays)
    assert days.why_not(day(date)) == why
    assert days.is_business_day(day(date)) is (why == "")


def test_next_and_previous_business_day_are_never_the_day_itself() -> None:
    days = calendar_of("MD")
    assert (days.after(day("2026-11-23")), days.before(day("2026-11-23"))) == (day("2026-11-24"), day("2026-11-20"))
    # Christmas by the old style is on Wednesday and Thursday, and Friday is worked.
    assert (days.after(day("2026-01-06")), days.before(day("2026-01-09"))) == (day("2026-01-09"), day("2026-01-06"))
    # Across New Year: Thursday the 31st, Friday the holiday, the weekend, Monday.
    assert (days.after(day("2026-12-31")), days.before(day("2027-01-04"))) == (day("2027-01-04"), day("2026-12-31"))


@pytest.mark.parametrize(
    ("year", "month", "number", "expected"),
    [
        pytest.param(2026, 12, 5, "2026-12-07", id="fifth"),
        pytest.param(2027, 1, 5, "2027-01-12", id="fifth after three holidays"),
        pytest.param(2026, 11, -1, "2026-11-30", id="last"),
        pytest.param(2026, 5, -1, "2026-05-29", id="last before a weekend"),
        pytest.param(2026, 12, -5, "2026-12-24", id="fifth from the end, Christmas left out"),
        pytest.param(2026, 2, 20, "2026-02-27", id="twentieth of a February"),
        pytest.param(2026, 2, 21, None, id="more than there are"),
        pytest.param(2026, 2, -21, None, id="more than there are, from the end"),
    ],
)
def test_nth_business_day_of_a_month(year: int, month: int, number: int, expected: str | None) -> None:
    assert calendar_of("MD").nth(year, month, number) == (day(expected) if expected else None)


NEXT, PREVIOUS, SKIP, RUN = timing.NEXT, timing.PREVIOUS, timing.SKIP, timing.RUN


@pytest.mark.parametrize(
    ("date", "on_holiday", "on_weekend", "expected"),
    [
        pytest.param("2026-11-23", SKIP, SKIP, "2026-11-23", id="business day stays"),
        pytest.param("2026-06-20", RUN, NEXT, "2026-06-22", id="Saturday to Monday"),
        pytest.param("2026-06-20", RUN, PREVIOUS, "2026-06-19", id="Saturday to Friday"),
        pytest.param("2026-06-20", NEXT, RUN, "2026-06-20", id="weekend is not on_holiday's"),
        pytest.param("2026-06-20", RUN, SKIP, None, id="Saturday skipped"),
        pytest.param("2026-01-07", NEXT, RUN, "2026-01-09", id="over two holidays"),
        pytest.param("2026-04-20", PREVIOUS, PREVIOUS, "2026-04-17", id="Monday holiday to Friday"),
        pytest.param("2026-12-25", NEXT, RUN, "2026-12-28", id="Friday holiday to Monday, though weekends may run"),
        pytest.param("2026-04-12", NEXT, PREVIOUS, "2026-04-14", id="both: on_holiday decides, over the Monday"),
        pytest.param("2026-04-12", PREVIOUS, NEXT, "2026-04-10", id="both, the other way"),
        pytest.param("2026-04-12", RUN, NEXT, "2026-04-14", id="both, on_holiday has no say"),
        pytest.param("2026-04-12", NEXT, SKIP, None, id="both: the weekend's skip wins"),
        pytest.param("2026-04-12", SKIP, NEXT, None, id="both: the holiday's skip wins"),
        pytest.param("2026-04-12", RUN, RUN, "2026-04-12", id="both stay"),
    ],
)
def test_where_a_run_is_moved(date: str, on_holiday: str, on_weekend: str, expected: str | None) -> None:
    days = calendar_of("MD", on_holiday=on_holiday, on_weekend=on_weekend)
    moved, why = days.moved(day(date))
    assert moved == (day(expected) if expected else None)
    assert why == ("" if expected == date else days.why_not(day(date)))


def test_a_weekend_of_ones_own() -> None:
    days = calendar_of(weekend=("FR", "SA"))
    assert [days.is_business_day(day(f"2026-11-{number}")) for number in (26, 27, 28, 29)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("holidays", "message", "hint"),
    [
        ("md", "no holidays are known for 'md'", "did you mean 'MD'?"),
        ("us-ca", "no holidays are known for 'us-ca'", "did you mean 'US-CA'?"),
        ("Moldova", "no holidays are known for 'Moldova'", "did you mean 'MD'?"),
        ("United States", "no holidays are known for 'United States'", "did you mean 'US'?"),
        ("MDD", "no holidays are known for 'MDD'", "did you mean 'MD'?"),
        ("", "no holidays are known for ''", "write the ISO 3166 code of a country ('MD'), with its part ('US-CA'), an exchange ('NYSE', 'ECB'), or dates ('2026-12-31')"),
        ("US-XX", "'US' has no part 'XX' with holidays of its own", "did you mean 'US-TX'?"),
        ("US-99", "'US' has no part '99' with holidays of its own", "such as US-AK, US-AL, US-AR, US-AS, US-AZ, US-CA"),
        ("MD-CH", "'MD' has no parts with holidays of their own: 'MD-CH'", "write 'MD'"),
        ("2026-02-30", "'2026-02-30' is no date: day is out of range for month", ""),
        ("2026-2-3", "'2026-2-3' is no date", "write it as 2026-12-31"),
        ("31.12.2026", "'31.12.2026' is no date", "write it as 2026-12-31"),
    ],
)  # fmt: skip
def test_holidays_that_cannot_be_used(holidays: str, message: str, hint: str) -> None:
    with pytest.raises(errors.ScheduleError) as raised:
        calendar_of(holidays)
    assert (raised.value.message, raised.value.hint, raised.value.key) == (message, hint, "holidays")


@pytest.mark.parametrize(
    ("settings", "key", "message", "hint"),
    [
        ({"weekend": ("SAT",)}, "weekend", "'SAT' is no day of the week", "did you mean 'SA'?"),
        ({"weekend": ("XX",)}, "weekend", "'XX' is no day of the week", "the days are MO, TU, WE, TH, FR, SA, SU"),
        ({"weekend": timing.WEEKDAYS}, "weekend", "a weekend of seven days leaves no business day", "leave a day out"),
        ({"on_weekend": "next_busines_day"}, "on_weekend", "on_weekend is 'next_busines_day'", "did you mean 'next_business_day'?"),
        ({"on_holiday": "never"}, "on_holiday", "on_holiday is 'never'", "one of: run, skip, next_business_day, previous_business_day"),
    ],
)
def test_settings_that_cannot_be_used(settings: dict[str, object], key: str, message: str, hint: str) -> None:
    with pytest.raises(errors.ScheduleError) as raised:
        calendar_of(**settings)
    assert (raised.value.message, raised.value.hint, raised.value.key) == (message, hint, key)


def test_a_calendar_without_business_days_is_told_not_searched_for_ever() -> None:
    closed = [(day("2026-01-01") + datetime.timedelta(days=number)).isoformat() for number in range(1_100)]
    with pytest.raises(errors.ScheduleError) as raised:
        calendar_of(*closed).after(day("2026-01-01"))
    assert raised.value.message == "no business day within 1,000 days of 2026-01-01"


def test_years_that_the_package_does_not_know_have_no_holidays_and_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        days = calendar_of("LK", "IN", weekend=())
        assert business_days.last_known_year("LK") < 2100
        assert days.is_business_day(day("2099-02-03"))


@pytest.mark.parametrize(("code", "weekend"), [("MD", ("SA", "SU")), ("KW", ("FR", "SA")), ("NYSE", ("SA", "SU")), ("US-CA", ("SA", "SU"))])
def test_the_usual_weekend_of_a_country(code: str, weekend: tuple[str, ...]) -> None:
    assert business_days.usual_weekend(code) == weekend


def test_names_do_not_follow_the_machine() -> None:
    """Without a language the package asks the environment for one, and two machines would tell, and compare, different names."""
    code = (
        "import datetime; from workflows.core.schedules import business_days as b, timing as t; "
        "days = b.Calendar.of(t.Timing('rrule', holidays=('MD', 'DE', 'AT', 'ECB'))); "
        "print(*(days.why_not(datetime.date(2026, month, 1)) for month in (1, 5, 8)), sep='|')"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "LANGUAGE": language, "LC_ALL": f"{language}.UTF-8", "LANG": language},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for language in ("de", "ro")
    }
    assert len(said) == 1
    assert "New Year's Day (DE)" in said.pop()
