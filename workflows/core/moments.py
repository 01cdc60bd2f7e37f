"""The dates of the language for the evaluator: their arithmetic, order, format, and how they are read from text."""

from __future__ import annotations

import datetime
import decimal
from decimal import Decimal
from typing import Any, Final

from workflows.core import date_format, dates, durations, errors, iso_text, wall_clock

Day = dates.Day
Moment = dates.Moment
Year = dates.Year

_SECOND_US: Final = 1_000_000
_EXACT: Final = decimal.Context(prec=1_000, rounding=decimal.ROUND_HALF_UP, Emax=9_999, Emin=-9_999)
_MAX_STEP: Final = 400_000_000_000  # days or seconds: more than all of the calendar
_EPOCH: Final = dates.moment(datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC), datetime.UTC)
_HOW_TO_WRITE: Final = "a date is written 2026-11-23, a time 2026-11-23T10:00:00+02:00"


def parse(text: str, zone: datetime.tzinfo | None) -> Day | Moment | None:
    """The date or time that an ISO text says, in `zone`; None where the text is neither.

    >>> str(parse("2026-11-23T10:00:00+02:00", datetime.UTC))
    '2026-11-23T08:00:00+00:00'

    Raises:
        EvaluationError: a time without offset and `zone` is None; or its year in the zone is not 1 to 9999.
    """
    found = _read(text, zone)
    return Moment(found.instant_us, zone) if isinstance(found, Moment) and zone is not None else found


def _read(text: str, zone: datetime.tzinfo | None) -> Day | Moment | None:
    """Like `parse`, but a time keeps the offset it is written with: `9999-12-31T23:59:59Z` is a year 10000 further east."""
    found = iso_text.read(text)
    if found is None:
        return None
    if not isinstance(found, datetime.datetime):
        return Day(found, zone)
    if (own := found.tzinfo or zone) is None:
        raise errors.EvaluationError(f'the time "{text}" has no time zone', "write its offset: 2026-11-23T10:00:00+02:00")
    return Moment(wall_clock.instant(found, own), own)


def add(left: Any, right: Any) -> Any:
    """`left + right` where one is a date, a year or a duration: `today + 1`, `now + 1h`, `"2026-11-23" + 2w`, `current_year + 1`.

    Raises:
        EvaluationError: the two cannot be added, or the result is not in the years 1 to 9999.
    """
    if isinstance(left, durations.Duration) and isinstance(right, durations.Duration):
        return left.plus(right)
    if isinstance(left, Year) or isinstance(right, Year):
        return _year_arithmetic("+", left, right)
    for base, span in ((left, right), (right, left)):
        step = _step(span)
        if step is not None and isinstance(base, Day | Moment | str):
            return _moved(_date(base, None), step)
    raise _cannot("+", left, right, "a date takes whole days (today + 1) or a duration (now + 90m, today + 2w)")


def subtract(left: Any, right: Any) -> Any:
    """`left - right`: a date less days or a duration, days between two dates, seconds between two times, years.

    Raises:
        EvaluationError: the two cannot be subtracted, or the result is not in the years 1 to 9999.
    """
    if isinstance(left, durations.Duration) and isinstance(right, durations.Duration):
        return left.plus(right.negated())
    if isinstance(left, Year) or isinstance(right, Year):
        return _year_arithmetic("-", left, right)
    step = _step(right)
    if step is not None and isinstance(left, Day | Moment | str):
        return _moved(_date(left, None), step.negated())
    if not isinstance(left, Day | Moment | str) or not isinstance(right, Day | Moment | str):
        raise _cannot("-", left, right, "from a date take whole days, a duration or another date")
    return _between(_date(left, _zone(right)), _date(right, _zone(left)))


def _between(left: Day | Moment, right: Day | Moment) -> int | Decimal:
    if isinstance(left, Day) and isinstance(right, Day):
        return (left.date - right.date).days
    if isinstance(left, Moment) and isinstance(right, Moment):
        seconds, fraction = divmod(left.instant_us - right.instant_us, _SECOND_US)
        return Decimal(left.instant_us - right.instant_us).scaleb(-6, _EXACT).normalize(_EXACT) if fraction else seconds
    raise _cannot("-", left, right, "two dates give days, two times seconds; | date('%Y-%m-%d') makes a date of a time")


