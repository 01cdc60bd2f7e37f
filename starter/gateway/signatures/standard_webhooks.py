"""Standard Webhooks, for senders that keep to it and for GitLab's signing token: HMAC-SHA256 of `ID.TIME.BODY` in base64.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
A sender that changes its secret sends several signatures, `v1,... v1,...`; other versions than v1 are passed over.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

from activities import secrets
from starter.gateway import headers as headers_module
from starter.gateway import keys as keys_module
from starter.gateway import refusals
from starter.gateway.signatures import comparing

#: With the source's name behind it: there is no secret for all sources, since they are strangers to each other.
NAME: Final = "ORDINAUT_WEBHOOK_SECRET"
HEADER: Final = "webhook-signature"
TIME_HEADER: Final = "webhook-timestamp"
ID_HEADER: Final = "webhook-id"
MAX_SIGNATURES: Final = 16

_VERSION: Final = "v1,"
KEY_PREFIX: Final = "whsec_"


def check(body: bytes, headers: headers_module.Headers, keys: keys_module.Keys, now: float) -> None:
    """Raises Refused (401) where the body is not signed with a live secret, or was signed too long ago; 403 where a secret is no base64."""
    check_with(body, headers, keys[NAME], now, NAME)


def check_with(body: bytes, headers: headers_module.Headers, keys: Sequence[secrets.Secret], now: float, name: str) -> None:
    """As `check`, with the secrets of the variable `name`."""
    given, identifier = headers.get(HEADER), headers.get(ID_HEADER)
    if not given:
        raise comparing.missing(HEADER)
    if not identifier:
        raise comparing.missing(ID_HEADER)
    seconds = comparing.in_window(headers.get(TIME_HEADER), now, TIME_HEADER)
    signatures = given.split()
    if len(signatures) > MAX_SIGNATURES:
        raise refusals.Refused(refusals.UNSIGNED, f"{HEADER} holds more than {MAX_SIGNATURES} signatures")
    if not comparing.any_fits(signatures, keys, lambda key: signature(body, identifier, seconds, key, name)):
        raise comparing.wrong(HEADER, name)


def signature(body: bytes, identifier: str, seconds: str, key: secrets.Secret, name: str = NAME) -> str:
    """`v1,` and base64."""
    made = comparing.sha256(comparing.key_bytes(name, key, KEY_PREFIX), f"{identifier}.{seconds}.".encode("latin-1"), body)
    return _VERSION + base64.b64encode(made).decode()
