"""Recurrence rules as data, for the two readers that write them (RFC 5545, cron) and the compiler and occurrences that read them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Final

YEARLY: Final = "YEARLY"
MONTHLY: Final = "MONTHLY"
WEEKLY: Final = "WEEKLY"
DAILY: Final = "DAILY"
HOURLY: Final = "HOURLY"
MINUTELY: Final = "MINUTELY"
SECONDLY: Final = "SECONDLY"
FREQUENCIES: Final = (YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY)

#: How long a step of the sub-daily frequencies is.
STEP_SECONDS: Final = {HOURLY: 3_600, MINUTELY: 60, SECONDLY: 1}
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True, order=True)
class Weekday:
    """A value of BYDAY: 0 is Monday; ordinal 0 means every one, 2 the second, -1 the last of the month or year."""

    day: int
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One RRULE or EXRULE. BY parts are sorted, without doubles, and empty where the rule has none.

    >>> Rule("MONTHLY", by_day=(Weekday(4, -1),), by_hour=(17,))  # FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=17
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime.datetime | None = None  # UTC, inclusive
    week_start: int = 0  # 0 is Monday
    by_month: tuple[int, ...] = ()
    by_week_number: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[Weekday, ...] = ()
    by_easter: tuple[int, ...] = ()  # days after the western Easter Sunday: python-dateutil's addition to the RFC
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_set_position: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The rule as RFC 5545 writes it, without `RRULE:`."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%dT%H%M%SZ}")
        if self.week_start:
            parts.append(f"WKST={_WEEKDAYS[self.week_start]}")
        if self.by_day:
            parts.append("BYDAY=" + ",".join(f"{day.ordinal or ''}{_WEEKDAYS[day.day]}" for day in self.by_day))
        parts += [f"{name}={','.join(map(str, values))}" for name, values in self._lists() if values]
        return ";".join(parts)

    def _lists(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        return (
            ("BYMONTH", self.by_month),
            ("BYWEEKNO", self.by_week_number),
            ("BYYEARDAY", self.by_year_day),
            ("BYMONTHDAY", self.by_month_day),
            ("BYEASTER", self.by_easter),
            ("BYHOUR", self.by_hour),
            ("BYMINUTE", self.by_minute),
            ("BYSECOND", self.by_second),
            ("BYSETPOS", self.by_set_position),
        )

    @property
    def is_sub_daily(self) -> bool:
        """HOURLY, MINUTELY or SECONDLY."""
        return self.frequency in STEP_SECONDS

    @property
    def names_days(self) -> bool:
        """Whether a BY part other than BYMONTH chooses the days, so that the start's own day does not count."""
        return bool(self.by_week_number or self.by_year_day or self.by_month_day or self.by_day or self.by_easter)

    @property
    def names_times(self) -> bool:
        """Whether BYHOUR, BYMINUTE or BYSECOND is there."""
        return bool(self.by_hour or self.by_minute or self.by_second)

    @property
    def elapsed(self) -> bool:
        """Whether the rule counts elapsed time from its start: sub-daily without BY parts. All others count on the clocks of the zone."""
        return self.is_sub_daily and not (self.names_days or self.names_times or self.by_month or self.by_set_position)

    @property
    def step_seconds(self) -> int:
        """INTERVAL in seconds, of a sub-daily rule."""
        return STEP_SECONDS[self.frequency] * self.interval


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All that one schedule_expr says: the times of `rules` and `dates`, less what is excluded.

    As the readers give it, `start` is None where nothing is said of it, and rules may lack BY parts. As `occurrences.rule_set` gives it,
    `start` is there and the rules that do not count elapsed time have every BY part that the start fills in.
    """

    zone: str  # IANA: the clock of `start`, of all BY parts and of excluded_days. "UTC" where DTSTART ends in Z
    rules: tuple[Rule, ...] = ()
    excluded_rules: tuple[Rule, ...] = ()
    dates: tuple[datetime.datetime, ...] = ()  # RDATE: UTC, ascending
    excluded_dates: tuple[datetime.datetime, ...] = ()  # EXDATE: UTC, ascending
    excluded_days: tuple[datetime.date, ...] = ()  # EXDATE;VALUE=DATE: the whole local day, ascending
    start: datetime.datetime | None = None  # local, without tzinfo: DTSTART, else the anchor
    #: Whether `start` was written: then no rule has a time before it. An anchor closes the past of rules with COUNT only.
    start_is_written: bool = False
    #: What was read otherwise than a reader of the RFC may expect, as whole sentences.
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def begins(self, rule: Rule) -> bool:
        """Whether a rule of this set has no times before `start`."""
        return self.start_is_written or rule.count is not None
