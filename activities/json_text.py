"""JSON of the outside world, for the transports: exact numbers, key order kept, nothing ambiguous let in."""

from __future__ import annotations

import decimal
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec

from workflows.core import errors, limits

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def decode(data: bytes | str, source: str = "the answer") -> Any:
    """The value of a JSON text; non-integers are Decimals with their digits.

    >>> decode(b'{"amount": 1234.50}')
    {'amount': Decimal('1234.50')}

    Raises:
        ToolError: BAD_OUTPUT, it is no JSON, no UTF-8, has a name twice in an object, NaN, or numbers and nesting beyond the limits.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise _bad(f"{source} is not UTF-8 (byte {error.start + 1})") from None
    except json.JSONDecodeError as error:
        found = "it is empty" if not text.strip() else f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise _bad(f"{source} is not JSON: {found}") from None
    except _Refused as error:
        raise _bad(f"{source} {error}") from None
    except RecursionError:
        raise _too_deep(source) from None
    if nests_too_deep(value):
        raise _too_deep(source)
    return value


def encode(value: Any) -> bytes:
    """Compact JSON; Decimals as numbers with their digits.

    >>> encode({"amount": Decimal("1234.50")})
    b'{"amount":1234.50}'

    Raises:
        ToolError: BAD_OUTPUT, a text holds half of a surrogate pair, which no UTF-8 can carry.
    """
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        raise _bad(r"a text holds half of a surrogate pair (\ud800 to \udfff), which is no character") from None


def nests_too_deep(value: Any) -> bool:
    """Whether lists and objects nest deeper than MAX_DEPTH."""
    level = [value]
    for _ in range(limits.MAX_DEPTH):
        level = [item for container in level if isinstance(container, dict | list) for item in _members(container)]
    return any(isinstance(item, dict | list) for item in level) if level else False


def _members(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


class _Refused(Exception):
    """JSON that can be read in two ways, or not kept."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _Refused(f'has the name "{twice[:100]}" twice in one object')
    return value


def _integer(text: str) -> int:
    if len(text) > limits.MAX_NUMBER_DIGITS:
        raise _Refused(f"holds a number of more than {limits.MAX_NUMBER_DIGITS} digits (MAX_NUMBER_DIGITS)")
    return int(text)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except decimal.InvalidOperation:  # an exponent beyond all bounds
        raise _Refused(f"holds a number of more than {limits.MAX_NUMBER_DIGITS} digits (MAX_NUMBER_DIGITS)") from None
    exponent = number.as_tuple().exponent
    digits = max(number.adjusted(), 0) - min(int(exponent), 0)
    if len(text) > limits.MAX_NUMBER_DIGITS or digits > limits.MAX_NUMBER_DIGITS:
        raise _Refused(f"holds a number of more than {limits.MAX_NUMBER_DIGITS} digits (MAX_NUMBER_DIGITS)")
    return number


def _constant(text: str) -> Any:
    raise _Refused(f"is not JSON: it holds {text}")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=_constant)


def _bad(message: str) -> errors.ToolError:
    return errors.ToolError(errors.BAD_OUTPUT, message)


def _too_deep(source: str) -> errors.ToolError:
    return _bad(f"{source} nests deeper than {limits.MAX_DEPTH} lists and objects (MAX_DEPTH)")
