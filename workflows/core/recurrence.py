"""The compiler of schedules: a timing becomes what Temporal fires by itself, exactly, or is refused.

    recurrence.compile(Timing("rrule", "FREQ=DAILY;BYHOUR=18"), anchor, now)
    Spec(timezone="UTC", calendars=(Calendar(hour=((18, 18, 1),)),), start_at=...)

Rules are written as times of day on days (blocks.py), days as calendars (day_patterns.py). The hours around a change of clocks, where
Temporal's calendars err, are taken out and come back as single moments (instants.py). What cannot be told for ever is told up to a horizon.
"""

from __future__ import annotations

import datetime
import itertools
from typing import Final

from workflows.core import zones
from workflows.core.schedules import blocks, clock, few_times, listed_times, occurrences, rule_sets, spec, timing
from workflows.core.schedules import rule as rules

#: So many years before the anchor a schedule is exact as well, for backfills; it does not fire before them.
PAST_YEARS: Final = 3
#: A business calendar is told for so many years: nobody knows the holidays of later ones.
BUSINESS_YEARS: Final = 10
_SECOND: Final = datetime.timedelta(seconds=1)


def compile(timing_: timing.Timing, anchor: datetime.datetime, now: datetime.datetime) -> spec.Spec:
    """What Temporal is told of a timing. `anchor` is the time of the first apply, which rules without DTSTART count from.

    Raises:
        ScheduleError: the timing is wrong, or cannot be told to Temporal.
    """
    if timing_.is_timeless:
        return few_times.told(timing_.timezone, ())
    rule_set = occurrences.rule_set(timing_, anchor)
    begin = _past(anchor, rule_set)
    if _is_finite(timing_, rule_set):
        found = occurrences.between(timing_, anchor, begin - _SECOND, occurrences.LAST)
        few = list(itertools.islice(found, few_times.MOST + 1))
        if len(few) <= few_times.MOST:
            return few_times.told(rule_set.zone, tuple(one.time for one in few))
    if timing_.moves:
        return listed_times.told(timing_, rule_set, anchor, now, BUSINESS_YEARS)
    try:
        return rule_sets.Compiler(timing_, rule_set, begin).told(now)
    except blocks.TooMany:
        return listed_times.told(timing_, rule_set, anchor, now, spec.LAST_YEAR - now.year)


def _past(anchor: datetime.datetime, rule_set: rules.RuleSet) -> datetime.datetime:
    """Where the exact past begins: at the year's turn in the zone."""
    return clock.instant(datetime.datetime(anchor.year - PAST_YEARS, 1, 1), zones.load(rule_set.zone))


def _is_finite(timing_: timing.Timing, rule_set: rules.RuleSet) -> bool:
    return bool(timing_.end_at) or all(rule.count is not None or rule.until is not None for rule in rule_set.rules)
