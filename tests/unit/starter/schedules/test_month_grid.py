"""The grid of a year: months side by side, marks that need no colours, the legend of what is there."""

from __future__ import annotations

import datetime
from typing import Any

import click
import pytest

from starter.schedules import month_grid

CHRISTMAS = datetime.date(2026, 12, 25)


def day(month: int, number: int) -> datetime.date:
    return datetime.date(2026, month, number)


def year(**more: Any) -> month_grid.Year:
    """2026 with a run on the 20th of each month."""
    return month_grid.Year(2026, **{"runs": {day(month, 20): 1 for month in range(1, 13)}, **more})


@pytest.mark.parametrize(
    ("columns", "across"),
    [
        pytest.param(200, 4, id="wide"),
        pytest.param(93, 4, id="just four"),
        pytest.param(92, 3, id="not quite four"),
        pytest.param(80, 3, id="usual terminal"),
        pytest.param(68, 2, id="not quite three"),
        pytest.param(45, 2, id="just two"),
        pytest.param(20, 1, id="narrow"),
    ],
)
def test_as_many_months_stand_beside_each_other_as_fit(columns: int, across: int) -> None:
    assert month_grid.months_across(columns) == across
    lines = month_grid.draw(year(), columns, colours=False)
    assert lines[2].split() == list(month_grid._MONTH_NAMES[:across])
    assert across == 1 or max(map(len, lines[:-1])) <= columns


def test_year_without_colours_is_drawn_exactly() -> None:
    drawn = month_grid.draw(
        year(runs={day(1, 20): 1, day(2, 6): 3, day(3, 9): 12}, skipped=frozenset({day(2, 7)}), holidays={day(3, 8): "Women's Day"}),
        80,
        False,
    )
    assert drawn[:10] == [
        "2026: 16 times on 3 days",
        "",
        "       January                 February                 March",
        "Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su",
        "          1  2  3. 4.                      1.                      1.",
        " 5  6  7  8  9 10.11.    2  3  4  5  6³ 7x 8.    2  3  4  5  6  7. 8'",
        "12 13 14 15 16 17.18.    9 10 11 12 13 14.15.    9+10 11 12 13 14.15.",
        "19 20•21 22 23 24.25.   16 17 18 19 20 21.22.   16 17 18 19 20 21.22.",
        "26 27 28 29 30 31.      23 24 25 26 27 28.      23 24 25 26 27 28.29.",
        "                                                30 31",
    ]
    assert drawn[-1] == "• one time  ² to ⁹ so many times  + ten or more  x skipped  ' holiday  . weekend"


def test_colours_change_nothing_but_colours() -> None:
    shown = year(skipped=frozenset({day(5, 1)}), holidays={CHRISTMAS: "Christmas Day"}, today=day(11, 23))
    plain, coloured = (month_grid.draw(shown, 93, colours) for colours in (False, True))
    assert [click.unstyle(line).rstrip() for line in coloured] == plain
    assert click.style("20•", fg="green", bold=True, reverse=True) in "\n".join(coloured)
    assert click.style("25'", fg="red") in "\n".join(coloured)
    assert click.style("23 ", underline=True) in "\n".join(coloured)


def test_time_on_a_closed_day_is_shown_as_a_time() -> None:
    (line,) = [
        line for line in month_grid.draw(year(runs={CHRISTMAS: 1}, holidays={CHRISTMAS: "x"}), 20, False) if "25" in line and "•" in line
    ]
    assert line == "21 22 23 24 25•26.27."


def test_legend_explains_what_is_there_and_nothing_else() -> None:
    assert month_grid.draw(year(), 80, False)[-1] == "• one time  . weekend"
    assert month_grid.draw(year(weekend=frozenset()), 80, False)[-1] == "• one time"


def test_year_without_times_says_so() -> None:
    assert month_grid.draw(year(runs={}), 80, False)[0] == "2026: 0 times on 0 days"
    assert month_grid.draw(year(runs={CHRISTMAS: 1}), 80, False)[0] == "2026: 1 time on 1 day"


def test_weekend_is_that_of_the_pipeline() -> None:
    lines = month_grid.draw(year(runs={}, weekend=frozenset({4, 5})), 20, False)
    assert " 5  6  7  8  9.10.11" in lines  # Friday and Saturday


def test_days_of_other_years_are_not_counted() -> None:
    assert month_grid.draw(year(runs={datetime.date(2027, 1, 1): 1, day(1, 1): 1}), 80, False)[0] == "2026: 1 time on 1 day"


def test_february_of_a_leap_year_has_its_day() -> None:
    leap = month_grid.Year(2028, {datetime.date(2028, 2, 29): 1})
    assert any("29•" in line for line in month_grid.draw(leap, 80, False))
