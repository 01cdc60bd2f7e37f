"""Wall clocks and instants for the dates of the language: one turned into the other in a zone, and steps on the calendar."""

from __future__ import annotations

import calendar
import datetime
from typing import Final

from workflows.core import errors

START: Final = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)
MICROSECOND: Final = datetime.timedelta(microseconds=1)
_START_WALL: Final = START.replace(tzinfo=None)
_DAY: Final = datetime.timedelta(days=1)
_FIRST_SAFE: Final = _DAY // MICROSECOND
_LAST_SAFE: Final = (datetime.datetime.max - _DAY - _START_WALL) // MICROSECOND


def out_of_range() -> errors.EvaluationError:
    """The error for a date that the calendar does not have."""
    return errors.EvaluationError("the result is outside the calendar", "dates lie in the years 1 to 9999")


def instant(wall: datetime.datetime, zone: datetime.tzinfo) -> int:
    """Microseconds from 0001-01-01T00:00Z to the moment when clocks in the zone show `wall` (a datetime without zone).

    A wall time that a change of the clocks skips is shifted by the gap; of one that comes twice it is the first.
    """
    # Both follow from fold=0: in a gap it stands for the offset before the change, in an overlap for the first copy (PEP 495).
    offset = wall.replace(tzinfo=zone, fold=0).utcoffset() or datetime.timedelta()
    return (wall.replace(tzinfo=None) - _START_WALL - offset) // MICROSECOND


def check(instant_us: int, zone: datetime.tzinfo) -> None:
    """Raises EvaluationError where the local year of an instant is not 1 to 9999."""
    if not _FIRST_SAFE <= instant_us <= _LAST_SAFE:
        local(instant_us, zone)


def local(instant_us: int, zone: datetime.tzinfo) -> datetime.datetime:
    """What clocks in the zone show at an instant, as a datetime with the zone.

    Raises:
        EvaluationError: the local year is not 1 to 9999.
    """
    # datetime converts by way of UTC, which overflows in the calendar's first and last hours: there the offset of a day away serves.
    probe = min(max(instant_us, _FIRST_SAFE), _LAST_SAFE)
    shown = (START + datetime.timedelta(microseconds=probe)).astimezone(zone)
    if probe == instant_us:
        return shown
    try:
        wall = _START_WALL + (datetime.timedelta(microseconds=instant_us) + (shown.utcoffset() or datetime.timedelta()))
    except OverflowError as overflow:
        raise out_of_range() from overflow
    return wall.replace(tzinfo=zone)


def moved(date: datetime.date, months: int, days: int) -> datetime.date:
    """The date some months, then some days later; the end of a month is clamped.

    >>> moved(datetime.date(2026, 1, 31), 1, 0)
    datetime.date(2026, 2, 28)

    Raises:
        EvaluationError: the result is not in the years 1 to 9999.
    """
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        raise out_of_range()
    last_day = calendar.monthrange(year, month + 1)[1]
    try:
        return datetime.date(year, month + 1, min(date.day, last_day)) + datetime.timedelta(days=days)
    except OverflowError as overflow:
        raise out_of_range() from overflow
