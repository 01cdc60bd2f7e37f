"""A rule set as blocks and intervals, for the compiler: rules within their bounds, less what is excluded."""

from __future__ import annotations

import dataclasses
import datetime

from workflows.core import zones
from workflows.core.schedules import blocks, clock, few_times, local_times, moments, occurrences, spec, telling, timing, zone_changes
from workflows.core.schedules import rule as rules


class Compiler:
    """One rule set without a business calendar."""

    def __init__(self, timing_: timing.Timing, rule_set: rules.RuleSet, begin: datetime.datetime) -> None:
        self._timing = timing_
        self._set = rule_set
        self._zone = zones.load(rule_set.zone)
        self._first_year = clock.shown(begin, self._zone).year
        start, end = occurrences.limits(timing_)
        self._begin, self._end = max(begin, start), end
        self._bounds = {rule: self._bounds_of(rule) for rule in rule_set.rules}

    def told(self, now: datetime.datetime) -> spec.Spec:
        """The whole set; see the module."""
        alike = len(set(self._bounds.values())) == 1
        if alike:
            lower, upper = next(iter(self._bounds.values()))
            if not any(date < lower or date > upper for date in self._set.dates):
                self._begin, self._end = max(self._begin, lower), min(self._end, upper)
            else:
                alike = False
        elapsed = [rule for rule in self._set.rules if rule.elapsed]
        if elapsed and not (alike and self._can_skip()):
            raise blocks.TooMany
        found = [block for rule in self._set.rules if not rule.elapsed for block in self._blocks(rule, alike)]
        found = self._without_excluded(found)
        told = telling.Telling(self._set, self._first_year, self._begin, self._end, found)
        made = told.made(now, [date for date in self._set.dates if not self._is_excluded(date)], self._spare_used(elapsed))
        if elapsed:
            made = dataclasses.replace(
                made, intervals=(*map(self._interval, elapsed), *made.intervals), skip=(*made.skip, *self._skipped())
            )
        return made

    def _bounds_of(self, rule: rules.Rule) -> tuple[datetime.datetime, datetime.datetime]:
        """From when to when a rule has times (UTC, inclusive)."""
        assert self._set.start is not None
        start = clock.instant(self._set.start, self._zone)
        lower = start if self._set.begins(rule) else occurrences.FIRST
        upper = min(rule.until or occurrences.LAST, occurrences.LAST)
        if rule.count is not None:
            upper = min(upper, self._last_counted(rule, start))
        return lower, upper

    def _last_counted(self, rule: rules.Rule, start: datetime.datetime) -> datetime.datetime:
        assert rule.count is not None
        if rule.elapsed:
            try:
                return min(start + datetime.timedelta(seconds=rule.step_seconds) * (rule.count - 1), occurrences.LAST)
            except OverflowError:
                return occurrences.LAST
        alone = dataclasses.replace(self._set, rules=(rule,), excluded_rules=(), dates=(), excluded_dates=(), excluded_days=())
        last = start
        for moment in moments.between(alone, occurrences.FIRST, occurrences.LAST):
            last = moment.time
        return last

    def _blocks(self, rule: rules.Rule, alike: bool) -> list[blocks.Block]:
        assert self._set.start is not None
        first, last = datetime.date(self._first_year, 1, 1), datetime.date(spec.LAST_YEAR, 12, 31)
        found = blocks.of_rule(rule, self._set.start, first, last)
        if rule.frequency == rules.WEEKLY and rule.by_set_position and self._set.begins(rule):
            found = self._from_first_week(rule, found)
        return found if alike else self._within(found, *self._bounds_of(rule))

    def _from_first_week(self, rule: rules.Rule, found: list[blocks.Block]) -> list[blocks.Block]:
        """BYSETPOS counts in the first week only what is left of it from the start on, as dateutil does."""
        assert self._set.start is not None
        begin = self._set.start.toordinal()
        end = begin + 6 - (self._set.start.weekday() - rule.week_start) % 7
        others = [blocks.Block(block.times, frozenset(day for day in block.days if not begin <= day <= end)) for block in found]
        last = datetime.datetime.combine(datetime.date.fromordinal(end), datetime.time(23, 59, 59))
        times = local_times.listed(dataclasses.replace(rule, until=None), self._set.start, True, self._set.start, last)
        return [*(block for block in others if block.days), *blocks.of_times(times)]

    def _within(self, found: list[blocks.Block], lower: datetime.datetime, upper: datetime.datetime) -> list[blocks.Block]:
        """The blocks from one moment to another; the days on which these lie are looked at time by time."""
        begin, end = clock.shown(lower, self._zone).toordinal(), clock.shown(upper, self._zone).toordinal()
        parts = []
        for block in found:
            inside = frozenset(day for day in block.days if begin + 1 < day < end - 1)
            edges = [day for day in block.days if abs(day - begin) <= 1 or abs(day - end) <= 1]
            parts.append(blocks.Block(block.times, inside))
            for day in edges:
                times = frozenset(
                    time for time in block.times if lower <= clock.instant(telling.local_time(day, time), self._zone) <= upper
                )
                parts.append(blocks.Block(times, frozenset({day})))
        return [part for part in parts if part.times and part.days]

    def _without_excluded(self, found: list[blocks.Block]) -> list[blocks.Block]:
        taken = blocks.of_times(clock.shown(date, self._zone) for date in self._set.excluded_dates)
        for rule in self._set.excluded_rules:
            if rule.elapsed:
                raise blocks.TooMany
            taken += self._blocks(rule, alike=False)
        days = frozenset(day.toordinal() for day in self._set.excluded_days)
        left = (blocks.Block(block.times, block.days - days) for block in blocks.without(found, taken))
        return [block for block in left if block.days]

    def _is_excluded(self, moment: datetime.datetime) -> bool:
        return next(moments.between(self._set, moment, moment), None) is None

    def _can_skip(self) -> bool:
        """Whether what is excluded can be told as `skip`, which knows local times only, beside an interval."""
        few = len(self._set.excluded_dates) + len(self._set.excluded_days) <= few_times.MOST
        spoilt = {(window.day, window.change) for window in self._windows()}
        days = {day for day, _ in spoilt}
        return (
            few
            and not self._set.excluded_rules
            and not any(clock.shown(date, self._zone).toordinal() in days for date in self._set.excluded_dates)
        )

    def _windows(self) -> tuple[zone_changes.Window, ...]:
        return zone_changes.windows(self._zone.key, self._first_year, spec.LAST_YEAR)

    def _skipped(self) -> list[spec.Calendar]:
        whole = {"second": spec.ALL_SECONDS, "minute": spec.ALL_MINUTES, "hour": spec.ALL_HOURS}
        days = [spec.Calendar(**whole, **_date(day)) for day in self._set.excluded_days]
        times = [clock.shown(date, self._zone) for date in self._set.excluded_dates]
        return days + [
            spec.Calendar(second=_one(time.second), minute=_one(time.minute), hour=_one(time.hour), **_date(time.date())) for time in times
        ]

    def _interval(self, rule: rules.Rule) -> spec.Interval:
        assert self._set.start is not None
        origin = int(clock.instant(self._set.start, self._zone).timestamp())
        return spec.Interval(rule.step_seconds, origin % rule.step_seconds)

    def _spare_used(self, elapsed: list[rules.Rule]) -> frozenset[int]:
        """Seconds of the minute at which the intervals are due."""
        used = set()
        for rule in elapsed:
            interval = self._interval(rule)
            used |= {(interval.offset + number * interval.every) % 60 for number in range(60)}
        return frozenset(used)


def _one(number: int) -> tuple[spec.Range, ...]:
    return ((number, number, 1),)


def _date(day: datetime.date) -> dict[str, tuple[spec.Range, ...]]:
    return {"day_of_month": _one(day.day), "month": _one(day.month), "year": _one(day.year)}
