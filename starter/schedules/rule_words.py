"""Rules in words, for lists and previews: "every day at 18:00". What is not simple is shown as it is written."""

from __future__ import annotations

import datetime
from typing import Final

from starter.schedules import clock_words
from workflows.core import errors, zones
from workflows.core.schedules import occurrences, rule, timing, written_times

_DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ORDINALS: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second to last"}
_UNITS: Final = {rule.YEARLY: "year", rule.MONTHLY: "month", rule.WEEKLY: "week", rule.DAILY: "day"}
_CLOCK_UNITS: Final = {rule.HOURLY: "hour", rule.MINUTELY: "minute", rule.SECONDLY: "second"}
_WORKDAYS: Final = (0, 1, 2, 3, 4)
_MOVED: Final = {
    timing.SKIP: "skipped on",
    timing.NEXT: "moved to the next business day from",
    timing.PREVIOUS: "moved to the business day before",
}
#: More times a day are no words any more.
_MOST_TIMES: Final = 4


def of(given: timing.Timing, anchor: datetime.datetime) -> str:
    """What a timing says: `every Monday at 09:00`, `once, Tue 1 Dec 2026 at 09:00`, `only when triggered`; else its text in one line."""
    if given.kind == timing.MANUAL:
        return "only when triggered"
    if given.kind == timing.EVENT:
        return "on an event"
    return (_once(given) if given.kind == timing.ONCE else _rule(given, anchor)) + _business(given)


def _once(given: timing.Timing) -> str:
    zone = zones.load(given.timezone)
    moment = written_times.moment(given.expr, zone, "schedule_expr").astimezone(zone)
    return f"once, {clock_words.day(moment)} {moment.year} at {clock_words.clock(moment)}"


def _rule(given: timing.Timing, anchor: datetime.datetime) -> str:
    text = " ".join(given.expr.split())
    try:
        found = occurrences.rule_set(given, anchor)
    except errors.ScheduleError:
        return text
    exceptions = found.dates or found.excluded_rules or found.excluded_dates or found.excluded_days
    if len(found.rules) != 1 or exceptions or found.zone != given.timezone:
        return text
    said = _words(found.rules[0], given.business_day)
    return text if said is None else said + _limits(found, zones.load(given.timezone))


def _words(one: rule.Rule, business_day: int | None) -> str | None:
    """None where words would be longer than the rule, or less exact."""
    if one.by_week_number or one.by_year_day or one.by_easter or one.by_set_position:
        return None
    if one.elapsed:
        return _every(one.interval, _CLOCK_UNITS[one.frequency])
    if clock := _around_the_clock(one):
        return clock
    if one.is_sub_daily:
        return None
    times, days = _times(one), _days(one) if business_day is None else _business_day(one, business_day)
    return f"{days} at {times}" if times and days else None


def _around_the_clock(one: rule.Rule) -> str | None:
    """`every 15 minutes`, `every hour at minute 15`: on every day in every hour, by the clocks."""
    daily = one.frequency == rule.DAILY and one.by_hour == tuple(range(24))
    hourly = one.frequency == rule.HOURLY and not one.by_hour
    if not (daily or hourly) or one.interval != 1 or one.names_days or one.by_month or one.by_second != (0,):
        return None
    if len(one.by_minute) == 1:
        return "every hour" + (f" at minute {one.by_minute[0]}" if one.by_minute[0] else "")
    step = 60 // len(one.by_minute)
    return _every(step, "minute") if one.by_minute == tuple(range(0, 60, step)) else None


def _times(one: rule.Rule) -> str | None:
    if len(one.by_second) != 1 or len(one.by_hour) * len(one.by_minute) > _MOST_TIMES:
        return None
    return _joined(
        [clock_words.clock(datetime.time(hour, minute, one.by_second[0])) for hour in one.by_hour for minute in one.by_minute if hour < 24]
    )


def _days(one: rule.Rule) -> str | None:
    weekdays = [day.day for day in one.by_day if not day.ordinal]
    every = _every(one.interval, _UNITS[one.frequency])
    months = f" in {_joined([clock_words.MONTHS[month - 1] for month in one.by_month])}" if one.by_month else ""
    if one.by_day and one.by_month_day:
        return None
    if one.frequency == rule.DAILY and not one.names_days:
        return every + months
    if one.frequency in (rule.DAILY, rule.WEEKLY) and one.by_day and len(weekdays) == len(one.by_day):
        return _on_weekdays(one, weekdays, months)
    if one.frequency == rule.MONTHLY or (one.frequency == rule.DAILY and one.by_month_day and one.interval == 1):
        chosen = _in_month(one)
        return None if chosen is None else f"{_every(one.interval, 'month')} on {chosen}{months}"
    if one.frequency == rule.YEARLY and len(one.by_month) == 1 and len(one.by_month_day) == 1 and one.by_month_day[0] > 0:
        return f"{every} on {one.by_month_day[0]} {clock_words.MONTHS[one.by_month[0] - 1]}"
    return None


def _on_weekdays(one: rule.Rule, days: list[int], months: str) -> str | None:
    names = "weekday" if tuple(days) == _WORKDAYS else _joined([_DAY_NAMES[day] for day in days])
    if one.interval == 1:
        return f"every {names}{months}"
    return f"every {one.interval} weeks on {names}{months}" if one.frequency == rule.WEEKLY else None


def _in_month(one: rule.Rule) -> str | None:
    """`the 1st and 15th`, `the last day`, `the second Monday`."""
    if one.by_month_day:
        if one.by_month_day[0] < -1 or len(one.by_month_day) > _MOST_TIMES:
            return None
        last = ["last day"] if -1 in one.by_month_day else []
        return f"the {_joined([*(_nth(day) for day in one.by_month_day if day > 0), *last])}"
    if one.by_day and all(day.ordinal in _ORDINALS for day in one.by_day) and len(one.by_day) <= _MOST_TIMES:
        return f"the {_joined([f'{_ORDINALS[day.ordinal]} {_DAY_NAMES[day.day]}' for day in one.by_day])}"
    return None


def _business_day(one: rule.Rule, number: int) -> str | None:
    """The rule chooses the months only."""
    if one.frequency != rule.MONTHLY:
        return None
    which = "last" if number == -1 else f"{_nth(-number)} to last" if number < 0 else _nth(number)
    months = f" in {_joined([clock_words.MONTHS[month - 1] for month in one.by_month])}" if one.by_month else ""
    return f"{_every(one.interval, 'month')} on the {which} business day{months}"


def _limits(found: rule.RuleSet, zone: datetime.tzinfo) -> str:
    one = found.rules[0]
    if one.count is not None:
        return f", {one.count} times" if one.count != 1 else ", once"
    if one.until is None:
        return ""
    until = one.until.astimezone(zone)
    return f", until {clock_words.day(until)} {until.year}"


def _business(given: timing.Timing) -> str:
    codes = [code for code in given.holidays if not code[:1].isdigit()]
    holidays = f"holidays ({', '.join(codes)})" if codes else "holidays"
    days = {"weekends": given.on_weekend, holidays: given.on_holiday if given.holidays else timing.RUN}
    said = ""
    for move, words in _MOVED.items():
        if affected := [name for name, chosen in days.items() if chosen == move]:
            said += f", {words} {_joined(affected)}"
    return said


def _every(interval: int, unit: str) -> str:
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


def _nth(number: int) -> str:
    """`1st`, `22nd`, `13th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _joined(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""
