"""`oauth2`: an access token that a login, a refresh token or the client's own credentials give (RFC 6749), renewed before it ends.

What is configured decides, in this order:
- an access token itself (SLACK_BOT_TOKEN, TEAMS_ACCESS_TOKEN): sent as it is;
- a refresh token, of `ordinaut login SERVICE` or in SALESFORCE_REFRESH_TOKEN: where the vendor gives a new one, that one is kept;
- client id and client secret: the grant `client_credentials`.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import time
import urllib.parse
from typing import Any, Final

from activities import exchange, secrets, token_requests, tokens
from activities.auth import base
from workflows.core import errors

#: Endings of the variable that holds an access token as it is, tried in this order.
TOKEN_SUFFIXES: Final = ("ACCESS_TOKEN", "BOT_TOKEN", "TOKEN", "API_TOKEN", "API_KEY")
CLIENT_CREDENTIALS: Final = "client_credentials"
AUTHORIZATION_CODE: Final = "authorization_code"


@dataclasses.dataclass(frozen=True, slots=True)
class Client:
    """The application that the vendor knows; one without a secret is public."""

    id: str
    secret: secrets.Secret | None
    as_header: bool  # `client_auth: basic`, RFC 6749 2.3.1; else in the form


def token_names(way: base.Way) -> list[str]:
    """The variables that may hold an access token."""
    return [str(way.given["secret"])] if "secret" in way.given else [f"{way.prefix}_{suffix}" for suffix in TOKEN_SUFFIXES]


def client_names(way: base.Way) -> list[str]:
    """The variables of client id and client secret."""
    return [way.name("client_id", "CLIENT_ID"), way.name("client_secret", "CLIENT_SECRET")]


def refresh_name(way: base.Way) -> str:
    """The variable of a refresh token that was got elsewhere."""
    return f"{way.prefix}_REFRESH_TOKEN"


def names(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return [*token_names(way), client_names(way)[1], refresh_name(way)]


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`. A login is looked for when a call is made: here only what its client needs."""
    if not base.one_of(way, token_names(way)):
        return []
    lacking = [*base.not_set(way, client_names(way)[:1]), *way.address_lacks("token_url")]
    with_secret = way.settings.has(client_names(way)[1]) and way.given.get("grant") != AUTHORIZATION_CODE
    if not lacking and (with_secret or way.settings.has(refresh_name(way)) or _logged_in(way)):
        return []
    token, (client, secret) = _short(token_names(way)), client_names(way)
    others = [client, *way.address_lacks("token_url")]
    if way.given.get("grant") != AUTHORIZATION_CODE:
        return [f"{token}, or {' and '.join([*others, secret])}"]
    return [f"{token}, or {' and '.join(others)} and a login (`ordinaut login {way.service}`)"]


def _short(listed: list[str]) -> str:
    return " or ".join(listed[:2])


def _logged_in(way: base.Way) -> bool:
    return way.tokens.known(record_id(way))


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`."""
    given = base.first_secret(way, token_names(way))
    if given is not None:
        return base.with_token(way, request, given.reveal())
    token = await way.tokens.get(record_id(way), lambda last: _obtain(way, last))
    return base.with_token(way, request, token.access.reveal())


def record_id(way: base.Way) -> str:
    """Which token this is: of which service, client and scopes. Other scopes are another token, a login is one for all."""
    scopes = "" if way.given.get("grant") == AUTHORIZATION_CODE or "authorization_url" in way.given else scope_text(way)
    mark = hashlib.sha256(scopes.encode()).hexdigest()[:8] if scopes else "all"
    return f"{way.service}:oauth2:{(way.plain(client_names(way)[0]) or '').strip()}:{mark}"


def scope_text(way: base.Way) -> str:
    """The scopes that the definition asks for, as one text."""
    return way.text("scope_separator", " ").join(str(scope) for scope in way.given.get("scopes", []))


def client(way: base.Way) -> Client:
    """The client that is configured.

    Raises:
        ToolError: INVALID_INPUT, there is no client id.
    """
    id_name, secret_name = client_names(way)
    found = (way.plain(id_name) or "").strip()
    if not found:
        raise base.lacking(way.service, [id_name])
    secret = way.secret(secret_name) if way.settings.has(secret_name) else None
    return Client(found, secret, way.given.get("client_auth") == "basic")


async def _obtain(way: base.Way, last: tokens.Token | None) -> tokens.Token:
    """A new token, by the best grant that there is."""
    own, seed = _start(way)
    known = last if last is not None and last.refresh is not None and (own is None or last.seed == seed) else None
    if known is not None and known.refresh is not None:
        return await refreshed(way, known)
    if own is not None:
        return await refreshed(way, tokens.Token(secrets.Secret(""), 0, 0, own, seed=seed))
    if way.given.get("grant") == AUTHORIZATION_CODE or client(way).secret is None:
        raise errors.ToolError(
            errors.INVALID_INPUT, f"{way.service} has no login on this machine: `ordinaut login {way.service}`; the call was not sent"
        )
    form = {"grant_type": CLIENT_CREDENTIALS, **({"scope": scope_text(way)} if way.given.get("scopes") else {})}
    return token_requests.token(await ask(way, form), way.service)


def _start(way: base.Way) -> tuple[secrets.Secret | None, str]:
    """The refresh token that a person configured, and its digest: another one starts anew, whatever is kept of the last."""
    if not way.settings.has(refresh_name(way)):
        return None, ""
    given = way.secret(refresh_name(way))
    return given, hashlib.sha256(given.reveal().encode()).hexdigest()


async def refreshed(way: base.Way, last: tokens.Token) -> tokens.Token:
    """The token that a refresh token gives; a new refresh token takes the old one's place (RFC 6749 6).

    Raises:
        ToolError: see `token_requests.Requests.send`.
    """
    assert last.refresh is not None
    answer = await ask(way, {"grant_type": "refresh_token", "refresh_token": last.refresh.reveal()})
    return token_requests.token(answer, way.service, last=last)


async def exchanged(way: base.Way, code: str, verifier: str, redirect_uri: str) -> tokens.Token:
    """The token that the code of a login gives (RFC 6749 4.1.3, RFC 7636 4.5).

    Raises:
        ToolError: see `token_requests.Requests.send`.
    """
    form = {"grant_type": AUTHORIZATION_CODE, "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    return token_requests.token(await ask(way, form), way.service, time.time())


async def ask(way: base.Way, form: dict[str, str]) -> Any:
    """The answer of the vendor's token address, the client's credentials added to the form or sent as a header."""
    asking, headers = client(way), {}
    sent = dict(form)
    if asking.as_header and asking.secret is not None:
        pair = ":".join(urllib.parse.quote(part, safe="") for part in (asking.id, asking.secret.reveal()))
        encoded = base64.b64encode(pair.encode()).decode()
        way.settings.hide(f"{way.service} client in base64", secrets.Secret(encoded))
        headers["Authorization"] = f"Basic {encoded}"
    else:
        sent["client_id"] = asking.id
        if asking.secret is not None:
            sent["client_secret"] = asking.secret.reveal()
    return await way.requests.send(way.service, "POST", way.login_address("token_url"), form=sent, headers=headers, tls=way.tls())
