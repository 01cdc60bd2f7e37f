"""The signature of Teams' outgoing webhooks: `Authorization: HMAC ...`, HMAC-SHA256 of the body in base64, by a key given in base64.

https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook
Teams signs no time: what comes again is known by its body.
"""

from __future__ import annotations

import base64
from typing import Final

from activities import secrets
from starter.gateway import headers as headers_module
from starter.gateway import keys as keys_module
from starter.gateway.signatures import comparing

NAME: Final = "TEAMS_WEBHOOK_SECRET"
HEADER: Final = "Authorization"


def check(body: bytes, headers: headers_module.Headers, keys: keys_module.Keys, now: float) -> None:
    """Raises Refused (401) where the body is not signed with a live secret; 403 where a secret is no base64."""
    given = headers.get(HEADER)
    if not given:
        raise comparing.missing(HEADER)
    if not comparing.any_fits([given], keys[NAME], lambda key: signature(body, key)):
        raise comparing.wrong(HEADER, NAME)


def signature(body: bytes, key: secrets.Secret) -> str:
    """`HMAC ` and base64."""
    return f"HMAC {base64.b64encode(comparing.sha256(comparing.key_bytes(NAME, key), body)).decode()}"
