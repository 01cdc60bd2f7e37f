"""The signatures of maib's callbacks, for its three interfaces; what they are made of stands in `activities.auth.maib_signature`."""

from __future__ import annotations

import functools
from typing import Final

from activities.auth import maib_signature
from starter.gateway import headers as headers_module
from starter.gateway import keys as keys_module
from starter.gateway import refusals
from starter.gateway.signatures import comparing

NAME: Final = "MAIB_SIGNATURE_KEY"
HEADER: Final = "X-Signature"
TIME_HEADER: Final = "X-Signature-Timestamp"
#: The bank repeats a callback for a day; whether it signs anew then is not known, so that a callback may be a day old.
WINDOW_SECONDS: Final = 26 * 3_600.0

#: The signature is made of what the JSON says, so that anybody can make us read it: no more than a callback needs.
MAX_BYTES: Final = 65_536

_MILLISECONDS_FROM: Final = 12  # digits: in seconds a time has ten


def check(api: str, body: bytes, headers: headers_module.Headers, keys: keys_module.Keys, now: float) -> None:
    """Raises Refused (401) where the callback of the interface (`ecommerce`, `mia`, `checkout`) is not signed with a live secret; 413."""
    if len(body) > MAX_BYTES:
        raise refusals.Refused(refusals.TOO_LARGE, f"a callback of maib has at most {MAX_BYTES:,} bytes here")
    sent = {name.lower(): headers.get(name) for name in (HEADER, TIME_HEADER)}
    if api == "checkout":
        _check_time(sent[TIME_HEADER.lower()], now)
    results = [maib_signature.callback_is_genuine(api, body, key, sent) for key in keys[NAME]]
    if not any(results):
        where = f"in {HEADER}" if api == "checkout" else "in the body"
        raise refusals.Refused(refusals.UNSIGNED, f"the signature {where} is missing, or does not fit the callback and {NAME}")


def _check_time(given: str, now: float) -> None:
    seconds = given[:-3] if len(given) > _MILLISECONDS_FROM else given
    comparing.in_window(seconds, now, TIME_HEADER, WINDOW_SECONDS)


ecommerce: Final = functools.partial(check, "ecommerce")
mia: Final = functools.partial(check, "mia")
checkout: Final = functools.partial(check, "checkout")
