"""Durations for expressions (`now + 90m`), and the spans of waits and timeouts (`timeout_seconds: "1h30m"`)."""

from __future__ import annotations

import datetime
import decimal
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from workflows.core import errors

MAX_WAIT_DAYS: Final = 3_653  # ten years

_MICROSECOND: Final = Decimal("0.000001")
_EXACT: Final = decimal.Context(prec=60, rounding=decimal.ROUND_HALF_UP)
_UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_UNIT_WORDS: Final = {"d": "days", "w": "weeks", "mo": "months", "y": "years"}
_MAX_DIGITS: Final = 12
_MAX_CHARS: Final = 64

_NUMBER: Final = r"[0-9]+(?:[.,][0-9]+)?"
_LITERAL: Final = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>mo|[smhdwy])")
_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_UNITS: Final = re.compile(r" ?".join(rf"(?:(?P<{unit}>[0-9]+(?:\.[0-9]+)?){unit})?" for unit in "wdhms"))
_ISO: Final = re.compile(
    rf"P(?:(?P<w>{_NUMBER})W)?(?:(?P<d>{_NUMBER})D)?(?:T(?=[0-9])(?:(?P<h>{_NUMBER})H)?(?:(?P<m>{_NUMBER})M)?(?:(?P<s>{_NUMBER})S)?)?"
)
_MONTHS: Final = re.compile(r"(?:[0-9.]+(?:mo|[ywdhms])\s*)*[0-9.]+(?:mo|y)(?:\s*[0-9.]+(?:mo|[ywdhms]))*|P[0-9.,YMWD]*[YM].*")
_WORDY: Final = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<word>s|m|h|d|w|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?)", re.IGNORECASE
)
_ALLOWED: Final = 'give a number of seconds (90), "90s", "1h30m", "2d", "1w" or "PT1H30M"'


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of an expression: calendar months and days, and elapsed seconds. `2w` is 14 days, `1y` 12 months, `90m` 5400 seconds."""

    months: int = 0
    days: int = 0
    seconds: int | Decimal = 0

    @property
    def text(self) -> str:
        """`1mo14d5400s`, for messages."""
        parts = ((self.months, "mo"), (self.days, "d"), (self.seconds, "s"))
        return "".join(f"{value:f}{unit}" if isinstance(value, Decimal) else f"{value}{unit}" for value, unit in parts if value) or "0s"

    def __str__(self) -> str:
        return self.text

    def plus(self, other: Duration) -> Duration:
        """Both together, part by part."""
        seconds = _whole(_EXACT.add(Decimal(self.seconds), Decimal(other.seconds)))
        return Duration(self.months + other.months, self.days + other.days, seconds)

    def negated(self) -> Duration:
        """The same span backwards."""
        return Duration(-self.months, -self.days, -self.seconds)


def literal(text: str) -> Duration:
    """The duration that a literal of an expression says: `1h`, `90m`, `1.5h`, `2w`, `1mo`, `1y`.

    Raises:
        EvaluationError: it says none, or a part of a day, week, month or year.
    """
    match = _LITERAL.fullmatch(text)
    if match is None:
        raise errors.EvaluationError(f"'{text[:_MAX_CHARS]}' is no duration", "a number and one of s m h d w mo y: 90m, 2w, 1mo")
    if len(match["number"]) > _MAX_DIGITS:
        raise errors.EvaluationError(f"'{text[:_MAX_CHARS]}' is longer than the calendar", f"at most {_MAX_DIGITS} digits")
    number, unit = Decimal(match["number"]), match["unit"]
    if unit in _UNIT_WORDS and number != int(number):
        hint = f"{_plain(_EXACT.multiply(number, Decimal(_UNIT_SECONDS[unit] // 3600)))}h is the elapsed time" if unit in ("d", "w") else ""
        raise errors.EvaluationError(f"'{text}': {_UNIT_WORDS[unit]} are steps on the calendar and whole numbers", hint)
    match unit:
        case "mo" | "y":
            return Duration(months=int(number) * (12 if unit == "y" else 1))
        case "d" | "w":
            return Duration(days=int(number) * (7 if unit == "w" else 1))
    return Duration(seconds=_whole(_EXACT.multiply(number, Decimal(_UNIT_SECONDS[unit]))))


def seconds(value: Any, *, positive: bool = False) -> datetime.timedelta:
    """The length of a wait or timeout: 90, Decimal("1.5"), "90", "90s", "1h30m", "2d", "PT1H30M", or a Duration without months.

    A day counts 24 hours here. `positive` refuses 0 as well.

    Raises:
        EvaluationError: it says no length, a negative one, or one in months or years.
        LimitExceeded: it is longer than MAX_WAIT_DAYS.
    """
    total = _total(value)
    if total < 0:
        raise errors.EvaluationError(f"a duration cannot be negative: {_shown(value)}", _ALLOWED)
    if total > MAX_WAIT_DAYS * 86_400:
        raise errors.LimitExceeded(f"{_shown(value)} is longer than MAX_WAIT_DAYS, {MAX_WAIT_DAYS:,} days", "a bare number counts seconds")
    if positive and total == 0:
        raise errors.EvaluationError(f"the duration must be longer than 0 seconds: {_shown(value)}", _ALLOWED)
    microseconds = total.quantize(_MICROSECOND, decimal.ROUND_CEILING, _EXACT)  # upwards: a tiny wait stays a wait
    return datetime.timedelta(microseconds=int(microseconds.scaleb(6, _EXACT)))


def written(span: datetime.timedelta) -> str:
    """A length for a message, as a step writes one.

    >>> written(datetime.timedelta(hours=25, minutes=30))
    '1d1h30m'
    """
    left = span.days * 86_400 + span.seconds
    parts = []
    for unit in "dhm":
        count, left = divmod(left, _UNIT_SECONDS[unit])
        parts.append(f"{count}{unit}" if count else "")
    if left or span.microseconds:
        seconds = Decimal(left) + Decimal(span.microseconds).scaleb(-6)
        parts.append(f"{_plain(seconds)}s")
    return "".join(parts) or "0s"


def _total(value: Any) -> Decimal:
    """The length in seconds, not yet checked for its range."""
    if isinstance(value, Duration):
        if value.months:
            raise _no_months(value)
        return _EXACT.add(Decimal(value.days * 86_400), Decimal(value.seconds))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if not Decimal(value).is_finite():
            raise errors.EvaluationError(f"no duration: {_shown(value)}", _ALLOWED)
        return Decimal(value)
    if isinstance(value, str):
        return _text_total(value)
    raise errors.EvaluationError(f"no duration: {_shown(value)}", _ALLOWED)


def _text_total(value: str) -> Decimal:
    text = value.strip()
    if len(text) > _MAX_CHARS or not text:
        raise errors.EvaluationError(f"no duration: {_shown(value)}", _ALLOWED)
    if text.startswith("-"):
        raise errors.EvaluationError(f"a duration cannot be negative: {_shown(value)}", _ALLOWED)
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    match = _UNITS.fullmatch(text) or _ISO.fullmatch(text)
    if match is None or not any(match.groupdict().values()):
        raise _no_months(value) if _MONTHS.fullmatch(text) else _unreadable(value, text)
    parts = ((number, unit) for unit, number in match.groupdict().items() if number)
    with decimal.localcontext(_EXACT):
        return sum((Decimal(number.replace(",", ".")) * _UNIT_SECONDS[unit] for number, unit in parts), Decimal())


def _no_months(value: Any) -> errors.EvaluationError:
    return errors.EvaluationError(f"a wait cannot be counted in months or years: {_shown(value)}", "their length varies; use days: 30d")


def _unreadable(value: str, text: str) -> errors.EvaluationError:
    if wordy := _WORDY.fullmatch(text):
        return errors.EvaluationError(f"no duration: {_shown(value)}", f"did you mean '{wordy['number']}{wordy['word'][0].lower()}'?")
    return errors.EvaluationError(f"no duration: {_shown(value)}", _ALLOWED)


def _whole(number: Decimal) -> int | Decimal:
    """An integer where it is one, else at most microseconds: no clock here knows less."""
    rounded = number.quantize(_MICROSECOND, context=_EXACT)
    return int(rounded) if rounded == int(rounded) else rounded.normalize(_EXACT)


def _plain(number: Decimal) -> str:
    return format(number.normalize(_EXACT), "f")


def _shown(value: Any) -> str:
    match value:
        case str():
            return f'text "{value[:_MAX_CHARS]}{"..." if len(value) > _MAX_CHARS else ""}"'
        case bool():
            return "true" if value else "false"
        case Duration():
            return value.text
        case int() | Decimal():
            return f"the number {str(value)[:_MAX_CHARS]}"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
    return "null" if value is None else "no value of the language"
