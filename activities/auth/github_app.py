"""`github_app`: the app's private key signs a short token, for which GitHub gives out an hour's token of the installation."""

from __future__ import annotations

import datetime
import time
from typing import Any, Final

from activities import exchange, secrets, tokens
from activities.auth import base, jwt_assertions
from workflows.core import errors

#: GitHub takes at most 10 minutes between issue and end; a minute of it lies in the past.
ASSERTION_SECONDS: Final = 480
INSTALLATION_SECONDS: Final = 3_600
_HEADERS: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


def names(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return [jwt_assertions.key_names(way)[0]]


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`. The installation need not be named where the app has one only."""
    return [*base.not_set(way, [_app_name(way)]), *jwt_assertions.key_missing(way)]


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`."""
    token = await way.tokens.get(record_id(way), lambda last: _obtain(way))
    return base.with_token(way, request, token.access.reveal())


def record_id(way: base.Way) -> str:
    """Which token this is: of which service, app and installation."""
    return f"{way.service}:github_app:{_app_id(way)}:{way.plain(_installation_name(way)) or 'only'}"


async def _obtain(way: base.Way) -> tokens.Token:
    """The token of the installation: POST /app/installations/{id}/access_tokens."""
    issued = time.time()
    assertion = jwt_assertions.signed(way, {"iss": _app_id(way)}, ASSERTION_SECONDS)
    headers = {**_HEADERS, "Authorization": f"Bearer {assertion}"}
    installation = (way.plain(_installation_name(way)) or "").strip() or await _only_installation(way, headers)
    if not installation.isdigit():
        raise errors.ToolError(errors.INVALID_INPUT, f"{_installation_name(way)}: found {installation!r}, expected a number")
    url = f"{_api(way)}/app/installations/{installation}/access_tokens"
    answer = await way.requests.send(way.service, "POST", url, body={}, headers=headers, tls=way.tls())
    if not isinstance(answer, dict) or not isinstance(answer.get("token"), str):
        raise errors.ToolError(errors.REJECTED, f"{way.service}: the answer for the installation has no token; the call was not sent")
    return tokens.Token(secrets.Secret(answer["token"]), issued, _end(answer.get("expires_at"), issued))


async def _only_installation(way: base.Way, headers: dict[str, str]) -> str:
    """The number of the app's one installation.

    Raises:
        ToolError: INVALID_INPUT, the app is installed nowhere, or in several places.
    """
    found = await way.requests.send(way.service, "GET", f"{_api(way)}/app/installations", headers=headers, tls=way.tls())
    listed: list[Any] = found if isinstance(found, list) else []
    if len(listed) == 1 and isinstance(listed[0], dict):
        return str(listed[0].get("id"))
    name = _installation_name(way)
    if not listed:
        raise errors.ToolError(errors.INVALID_INPUT, f"the app of {way.service} is installed nowhere; install it, the call was not sent")
    known = ", ".join(f"{one.get('id')} ({(one.get('account') or {}).get('login')})" for one in listed if isinstance(one, dict))
    raise errors.ToolError(errors.INVALID_INPUT, f"the app of {way.service} has several installations: set {name} to one of {known}")


def _api(way: base.Way) -> str:
    return way.endpoint().rstrip("/")


def _app_name(way: base.Way) -> str:
    return way.name("app_id", "APP_ID")


def _app_id(way: base.Way) -> str:
    return (way.plain(_app_name(way)) or "").strip()


def _installation_name(way: base.Way) -> str:
    return way.name("installation_id", "INSTALLATION_ID")


def _end(given: Any, issued: float) -> float:
    """GitHub's `expires_at`, 2026-11-23T19:00:00Z, as a Unix time."""
    try:
        return datetime.datetime.fromisoformat(str(given)).timestamp()
    except ValueError:
        return issued + INSTALLATION_SECONDS
