"""GitLab's two proofs: the signing token (Standard Webhooks, the newer one) and the secret token that it sends as it is.

https://docs.gitlab.com/user/project/integrations/webhooks/
"""

from __future__ import annotations

from typing import Final

from activities import secrets
from starter.gateway import headers as headers_module
from starter.gateway import keys as keys_module
from starter.gateway.signatures import comparing, standard_webhooks

SIGNING_NAME: Final = "GITLAB_SIGNING_TOKEN"
TOKEN_NAME: Final = "GITLAB_WEBHOOK_SECRET"
TOKEN_HEADER: Final = "X-Gitlab-Token"


def check(body: bytes, headers: headers_module.Headers, keys: keys_module.Keys, now: float) -> None:
    """Raises Refused (401) where the proof is missing or wrong.

    Where a signing token is configured the signature is asked for, and the secret token is no way round it.
    """
    if SIGNING_NAME in keys:
        standard_webhooks.check_with(body, headers, keys[SIGNING_NAME], now, SIGNING_NAME)
        return
    given = headers.get(TOKEN_HEADER)
    if not given:
        raise comparing.missing(TOKEN_HEADER, "set a secret token for the webhook in GitLab")
    if not comparing.any_fits([given], keys[TOKEN_NAME], secrets.Secret.reveal):
        raise comparing.wrong(TOKEN_HEADER, TOKEN_NAME)
