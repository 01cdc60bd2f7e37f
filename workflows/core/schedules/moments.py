"""The moments of a rule set, before any business calendar, for occurrences: each with the local time that its rule gave it."""

from __future__ import annotations

import datetime
import heapq
import itertools
import zoneinfo
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from workflows.core import zones
from workflows.core.schedules import clock, local_times
from workflows.core.schedules import rule as rules

#: No change of clocks moves a zone further: the date line has been crossed by a whole day.
_WIDEST_CHANGE: Final = datetime.timedelta(hours=25)


class Moment(NamedTuple):
    """A time of a rule: `time` in UTC, `local` as the rule says it, which differs from what the clocks show inside a gap."""

    time: datetime.datetime
    local: datetime.datetime


def between(rule_set: rules.RuleSet, first: datetime.datetime, last: datetime.datetime) -> Iterator[Moment]:
    """The moments from `first` to `last` (UTC, both inclusive), ascending, less the excluded ones. `rule_set` has a start.

    Two local times may be one moment: 2:30 inside a gap, shifted, and 3:30. Both are given.
    """
    zone = zones.load(rule_set.zone)
    excluded_days = frozenset(rule_set.excluded_days)
    excluded = _Excluded(_merged(rule_set, rule_set.excluded_rules, rule_set.excluded_dates, zone, first, last))
    for moment in _merged(rule_set, rule_set.rules, rule_set.dates, zone, first, last):
        if moment.local.date() not in excluded_days and not excluded.has(moment.time):
            yield moment


class _Excluded:
    """Ascending moments, asked for in ascending order."""

    def __init__(self, moments: Iterator[Moment]) -> None:
        self._moments = moments
        self._next = next(moments, None)

    def has(self, time: datetime.datetime) -> bool:
        while self._next is not None and self._next.time < time:
            self._next = next(self._moments, None)
        return self._next is not None and self._next.time == time


def _merged(
    rule_set: rules.RuleSet,
    of_rules: Iterable[rules.Rule],
    dates: Iterable[datetime.datetime],
    zone: zoneinfo.ZoneInfo,
    first: datetime.datetime,
    last: datetime.datetime,
) -> Iterator[Moment]:
    """The moments of rules and dates together, each moment and local time once."""
    streams = [_of_rule(rule, rule_set, zone, first, last) for rule in of_rules]
    listed = (Moment(date, clock.shown(date, zone)) for date in dates if first <= date <= last)
    for moment, _ in itertools.groupby(heapq.merge(listed, *streams)):
        yield moment


def _of_rule(
    rule: rules.Rule, rule_set: rules.RuleSet, zone: zoneinfo.ZoneInfo, first: datetime.datetime, last: datetime.datetime
) -> Iterator[Moment]:
    if rule_set.start is None:
        raise ValueError("a rule set has no start before occurrences.rule_set has given it one")
    if rule.until is not None:
        last = min(last, rule.until)
    if first > last:
        return iter(())
    if rule.elapsed:
        return _elapsed(rule, rule_set.begins(rule), clock.instant(rule_set.start, zone), zone, first, last)
    found = local_times.listed(
        rule,
        rule_set.start,
        rule_set.begins(rule),
        clock.shown(first, zone) - _WIDEST_CHANGE,
        clock.shown(last, zone) + _WIDEST_CHANGE,
    )
    return (moment for moment in _ascending(found, zone, last) if first <= moment.time <= last)


def _ascending(found: Iterator[datetime.datetime], zone: zoneinfo.ZoneInfo, last: datetime.datetime) -> Iterator[Moment]:
    """Local times as moments. Those in a gap, shifted, come after others that follow them: they are held back until their turn."""
    held: list[Moment] = []
    for local in found:
        moment = Moment(clock.instant(local, zone), local)
        if clock.shown(moment.time, zone) != local:
            heapq.heappush(held, moment)
            continue
        while held and held[0] < moment:
            yield heapq.heappop(held)
        if moment.time > last:
            return
        yield moment
    yield from sorted(held)


def _elapsed(
    rule: rules.Rule, begins: bool, origin: datetime.datetime, zone: zoneinfo.ZoneInfo, first: datetime.datetime, last: datetime.datetime
) -> Iterator[Moment]:
    """Every so many seconds from the origin, whatever the clocks do."""
    step = datetime.timedelta(seconds=rule.step_seconds)
    number = -((origin - first) // step)
    if begins:
        number = max(number, 0)
    while rule.count is None or number < rule.count:
        time = origin + number * step
        if time > last:
            return
        yield Moment(time, clock.shown(time, zone))
        number += 1
