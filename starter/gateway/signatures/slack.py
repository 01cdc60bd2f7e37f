"""Slack's signature v0: HMAC-SHA256 of `v0:TIME:BODY` in hexadecimal, with a time of at most five minutes ago.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

from typing import Final

from activities import secrets
from starter.gateway import headers as headers_module
from starter.gateway import keys as keys_module
from starter.gateway.signatures import comparing

NAME: Final = "SLACK_SIGNING_SECRET"
HEADER: Final = "X-Slack-Signature"
TIME_HEADER: Final = "X-Slack-Request-Timestamp"


def check(body: bytes, headers: headers_module.Headers, keys: keys_module.Keys, now: float) -> None:
    """Raises Refused (401) where the body is not signed with a live secret, or was signed too long ago."""
    given = headers.get(HEADER)
    if not given:
        raise comparing.missing(HEADER)
    seconds = comparing.in_window(headers.get(TIME_HEADER), now, TIME_HEADER)
    if not comparing.any_fits([given], keys[NAME], lambda key: signature(body, seconds, key)):
        raise comparing.wrong(HEADER, NAME)


def signature(body: bytes, seconds: str, key: secrets.Secret) -> str:
    """`v0=` and 64 hexadecimal digits."""
    return f"v0={comparing.sha256(key.reveal().encode(), f'v0:{seconds}:'.encode(), body).hex()}"
