"""Single moments as intervals."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import schedule_reading
from workflows.core.schedules import instants, spec

FIRST = datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime.fromtimestamp(instants.END - 1, datetime.UTC)
MOMENTS = st.datetimes(datetime.datetime(2021, 1, 1), datetime.datetime(2100, 12, 31, 23, 59, 59)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=datetime.UTC)
)


@given(MOMENTS)
def test_a_moment_comes_once_beside_what_is_skipped(moment: datetime.datetime) -> None:
    spare = 37 if moment.second != 37 else 38
    made = spec.Spec(intervals=instants.intervals([moment], spare), skip=(instants.skipped(spare),))
    assert schedule_reading.times(made, FIRST, END) == [moment]


@given(MOMENTS)
def test_without_a_spare_second_it_comes_again_only_from_2070_on(moment: datetime.datetime) -> None:
    made = spec.Spec(intervals=instants.intervals([moment], None))
    assert schedule_reading.times(made, FIRST, instants.SECOND_TIME - datetime.timedelta(seconds=1)) in ([moment], [])
    assert (len(schedule_reading.times(made, FIRST, END)) > 1) is instants.needs_spare_second([moment])


def test_moments_are_told_once_and_ascending() -> None:
    late, early = FIRST.replace(year=2060), FIRST.replace(year=2050)
    assert instants.intervals([late, early, late], None) == (
        spec.Interval(int(early.timestamp())),
        spec.Interval(int(late.timestamp())),
    )


@pytest.mark.parametrize(("year", "needs"), [(2026, True), (2035, True), (2036, False)])
def test_early_moments_need_a_spare_second(year: int, needs: bool) -> None:
    assert instants.needs_spare_second([FIRST.replace(year=year)]) is needs
