"""Days as calendars, for the compiler: a set of days written without loss as months, days of the month, weekdays and years."""

from __future__ import annotations

import calendar
import datetime
import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from workflows.core.schedules import ranges, spec

_FEBRUARY: Final = 2
_LONGEST: Final = 31


@dataclass(frozen=True, slots=True)
class DayCalendar:
    """The days of a spec.Calendar."""

    day_of_month: tuple[spec.Range, ...]
    month: tuple[spec.Range, ...]
    day_of_week: tuple[spec.Range, ...] = spec.ALL_WEEKDAYS
    year: tuple[spec.Range, ...] = ()


@functools.lru_cache(maxsize=512)
def calendars(days: frozenset[int], first_year: int, last_year: int, weekdays: bool) -> tuple[DayCalendar, ...]:
    """Calendars that have exactly these days (proleptic ordinals) in the years from first to last.

    Where month, day of the month and, if `weekdays` may be used, the weekday decide alone, they name no years. Else they name each
    month's days, for the years that have them alike.
    """
    if not days:
        return ()
    by_date = _by_pattern(days, first_year, last_year, _DATE)
    if by_date is not None:
        return tuple(_month_days(by_date))
    if weekdays:
        by_weekday = _by_pattern(days, first_year, last_year, _WEEKDAY)
        if by_weekday is not None:
            return tuple(_covered(by_weekday, leap=True))
        by_leap = _by_pattern(days, first_year, last_year, _LEAP)
        if by_leap is not None:
            return tuple(_of_both_kinds_of_years(by_leap, first_year, last_year))
    return tuple(_by_years(days))


def _by_pattern(days: frozenset[int], first_year: int, last_year: int, kind: str) -> set[tuple[int, ...]] | None:
    """The keys of the days, where every other day has another key; else None."""
    keys, counts = _keys(first_year, last_year, kind)
    found = {keys[ordinal] for ordinal in days}
    return found if sum(counts[one] for one in found) == len(days) else None


@functools.lru_cache(maxsize=16)
def _keys(first_year: int, last_year: int, kind: str) -> tuple[Mapping[int, tuple[int, ...]], Mapping[tuple[int, ...], int]]:
    """The key of each day of the years, by ordinal, and how many days have it."""
    begin, end = datetime.date(first_year, 1, 1).toordinal(), datetime.date(last_year, 12, 31).toordinal()
    keys = {ordinal: _KEYS[kind](datetime.date.fromordinal(ordinal)) for ordinal in range(begin, end + 1)}
    return keys, Counter(keys.values())


_DATE: Final = "date"
_WEEKDAY: Final = "weekday"
_LEAP: Final = "leap"
#: What a day is known by, from the shortest description to the longest. Temporal's weekdays: 0 is Sunday.
_KEYS: Final[Mapping[str, Callable[[datetime.date], tuple[int, ...]]]] = {
    _DATE: lambda day: (day.month, day.day),
    _WEEKDAY: lambda day: (day.month, day.day, day.isoweekday() % 7),
    _LEAP: lambda day: (day.month, day.day, day.isoweekday() % 7, int(calendar.isleap(day.year))),
}


def _month_days(keys: set[tuple[int, ...]]) -> list[DayCalendar]:
    by_month: dict[int, frozenset[int]] = {month: frozenset(day for one, day in keys if one == month) for month in {key[0] for key in keys}}
    grouped = _grouped({(month,): days for month, days in by_month.items()}, lambda key: _length(key[0], True))
    return [DayCalendar(ranges.of(days), ranges.of(month for (month,) in months)) for days, months in grouped]


def _covered(keys: set[tuple[int, ...]], leap: bool, years: tuple[spec.Range, ...] = ()) -> list[DayCalendar]:
    """Calendars for (month, day, weekday) keys."""
    by_place: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for month, day, weekday, *_ in keys:
        by_place[month, weekday].add(day)
    found = []
    grouped = _grouped({place: frozenset(days) for place, days in by_place.items()}, lambda key: _length(key[0], leap))
    for days, places in grouped:
        weekdays: dict[int, set[int]] = defaultdict(set)
        for month, weekday in places:
            weekdays[month].add(weekday)
        for names, months in _inverted({month: frozenset(names) for month, names in weekdays.items()}):
            found.append(DayCalendar(ranges.of(days), ranges.of(months), ranges.of(names), years))
    return found


def _of_both_kinds_of_years(keys: set[tuple[int, ...]], first_year: int, last_year: int) -> list[DayCalendar]:
    """Calendars for (month, day, weekday, leap) keys: those of leap years, those of the others; what is alike in both needs no years."""
    kinds = {leap: {key[:3] for key in keys if key[3] == leap} for leap in (0, 1)}
    alike = kinds[0] & kinds[1]
    found = _covered(alike, leap=True)
    for leap in (0, 1):
        years = ranges.of(year for year in range(first_year, last_year + 1) if calendar.isleap(year) == bool(leap))
        found += _covered(kinds[leap] - alike, bool(leap), years)
    return found


def _by_years(days: frozenset[int]) -> list[DayCalendar]:
    """Calendars by the days of each single month, for the years whose months have them alike."""
    by_month: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for ordinal in days:
        date = datetime.date.fromordinal(ordinal)
        by_month[date.year, date.month].add(date.day)
    found = []
    grouped = _grouped({place: frozenset(ones) for place, ones in by_month.items()}, lambda key: calendar.monthrange(*key)[1])
    for ones, places in grouped:
        months: dict[int, set[int]] = defaultdict(set)
        for year, month in places:
            months[year].add(month)
        for names, years in _inverted({year: frozenset(names) for year, names in months.items()}):
            found.append(DayCalendar(ranges.of(ones), ranges.of(names), year=ranges.of(years)))
    return found


def _grouped(
    by_place: Mapping[tuple[int, ...], frozenset[int]], length: Callable[[tuple[int, ...]], int]
) -> list[tuple[frozenset[int], list[tuple[int, ...]]]]:
    """Places with the same days of their month. A day that a month does not have, 31 in April, may stand in its group."""
    groups: dict[frozenset[int], list[tuple[int, ...]]] = {}
    for days in range(_LONGEST, 27, -1):
        cut = {frozenset(day for day in group if day <= days): group for group in reversed(groups)}
        for place, ones in sorted(by_place.items()):
            if length(place) == days:
                groups.setdefault(cut.get(ones, ones), []).append(place)
                cut.setdefault(ones, ones)
    return list(groups.items())


def _inverted(by_name: Mapping[int, frozenset[int]]) -> Iterable[tuple[frozenset[int], list[int]]]:
    """Names by what they share."""
    found: dict[frozenset[int], list[int]] = defaultdict(list)
    for name, shared in by_name.items():
        found[shared].append(name)
    return found.items()


def _length(month: int, leap: bool) -> int:
    return calendar.monthrange(2024 if leap and month == _FEBRUARY else 2023, month)[1]
