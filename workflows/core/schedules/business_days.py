"""Business days, for rules, previews and the checker: weekends, a country's holidays, listed closed days, and where they move a run."""

from __future__ import annotations

import calendar
import datetime
import difflib
import functools
import re
import warnings
from dataclasses import dataclass
from typing import Final

import holidays
from holidays import registry

from workflows.core import errors
from workflows.core.schedules import timing

#: After so many closed days in a row nobody waits for a business day.
MAX_CLOSED_DAYS: Final = 1_000
#: `business_day` counts to this; no month has more weekdays.
MAX_BUSINESS_DAY: Final = 23

# calendar.day_name would follow the machine's locale.
_DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_ONE_DAY: Final = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The business calendar of a pipeline. A business day is neither in the weekend nor a holiday nor a listed closed day."""

    weekend: frozenset[int]  # 0 is Monday
    codes: tuple[str, ...]
    closed: frozenset[datetime.date]
    on_holiday: str = timing.RUN
    on_weekend: str = timing.RUN

    @classmethod
    def of(cls, given: timing.Timing) -> Calendar:
        """The calendar that a pipeline's settings describe.

        >>> Calendar.of(timing.Timing("rrule", holidays=("MD", "2026-12-31"))).why_not(datetime.date(2026, 1, 1))
        "New Year's Day (MD)"

        Raises:
            ScheduleError: an unknown holiday code, a date that is none, a weekday that is none, or a week without a business day.
        """
        _check_move("on_holiday", given.on_holiday)
        _check_move("on_weekend", given.on_weekend)
        dates = [text for text in given.holidays if text[:1].isdigit()]
        codes = [text for text in given.holidays if not text[:1].isdigit()]
        for code in codes:
            check_code(code)
        closed = frozenset(iso_date(text) for text in dates)
        return cls(_weekend(given.weekend), tuple(dict.fromkeys(codes)), closed, given.on_holiday, given.on_weekend)

    def is_business_day(self, day: datetime.date) -> bool:
        """Whether work is done on this day."""
        return day.weekday() not in self.weekend and day not in self.closed and not any(day in _year(code, day.year) for code in self.codes)

    def why_not(self, day: datetime.date) -> str:
        """Why a day is no business day, "" where it is one: "Saturday", "Christmas Day (MD)", "Sunday and Christmas Day (MD)"."""
        weekend = [_DAY_NAMES[day.weekday()]] if day.weekday() in self.weekend else []
        return " and ".join([*weekend, *self._holidays(day)])

    def after(self, day: datetime.date) -> datetime.date:
        """The next business day, never the day itself.

        Raises:
            ScheduleError: none comes within MAX_CLOSED_DAYS.
        """
        return self._seek(day, _ONE_DAY)

    def before(self, day: datetime.date) -> datetime.date:
        """The business day before, never the day itself.

        Raises:
            ScheduleError: none comes within MAX_CLOSED_DAYS.
        """
        return self._seek(day, -_ONE_DAY)

    def nth(self, year: int, month: int, n: int) -> datetime.date | None:
        """The n-th business day of a month, from its end where n is negative; None where it has fewer.

        >>> Calendar.of(timing.Timing("rrule")).nth(2026, 11, -1)
        datetime.date(2026, 11, 30)
        """
        last = calendar.monthrange(year, month)[1]
        days = range(1, last + 1) if n > 0 else range(last, 0, -1)
        found = (day for number in days if self.is_business_day(day := datetime.date(year, month, number)))
        return next((day for count, day in enumerate(found, 1) if count == abs(n)), None)

    def moved(self, day: datetime.date) -> tuple[datetime.date | None, str]:
        """Where a run due on this day goes: (the day, "") where it stays, (another day, why), or (None, why) where it is skipped.

        On a day that is both holiday and weekend the skip of either one wins; else on_holiday decides where both would move it.
        """
        on_holiday = self.on_holiday if self._is_holiday(day) else timing.RUN
        on_weekend = self.on_weekend if day.weekday() in self.weekend else timing.RUN
        if timing.SKIP in (on_holiday, on_weekend):
            return None, self.why_not(day)
        match on_holiday if on_holiday != timing.RUN else on_weekend:
            case timing.NEXT:
                return self.after(day), self.why_not(day)
            case timing.PREVIOUS:
                return self.before(day), self.why_not(day)
        return day, ""

    def _seek(self, day: datetime.date, step: datetime.timedelta) -> datetime.date:
        found = day
        for _ in range(MAX_CLOSED_DAYS):
            found += step
            if self.is_business_day(found):
                return found
        raise errors.ScheduleError(f"no business day within {MAX_CLOSED_DAYS:,} days of {day}", "list fewer closed days", "holidays")

    def _is_holiday(self, day: datetime.date) -> bool:
        return day in self.closed or any(day in _year(code, day.year) for code in self.codes)

    def _holidays(self, day: datetime.date) -> list[str]:
        named = [f"{name} ({code})" for code in self.codes if (name := _year(code, day.year).get(day))]
        return [*named, "a listed closed day"] if day in self.closed else named


def iso_date(text: str) -> datetime.date:
    """The date of `2026-12-31`; no other form is read.

    Raises:
        ScheduleError: it is none.
    """
    if _ISO_DATE.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError as error:
            raise errors.ScheduleError(f"'{text}' is no date: {error}", "", "holidays", text) from None
    raise errors.ScheduleError(f"'{text[:40]}' is no date", "write it as 2026-12-31", "holidays", text[:40])


def check_code(code: str) -> None:
    """Accepts the holiday codes that the package `holidays` knows: countries, their parts, exchanges: "MD", "US-CA", "NYSE", "ECB".

    Raises:
        ScheduleError: it is none; the nearest one is named.
    """
    country, dash, part = code.partition("-")
    known = _classes()
    if country not in known:
        raise errors.ScheduleError(f"no holidays are known for '{code[:40]}'", _near_code(country, dash + part), "holidays", code[:40])
    parts: tuple[str, ...] = _entity(country).subdivisions
    if not dash or part in parts:
        return
    if not parts:
        raise errors.ScheduleError(
            f"'{country}' has no parts with holidays of their own: '{code[:40]}'", f"write '{country}'", "holidays", code
        )
    near = difflib.get_close_matches(part.upper(), parts, 1, 0.5)
    listed = ", ".join(f"{country}-{name}" for name in parts[:6])
    hint = f"did you mean '{country}-{near[0]}'?" if near else f"such as {listed}"
    raise errors.ScheduleError(f"'{country}' has no part '{part[:40]}' with holidays of its own", hint, "holidays", code[:40])


def usual_weekend(code: str) -> tuple[str, ...]:
    """The weekend of a country as the package knows it, for a hint: ("FR", "SA") for "KW"; ("SA", "SU") for exchanges that name none."""
    days = sorted(_entity(code.partition("-")[0]).weekend)
    return tuple(timing.WEEKDAYS[day] for day in days)


def last_known_year(code: str) -> int:
    """The last year whose holidays the package knows; 2100, the last year of all schedules, where it knows no end."""
    return int(_entity(code.partition("-")[0]).end_year)


@functools.cache
def _classes() -> dict[str, str]:
    """Every code with the name of its class: {"MD": "Moldova", "MDA": "Moldova", "NYSE": "NewYorkStockExchange"}; loads none of them."""
    containers = (registry.FINANCIAL, registry.COUNTRIES)
    return {
        code: names[0] for container in containers for names in container.values() for code in names[1:] if code.isupper() or code == "B3"
    }


def _entity(country: str) -> type[holidays.HolidayBase]:
    loaded: type[holidays.HolidayBase] = getattr(holidays, country).get_entity()
    return loaded


def _near_code(country: str, rest: str) -> str:
    """What may have been meant: another case, a country's name, a near code."""
    known = _classes()
    if country.upper() in known:
        return f"did you mean '{(country + rest).upper()}'?"
    names = {name.casefold(): code for code, name in reversed(known.items())}
    written = re.sub(r"[\W_]+", "", country + rest).casefold()
    if near := difflib.get_close_matches(written, names, 1, 0.8):
        return f"did you mean '{names[near[0]]}'?"
    if near := difflib.get_close_matches(country.upper(), sorted(known), 1, 0.75):
        return f"did you mean '{near[0]}{rest.upper()}'?"
    return "write the ISO 3166 code of a country ('MD'), with its part ('US-CA'), an exchange ('NYSE', 'ECB'), or dates ('2026-12-31')"


