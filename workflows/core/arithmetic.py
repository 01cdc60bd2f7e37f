"""Exact arithmetic for the evaluator: integers stay integers, the rest is decimal. 0.1 + 0.2 is 0.3."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeVar

from workflows.core import budget as budgets
from workflows.core import durations, errors, limits, moments, values

_TOO_LARGE: Final = 10**limits.MAX_NUMBER_DIGITS
#: Sums and products keep every digit; a quotient has at most 28.
EXACT: Final = decimal.Context(prec=2 * limits.MAX_NUMBER_DIGITS, rounding=decimal.ROUND_HALF_UP, Emax=9_999, Emin=-9_999)
QUOTIENT: Final = decimal.Context(prec=28, rounding=decimal.ROUND_HALF_UP, Emax=9_999, Emin=-9_999)


_Number = TypeVar("_Number", int, Decimal, "int | Decimal")


def binary(operator: str, left: Any, right: Any) -> Any:
    """Evaluates `left operator right` for `+ - * / // % **`.

    Raises:
        EvaluationError: the operands do not fit the operator, or division by zero.
        LimitExceeded: the result is too large.
    """
    if values.is_number(left) and values.is_number(right):
        return _checked(_number(operator, _checked(left), _checked(right)))
    if _is_date(left) or _is_date(right):
        return _date(operator, left, right)
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > limits.MAX_TEXT_CHARS:
            raise budgets.text_too_long()
        return left + right
    if operator == "+" and isinstance(left, list) and isinstance(right, list):
        return _joined(left, right)
    if operator == "*" and isinstance(left, str | list) and isinstance(right, int) and not isinstance(right, bool):
        return _repeated(left, right)
    raise errors.EvaluationError(f"cannot evaluate {values.shown(left)} {operator} {values.shown(right)}", _hint(left, right))


def _is_date(value: Any) -> bool:
    return isinstance(value, values.DATES) or isinstance(value, durations.Duration)


def _date(operator: str, left: Any, right: Any) -> Any:
    if operator == "+":
        return moments.add(left, right)
    if operator == "-":
        return moments.subtract(left, right)
    if isinstance(left, moments.Year) or isinstance(right, moments.Year):
        numbers = [int(str(value)) if isinstance(value, moments.Year) else value for value in (left, right)]
        return binary(operator, *numbers)
    raise errors.EvaluationError(f"a date knows + and -, not {operator}", "for example today + 1, now - 90m")


def _joined(left: list[Any], right: list[Any]) -> list[Any]:
    if len(left) + len(right) > limits.MAX_VALUE_ITEMS:
        raise errors.LimitExceeded(f"a list of more than {limits.MAX_VALUE_ITEMS:,} items (MAX_VALUE_ITEMS)")
    return left + right


def _repeated(left: str | list[Any], times: int) -> str | list[Any]:
    limit, name = (limits.MAX_TEXT_CHARS, "MAX_TEXT_CHARS") if isinstance(left, str) else (limits.MAX_VALUE_ITEMS, "MAX_VALUE_ITEMS")
    if len(left) * max(times, 0) > limit:
        raise errors.LimitExceeded(f"repeating {values.type_name(left)} {times} times goes above {limit:,} ({name})")
    return left * times


def _hint(left: Any, right: Any) -> str:
    for value in (left, right):
        if isinstance(value, values.Skipped):
            return value.reason
        if value is None:
            return "give null a value with | default(0)"
    if isinstance(left, str) or isinstance(right, str):
        return "turn text into a number with | number, join texts with ~"
    return ""


def _number(operator: str, left: int | Decimal, right: int | Decimal) -> int | Decimal:
    if operator == "**":
        return _power(left, right)
    if operator in ("/", "//", "%") and not right:
        raise errors.EvaluationError(f"{values.scalar_text(left)} {operator} 0: division by zero")
    if operator == "/":
        return _shorter(QUOTIENT.divide(Decimal(left), Decimal(right)))
    if isinstance(left, int) and isinstance(right, int):
        return _INTEGER[operator](left, right)
    return _DECIMAL[operator](Decimal(left), Decimal(right))


def _shorter(quotient: Decimal) -> Decimal:
    """10 / 4 is 2.5; a quotient has no digits of its own to keep."""
    normal = quotient.normalize(QUOTIENT)
    exponent = normal.as_tuple().exponent
    return normal.quantize(Decimal(1), context=EXACT) if isinstance(exponent, int) and exponent > 0 else normal


def _floor_divide(left: Decimal, right: Decimal) -> Decimal:
    return EXACT.divide(left, right).to_integral_value(decimal.ROUND_FLOOR)


def _modulo(left: Decimal, right: Decimal) -> Decimal:
    return EXACT.subtract(left, EXACT.multiply(_floor_divide(left, right), right))


_INTEGER: Final[dict[str, Callable[[int, int], int]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}
_DECIMAL: Final[dict[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "//": _floor_divide,
    "%": _modulo,
}


def _power(left: int | Decimal, right: int | Decimal) -> int | Decimal:
    if not left and right < 0:
        raise errors.EvaluationError(f"0 ** {values.scalar_text(right)}: division by zero")
    if left < 0 and right != int(right):
        raise errors.EvaluationError(f"{values.scalar_text(left)} ** {values.scalar_text(right)} is no real number")
    digits = max(Decimal(left).adjusted(), 0) + 1
    if Decimal(right).copy_abs() * digits > limits.MAX_NUMBER_DIGITS:
        raise values.too_many_digits()
    if isinstance(left, int) and isinstance(right, int) and right >= 0:
        return int(left**right)
    return _shorter(QUOTIENT.power(Decimal(left), Decimal(right)))


def negative(value: Any) -> Any:
    """`-value`."""
    if values.is_number(value):
        return -value if isinstance(value, int) else EXACT.minus(value)
    raise errors.EvaluationError(f"cannot evaluate -{values.shown(value)}", _hint(value, 0))


def positive(value: Any) -> Any:
    """`+value`."""
    if values.is_number(value):
        return value
    raise errors.EvaluationError(f"cannot evaluate +{values.shown(value)}", _hint(value, 0))


def shortest(value: int | Decimal) -> int | Decimal:
    """The same number without needless digits: 1.50 is 1.5, 2.0 is 2."""
    _checked(value)
    if isinstance(value, int):
        return value
    return int(value) if value == value.to_integral_value(context=EXACT) else value.normalize(EXACT)


def rounded(value: Any, digits: int | None = None, method: str = "common") -> int | Decimal:
    """`round`: half away from zero; `10 | round(2)` is 10.00, `2.5 | round` is 3 (an integer)."""
    if not values.is_number(value):
        raise errors.EvaluationError(f"cannot round {values.shown(value)}", _hint(value, 0))
    _checked(value)
    modes = {"common": decimal.ROUND_HALF_UP, "ceil": decimal.ROUND_CEILING, "floor": decimal.ROUND_FLOOR}
    if method not in modes:
        raise errors.EvaluationError(f'round knows no method "{method}"', "common, ceil or floor")
    if digits is not None and not (isinstance(digits, int) and -50 <= digits <= 50):
        raise errors.EvaluationError(f"round to {values.shown(digits)} digits", "a whole number from -50 to 50")
    scaled = Decimal(value).quantize(Decimal(1).scaleb(-(digits or 0)), modes[method], EXACT)
    return int(scaled) if digits is None else _checked(scaled.quantize(Decimal(1), context=EXACT) if digits < 0 else scaled)


def truncated(value: Decimal) -> int:
    """The whole part: -1.9 gives -1."""
    return int(_checked(value))


def parse_number(text: str) -> int | Decimal | None:
    """The number that a text says in JSON's way, else None: "42" -> 42, "-1.50" -> Decimal("-1.50"), "1e3" -> Decimal("1E+3")."""
    text = text.strip()
    if not text.isascii() or len(text) > limits.MAX_NUMBER_DIGITS or not text.lstrip("+-")[:1].isdigit() or "_" in text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return _checked(Decimal(text))
    except (decimal.InvalidOperation, errors.LimitExceeded):
        return None


def _checked(value: _Number) -> _Number:
    if isinstance(value, int):
        if not -_TOO_LARGE < value < _TOO_LARGE:
            raise values.too_many_digits()
    else:
        values.check_digits(value)
    return value