def _moved(date: Day | Moment, step: durations.Duration) -> Day | Moment:
    """First the steps on the calendar, which keep the wall clock, then the elapsed time."""
    if abs(Decimal(step.seconds)) > _MAX_STEP:
        raise wall_clock.out_of_range()
    if isinstance(date, Day):
        day = Day(wall_clock.moved(date.date, step.months, step.days), date.zone)
        return _elapsed(dates.midnight(day), step) if step.seconds else day
    if step.months or step.days:
        wall = date.local.replace(tzinfo=None)
        later = datetime.datetime.combine(wall_clock.moved(wall.date(), step.months, step.days), wall.time())
        date = Moment(wall_clock.instant(later, date.zone), date.zone)
    return _elapsed(date, step) if step.seconds else date


def _elapsed(start: Moment, step: durations.Duration) -> Moment:
    return Moment(start.instant_us + int(_EXACT.multiply(Decimal(step.seconds), Decimal(_SECOND_US))), start.zone)


def compare(left: Any, right: Any) -> int:
    """-1, 0 or 1: dates and times with each other and with ISO text, years with numbers. A day counts as its midnight against a time.

    Raises:
        EvaluationError: the two have no order; a text that is no date is shown.
    """
    if isinstance(left, durations.Duration) and isinstance(right, durations.Duration):
        return _duration_order(left, right)
    if isinstance(left, Year) or isinstance(right, Year):
        return _order(_year_number(left, left, right), _year_number(right, left, right))
    for value, other in ((left, right), (right, left)):
        if not isinstance(value, Day | Moment | str):
            raise _no_order(left, right)
        if isinstance(value, str) and iso_text.read(value) is None:
            raise errors.EvaluationError(f"{_shown(value)} is no date, so it cannot be compared with {_shown(other)}", _HOW_TO_WRITE)
    first, second = _date(left, _zone(right)), _date(right, _zone(left))
    if isinstance(first, Day) and isinstance(second, Day) and first.zone == second.zone:
        return _order(first.date, second.date)
    return _order(_instant(first, second), _instant(second, first))


def _instant(date: Day | Moment, other: Day | Moment) -> int:
    return date.instant_us if isinstance(date, Moment) else dates.midnight(date, other.zone).instant_us


