"""`basic_auth`: a user name and a secret, base64 in the Authorization header (RFC 7617)."""

from __future__ import annotations

import base64

from activities import exchange, secrets
from activities.auth import base


def names(way: base.Way) -> list[str]:
    """The variables needed: JIRA_USERNAME and JIRA_API_TOKEN, where `password_field` is api_token."""
    return [way.name("username", "USERNAME"), way.name("secret", way.text("password_field", "password").upper())]


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return base.not_set(way, names(way))


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`. The user name gets `username_suffix` behind it: Zendesk's `/token`."""
    user_name, secret_name = names(way)
    user = (way.plain(user_name) or way.secret(user_name).reveal()) + way.text("username_suffix", "")
    pair = base64.b64encode(f"{user}:{way.secret(secret_name).reveal()}".encode()).decode("ascii")
    way.settings.hide(f"{secret_name} in base64", secrets.Secret(pair))
    return base.with_headers(request, way.service, {"Authorization": f"Basic {pair}"})
