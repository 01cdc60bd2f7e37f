"""Python's format specifications, `${x:,.2f}`, for numbers, texts and dates; exact and within limits."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from typing import Any, Final

from workflows.core import arithmetic, errors, missing, values

MAX_WIDTH: Final = 1_000
_SPECIFICATION: Final = re.compile(
    r"(?:.?[<>=^])?[-+ ]?#?0?(?P<width>\d*)(?P<group>[,_]?)(?:\.(?P<precision>\d+))?(?P<type>[bcdeEfFgGosxX%]?)", re.DOTALL
)


def check(specification: str) -> None:
    """Refuses what is no format specification.

    Raises:
        EvaluationError: it is not in Python's format language, or asks for more than MAX_WIDTH characters.
    """
    match = _SPECIFICATION.fullmatch(specification)
    if match is None or not specification:
        dates = "a date is written with | date('%d.%m.%Y')"
        examples = "a colon outside quotes and brackets begins a format, for example ,  .2f  ,.2f  08.3f  >20"
        raise errors.EvaluationError(f"'{specification[:40]}' is no format", dates if "%" in specification[:2] else examples)
    if any(int(match[name] or 0) > MAX_WIDTH for name in ("width", "precision")):
        raise errors.LimitExceeded(f"the format '{specification[:40]}' is wider than {MAX_WIDTH} characters (MAX_WIDTH)")


def formatted(value: Any, specification: str) -> str:
    """The value in that format: 1234567.5 with ",.2f" is "1,234,567.50". Half is rounded away from zero.

    Raises:
        EvaluationError: the value does not fit the format.
    """
    check(specification)
    if isinstance(value, missing.Missing):
        raise value.error()
    kind = (_SPECIFICATION.fullmatch(specification) or {"type": ""})["type"]
    if values.is_number(value):
        return _number(value, specification, kind)
    if isinstance(value, str) or isinstance(value, values.DATES):
        try:
            return format(str(value), specification)
        except ValueError:
            hint = "turn it into a number with | number" if isinstance(value, str) else ""
            raise errors.EvaluationError(f"{values.shown(value)} does not fit the format '{specification}'", hint) from None
    hint = value.reason if isinstance(value, values.Skipped) else "give null a value with | default(0)" if value is None else ""
    raise errors.EvaluationError(f"{values.shown(value)} does not fit the format '{specification}'", hint)


def _number(value: int | Decimal, specification: str, kind: str) -> str:
    if isinstance(value, Decimal):
        values.check_digits(value)
    match = _SPECIFICATION.fullmatch(specification)
    precision = match["precision"] if match else None
    try:
        if match and match["group"] == "_" and isinstance(value, Decimal):  # Python groups decimals by , only
            return _number(value, specification[: match.start("group")] + "," + specification[match.end("group") :], kind).replace(",", "_")
        if kind in ("f", "F", "%"):
            digits = int(precision) if precision is not None else 6
            scaled = arithmetic.rounded(value, min(digits + (2 if kind == "%" else 0), 50))
            return format(Decimal(scaled), specification)
        if kind in ("b", "c", "d", "o", "x", "X"):
            if value != int(value):
                raise ValueError
            return format(int(value), specification)
        return format(value, specification) if kind == "s" else _plain(value, specification)
    except (ValueError, OverflowError):
        raise errors.EvaluationError(f"{values.shown(value)} does not fit the format '{specification}'") from None


def _plain(value: int | Decimal, specification: str) -> str:
    """No type: a decimal keeps its digits; `,` groups them."""
    if isinstance(value, Decimal) and "." not in specification and not specification.endswith(("e", "E", "g", "G")):
        return format(value, specification + "f")
    with decimal.localcontext(arithmetic.EXACT):  # half is rounded away from zero here too
        return format(Decimal(value) if isinstance(value, int) and "." in specification else value, specification)
