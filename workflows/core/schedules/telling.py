"""Blocks of local times as a spec, for the compiler: calendars away from changes of clocks, single moments around them."""

from __future__ import annotations

import datetime
import itertools
from typing import Final

from workflows.core import errors, zones
from workflows.core.schedules import (
    blocks,
    clock,
    day_patterns,
    few_times,
    instants,
    moments,
    occurrences,
    spec,
    times_of_day,
    zone_changes,
)
from workflows.core.schedules import rule as rules

MAX_CALENDARS: Final = 1_000
MAX_INSTANTS: Final = 27_000
#: What is told up to a horizon must reach at least so far ahead.
LEAST_AHEAD: Final = datetime.timedelta(days=30)
_SECOND: Final = datetime.timedelta(seconds=1)
_DAY: Final = datetime.timedelta(days=1)


class Telling:
    """Blocks of local times, told to Temporal: calendars away from changes of clocks, moments around them."""

    def __init__(
        self, rule_set: rules.RuleSet, first_year: int, begin: datetime.datetime, end: datetime.datetime, found: list[blocks.Block]
    ) -> None:
        self._set = rule_set
        self._zone = zones.load(rule_set.zone)
        self._first_year = first_year
        self._begin, self._end = begin, end
        self._blocks = found
        self._windows = zone_changes.windows(self._zone.key, first_year, spec.LAST_YEAR)
        self._weekdays = not zone_changes.skips_midnight(self._zone.key, first_year, spec.LAST_YEAR)

    def made(self, now: datetime.datetime, dates: list[datetime.datetime], used: frozenset[int]) -> spec.Spec:
        """The blocks and these single moments; `used` are further seconds of the minute that must not be skipped."""
        calm, spoilt = self._split()
        calendars = self._calendars(calm)
        if len(calendars) > MAX_CALENDARS:
            raise blocks.TooMany
        begin, horizon, kept = self._affordable(spoilt, now, MAX_INSTANTS - len(dates))
        singles = [moment for moment in (*kept, *dates) if self._begin <= moment <= self._end]
        seconds = used | {second for block in self._blocks for second in {time % 60 for time in block.times}}
        end = min(self._end, horizon - _SECOND) if horizon else self._end
        spare = None
        if end >= instants.SECOND_TIME and instants.needs_spare_second(singles):
            spare = few_times.spare_second(singles, frozenset(seconds))
            if spare is None:
                horizon = min(horizon or instants.SECOND_TIME, instants.SECOND_TIME)
                end = min(end, horizon - _SECOND)
                singles = [moment for moment in singles if moment <= end]
        return spec.Spec(
            self._zone.key,
            calendars=calendars,
            intervals=instants.intervals(singles, spare),
            skip=() if spare is None else (instants.skipped(spare),),
            start_at=max(self._begin, begin),
            end_at=end if end < occurrences.LAST else None,
            horizon=horizon if horizon and horizon <= self._end else None,
        )

    def _split(self) -> tuple[list[blocks.Block], dict[datetime.datetime, list[tuple[int, int]]]]:
        """Blocks without the hours around changes, and for each change the (day, time) that lie in them."""
        by_hours: dict[tuple[int, int], list[zone_changes.Window]] = {}
        for window in self._windows:
            by_hours.setdefault((window.first, window.end), []).append(window)
        calm: list[blocks.Block] = []
        spoilt: dict[datetime.datetime, list[tuple[int, int]]] = {}
        for block in self._blocks:
            classes: dict[frozenset[tuple[int, int]], set[int]] = {}
            for time in block.times:
                classes.setdefault(frozenset(hours for hours in by_hours if hours[0] <= time < hours[1]), set()).add(time)
            for around, times in classes.items():
                taken = {window.day: window for hours in around for window in by_hours[hours] if window.day in block.days}
                calm.append(blocks.Block(frozenset(times), block.days - frozenset(taken)))
                for day, window in taken.items():
                    spoilt.setdefault(window.change, []).extend((day, time) for time in times)
        return [block for block in calm if block.days], spoilt

    def _calendars(self, calm: list[blocks.Block]) -> tuple[spec.Calendar, ...]:
        by_days: dict[frozenset[int], set[int]] = {}
        for block in calm:
            by_days.setdefault(block.days, set()).update(block.times)
        found = []
        for days, times in by_days.items():
            on = day_patterns.calendars(days, self._first_year, spec.LAST_YEAR, self._weekdays)
            for product, day in itertools.product(times_of_day.products(times), on):
                found.append(
                    spec.Calendar(product.second, product.minute, product.hour, day.day_of_month, day.month, day.day_of_week, day.year)
                )
        return tuple(found)

    def _affordable(
        self, spoilt: dict[datetime.datetime, list[tuple[int, int]]], now: datetime.datetime, most: int
    ) -> tuple[datetime.datetime, datetime.datetime | None, list[datetime.datetime]]:
        """(from when on, up to when the changes fit, their moments): those to come first, then those past, the latest first."""
        kept: list[datetime.datetime] = []
        horizon = None
        for change in sorted(change for change in spoilt if change >= now):
            found = self._moments(change, spoilt[change])
            if len(kept) + len(found) > most:
                horizon = self._refused_or(change - _DAY, now)
                break
            kept += found
        for change in sorted((change for change in spoilt if change < now), reverse=True):
            found = self._moments(change, spoilt[change])
            if len(kept) + len(found) > most:
                return max(self._begin, change + _DAY), horizon, kept
            kept += found
        return self._begin, horizon, kept

    def _refused_or(self, horizon: datetime.datetime, now: datetime.datetime) -> datetime.datetime:
        if horizon < now + LEAST_AHEAD and horizon <= self._end:
            raise too_large(horizon)
        return horizon

    def _moments(self, change: datetime.datetime, places: list[tuple[int, int]]) -> list[datetime.datetime]:
        found = {clock.instant(local_time(day, time), self._zone) for day, time in places}
        if self._set.excluded_dates or self._set.excluded_rules:
            around = moments.between(self._set, change - 3 * _DAY, change + 3 * _DAY)
            found &= {moment.time for moment in around}
        return sorted(found)


def local_time(day: int, time: int) -> datetime.datetime:
    """The local time of a day (proleptic ordinal) and seconds since its midnight."""
    return datetime.datetime.combine(datetime.date.fromordinal(day), datetime.time()) + datetime.timedelta(seconds=time)


def too_large(reached: datetime.datetime) -> errors.ScheduleError:
    """The refusal of a rule that fits until this moment only."""
    return errors.ScheduleError(
        f"the rule has more times than a schedule of Temporal can hold: they would fit until {reached:%Y-%m-%d} only",
        "name fewer times: a longer INTERVAL, fewer hours; or count elapsed time, such as FREQ=MINUTELY;INTERVAL=5 without BY parts",
    )
