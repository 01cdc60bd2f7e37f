"""GitHub's signature: `X-Hub-Signature-256`, HMAC-SHA256 of the body in hexadecimal.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
GitHub signs no time: what comes again is known by its delivery id.
"""

from __future__ import annotations

from typing import Final

from activities import secrets
from starter.gateway import headers as headers_module
from starter.gateway import keys as keys_module
from starter.gateway.signatures import comparing

NAME: Final = "GITHUB_WEBHOOK_SECRET"
HEADER: Final = "X-Hub-Signature-256"


def check(body: bytes, headers: headers_module.Headers, keys: keys_module.Keys, now: float) -> None:
    """Raises Refused (401) where the body is not signed with a live secret."""
    given = headers.get(HEADER)
    if not given:
        raise comparing.missing(HEADER, "set a secret for the webhook in GitHub")
    if not comparing.any_fits([given], keys[NAME], lambda key: signature(body, key)):
        raise comparing.wrong(HEADER, NAME)


def signature(body: bytes, key: secrets.Secret) -> str:
    """`sha256=` and 64 hexadecimal digits."""
    return f"sha256={comparing.sha256(key.reveal().encode(), body).hex()}"
