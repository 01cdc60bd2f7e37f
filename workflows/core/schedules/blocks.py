"""Rules as blocks for the compiler: so many times of day on so many days, without a word about zones."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from workflows.core.schedules import local_times
from workflows.core.schedules import rule as rules

_DAY_SECONDS: Final = 86_400
_MIDNIGHT: Final = datetime.time()
#: A rule whose times of day differ from day to day is listed time by time, up to so many.
MOST_LISTED: Final = 120_000
_SAMPLE: Final = datetime.date(2029, 1, 1)  # any day: a rule without parts for days is alike on all


class TooMany(Exception):
    """A rule has more times than can be listed; it has to be told up to a horizon."""


@dataclass(frozen=True, slots=True)
class Block:
    """Each of the times (seconds since midnight) on each of the days (proleptic ordinals)."""

    times: frozenset[int]
    days: frozenset[int]


def of_rule(rule: rules.Rule, start: datetime.datetime, first: datetime.date, last: datetime.date) -> list[Block]:
    """The local times of a completed rule on the days from first to last, as if it had no start, UNTIL or COUNT.

    Raises:
        TooMany: its times of day differ from day to day, and there are too many to list.
    """
    endless = dataclasses.replace(rule, count=None, until=None)
    if rule.interval == 1 and not rule.is_sub_daily:  # without INTERVAL the start gives no phase, so that others share the days
        start = datetime.datetime.combine(first, _MIDNIGHT)
    if rule.is_sub_daily:
        if _DAY_SECONDS % rule.step_seconds:
            return _listed(endless, start, first, last)
        return [Block(_times_of_sub_daily(endless, _phase(rule, start)), _days(_daily(endless), start.date(), first, last))]
    times = frozenset(h * 3_600 + m * 60 + s for h, m, s in itertools.product(rule.by_hour, rule.by_minute, rule.by_second))
    if not rule.by_set_position or len(times) == 1:
        return [Block(times, _days(_at_midnight(endless), start.date(), first, last))]
    if rule.frequency == rules.DAILY:
        chosen = _positions(sorted(times), rule.by_set_position)
        return [Block(chosen, _days(_at_midnight(dataclasses.replace(endless, by_set_position=())), start.date(), first, last))]
    return _listed(endless, start, first, last)


def of_times(times: Iterable[datetime.datetime]) -> list[Block]:
    """Local times as blocks."""
    days: dict[int, set[int]] = defaultdict(set)
    for time in times:
        days[time.hour * 3_600 + time.minute * 60 + time.second].add(time.toordinal())
    shared: dict[frozenset[int], set[int]] = defaultdict(set)
    for second, ones in days.items():
        shared[frozenset(ones)].add(second)
    return [Block(frozenset(seconds), ones) for ones, seconds in shared.items()]


def without(blocks: list[Block], excluded: list[Block]) -> list[Block]:
    """The blocks less what the excluded ones have."""
    for taken in excluded:
        blocks = [part for block in blocks for part in _less(block, taken)]
    return blocks


def _less(block: Block, taken: Block) -> list[Block]:
    times, days = block.times & taken.times, block.days & taken.days
    if not times or not days:
        return [block]
    parts = [Block(times, block.days - days), Block(block.times - times, block.days)]
    return [part for part in parts if part.times and part.days]


def _listed(rule: rules.Rule, start: datetime.datetime, first: datetime.date, last: datetime.date) -> list[Block]:
    begin, end = datetime.datetime.combine(first, _MIDNIGHT), datetime.datetime.combine(last, datetime.time(23, 59, 59))
    times = list(itertools.islice(local_times.listed(rule, start, False, begin, end), MOST_LISTED + 1))
    if len(times) > MOST_LISTED:
        raise TooMany
    return of_times(times)


@functools.lru_cache(maxsize=256)
def _days(rule: rules.Rule, start: datetime.date, first: datetime.date, last: datetime.date) -> frozenset[int]:
    """The days of a rule that has one time, midnight."""
    begin, end = datetime.datetime.combine(first, _MIDNIGHT), datetime.datetime.combine(last, datetime.time(23, 59, 59))
    origin = datetime.datetime.combine(start, _MIDNIGHT)
    return frozenset(time.toordinal() for time in local_times.listed(rule, origin, False, begin, end))


def _at_midnight(rule: rules.Rule) -> rules.Rule:
    return dataclasses.replace(rule, by_hour=(0,), by_minute=(0,), by_second=(0,))


def _daily(rule: rules.Rule) -> rules.Rule:
    """The days on which a sub-daily rule has times."""
    return dataclasses.replace(_at_midnight(rule), frequency=rules.DAILY, interval=1, by_set_position=())


def _phase(rule: rules.Rule, start: datetime.datetime) -> int:
    """Where in its step the start lies, in seconds."""
    return (start.hour * 3_600 + start.minute * 60 + start.second) % rule.step_seconds


@functools.lru_cache(maxsize=256)
def _times_of_sub_daily(rule: rules.Rule, phase: int) -> frozenset[int]:
    """The times of day of a sub-daily rule whose step divides the day; each day is alike."""
    everywhere = dataclasses.replace(rule, by_month=(), by_week_number=(), by_year_day=(), by_month_day=(), by_day=(), by_easter=())
    midnight = datetime.datetime.combine(_SAMPLE, _MIDNIGHT)
    found = local_times.listed(
        everywhere, midnight + datetime.timedelta(seconds=phase), False, midnight, midnight + datetime.timedelta(seconds=_DAY_SECONDS - 1)
    )
    return frozenset(time.hour * 3_600 + time.minute * 60 + time.second for time in found)


def _positions(ascending: list[int], positions: tuple[int, ...]) -> frozenset[int]:
    """BYSETPOS within a day."""
    wanted = (position - 1 if position > 0 else len(ascending) + position for position in positions)
    return frozenset(ascending[index] for index in wanted if 0 <= index < len(ascending))