def _order(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _duration_order(left: durations.Duration, right: durations.Duration) -> int:
    """Only where every part agrees: a month may be longer or shorter than 30 days."""
    less = left.plus(right.negated())
    signs = {_order(part, 0) for part in (less.months, less.days, less.seconds)} - {0}
    if len(signs) > 1:
        raise _no_order(left, right)
    return signs.pop() if signs else 0


def format_date(value: Any, pattern: str) -> str:
    """The filter `date`: a Day, Moment, Year or ISO text (also `2026-11`) in a pattern of `strftime` directives.

    >>> format_date("2026-11-23", "%d.%m.%Y")
    '23.11.2026'

    Raises:
        EvaluationError: the value is no date, or the pattern has an unknown directive.
    """
    if isinstance(value, Moment):
        return date_format.render(value.local, pattern)
    if isinstance(value, Day):
        midnight = datetime.datetime.combine(value.date, datetime.time())
        return date_format.render(midnight if value.zone is None else dates.midnight(value).local, pattern)
    if isinstance(value, Year):
        return date_format.render(datetime.datetime(value.number, 1, 1), pattern)
    if isinstance(value, str):
        found = iso_text.read(value) or iso_text.read(f"{value}-01")
        if isinstance(found, datetime.datetime):
            return date_format.render(found, pattern)
        if found is not None:
            return date_format.render(datetime.datetime.combine(found, datetime.time()), pattern)
    raise errors.EvaluationError(f"{_shown(value)} is no date", _hint_for(value) or _HOW_TO_WRITE)


def unix_seconds(value: Any) -> int | Decimal:
    """The filter `timestamp`: seconds since 1970-01-01T00:00:00Z of a Moment, a Day with a zone, or ISO text with an offset.

    >>> unix_seconds("1970-01-02T02:00:00+02:00")
    86400

    Raises:
        EvaluationError: the value is no time, or its place on the globe is not known.
    """
    if not isinstance(value, Day | Moment | str):
        raise errors.EvaluationError(f"{_shown(value)} is no time", _hint_for(value) or _HOW_TO_WRITE)
    date = _date(value, None)
    return _between(dates.midnight(date) if isinstance(date, Day) else date, _EPOCH)


def _step(value: Any) -> durations.Duration | None:
    """What can be added to a date: a duration, or a whole number of days."""
    if isinstance(value, durations.Duration):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if not Decimal(value).is_finite() or abs(Decimal(value)) > _MAX_STEP:
        raise wall_clock.out_of_range()
    return durations.Duration(days=int(value)) if value == int(value) else None


def _date(value: Day | Moment | str, zone: datetime.tzinfo | None) -> Day | Moment:
    if not isinstance(value, str):
        return value
    found = _read(value, zone)
    if found is None:
        raise errors.EvaluationError(f"{_shown(value)} is no date", f"{_HOW_TO_WRITE}; texts are joined with ~")
    return found


def _zone(value: Any) -> datetime.tzinfo | None:
    return value.zone if isinstance(value, Day | Moment) else None


def _year_arithmetic(operator: str, left: Any, right: Any) -> int | Decimal:
    numbers = [value.number if isinstance(value, Year) else value for value in (left, right)]
    if any(isinstance(number, bool) or not isinstance(number, int | Decimal) for number in numbers):
        raise _cannot(operator, left, right, "a year counts as its number: current_year + 1")
    first, second = numbers
    if isinstance(first, int) and isinstance(second, int):
        return first + second if operator == "+" else first - second
    calculate = _EXACT.add if operator == "+" else _EXACT.subtract
    return calculate(Decimal(first), Decimal(second))


def _year_number(value: Any, left: Any, right: Any) -> int | Decimal:
    if isinstance(value, Year):
        return value.number
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) == 4 and value.isascii() and value.isdigit():
        return int(value)
    raise _no_order(left, right)


def _no_order(left: Any, right: Any) -> errors.EvaluationError:
    years = isinstance(left, Year) or isinstance(right, Year)
    allowed = "a year is compared with numbers" if years else "a date is compared with dates, times and ISO texts"
    return errors.EvaluationError(f"{_shown(left)} and {_shown(right)} have no order", _hint_for(left) or _hint_for(right) or allowed)


def _cannot(operator: str, left: Any, right: Any, hint: str) -> errors.EvaluationError:
    message = f"cannot evaluate {_shown(left)} {operator} {_shown(right)}"
    if isinstance(left, str) or isinstance(right, str):
        hint += "; texts are joined with ~"
    return errors.EvaluationError(message, _hint_for(left) or _hint_for(right) or hint)


def _hint_for(value: Any) -> str:
    """Why null is null, where it is: a skipped step says so itself (values.Skipped)."""
    if value is None:
        return "give null a value with | default(...)"
    return str(getattr(value, "reason", ""))


def _shown(value: Any, limit: int = 60) -> str:
    """A value for a message. The evaluator's own `values.shown` cannot be used here: it stands above this module."""
    match value:
        case Day():
            return f"a date ({value})"
        case Moment():
            return f"a time ({value})"
        case Year():
            return f"a year ({value})"
        case durations.Duration():
            return f"a duration ({value})"
        case str():
            return f'text "{value if len(value) <= limit else value[:limit] + "..."}"'
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            text = format(value, "f") if isinstance(value, Decimal) else str(value)
            return f"the number {text if len(text) <= limit else text[:limit] + '...'}"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
    return "null" if _hint_for(value) else "no value of the language"
