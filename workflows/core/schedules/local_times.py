"""The local times of one rule, for occurrences: python-dateutil is the engine, kept from searching for ever."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Any, Final

from dateutil import rrule

from workflows.core.schedules import rule as rules

# dateutil looks for the next time until the year 9999, which takes it minutes where there is none. The Gregorian calendar
# repeats itself, weekdays included, every 400 years: moved by 7600 years a search from our time ends at what is our year 2399.
_SHIFT_YEARS: Final = 7_600
_MIDNIGHT: Final = datetime.time()


def completed(rule: rules.Rule, start: datetime.datetime) -> rules.Rule:
    """The rule with every BY part that it takes from its start, as dateutil does; one that counts elapsed time is left as it is.

    >>> completed(Rule("WEEKLY", by_hour=(9,)), datetime.datetime(2026, 11, 23, 14, 37))
    Rule("WEEKLY", by_day=(Weekday(0),), by_hour=(9,), by_minute=(37,), by_second=(0,))
    """
    if rule.elapsed:
        return rule
    given: dict[str, Any] = {}
    if not rule.names_days:
        if rule.frequency == rules.YEARLY:
            given = {"by_month": rule.by_month or (start.month,), "by_month_day": (start.day,)}
        elif rule.frequency == rules.MONTHLY:
            given = {"by_month_day": (start.day,)}
        elif rule.frequency == rules.WEEKLY:
            given = {"by_day": (rules.Weekday(start.weekday()),)}
    if not rule.is_sub_daily:
        given["by_hour"] = rule.by_hour or (start.hour,)
    if rule.frequency not in (rules.MINUTELY, rules.SECONDLY):
        given["by_minute"] = rule.by_minute or (start.minute,)
    if rule.frequency != rules.SECONDLY:
        given["by_second"] = rule.by_second or (start.second,)
    return dataclasses.replace(rule, **given)


def listed(
    rule: rules.Rule, start: datetime.datetime, begins: bool, first: datetime.datetime, last: datetime.datetime
) -> Iterator[datetime.datetime]:
    """The times of a completed rule from `first` to `last`, ascending; all times local and without tzinfo.

    `begins` says that there are none before `start`; else the rule also goes on before it, in the same phase. UNTIL is not looked at:
    it is a moment, not a local time. The search ends in the year 2399.
    """
    origin = start
    if rule.count is None:
        try:
            in_phase = _period_start(rule, start, first)
        except (ValueError, OverflowError):  # a long INTERVAL: the last period before `first` is before the year 1
            in_phase = _period_start(rule, start, start)
        if not begins or in_phase > start:
            origin = in_phase
    for time in _searched(rule, origin, last):
        if time >= first:
            yield time


def _searched(rule: rules.Rule, origin: datetime.datetime, last: datetime.datetime) -> Iterator[datetime.datetime]:
    try:
        for time in _engine(rule, _shifted(origin, _SHIFT_YEARS), _shifted(last, _SHIFT_YEARS)):
            yield _shifted(time, -_SHIFT_YEARS)
    except (ValueError, OverflowError):
        # dateutil's way to say that no step of the rule meets its BYHOUR, BYMINUTE or BYSECOND; or its last year is over.
        return


def _shifted(time: datetime.datetime, years: int) -> datetime.datetime:
    return time.replace(year=time.year + years)


def _engine(rule: rules.Rule, origin: datetime.datetime, last: datetime.datetime) -> rrule.rrule:
    by_day = [rrule.weekdays[day.day](day.ordinal) if day.ordinal else rrule.weekdays[day.day] for day in _ordinals(rule)]
    engine = rrule.rrule(
        rules.FREQUENCIES.index(rule.frequency),  # type: ignore[arg-type]
        dtstart=origin,
        interval=rule.interval,
        wkst=rule.week_start,
        count=None,
        until=last,
        bysetpos=rule.by_set_position or None,
        bymonth=rule.by_month or None,
        bymonthday=rule.by_month_day or None,
        byyearday=rule.by_year_day or None,
        byeaster=rule.by_easter or None,
        byweekno=rule.by_week_number or None,
        byweekday=by_day or None,
        byhour=rule.by_hour or None,
        byminute=rule.by_minute or None,
        bysecond=rule.by_second or None,
    )
    # Beside `until`, which dateutil would warn of: here it is the end of what is asked for, not a part of the rule.
    engine._count = rule.count  # type: ignore[attr-defined]
    return engine


def _ordinals(rule: rules.Rule) -> tuple[rules.Weekday, ...]:
    """BYDAY as dateutil needs it: given MO and 1FR together it takes the days that are both, so each MO is written 1MO to 5MO (53MO)."""
    if all(day.ordinal for day in rule.by_day) or not any(day.ordinal for day in rule.by_day):
        return rule.by_day
    most = 53 if rule.frequency == rules.YEARLY and not rule.by_month else 5
    return tuple(
        rules.Weekday(day.day, ordinal) for day in rule.by_day for ordinal in ((day.ordinal,) if day.ordinal else range(1, most + 1))
    )


def _period_start(rule: rules.Rule, start: datetime.datetime, time: datetime.datetime) -> datetime.datetime:
    """When the last period (year, month, week, day, step) in phase with `start` begins that begins at or before `time`."""
    interval = rule.interval
    match rule.frequency:
        case rules.YEARLY:
            return datetime.datetime(time.year - (time.year - start.year) % interval, 1, 1)
        case rules.MONTHLY:
            months = time.year * 12 + time.month - 1
            year, month = divmod(months - (months - start.year * 12 - start.month + 1) % interval, 12)
            return datetime.datetime(year, month + 1, 1)
        case rules.WEEKLY:
            week = _week_start(start.date(), rule.week_start)
            days = (time.date() - week).days
            return datetime.datetime.combine(time.date() - datetime.timedelta(days=days % (7 * interval)), _MIDNIGHT)
        case rules.DAILY:
            days = (time.date() - start.date()).days
            return datetime.datetime.combine(time.date() - datetime.timedelta(days=days % interval), _MIDNIGHT)
    # The step before the one that holds `time`: HOURLY;BYMINUTE=0,30 from 9:45 has 10:00 in its step at 10:45.
    step = datetime.timedelta(seconds=rule.step_seconds)
    return start + ((time - start) // step - 1) * step


def _week_start(date: datetime.date, first: int) -> datetime.date:
    return date - datetime.timedelta(days=(date.weekday() - first) % 7)
