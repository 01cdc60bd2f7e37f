"""Numbers as documents write them, for the JSON and YAML readers: integers stay integers, the rest is decimal with its digits."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from typing import Final

from workflows.core import errors, limits

_JSON: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<rest>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_WRONG: Final = (
    (re.compile(r"[-+]?(?:nan|inf|infinity)", re.IGNORECASE), "there is no NaN and no infinity; null says that there is no number"),
    (re.compile(r"\+.*"), "a number has no plus sign"),
    (re.compile(r"-?0[xXoObB].*"), "write it in decimal digits"),
    (re.compile(r"-?0[0-9].*"), "a number has no leading zero; put codes and telephone numbers in quotes"),
    (re.compile(r"-?\..*"), "write the zero before the point"),
    (re.compile(r"-?[0-9]+\.(?![0-9]).*"), "write digits after the point, or leave it away"),
    (re.compile(r"-?[0-9][0-9_]*_.*"), "write the digits without _"),
)


def read_json(word: str) -> int | Decimal | None:
    """The number that a word is in JSON: "42" -> 42, "-1.50" -> Decimal("-1.50"); None where it is none.

    Raises:
        LimitExceeded: it has more than MAX_NUMBER_DIGITS digits, the exponent written out.
    """
    match = _JSON.fullmatch(word)
    if match is None:
        return None
    return exact(word) if match["rest"] else whole(word)


def whole(digits: str, base: int = 10) -> int:
    """The integer that these digits are.

    Raises:
        LimitExceeded: they are more than MAX_NUMBER_DIGITS, written in base 10.
    """
    if len(digits.lstrip("+-")) > limits.MAX_NUMBER_DIGITS:
        raise _too_many_digits()
    number = int(digits, base)
    if base > 10 and number >= 10**limits.MAX_NUMBER_DIGITS:
        raise _too_many_digits()
    return number


def exact(text: str) -> Decimal:
    """The decimal that a text is, with its digits: "1.50" -> Decimal("1.50").

    Raises:
        LimitExceeded: it has more than MAX_NUMBER_DIGITS digits, the exponent written out.
    """
    try:
        number = Decimal(text)
    except decimal.InvalidOperation:  # an exponent beyond all bounds
        raise _too_many_digits() from None
    exponent = int(number.as_tuple().exponent)
    if max(number.adjusted() + 1, 1) + max(-exponent, 0) > limits.MAX_NUMBER_DIGITS:
        raise _too_many_digits()
    return number


def why_not(word: str) -> str:
    """What to do about a word that begins like a number and is none; "" where nothing special is known."""
    return next((hint for pattern, hint in _WRONG if pattern.fullmatch(word)), "")


def _too_many_digits() -> errors.LimitExceeded:
    return errors.LimitExceeded(f"a number of more than {limits.MAX_NUMBER_DIGITS} digits (MAX_NUMBER_DIGITS)")
