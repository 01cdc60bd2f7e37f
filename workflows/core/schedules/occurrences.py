"""When runs are due, for commands, previews and tests: the truth that what Temporal is told is measured against."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from workflows.core import errors, zones
from workflows.core.schedules import clock, cron, local_times, moments, moves, rfc5545, spec, written_times
from workflows.core.schedules import rule as rules
from workflows.core.schedules import timing as timings

#: Between these lies every time of every schedule.
FIRST: Final = datetime.datetime(1900, 1, 2, tzinfo=datetime.UTC)
LAST: Final = datetime.datetime(spec.LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
_MINUTE: Final = datetime.timedelta(minutes=1)
_SECOND: Final = datetime.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A time at which a run is due."""

    time: datetime.datetime  # UTC
    unmoved: datetime.datetime | None = None  # UTC: where the rule has it, if a business calendar moved it
    reason: str = ""  # why it was moved: "Saturday", "Christmas Day (MD)"


def rule_set(timing: timings.Timing, anchor: datetime.datetime) -> rules.RuleSet:
    """The rules of a timing with a start and with every BY part that follows from it, so that nothing is left to guess.

    Where no DTSTART is written the `anchor` (the time of the first apply) is the start, rounded up to the full minute: it gives
    INTERVAL its phase and the rule its missing parts, and the rule goes on before it. A rule that names its hour but no minute runs at
    the full hour, not at the anchor's minute; likewise with seconds. Where INTERVAL counted from the anchor never meets the BY parts
    (FREQ=MINUTELY;INTERVAL=20;BYMINUTE=0,20,40 first applied at 14:37), it counts from the first time that they allow.

    >>> rule_set(Timing("rrule", "FREQ=WEEKLY;BYHOUR=9"), anchor).rules
    (Rule("WEEKLY", by_day=(Weekday(0),), by_hour=(9,), by_minute=(0,), by_second=(0,)),)

    Raises:
        ScheduleError: the expression is wrong, or it never fires.
    """
    # Only the minute of the anchor counts, so the cache is of use to those who ask with a moving one.
    return _rule_set(timing.kind, timing.expr, timing.timezone, _next_minute(anchor))


@functools.lru_cache(maxsize=2_048)
def _rule_set(kind: str, expr: str, timezone: str, anchor: datetime.datetime) -> rules.RuleSet:
    try:
        zone = zones.load(timezone)
    except errors.EvaluationError as unknown:
        raise errors.ScheduleError(f"timezone: {unknown.message}", unknown.hint, "timezone", str(timezone)[:60]) from None
    match kind:
        case timings.RRULE:
            found = rfc5545.parse(expr, zone)
        case timings.CRON:
            found = cron.parse(expr, zone)
        case timings.ONCE:
            found = rules.RuleSet(zone.key, dates=(written_times.moment(expr, zone, "schedule_expr"),))
        case _:
            found = rules.RuleSet(zone.key)
    started = _started(found, anchor)
    if kind not in (timings.RRULE, timings.CRON) or _fires(started):
        return started
    if found.start is None:
        # When it is applied must not decide whether a rule can be.
        every = dataclasses.replace(started, rules=tuple(dataclasses.replace(rule, interval=1) for rule in started.rules))
        allowed = next(moments.between(every, anchor, LAST), None)
        if allowed and _fires(started := dataclasses.replace(started, start=allowed.local)):
            return started
    raise errors.ScheduleError(
        "the rule never fires: no time was found up to the year 2100",
        "its INTERVAL, counted from the start, may pass by the days of its BY parts, or all its times are excluded",
        part=expr[:60],
    )


def _next_minute(anchor: datetime.datetime) -> datetime.datetime:
    moment = anchor.astimezone(datetime.UTC)
    cut = moment.replace(second=0, microsecond=0)
    return cut if cut == moment else cut + _MINUTE


def _started(found: rules.RuleSet, anchor: datetime.datetime) -> rules.RuleSet:
    """The set with its start, and its rules completed by it."""
    zone = zones.load(found.zone)
    start = found.start
    if start is None:
        start = clock.shown(anchor, zone)
        # In the second copy of an hour the local time stands for the first, which would be before the anchor.
        start += anchor - clock.instant(start, zone)
        found = dataclasses.replace(
            found,
            rules=tuple(_on_the_hour(rule) for rule in found.rules),
            excluded_rules=tuple(_on_the_hour(rule) for rule in found.excluded_rules),
        )
    return dataclasses.replace(
        found,
        start=start,
        rules=tuple(dict.fromkeys(local_times.completed(rule, start) for rule in found.rules)),
        excluded_rules=tuple(dict.fromkeys(local_times.completed(rule, start) for rule in found.excluded_rules)),
    )


def _on_the_hour(rule: rules.Rule) -> rules.Rule:
    """BYMINUTE=0 where only the hour is named, BYSECOND=0 where only the minute."""
    if rule.by_hour and not rule.by_minute and rule.frequency not in (rules.MINUTELY, rules.SECONDLY):
        rule = dataclasses.replace(rule, by_minute=(0,))
    if rule.by_minute and not rule.by_second and rule.frequency != rules.SECONDLY:
        rule = dataclasses.replace(rule, by_second=(0,))
    return rule


def _fires(started: rules.RuleSet) -> bool:
    """Whether a set has any time: what each of its rules leaves may be excluded, or INTERVAL may miss it."""
    return any(next(moments.between(started, first, LAST), None) for first in (_anchor_of(started), FIRST))


def _anchor_of(started: rules.RuleSet) -> datetime.datetime:
    return clock.instant(started.start or datetime.datetime(1970, 1, 1), zones.load(started.zone))


def limits(timing: timings.Timing) -> tuple[datetime.datetime, datetime.datetime]:
    """start_at and end_at as moments, both inclusive; FIRST and LAST where they are not given. A date as end_at counts whole.

    Raises:
        ScheduleError: one of them is no time, or they leave nothing between them.
    """
    zone = zones.load(timing.timezone)
    start = written_times.moment(timing.start_at, zone, "start_at") if timing.start_at else FIRST
    end = written_times.moment(timing.end_at, zone, "end_at", whole_day=True) if timing.end_at else LAST
    if end < start:
        raise errors.ScheduleError(
            f"end_at {timing.end_at} is before start_at {timing.start_at}, so nothing ever runs",
            "write a later end_at",
            "end_at",
            timing.end_at,
        )
    return start, end


def between(timing: timings.Timing, anchor: datetime.datetime, after: datetime.datetime, until: datetime.datetime) -> Iterator[Occurrence]:
    """The times in (after, until], ascending, each once: holidays, weekends and business days taken care of, start_at and end_at kept.

    They are found one by one, so that the first ten of an endless rule cost no more than ten. `manual` has none.

    Raises:
        ScheduleError: at the first one that is asked for, as rule_set and limits.
    """
    found = rule_set(timing, anchor)
    start, end = limits(timing)
    first = max(start, (after + _SECOND).astimezone(datetime.UTC).replace(microsecond=0))
    last = min(end, until.astimezone(datetime.UTC))
    if first > last:
        return
    seen = None
    for moved in moves.between(timing, found, first, last):
        if moved.time != seen:
            yield Occurrence(moved.time, moved.unmoved, moved.reason)
        seen = moved.time
