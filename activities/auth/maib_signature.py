"""maib's signatures, for calls (`custom`, method `maib_signature`) and for whoever gets the bank's callbacks.

The bank's e-commerce API (v1) and MIA (v2: QR, request to pay) sign with a keyed digest: base64 of the SHA-256 of all values and the key,
joined by ":"; Checkout with HMAC-SHA256. https://docs.maibmerchants.md/e-commerce/notifications-on-callback-url,
https://docs.maibmerchants.md/mia-qr-api/en/notifications-on-callback-url
"""

from __future__ import annotations

import base64
import decimal
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from activities import exchange, json_text, secrets
from activities.auth import base, certificate_files
from workflows.core import errors

DEFAULT_HEADER: Final = "X-Signature"
#: PHP's `precision`: as text a number has at most so many digits.
_PHP_DIGITS: Final = decimal.Context(prec=14, rounding=decimal.ROUND_HALF_EVEN)
_AMOUNTS: Final = frozenset({"amount", "commission"})
_CENTS: Final = Decimal("0.01")


def names(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return [_key_name(way), *certificate_files.names(way)]


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`. The client certificate and the signature are two proofs: what is configured is used, one there must be."""
    if way.settings.has(_key_name(way)):
        return []
    lacking = certificate_files.missing(way)
    return [f"{_key_name(way)} or {lacking[0]}"] if lacking else []


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`. A JSON object as body is signed, in the header `X-Signature` or the one that `header_name` names."""
    if not way.settings.has(_key_name(way)) or not request.body:
        return request
    body = json_text.decode(request.body)
    if not isinstance(body, dict):
        raise errors.ToolError(errors.INVALID_INPUT, f"{way.service}: only a JSON object can be signed")
    made = ecommerce(body, way.secret(_key_name(way)))
    way.settings.hide(f"{way.service} signature", secrets.Secret(made))
    return base.with_headers(request, way.service, {way.text("header_name", DEFAULT_HEADER): made})


def _key_name(way: base.Way) -> str:
    return way.name("secret", "SIGNATURE_KEY")


def ecommerce(result: Mapping[str, Any], key: secrets.Secret) -> str:
    """The signature of the e-commerce API (v1): all values, sorted by key, nested ones in their place, numbers as PHP prints them.

    >>> ecommerce({"b": Decimal("10.00"), "a": None}, secrets.Secret("k")) == ecommerce({"a": "", "b": 10}, secrets.Secret("k"))
    True
    """
    return _digest([*_values(result), key.reveal()])


def mia(result: Mapping[str, Any], key: secrets.Secret) -> str:
    """The signature of MIA (v2): keys sorted without regard to case, null and "" left out, amounts with two decimals."""
    kept = sorted(((name, value) for name, value in result.items() if value is not None and value != ""), key=lambda pair: pair[0].lower())
    return _digest([*(_mia_text(name, value) for name, value in kept), key.reveal()])


def checkout(body: bytes, timestamp: str, key: secrets.Secret) -> str:
    """The signature of Checkout: HMAC-SHA256 of the body as it came, a point, and the header `X-Signature-Timestamp`."""
    made = hmac.new(key.reveal().encode(), body + b"." + timestamp.encode(), hashlib.sha256)
    return base64.b64encode(made.digest()).decode()


def callback_is_genuine(api: str, body: bytes, key: secrets.Secret, headers: Mapping[str, str] | None = None) -> bool:
    """Whether the bank sent a callback; `api` is `ecommerce`, `mia` or `checkout`, `headers` have names in lower case.

    Anything that is not a callback of that form is not genuine. The comparison takes the same time for any signature.
    """
    if api == "checkout":
        given = (headers or {}).get("x-signature", "").removeprefix("sha256=")
        return _same(checkout(body, (headers or {}).get("x-signature-timestamp", ""), key), given)
    try:
        callback = json_text.decode(body)
    except errors.ToolError:
        return False
    result, signature = (callback.get("result"), callback.get("signature")) if isinstance(callback, dict) else (None, None)
    if not isinstance(result, dict) or not result or not isinstance(signature, str):
        return False
    try:
        return _same((mia if api == "mia" else ecommerce)(result, key), signature)
    except (UnicodeEncodeError, decimal.InvalidOperation):  # half of a character, an amount of hundreds of digits
        return False


def _same(expected: str, given: str) -> bool:
    return bool(given) and hmac.compare_digest(expected.encode(), given.encode())


def _digest(texts: list[str]) -> str:
    return base64.b64encode(hashlib.sha256(":".join(texts).encode()).digest()).decode()


def _values(value: Any) -> Iterator[str]:
    """The texts of a value: of an object in the order of its keys' bytes, of a list in its own."""
    if isinstance(value, Mapping):
        for name in sorted(value, key=lambda name: str(name).encode()):
            yield from _values(value[name])
        if not value:
            yield ""
    elif isinstance(value, list):
        for item in value:
            yield from _values(item)
        if not value:
            yield ""
    else:
        yield _php_text(value)


def _php_text(value: Any) -> str:
    """A scalar as PHP makes text of it: 10.00 is `10`, true is `1`, false and null are empty."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, Decimal):
        text = format(_PHP_DIGITS.plus(value), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def _mia_text(name: str, value: Any) -> str:
    if name in _AMOUNTS and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format(Decimal(value).quantize(_CENTS, decimal.ROUND_HALF_UP), "f")
    return _php_text(value)
