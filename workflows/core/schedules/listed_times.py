"""A timing told time by time, for the compiler: business calendars, and rules whose times differ from day to day."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import zoneinfo
from typing import Final

from workflows.core import zones
from workflows.core.schedules import blocks, clock, occurrences, spec, telling, timing, zone_changes
from workflows.core.schedules import rule as rules

#: So many years before now are told as well, for backfills.
PAST_YEARS: Final = 3
_SECOND: Final = datetime.timedelta(seconds=1)


def told(timing_: timing.Timing, rule_set: rules.RuleSet, anchor: datetime.datetime, now: datetime.datetime, years: int) -> spec.Spec:
    """A timing told time by time, up to a horizon: at most so many years from now on, fewer where there are many times.

    Raises:
        ScheduleError: it would not reach `telling.LEAST_AHEAD`.
    """
    zone = zones.load(rule_set.zone)
    last = min(clock.instant(datetime.datetime(min(now.year + years, spec.LAST_YEAR), 12, 31, 23, 59, 59), zone), occurrences.LAST)
    begin = clock.instant(datetime.datetime(now.year - PAST_YEARS, 1, 1), zone)
    found = _found(timing_, anchor, begin, last)
    if len(found) > blocks.MOST_LISTED:  # too many for a past: it begins today
        begin = _midnight(now, zone)
        found = _found(timing_, anchor, begin, last)
    if len(found) > blocks.MOST_LISTED:
        last = _midnight(found[-1], zone) - _SECOND
    while True:
        found = [time for time in found if time <= last]
        horizon = last + _SECOND if last < occurrences.LAST else None
        if horizon and horizon < now + telling.LEAST_AHEAD:
            raise telling.too_large(horizon)
        try:
            made = _of_times(rule_set, begin, last, found, now)
        except blocks.TooMany:
            last = _midnight(_middle(found, now), zone) - _SECOND
            continue
        return dataclasses.replace(made, horizon=made.horizon or horizon)


def _found(timing_: timing.Timing, anchor: datetime.datetime, begin: datetime.datetime, last: datetime.datetime) -> list[datetime.datetime]:
    found = occurrences.between(timing_, anchor, begin - _SECOND, last)
    return [one.time for one in itertools.islice(found, blocks.MOST_LISTED + 1)]


def _midnight(moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    return clock.instant(datetime.datetime.combine(clock.shown(moment, zone).date(), datetime.time()), zone)


def _middle(found: list[datetime.datetime], now: datetime.datetime) -> datetime.datetime:
    """Half the way from now to the last one."""
    return now + (found[-1] - now) / 2 if found and found[-1] > now else now


def _of_times(
    rule_set: rules.RuleSet,
    begin: datetime.datetime,
    end: datetime.datetime,
    found: list[datetime.datetime],
    now: datetime.datetime,
) -> spec.Spec:
    """Moments told as calendars of years; those around changes of clocks as they are."""
    zone = zones.load(rule_set.zone)
    first_year = clock.shown(begin, zone).year
    spoilt: dict[int, list[zone_changes.Window]] = {}
    for window in zone_changes.windows(zone.key, first_year, spec.LAST_YEAR):
        spoilt.setdefault(window.day, []).append(window)
    calm: list[datetime.datetime] = []
    singles: list[datetime.datetime] = []
    for moment in found:
        local = clock.shown(moment, zone)
        second = local.hour * 3_600 + local.minute * 60 + local.second
        around = any(window.first <= second < window.end for window in spoilt.get(local.toordinal(), ()))
        (singles if around else calm).append(moment)
    told = telling.Telling(rule_set, first_year, begin, end, blocks.of_times(clock.shown(moment, zone) for moment in calm))
    if len(singles) > telling.MAX_INSTANTS:
        raise blocks.TooMany
    return told.made(now, singles, frozenset())