@functools.lru_cache(maxsize=20_000)  # a year of a country takes about 2 kB
def _year(code: str, year: int) -> dict[datetime.date, str]:
    """The holidays of a year, observed ones included, named in English where the package can."""
    country, _, part = code.partition("-")
    entity = _entity(country)
    if not entity.start_year <= year <= entity.end_year:
        return {}
    with warnings.catch_warnings():
        # It tells people of years that it knows in part (India after 2035) on stderr; nobody could do anything about it there.
        warnings.simplefilter("ignore")
        found = entity(years=year, subdiv=part or None, expand=False, language=_language(entity))
    return {day: found[day] for day in found if day.year == year}


def _language(entity: type[holidays.HolidayBase]) -> str | None:
    """Always said: without it the package reads the machine's locale, and two machines would tell different names."""
    english = [language for language in ("en_US", "en_GB") if language in entity.supported_languages]
    return english[0] if english else entity.default_language


def _weekend(codes: tuple[str, ...]) -> frozenset[int]:
    for code in codes:
        if code not in timing.WEEKDAYS:
            near = difflib.get_close_matches(code.upper()[:2], timing.WEEKDAYS, 1, 0.9)
            hint = f"did you mean '{near[0]}'?" if near else f"the days are {', '.join(timing.WEEKDAYS)}"
            raise errors.ScheduleError(f"'{code[:40]}' is no day of the week", hint, "weekend", code[:40])
    if len(set(codes)) == len(timing.WEEKDAYS):
        raise errors.ScheduleError("a weekend of seven days leaves no business day", "leave a day out", "weekend")
    return frozenset(timing.WEEKDAYS.index(code) for code in codes)


def _check_move(key: str, value: str) -> None:
    if value not in timing.MOVES:
        near = difflib.get_close_matches(value, timing.MOVES, 1, 0.6)
        hint = f"did you mean '{near[0]}'?" if near else f"one of: {', '.join(timing.MOVES)}"
        raise errors.ScheduleError(f"{key} is '{value[:40]}'", hint, key, value[:40])
