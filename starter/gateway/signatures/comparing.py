"""Comparing what was sent with what each live secret makes, for the signatures: as long for a wrong one as for a right one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from typing import Final

from activities import secrets
from starter.gateway import refusals

#: A signed time may be so far from ours.
WINDOW_SECONDS: Final = 300.0
_SECONDS: Final = re.compile(r"[0-9]{1,12}\Z")


def sha256(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 of the parts, one after the other."""
    made = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        made.update(part)
    return made.digest()


def any_fits(given: Sequence[str], keys: Sequence[secrets.Secret], expected: Callable[[secrets.Secret], str]) -> bool:
    """Whether one of the header texts is what one of the secrets makes; all are compared, so that time tells nothing."""
    sent = [one.encode("latin-1") for one in given]
    results = [hmac.compare_digest(one, expected(key).encode()) for key in keys for one in sent]
    return any(results)


def in_window(given: str, now: float, header: str, window_seconds: float = WINDOW_SECONDS) -> str:
    """The signed time, seconds since 1970, where it is near `now`.

    Raises:
        Refused: 401, it is missing, no number, or too old or too far ahead.
    """
    if not _SECONDS.match(given):
        raise refusals.Refused(refusals.UNSIGNED, f"the header {header} is missing or holds no time in seconds since 1970")
    difference = now - int(given)
    if abs(difference) > window_seconds:
        when = "old" if difference > 0 else "ahead"
        raise refusals.Refused(
            refusals.UNSIGNED, f"the time in {header} is {abs(difference):,.0f} s {when}; at most {window_seconds:,.0f} s are taken"
        )
    return given


def key_bytes(name: str, key: secrets.Secret, prefix: str = "") -> bytes:
    """A secret that is kept as base64.

    Raises:
        Refused: 403, it is no base64.
    """
    text = key.reveal().strip().removeprefix(prefix)
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded:
        raise refusals.Refused(refusals.UNCONFIGURED, f"{name} is not base64, as its vendor gives it; set it anew where the gateway runs")
    return decoded


def missing(header: str, hint: str = "") -> refusals.Refused:
    """A request without the header that proves its sender."""
    return refusals.Refused(refusals.UNSIGNED, f"the header {header} is missing{f'; {hint}' if hint else ''}")


def wrong(header: str, name: str) -> refusals.Refused:
    """A proof that fits no live secret."""
    return refusals.Refused(refusals.UNSIGNED, f"what {header} holds does not fit this body and {name}")
