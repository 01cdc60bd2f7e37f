"""Durations of expressions, and the lengths of waits and timeouts."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies

from workflows.core import durations, errors

HOW = 'give a number of seconds (90), "90s", "1h30m", "2d", "1w" or "PT1H30M"'


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        pytest.param("45s", durations.Duration(seconds=45), id="seconds"),
        pytest.param("90m", durations.Duration(seconds=5_400), id="minutes"),
        pytest.param("1h", durations.Duration(seconds=3_600), id="hours"),
        pytest.param("1d", durations.Duration(days=1), id="days"),
        pytest.param("2w", durations.Duration(days=14), id="weeks"),
        pytest.param("1mo", durations.Duration(months=1), id="months"),
        pytest.param("2y", durations.Duration(months=24), id="years"),
        pytest.param("1.5h", durations.Duration(seconds=5_400), id="half-an-hour"),
        pytest.param("0.25s", durations.Duration(seconds=Decimal("0.25")), id="part-of-a-second"),
        pytest.param("1.0d", durations.Duration(days=1), id="whole-after-all"),
        pytest.param("0h", durations.Duration(), id="zero"),
    ],
)
def test_literals(text: str, duration: durations.Duration) -> None:
    found = durations.literal(text)
    assert found == duration
    assert type(found.seconds) is type(duration.seconds)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("1.5d", "'1.5d': days are steps on the calendar and whole numbers (36h is the elapsed time)", id="part-of-a-day"),
        pytest.param("0.5w", "'0.5w': weeks are steps on the calendar and whole numbers (84h is the elapsed time)", id="part-of-a-week"),
        pytest.param("1.5mo", "'1.5mo': months are steps on the calendar and whole numbers", id="part-of-a-month"),
        pytest.param("1.5y", "'1.5y': years are steps on the calendar and whole numbers", id="part-of-a-year"),
        pytest.param("5min", "'5min' is no duration (a number and one of s m h d w mo y: 90m, 2w, 1mo)", id="unknown-unit"),
        pytest.param("-1h", "'-1h' is no duration (a number and one of s m h d w mo y: 90m, 2w, 1mo)", id="sign"),
        pytest.param("h", "'h' is no duration (a number and one of s m h d w mo y: 90m, 2w, 1mo)", id="no-number"),
        pytest.param("9999999999999y", "'9999999999999y' is longer than the calendar (at most 12 digits)", id="huge"),
    ],
)
def test_wrong_literals(text: str, message: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        durations.literal(text)
    assert str(caught.value) == message


def test_durations_add_part_by_part() -> None:
    both = durations.literal("1mo").plus(durations.literal("2w")).plus(durations.literal("1.5s")).plus(durations.literal("0.5s"))
    assert both == durations.Duration(months=1, days=14, seconds=2)
    assert both.negated() == durations.Duration(months=-1, days=-14, seconds=-2)
    assert str(both) == "1mo14d2s"
    assert str(durations.Duration()) == "0s"


def test_equal_lengths_are_one_value() -> None:
    assert {durations.literal("60m"), durations.literal("1h"), durations.literal("1.0h"), durations.literal("3600s")} == {
        durations.literal("1h")
    }


@pytest.mark.parametrize(
    ("value", "length"),
    [
        pytest.param(90, datetime.timedelta(seconds=90), id="number"),
        pytest.param(Decimal("1.5"), datetime.timedelta(seconds=1.5), id="decimal"),
        pytest.param(0, datetime.timedelta(0), id="zero"),
        pytest.param("90", datetime.timedelta(seconds=90), id="number-as-text"),
        pytest.param("0.5", datetime.timedelta(milliseconds=500), id="decimal-as-text"),
        pytest.param("90s", datetime.timedelta(seconds=90), id="seconds"),
        pytest.param("1h30m", datetime.timedelta(minutes=90), id="hours-and-minutes"),
        pytest.param("1h 30m", datetime.timedelta(minutes=90), id="with-a-space"),
        pytest.param(" 2d ", datetime.timedelta(days=2), id="days"),
        pytest.param("1w", datetime.timedelta(days=7), id="week"),
        pytest.param("1w2d3h4m5.5s", datetime.timedelta(days=9, hours=3, minutes=4, seconds=5.5), id="all-units"),
        pytest.param("1.5h", datetime.timedelta(minutes=90), id="decimal-hours"),
        pytest.param("PT1H30M", datetime.timedelta(minutes=90), id="iso"),
        pytest.param("P1DT2H", datetime.timedelta(days=1, hours=2), id="iso-with-days"),
        pytest.param("P2W", datetime.timedelta(days=14), id="iso-weeks"),
        pytest.param("PT0.5S", datetime.timedelta(milliseconds=500), id="iso-decimal"),
        pytest.param("PT0,5S", datetime.timedelta(milliseconds=500), id="iso-decimal-comma"),
        pytest.param(durations.literal("2h"), datetime.timedelta(hours=2), id="literal"),
        pytest.param(durations.literal("1d").plus(durations.literal("1m")), datetime.timedelta(days=1, minutes=1), id="sum"),
        pytest.param(Decimal("0.0000001"), datetime.timedelta(microseconds=1), id="a-tiny-wait-stays-one"),
        pytest.param("3653d", datetime.timedelta(days=3_653), id="longest"),
    ],
)
def test_lengths_of_waits(value: Any, length: datetime.timedelta) -> None:
    assert durations.seconds(value) == length


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(-5, f"a duration cannot be negative: the number -5 ({HOW})", id="negative"),
        pytest.param("-5s", f'a duration cannot be negative: text "-5s" ({HOW})', id="negative-text"),
        pytest.param("-PT5S", f'a duration cannot be negative: text "-PT5S" ({HOW})', id="negative-iso"),
        pytest.param(durations.literal("1h").negated(), f"a duration cannot be negative: -3600s ({HOW})", id="negative-literal"),
        pytest.param("", f'no duration: text "" ({HOW})', id="empty"),
        pytest.param("P", f'no duration: text "P" ({HOW})', id="iso-without-parts"),
        pytest.param("PT", f'no duration: text "PT" ({HOW})', id="iso-without-time"),
        pytest.param("P1DT", f'no duration: text "P1DT" ({HOW})', id="iso-with-a-lone-t"),
        pytest.param("soon", f'no duration: text "soon" ({HOW})', id="words"),
        pytest.param("30m1h", f'no duration: text "30m1h" ({HOW})', id="wrong-order"),
        pytest.param("1h1h", f'no duration: text "1h1h" ({HOW})', id="twice"),
        pytest.param("1e3", f'no duration: text "1e3" ({HOW})', id="exponent"),
        pytest.param("٣٠s", f'no duration: text "٣٠s" ({HOW})', id="other-digits"),
        pytest.param("500ms", f'no duration: text "500ms" ({HOW})', id="milliseconds"),
        pytest.param("5 minutes", "no duration: text \"5 minutes\" (did you mean '5m'?)", id="english"),
        pytest.param("1H", "no duration: text \"1H\" (did you mean '1h'?)", id="capital"),
        pytest.param("9" * 65, f'no duration: text "{"9" * 64}..." ({HOW})', id="long-text"),
        pytest.param("1mo", 'a wait cannot be counted in months or years: text "1mo" (their length varies; use days: 30d)', id="month"),
        pytest.param("1y2d", 'a wait cannot be counted in months or years: text "1y2d" (their length varies; use days: 30d)', id="year"),
        pytest.param("P1M", 'a wait cannot be counted in months or years: text "P1M" (their length varies; use days: 30d)', id="iso-month"),
        pytest.param(
            "P1Y2DT1H", 'a wait cannot be counted in months or years: text "P1Y2DT1H" (their length varies; use days: 30d)', id="iso-year"
        ),
        pytest.param(
            durations.literal("1mo"),
            "a wait cannot be counted in months or years: 1mo (their length varies; use days: 30d)",
            id="literal-month",
        ),
        pytest.param(True, f"no duration: true ({HOW})", id="boolean"),
        pytest.param(None, f"no duration: null ({HOW})", id="null"),
        pytest.param([90], f"no duration: a list ({HOW})", id="list"),
        pytest.param(Decimal("NaN"), f"no duration: the number NaN ({HOW})", id="nan"),
        pytest.param(Decimal("Infinity"), f"no duration: the number Infinity ({HOW})", id="infinity"),
    ],
)
def test_what_is_no_length(value: Any, message: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        durations.seconds(value)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("3654d", 'text "3654d"', id="days"),
        pytest.param(10**300, f"the number {'1' + '0' * 63}", id="huge-number"),
        pytest.param(Decimal("1E+300"), "the number 1E+300", id="huge-exponent"),
        pytest.param(durations.literal("1000w"), "7000d", id="literal"),
    ],
)
def test_a_wait_has_an_upper_bound(value: Any, shown: str) -> None:
    with pytest.raises(errors.LimitExceeded) as caught:
        durations.seconds(value)
    assert str(caught.value) == f"{shown} is longer than MAX_WAIT_DAYS, 3,653 days (a bare number counts seconds)"


def test_zero_can_be_refused() -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        durations.seconds("0s", positive=True)
    assert str(caught.value) == f'the duration must be longer than 0 seconds: text "0s" ({HOW})'


@hypothesis.given(
    days=strategies.integers(0, 3_000),
    hours=strategies.integers(0, 200),
    minutes=strategies.integers(0, 200),
    millis=strategies.integers(0, 100_000),
)
@hypothesis.settings(max_examples=100)
def test_both_spellings_say_the_sum_of_their_parts(days: int, hours: int, minutes: int, millis: int) -> None:
    length = datetime.timedelta(days=days, hours=hours, minutes=minutes, milliseconds=millis)
    seconds = f"{millis // 1000}.{millis % 1000:03}"
    assert durations.seconds(f"{days}d{hours}h{minutes}m{seconds}s") == length
    assert durations.seconds(f"P{days}DT{hours}H{minutes}M{seconds}S") == length
