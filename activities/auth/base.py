"""What every kind of authentication gets and gives, for the door and for each kind."""

from __future__ import annotations

import dataclasses
import re
import ssl
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from activities import exchange, secrets, token_requests, tokens
from activities import settings as settings_module
from workflows.core import errors

_MARK: Final = re.compile(r"\$\{settings\.([A-Z][A-Z0-9_]*)\}")
_TRUE: Final = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which one tool proves who calls: `given` is the definition's `authentication`, `endpoint` gives the address of the API."""

    given: Mapping[str, Any]
    service: str
    settings: settings_module.Settings
    tokens: tokens.Tokens
    requests: token_requests.Requests
    endpoint: Callable[[], str]
    tls: Callable[[], ssl.SSLContext | None]

    @property
    def prefix(self) -> str:
        """The begin of the service's variables: `GITHUB`."""
        return self.service.upper().replace("-", "_")

    def name(self, key: str, ending: str) -> str:
        """The variable that the definition names under `key`, else the service's own: `GITHUB_` and `ending`."""
        return str(self.given.get(key, f"{self.prefix}_{ending}"))

    def text(self, key: str, default: str) -> str:
        """A text of the definition."""
        return str(self.given.get(key, default))

    def plain(self, name: str) -> str | None:
        """A variable that is no secret, without blanks around it; it may come from a file all the same."""
        if not self.settings.has(name):
            return None
        found = self.settings.plain(name)
        return (self.secret(name).reveal() if found is None else found).strip()

    def secret(self, name: str) -> secrets.Secret:
        """A secret that has been found to be configured.

        Raises:
            ToolError: INVALID_INPUT, it is not there after all, or cannot be read.
        """
        found = self.settings.secret(name)
        if found is None:
            raise lacking(self.service, [name])
        return found

    def login_address(self, key: str) -> str:
        """The address of `token_url` or `authorization_url`, at ORDINAUT_LOGIN_URL_<SERVICE> or the vendor's test system where set.

        `${settings.NAME}` in its path stands for a variable.

        Raises:
            ToolError: INVALID_INPUT, the definition has none, or a variable in it is not set.
        """
        written = self.given.get(key)
        if not isinstance(written, str):
            raise errors.ToolError(errors.INVALID_INPUT, f"the tool definition of {self.service} has no authentication.{key}")
        parts = urllib.parse.urlsplit(_MARK.sub(self._filled, written))
        base = self.settings.login_url(self.service) or self._test_url()
        if base is None:
            return urllib.parse.urlunsplit(parts)
        new = urllib.parse.urlsplit(base)
        return urllib.parse.urlunsplit((new.scheme, new.netloc, new.path.rstrip("/") + parts.path, parts.query, ""))

    def _test_url(self) -> str | None:
        test = self.given.get("test")
        if isinstance(test, Mapping) and (self.plain(str(test.get("setting"))) or "").strip().lower() in _TRUE:
            return str(test["url"])
        return None

    def _filled(self, found: re.Match[str]) -> str:
        value = (self.plain(found[1]) or "").strip()
        if not value:
            raise lacking(self.service, [found[1]])
        if value in (".", ".."):
            raise errors.ToolError(errors.INVALID_INPUT, f"{found[1]}: found {value!r}, which would lead to another path")
        return urllib.parse.quote(value, safe="")

    def address_lacks(self, *keys: str) -> list[str]:
        """The variables in these addresses that are not set."""
        named = [name for key in keys for name in _MARK.findall(str(self.given.get(key, "")))]
        return [name for name in dict.fromkeys(named) if not (self.plain(name) or "").strip()]


class Kind(Protocol):
    """A kind of authentication: a module with these functions."""

    def names(self, way: Way) -> list[str]:
        """The variables that may hold a secret of it."""
        ...

    def missing(self, way: Way) -> list[str]:
        """What is not configured and needed, each in words: ["JIRA_USERNAME", "JIRA_API_TOKEN"]; [] where it can be used."""
        ...

    async def apply(self, way: Way, request: exchange.Request) -> exchange.Request:
        """The request with its proof.

        Raises:
            ToolError: it cannot be had; nothing of the call was sent.
        """
        ...


def not_set(way: Way, names: Iterable[str]) -> list[str]:
    """Those of the names that are set in no form."""
    return [name for name in names if not way.settings.has(name)]


def one_of(way: Way, names: Iterable[str]) -> list[str]:
    """[] where one of the names is set, else all of them as one need: ["A or B"]."""
    listed = list(names)
    return [] if any(way.settings.has(name) for name in listed) else [" or ".join(listed)]


def first_secret(way: Way, names: Iterable[str]) -> secrets.Secret | None:
    """The first of these secrets that is set."""
    for name in names:
        if way.settings.has(name):
            return way.secret(name)
    return None


def lacking(service: str, needs: Iterable[str]) -> errors.ToolError:
    """The failure of a call whose credentials are not configured."""
    joined = " and ".join(needs)
    return errors.ToolError(
        errors.INVALID_INPUT,
        f"{service} needs {joined}, which is not set; set it in the worker's environment, or NAME_FILE to a file that holds it",
    )


def with_headers(request: exchange.Request, service: str, headers: Mapping[str, str]) -> exchange.Request:
    """The request with these headers instead of its own of the same name.

    Raises:
        ToolError: INVALID_INPUT, a secret holds what no header can carry.
    """
    if any(not value.isascii() or not value.isprintable() for value in headers.values()):
        raise errors.ToolError(errors.INVALID_INPUT, f"the secret of {service} holds a character that no HTTP header can carry")
    taken = {name.lower() for name in headers}
    own = {name: value for name, value in request.headers.items() if name.lower() not in taken}
    return dataclasses.replace(request, headers={**own, **headers})


def with_token(way: Way, request: exchange.Request, token: str) -> exchange.Request:
    """The request with a token in the header that the definition names, by default `Authorization: Bearer ...`."""
    prefix = way.text("token_prefix", "Bearer").strip()
    return with_headers(request, way.service, {way.text("header_name", "Authorization"): f"{prefix} {token}".strip()})
