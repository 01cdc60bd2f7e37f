"""Where a business calendar moves the moments of a rule set, for occurrences: over weekends and holidays, or to the n-th business day."""

from __future__ import annotations

import calendar
import datetime
import heapq
import itertools
import zoneinfo
from collections.abc import Iterator
from typing import Final, NamedTuple

from workflows.core import zones
from workflows.core.schedules import business_days, clock, moments
from workflows.core.schedules import rule as rules
from workflows.core.schedules import timing as timings

_DAY: Final = datetime.timedelta(days=1)
_MIDNIGHT: Final = datetime.time()


class Moved(NamedTuple):
    """A moment after the calendar had its say. Of two at one time the one that was not moved comes first."""

    time: datetime.datetime  # UTC
    was_moved: bool = False
    unmoved: datetime.datetime | None = None
    reason: str = ""


def between(timing: timings.Timing, rule_set: rules.RuleSet, first: datetime.datetime, last: datetime.datetime) -> Iterator[Moved]:
    """The moments from `first` to `last` (UTC, both inclusive) as the timing's business calendar has them, ascending.

    Two may be at one time. A moved moment keeps its local time of day.
    """
    if not timing.moves:
        return (Moved(moment.time) for moment in moments.between(rule_set, first, last))
    days = business_days.Calendar.of(timing)
    if timing.business_day is not None:
        found = _on_business_day(timing.business_day, days, rule_set, first, last)
    else:
        found = _Mover(days, rule_set, first, last).ascending()
    return (moved for moved in found if first <= moved.time <= last)


class _Mover:
    """Moves moments off the days on which none runs."""

    def __init__(self, days: business_days.Calendar, rule_set: rules.RuleSet, first: datetime.datetime, last: datetime.datetime) -> None:
        self._days = days
        self._rule_set = rule_set
        self._zone = zones.load(rule_set.zone)
        self._first = first
        self._last = last
        self._targets: dict[datetime.date, tuple[datetime.date | None, str]] = {}
        self._floors: dict[datetime.date, datetime.date | None] = {}

    def ascending(self) -> Iterator[Moved]:
        """Moved moments are held back until none that is still to come can be before them."""
        held: list[Moved] = []
        for moment in moments.between(self._rule_set, *self._sources()):
            earliest = self._earliest_from(moment)
            while held and held[0].time < earliest:
                yield heapq.heappop(held)
            if earliest > self._last:
                return
            target, reason = self._target(moment.local.date())
            if target is not None:
                heapq.heappush(held, _moved(moment, target, reason, self._zone))
        yield from (heapq.heappop(held) for _ in range(len(held)))

    def _sources(self) -> tuple[datetime.datetime, datetime.datetime]:
        """From when to when a moment may be that is moved to between first and last: as far as business is closed around them."""
        begin = clock.shown(self._first, self._zone).date() - _DAY
        end = clock.shown(self._last, self._zone).date() + _DAY
        while not self._days.is_business_day(begin):
            begin -= _DAY
        while not self._days.is_business_day(end):
            end += _DAY
        return _midnight(begin, self._zone), _midnight(end + _DAY, self._zone)

    def _earliest_from(self, moment: moments.Moment) -> datetime.datetime:
        """The time before which neither this moment nor a later one is moved."""
        if timings.PREVIOUS not in (self._days.on_holiday, self._days.on_weekend):
            return moment.time
        day = moment.local.date()
        if day not in self._floors:
            self._floors[day] = self._floor(day)
        floor = self._floors[day]
        return _midnight(floor, self._zone) if floor else moment.time

    def _floor(self, day: datetime.date) -> datetime.date | None:
        """The first day to which this one's moments or later ones may come back; None where none comes back past another moment."""
        if not self._days.is_business_day(day):
            return self._days.before(day)
        following = itertools.takewhile(lambda later: not self._days.is_business_day(later), (day + _DAY * n for n in itertools.count(1)))
        return day if any(self._target(later)[0] == day for later in following) else None

    def _target(self, day: datetime.date) -> tuple[datetime.date | None, str]:
        if day not in self._targets:
            self._targets[day] = self._days.moved(day)
        return self._targets[day]


def _on_business_day(
    number: int, days: business_days.Calendar, rule_set: rules.RuleSet, first: datetime.datetime, last: datetime.datetime
) -> Iterator[Moved]:
    """Each month in which the rule has a time: its n-th business day, at the times of day that the rule has in that month."""
    zone = zones.load(rule_set.zone)
    begin = (clock.shown(first, zone).date() - _DAY).replace(day=1)
    end = _month_end(clock.shown(last, zone).date() + _DAY)
    found = moments.between(rule_set, _midnight(begin, zone), _midnight(end + _DAY, zone))
    for (year, month), in_month in itertools.groupby(found, lambda moment: (moment.local.year, moment.local.month)):
        target = days.nth(year, month, number)
        if target is None:
            continue
        reason = f"business day {number} of the month"
        # The rule's own time on that day first, so that it counts as not moved.
        by_time = sorted(in_month, key=lambda moment: (moment.local.time(), moment.local.date() != target, moment.time))
        once = [next(same) for _, same in itertools.groupby(by_time, lambda moment: moment.local.time())]
        yield from sorted(_moved(moment, target, reason, zone) for moment in once)


def _moved(moment: moments.Moment, target: datetime.date, reason: str, zone: zoneinfo.ZoneInfo) -> Moved:
    if moment.local.date() == target:
        return Moved(moment.time)
    return Moved(clock.instant(datetime.datetime.combine(target, moment.local.time()), zone), True, moment.time, reason)


def _midnight(day: datetime.date, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    return clock.instant(datetime.datetime.combine(day, _MIDNIGHT), zone)


def _month_end(day: datetime.date) -> datetime.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
