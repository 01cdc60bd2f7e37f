"""Times of day that a change of the clocks skips or repeats, for the checker: which of a schedule they are, and when runs are due then."""

from __future__ import annotations

import datetime
import itertools
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from workflows.core import zones
from workflows.core.schedules import clock
from workflows.core.schedules import rule as rules

_HOURS_OF_A_DAY: Final = 24
_DAYS_AHEAD: Final = 370  # every change of the clocks that a year brings
_SECOND: Final = datetime.timedelta(seconds=1)
_ONE_DAY: Final = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """A moment at which clocks go from `before` to `after`, both local and without tzinfo."""

    before: datetime.datetime
    after: datetime.datetime

    @property
    def is_gap(self) -> bool:
        """Whether times are skipped; else they come twice."""
        return self.after > self.before

    def touches(self, local: datetime.datetime) -> bool:
        """Whether a local time is skipped or repeated."""
        return min(self.before, self.after) <= local < max(self.before, self.after)


def touched(rule_set: rules.RuleSet, first: datetime.datetime, is_due: Callable[[datetime.datetime], bool]) -> list[str]:
    """Sentences about the first gap and the first overlap, in the year after `first`, that a time of the rules falls into.

    `is_due` says whether a run is due at a moment. Rules that count hours, minutes or seconds, or have every hour,
    name no time of day and are left out.
    """
    zone = zones.load(rule_set.zone)
    found: dict[bool, str] = {}
    for change in changes(zone, first):
        if change.is_gap not in found and (local := _local(rule_set, zone, change, is_due)):
            found[change.is_gap] = _sentence(zone, change, local)
    return list(found.values())


def changes(zone: zoneinfo.ZoneInfo, first: datetime.datetime) -> Iterator[Change]:
    """The changes of a zone's clocks in the year after `first`."""
    day = first
    for _ in range(_DAYS_AHEAD):
        following = day + _ONE_DAY
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            moment = _moment(zone, day, following)
            yield Change(clock.shown(moment - _SECOND, zone) + _SECOND, clock.shown(moment, zone))
        day = following


def _moment(zone: zoneinfo.ZoneInfo, low: datetime.datetime, high: datetime.datetime) -> datetime.datetime:
    """The first second with the offset of `high`."""
    before = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _local(
    rule_set: rules.RuleSet, zone: zoneinfo.ZoneInfo, change: Change, is_due: Callable[[datetime.datetime], bool]
) -> datetime.datetime | None:
    """The first local time of the rules that a change touches and at which a run is due."""
    days = sorted({change.before.date(), change.after.date()})
    for one in rule_set.rules:
        if one.is_sub_daily or len(one.by_hour) == _HOURS_OF_A_DAY:
            continue
        for day, hour, minute in itertools.product(days, one.by_hour, one.by_minute):
            local = datetime.datetime.combine(day, datetime.time(hour, minute, one.by_second[0]))
            if change.touches(local) and is_due(clock.instant(local, zone)):
                return local
    return None


def _sentence(zone: zoneinfo.ZoneInfo, change: Change, local: datetime.datetime) -> str:
    time, day = f"{local:%H:%M}", f"{local:%Y-%m-%d}"
    if change.is_gap:
        shown = clock.shown(clock.instant(local, zone), zone)
        turned = f"clocks go from {change.before:%H:%M} to {change.after:%H:%M}"
        return f"there is no {time} on {day} in {zone.key}: {turned}; that run is due at {shown:%H:%M}"
    turned = f"clocks go back from {change.before:%H:%M} to {change.after:%H:%M}"
    return f"{time} comes twice on {day} in {zone.key}: {turned}; the run is due at the first, once"
