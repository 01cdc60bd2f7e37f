"""The date words of the language (`today`, `last_month_end`, `next_friday_3pm`), for scopes and for the checker."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable
from typing import Final

from workflows.core import dates, wall_clock

Word = dates.Day | dates.Moment | dates.Year | str

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS: Final = {"last": -1, "this": 0, "next": 1}
_PERIOD_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_MAX_NAME_CHARS: Final = 40

_PERIOD_WORD: Final = re.compile(r"(?P<period>last|this|next)_(?P<unit>week|month|quarter|year)(?:_(?P<edge>start|end))?")
_WEEKDAY_WORD: Final = re.compile(rf"(?P<period>last|next)_(?P<weekday>{'|'.join(_WEEKDAYS)})")
_CLOCK: Final = re.compile(r"(?P<day>.+?)_(?P<time>[0-9]{1,2}(?:_?[0-9]{2})?(?P<half>am|pm)|[0-9]{1,2}_?[0-9]{2})")

NAMES: Final = (
    "now",
    "current_time",
    *_DAYS,
    "current_date",
    *tuple(f"current_{unit}" for unit in ("week", *_PERIOD_MONTHS)),
    *tuple(f"{period}_{unit}{edge}" for period in _PERIODS for unit in ("week", *_PERIOD_MONTHS) for edge in ("", "_start", "_end")),
    *tuple(f"{period}_{weekday}" for period in ("last", "next") for weekday in _WEEKDAYS),
)
_KNOWN: Final = frozenset(NAMES)


def is_date_word(name: str) -> bool:
    """Whether a name is a date word, also with a time: "today", "next_friday_3pm"; "next_friday_25pm" is none."""
    return name in _KNOWN or _day_and_time(name) is not None


def near(name: str) -> tuple[str, ...]:
    """Date words that were perhaps meant, the nearest first; () where none is near.

    >>> near("next_fryday_3pm")
    ('next_friday_3pm',)
    """
    if len(name) > _MAX_NAME_CHARS:
        return ()
    wanted, tail = name.casefold(), ""
    if (match := _CLOCK.fullmatch(wanted)) and _time(match) is not None:
        wanted, tail = match["day"], f"_{match['time']}"
    if (other := _other_spelling(wanted)) in _KNOWN:
        return (f"{other}{tail}",)
    candidates = [word for word in NAMES if not tail or _takes_time(word)]
    found = difflib.get_close_matches(wanted, candidates, 3, 0.8)
    return tuple(f"{word}{tail}" for word in found)


def _other_spelling(name: str) -> str:
    """`this_month_start` for `current_month_start`, `next_friday` for `this_friday`."""
    first, _, rest = name.partition("_")
    if first == "this" and rest in _WEEKDAYS:
        return f"next_{rest}"
    return f"this_{rest}" if first == "current" else name


def _takes_time(word: str) -> bool:
    return word in _DAYS or _WEEKDAY_WORD.fullmatch(word) is not None


def _day_and_time(name: str) -> tuple[str, datetime.time] | None:
    """("next_friday", 15:00) of "next_friday_3pm"; None where the name is no word with a time."""
    match = _CLOCK.fullmatch(name) if len(name) <= _MAX_NAME_CHARS else None
    if match is None or not _takes_time(match["day"]):
        return None
    time = _time(match)
    return None if time is None else (match["day"], time)


def _time(match: re.Match[str]) -> datetime.time | None:
    """3pm, 12am, 330pm, 3_30pm, 1530, 930, 15_30; None for an hour or minute that no clock shows."""
    digits = match["time"].removesuffix(match["half"] or "").replace("_", "")
    hour, minute = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    return datetime.time(hour, minute) if hour < 24 and minute < 60 else None


class DateWords:
    """The values of the date words at one nominal time, in one zone. Fractions of a second are dropped, as they never print."""

    __slots__ = ("_cache", "_now", "_today", "_zone")

    def __init__(self, nominal: datetime.datetime, zone: datetime.tzinfo) -> None:
        self._now = dates.moment(nominal.replace(microsecond=0), zone)
        self._today = self._now.local.date()
        self._zone = zone
        self._cache: dict[str, Word] = {}

    def get(self, name: str) -> Word | None:
        """The value of a date word: a date, a time, a year, or text ("2026-11"); None where the name is no date word.

        Raises:
            EvaluationError: the value is not in the years 1 to 9999.
        """
        if name not in self._cache:
            value = self._evaluated(name)
            if value is None:
                return None
            self._cache[name] = value
        return self._cache[name]

    def _evaluated(self, name: str) -> Word | None:
        if name in _PLAIN:
            return _PLAIN[name](self)
        if match := _PERIOD_WORD.fullmatch(name):
            return self._period(match["unit"], _PERIODS[match["period"]], match["edge"])
        if match := _WEEKDAY_WORD.fullmatch(name):
            return self._weekday(match["period"], _WEEKDAYS.index(match["weekday"]))
        if timed := _day_and_time(name):
            day = self._evaluated(timed[0])
            return dates.clock(day.date, timed[1], self._zone) if isinstance(day, dates.Day) else None
        return None

    def _day(self, months: int = 0, days: int = 0, start: datetime.date | None = None) -> dates.Day:
        return dates.Day(wall_clock.moved(start or self._today, months, days), self._zone)

    def _weekday(self, period: str, weekday: int) -> dates.Day:
        """Strictly after or before today: on a Friday, next_friday is in a week."""
        if period == "next":
            return self._day(days=(weekday - self._today.weekday() - 1) % 7 + 1)
        return self._day(days=-((self._today.weekday() - weekday - 1) % 7 + 1))

    def _period(self, unit: str, steps: int, edge: str | None) -> Word:
        if unit == "year" and edge is None:
            return dates.Year(self._today.year + steps)
        start = self._period_start(unit, steps)
        if edge == "start":
            return start
        if edge == "end":
            months, days = (0, 7) if unit == "week" else (_PERIOD_MONTHS[unit], 0)
            return self._day(months, days - 1, start.date)
        return _named(unit, start.date)

    def _period_start(self, unit: str, steps: int) -> dates.Day:
        """Weeks start on Monday (ISO 8601)."""
        if unit == "week":
            return self._day(days=7 * steps - self._today.weekday())
        months = _PERIOD_MONTHS[unit]
        first_month = (self._today.month - 1) // months * months + 1
        return self._day(months * steps, 0, self._today.replace(month=first_month, day=1))


def _named(unit: str, start: datetime.date) -> str:
    """2026-W48, 2026-11, 2026-Q4. The week's year is that of ISO 8601: 2027-01-01 lies in 2026-W53."""
    if unit == "week":
        return f"{start.isocalendar().year:04}-W{start.isocalendar().week:02}"
    return f"{start.year:04}-{start.month:02}" if unit == "month" else f"{start.year:04}-Q{(start.month + 2) // 3}"


_PLAIN: Final[dict[str, Callable[[DateWords], Word]]] = {
    "now": lambda words: words._now,
    "current_time": lambda words: words._now,
    "yesterday": lambda words: words._day(days=-1),
    "today": lambda words: words._day(),
    "tomorrow": lambda words: words._day(days=1),
    "current_date": lambda words: words._day(),
    "current_week": lambda words: words._period("week", 0, None),
    "current_month": lambda words: words._period("month", 0, None),
    "current_quarter": lambda words: words._period("quarter", 0, None),
    "current_year": lambda words: words._period("year", 0, None),
}
