"""`ordinaut login`: a person grants a service's access in the browser; the workers get tokens by it (RFC 6749 4.1, RFC 7636)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime
import hashlib
import secrets as chance
import time
import urllib.parse
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import click

from activities import authentication, secrets, tokens
from activities import catalog as catalog_module
from activities import environment_names as names
from activities import settings as settings_module
from activities.auth import base, oauth2
from starter import documents, login_callback, output
from workflows.core import errors, model, problems

DEFAULT_PORT: Final = 8484
DEFAULT_WAIT_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class _Options:
    port: int
    browser: bool
    paste: bool
    redirect_uri: str | None
    seconds: float
    as_json: bool


@click.command("login", epilog="\b\nExample: ordinaut login salesforce")
@click.argument("service")
@click.option("--port", type=click.IntRange(0, 65_535), default=DEFAULT_PORT, show_default=True, help="Port of the redirect; 0 takes any.")
@click.option("--no-browser", is_flag=True, help="Only print the address to open.")
@click.option("--paste", is_flag=True, help="Read the address that the browser was sent to, instead of waiting for it.")
@click.option("--redirect-uri", metavar="URL", help="The redirect that the vendor knows, where it is not http://127.0.0.1:PORT/callback.")
@click.option("--timeout", type=float, default=DEFAULT_WAIT_SECONDS, show_default=True, help="Longest wait for the browser, in seconds.")
@output.json_option
def command(service: str, port: int, no_browser: bool, paste: bool, redirect_uri: str | None, timeout: float, as_json: bool) -> int:
    """Log in to a SERVICE that knows OAuth: you grant access in the browser, and the workers get tokens by it.

    Register http://127.0.0.1:8484/callback as redirect of your application with the vendor. The login is kept on this machine,
    or in Redis where ORDINAUT_REDIS_URL is set; workers elsewhere need the latter.
    """
    settings = documents.settings()
    options = _Options(port, not (no_browser or paste), paste or redirect_uri is not None, redirect_uri, timeout, as_json)
    return asyncio.run(_login(service, documents.catalog(settings), settings, options))


async def _login(service: str, catalog: catalog_module.Catalog, settings: settings_module.Settings, options: _Options) -> int:
    door = authentication.Door(settings)
    try:
        way = _way(service, catalog, door)
        _check(way)
        verifier, state = chance.token_urlsafe(64), chance.token_urlsafe(32)
        settings.hide("the login's verifier", secrets.Secret(verifier))
        code, redirect_uri = await _code(way, verifier, state, options)
        settings.hide("the login's code", secrets.Secret(code))
        token = await oauth2.exchanged(way, code, verifier, redirect_uri)
        await door.tokens.keep(oauth2.record_id(way), token)
    finally:
        await door.close()
    _tell(way, token, settings, options.as_json)
    return 0


def _way(service: str, catalog: catalog_module.Catalog, door: authentication.Door) -> base.Way:
    """How the service's tools log in, with the scopes of all of them.

    Raises:
        ToolError: INVALID_INPUT, there is no such service, or it has no login.
    """
    known = {tool.service: tool for tool in catalog.values()}
    if service not in known:
        hint = problems.did_you_mean(service, known, "'ordinaut catalog' lists the tools")
        raise errors.ToolError(errors.INVALID_INPUT, f"no tool has the service '{service}'; {hint}")
    found = [(tool, way) for tool in catalog.values() if tool.service == service for way in _ways(tool)]
    if not found:
        kinds = sorted(
            {str((tool.definition.get("authentication") or {}).get("type", "none")) for tool in catalog.values() if tool.service == service}
        )
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f"{service} has no login in the browser, its authentication is {' and '.join(kinds)}; 'ordinaut catalog' says what to set",
        )
    scopes = dict.fromkeys(str(scope) for _, way in found for scope in way.get("scopes", []))
    tool, given = found[0]
    return door.way(tool, {**given, "scopes": list(scopes)})


def _ways(tool: model.Tool) -> list[Mapping[str, Any]]:
    given = tool.definition.get("authentication") or {}
    return [one for one in (given, *given.get("or", [])) if one.get("type") == "oauth2" and "authorization_url" in one]


def _check(way: base.Way) -> None:
    """What a login needs, and what would come before it, found before the browser opens."""
    lacking = [*base.not_set(way, oauth2.client_names(way)[:1]), *way.address_lacks("authorization_url", "token_url")]
    if lacking:
        raise base.lacking(way.service, lacking)
    before = [name for name in (*oauth2.token_names(way), oauth2.refresh_name(way)) if way.settings.has(name)]
    if before:
        output.note(f"{before[0]} is set and comes before a login; workers use the login only where it is not set")


async def _code(way: base.Way, verifier: str, state: str, options: _Options) -> tuple[str, str]:
    """(the code that the vendor gives, the redirect that it was asked for).

    Raises:
        ToolError: the vendor refused, or nobody answered in time.
    """
    if options.paste:
        redirect_uri = options.redirect_uri or f"http://{login_callback.HOST}:{options.port}{login_callback.PATH}"
        _invite(way, address(way, verifier, state, redirect_uri), False)
        pasted = click.prompt("The address that the browser was sent to", err=True)
        return login_callback.code_of(urllib.parse.urlsplit(pasted.strip()).query, state, way.service), redirect_uri
    async with login_callback.waiting(options.port, state, way.service) as callback:
        _invite(way, address(way, verifier, state, callback.redirect_uri), options.browser)
        try:
            return await asyncio.wait_for(callback.code, options.seconds), callback.redirect_uri
        except TimeoutError:
            raise errors.ToolError(
                errors.UNREACHABLE, f"nobody granted access to {way.service} within {options.seconds:g} s; start the login again"
            ) from None


def address(way: base.Way, verifier: str, state: str, redirect_uri: str) -> str:
    """The address where a person grants access, with the challenge of the verifier (S256)."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": oauth2.client(way).id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if scopes := oauth2.scope_text(way):
        asked["scope"] = scopes
    parts = urllib.parse.urlsplit(way.login_address("authorization_url"))
    query = "&".join(part for part in (parts.query, urllib.parse.urlencode(asked)) if part)
    return urllib.parse.urlunsplit(parts._replace(query=query))


def _invite(way: base.Way, url: str, browser: bool) -> None:
    output.note(f"Open this address and grant access to {way.service}:\n\n  {url}\n")
    if browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(url)


def _tell(way: base.Way, token: tokens.Token, settings: settings_module.Settings, as_json: bool) -> None:
    """Says what was granted and where it is kept; never a token."""
    ends = datetime.datetime.fromtimestamp(token.expires_at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    place = f"the Redis of {names.REDIS_URL}" if settings.has(names.REDIS_URL) else str(settings.state_folder() / "tokens.json")
    if as_json:
        refreshable = token.refresh is not None
        output.json_document({"service": way.service, "scope": token.scope, "refreshable": refreshable, "ends_at": ends, "kept_in": place})
        return
    output.say(f"logged in to {way.service}; kept in {place}")
    if token.scope:
        output.say(f"  scopes: {token.scope}")
    if token.refresh is None:
        minutes = max(int((token.expires_at - time.time()) / 60), 0)
        output.say(f"  the vendor gave no refresh token: this ends in {minutes} minutes; ask for its scope (offline_access, refresh_token)")
