"""Constants that Python's source cannot say, for the parser and the compiled code: decimals, durations, JSON between back-quotes."""

from __future__ import annotations

import functools
import json
from decimal import Decimal
from typing import Any, NamedTuple

from workflows.core import arithmetic, durations, limits, values


class Literal(NamedTuple):
    """A constant that Python's source cannot say: a decimal, a duration, JSON between back-quotes."""

    kind: str
    text: str


@functools.lru_cache(maxsize=4096)
def literal(kind: str, text: str) -> Any:
    """The value of a literal: `float` "1.50", `duration` "90m", `literal` '{"a": 1}'."""
    if kind == "duration":
        return durations.literal(text)
    if kind == "float":
        return _checked_decimal(text)
    try:
        return json.loads(text, parse_float=_checked_decimal, parse_int=_checked_integer, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text  # older JMESPath left the quotes of a text away


def _checked_decimal(text: str) -> Decimal:
    value = arithmetic.parse_number(text)
    if value is None:
        raise values.too_many_digits()
    return Decimal(value)


def _checked_integer(text: str) -> int:
    if len(text) > limits.MAX_NUMBER_DIGITS:
        raise values.too_many_digits()
    return int(text)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
