"""maib's access tokens (`custom`, method `maib_token`): JSON in maib's own form, for the e-commerce API (v1) and for MIA and Checkout (v2).

v1: POST generate-token {projectId, projectSecret} or {refreshToken}; v2: POST auth/token {clientId, clientSecret}. Both answer
{"ok": true, "result": {"accessToken", "expiresIn", ...}}.
"""

from __future__ import annotations

import time
from typing import Any, Final

from activities import exchange, secrets, tokens
from activities.auth import base
from workflows.core import errors

#: The two forms: endings of the variables, and how the request names them.
_PROJECT: Final = (("PROJECT_ID", "projectId"), ("PROJECT_SECRET", "projectSecret"))
_CLIENT_PATH: Final = "/v2/auth/token"
_CLIENT: Final = (("CLIENT_ID", "clientId"), ("CLIENT_SECRET", "clientSecret"))


def names(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return [f"{way.prefix}_{ending}" for ending, _ in _form(way)][1:]


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return base.not_set(way, [f"{way.prefix}_{ending}" for ending, _ in _form(way)])


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`."""
    token = await way.tokens.get(record_id(way), lambda last: _obtain(way))
    return base.with_token(way, request, token.access.reveal())


def record_id(way: base.Way) -> str:
    """Which token this is: of which service and project."""
    return f"{way.service}:maib_token:{way.plain(f'{way.prefix}_{_form(way)[0][0]}')}"


async def _obtain(way: base.Way) -> tokens.Token:
    """A new token. The refresh token is left alone: it lives hardly longer, and the secret is at hand."""
    body = {member: way.secret(f"{way.prefix}_{ending}").reveal() for ending, member in _form(way)}
    issued = time.time()
    answer = await way.requests.send(way.service, "POST", way.login_address("token_url"), body=body, tls=way.tls())
    result: Any = answer.get("result") if isinstance(answer, dict) else None
    access = result.get("accessToken") if isinstance(result, dict) else None
    if not isinstance(access, str) or not access:
        raise errors.ToolError(errors.REJECTED, f"{way.service}: the answer to the token request has no accessToken; the call was not sent")
    life = result.get("expiresIn")
    seconds = float(life) if isinstance(life, int | float) and life > 0 else tokens.DEFAULT_LIFE_SECONDS
    return tokens.Token(secrets.Secret(access), issued, issued + seconds)


def _form(way: base.Way) -> tuple[tuple[str, str], tuple[str, str]]:
    """Which form it is: the one that the address takes; elsewhere the one that is configured, the project's first."""
    if str(way.given.get("token_url", "")).endswith(_CLIENT_PATH):
        return _CLIENT
    return _CLIENT if way.settings.has(f"{way.prefix}_CLIENT_SECRET") and not way.settings.has(f"{way.prefix}_PROJECT_SECRET") else _PROJECT
