"""When a zone's clocks change, for the compiler: Temporal's calendars cannot be trusted in the hours around it."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from workflows.core import zones
from workflows.core.schedules import clock

_DAY_SECONDS: Final = 86_400
#: Temporal probes with a fixed hour around a change, so its calendars err up to an hour before and after.
_MARGIN: Final = datetime.timedelta(hours=1)
#: Ramadan's changes in Morocco are four weeks apart.
_LOOK: Final = datetime.timedelta(days=7)
_SECOND: Final = datetime.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Local times of one day, [first, end) in seconds since its midnight, that a change spoils. `day` is a proleptic ordinal."""

    day: int
    first: int
    end: int
    change: datetime.datetime  # UTC


@functools.lru_cache(maxsize=64)
def windows(zone_name: str, first_year: int, last_year: int) -> tuple[Window, ...]:
    """The spoilt hours of a zone from one year to another, both inclusive, ascending."""
    return tuple(window for change in _changes(zone_name, first_year, last_year) for window in _windows(change))


@functools.lru_cache(maxsize=64)
def skips_midnight(zone_name: str, first_year: int, last_year: int) -> bool:
    """Whether clocks ever go forward over midnight: then Temporal takes that day for the weekday before it."""
    changes = _changes(zone_name, first_year, last_year)
    return any(change.after > change.before and (change.before - _SECOND).date() < change.after.date() for change in changes)


@dataclass(frozen=True, slots=True)
class _Change:
    """What clocks would have shown, and what they show, at the moment of a change."""

    moment: datetime.datetime
    before: datetime.datetime
    after: datetime.datetime


@functools.lru_cache(maxsize=64)
def _changes(zone_name: str, first_year: int, last_year: int) -> tuple[_Change, ...]:
    return tuple(_found(zone_name, first_year, last_year))


def _found(zone_name: str, first_year: int, last_year: int) -> Iterator[_Change]:
    zone = zones.load(zone_name)
    low = datetime.datetime(first_year, 1, 1, tzinfo=datetime.UTC)
    end = datetime.datetime(last_year, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
    while low < end:
        high = min(low + _LOOK, end)
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            moment = _moment(low, high, zone_name)
            yield _Change(moment, clock.shown(moment - _SECOND, zone) + _SECOND, clock.shown(moment, zone))
        low = high


def _moment(low: datetime.datetime, high: datetime.datetime, zone_name: str) -> datetime.datetime:
    """The first second with the later offset."""
    zone = zones.load(zone_name)
    before = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _windows(change: _Change) -> Iterator[Window]:
    begin = min(change.before, change.after) - _MARGIN
    end = max(change.before, change.after) + _MARGIN
    while begin < end:
        midnight = datetime.datetime.combine(begin.date(), datetime.time())
        following = midnight + datetime.timedelta(days=1)
        first = int((begin - midnight).total_seconds())
        last = _DAY_SECONDS if end >= following else int((end - midnight).total_seconds())
        yield Window(begin.date().toordinal(), first, last, change.moment)
        begin = following
