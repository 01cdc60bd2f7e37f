"""`salesforce_jwt`: the connected app's private key signs who calls, for which Salesforce gives out an access token (RFC 7523)."""

from __future__ import annotations

import urllib.parse
from typing import Final

from activities import exchange, token_requests, tokens
from activities.auth import base, jwt_assertions

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
#: Salesforce takes at most 3 minutes.
ASSERTION_SECONDS: Final = 150


def names(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return [jwt_assertions.key_names(way)[0]]


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return [*base.not_set(way, _plain_names(way)), *jwt_assertions.key_missing(way), *way.address_lacks("token_url")]


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`."""
    token = await way.tokens.get(record_id(way), lambda last: _obtain(way))
    return base.with_token(way, request, token.access.reveal())


def record_id(way: base.Way) -> str:
    """Which token this is: of which service, app and user."""
    return ":".join([way.service, "salesforce_jwt", *(way.plain(name) or "" for name in _plain_names(way))])


async def _obtain(way: base.Way) -> tokens.Token:
    url = way.login_address("token_url")
    client, user = (way.plain(name) or "" for name in _plain_names(way))
    parts = urllib.parse.urlsplit(url)
    audience = way.text("audience", f"{parts.scheme}://{parts.netloc}")  # login.salesforce.com, or test. for a sandbox
    assertion = jwt_assertions.signed(way, {"iss": client.strip(), "sub": user.strip(), "aud": audience}, ASSERTION_SECONDS)
    answer = await way.requests.send(way.service, "POST", url, form={"grant_type": GRANT_TYPE, "assertion": assertion}, tls=way.tls())
    return token_requests.token(answer, way.service)


def _plain_names(way: base.Way) -> list[str]:
    return [way.name("client_id", "CLIENT_ID"), way.name("username", "USERNAME")]
