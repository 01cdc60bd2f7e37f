"""Secrets that lie in HashiCorp Vault (key-value store, version 2), for settings: read over Vault's HTTP API, kept for a few minutes."""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from activities import environment_names as names
from activities import secrets
from workflows.core import errors

ROLE_ID: Final = "VAULT_ROLE_ID"
NAMESPACE: Final = "VAULT_NAMESPACE"
CA_FILE: Final = "VAULT_CACERT"

#: A value is asked for again after so many seconds: a secret that was changed in Vault is taken up without a restart.
KEPT_SECONDS: Final = 300
TIMEOUT_SECONDS: Final = 5.0
#: After a failure Vault is left alone for so long, so that many calls do not wait for it one after the other.
PAUSE_SECONDS: Final = 15

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    secret: secrets.Secret
    read_at: float


class Vault:
    """One Vault. It is asked with VAULT_TOKEN, or logs in by AppRole with VAULT_ROLE_ID and VAULT_SECRET_ID."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment[names.VAULT_ADDRESS].strip().rstrip("/")
        self._environment = environment
        self._given: dict[str, secrets.Secret | None] = {}
        self.login: secrets.Secret | None = None
        self._kept: dict[str, _Kept] = {}
        self._failed: tuple[float, errors.ToolError] | None = None
        self._one = threading.RLock()
        self._tls: ssl.SSLContext | None = None

    def give(self, name: str, secret: secrets.Secret | None) -> None:
        """Vault's own credentials, which may themselves come from files."""
        self._given[name] = secret

    def is_fresh(self, reference: str) -> bool:
        """Whether the value was read lately."""
        kept = self._kept.get(reference)
        return kept is not None and time.monotonic() - kept.read_at < KEPT_SECONDS

    def read(self, name: str, reference: str) -> secrets.Secret:
        """The value at a place like `secret/slack#bot_token`: mount, path in it, `#`, key. `name` is for messages.

        A value that was read before goes on being used while Vault cannot be reached.

        Raises:
            ToolError: INVALID_INPUT, the place is no place, has nothing, or may not be read; UNREACHABLE, Vault does not answer.
        """
        with self._one:
            kept = self._kept.get(reference)
            if kept is not None and self.is_fresh(reference):
                return kept.secret
            try:
                found = self._found(name, reference)
            except errors.ToolError as error:
                if kept is None or error.kind != errors.UNREACHABLE:
                    raise
                _log.warning("%s; the value read before is used", error.message)
                return kept.secret
            self._kept[reference] = _Kept(found, time.monotonic())
            return found

    def _found(self, name: str, reference: str) -> secrets.Secret:
        mount, path, key = _place(name, reference)
        answer = self._ask(name, f"/v1/{mount}/data/{path}")
        values = answer.get("data", {}).get("data") if isinstance(answer.get("data"), dict) else None
        if not isinstance(values, dict):
            raise _invalid(f"{name}: {reference} is not there (a version that was deleted, or no key-value store of version 2)")
        value = values.get(key)
        if not isinstance(value, str) or not value:
            raise _invalid(f"{name}: Vault has no text {key!r} at {mount}/{path}; there are {', '.join(sorted(values)) or 'none'}")
        return secrets.Secret(value)

    def _ask(self, name: str, path: str) -> dict[str, Any]:
        """A read with our token; one that a login gave may have run out, then there is another login, once."""
        status, answer = self._send(name, "GET", path, self._token(name))
        if status == 403 and self.login is not None:
            self.login = None
            status, answer = self._send(name, "GET", path, self._token(name))
        if status == 404:
            raise _invalid(f"{name}: Vault has nothing at {path.removeprefix('/v1/').replace('/data/', '/', 1)}")
        if status == 403:
            raise _invalid(f"{name}: Vault refuses {path.removeprefix('/v1/')} ({_said(answer)}); does the token's policy let it be read?")
        if status != 200:
            raise _unreachable(f"{name}: Vault answered HTTP {status} ({_said(answer)})")
        return answer

    def _token(self, name: str) -> secrets.Secret:
        token = self._given.get(names.VAULT_TOKEN)
        if token is not None:
            return token
        if self.login is None:
            self.login = self._log_in(name)
        return self.login

    def _log_in(self, name: str) -> secrets.Secret:
        role, secret = self._environment.get(ROLE_ID), self._given.get(names.VAULT_SECRET_ID)
        if role is None or secret is None:
            raise _invalid(f"{name} needs {names.VAULT_TOKEN}, or {ROLE_ID} and {names.VAULT_SECRET_ID}, to log in to Vault")
        body = {"role_id": role.strip(), "secret_id": secret.reveal()}
        status, answer = self._send(name, "POST", "/v1/auth/approle/login", None, body)
        found = answer.get("auth", {}).get("client_token") if isinstance(answer.get("auth"), dict) else None
        if status >= 500:
            raise _unreachable(f"{name}: Vault answered HTTP {status} ({_said(answer)})")
        if not isinstance(found, str):
            raise _invalid(f"{name}: Vault refuses the login by {ROLE_ID} and {names.VAULT_SECRET_ID} (HTTP {status})")
        return secrets.Secret(found)

    def _verify(self) -> ssl.SSLContext:
        """TLS with the authority of VAULT_CACERT; made once, since that takes longer than a request."""
        if self._tls is None:
            self._tls = _context(self._environment.get(CA_FILE))
        return self._tls

    def _send(
        self, name: str, method: str, path: str, token: secrets.Secret | None, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        if self._failed is not None and time.monotonic() - self._failed[0] < PAUSE_SECONDS:
            raise self._failed[1]
        headers = {"X-Vault-Request": "true"}
        if token is not None:
            headers["X-Vault-Token"] = token.reveal()
        if NAMESPACE in self._environment:
            headers["X-Vault-Namespace"] = self._environment[NAMESPACE]
        try:
            response = httpx.request(
                method,
                self._address + urllib.parse.quote(path),
                headers=headers,
                json=body,
                timeout=TIMEOUT_SECONDS,
                verify=self._verify(),
                trust_env=False,
                follow_redirects=False,
            )
        except (httpx.RequestError, httpx.InvalidURL, OSError) as error:
            failure = _unreachable(f"{name}: Vault at {self._address} does not answer: {str(error) or type(error).__name__}")
            self._failed = (time.monotonic(), failure)
            raise failure from None
        self._failed = None
        return response.status_code, _object(response)


def _context(ca_file: str | None) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _place(name: str, reference: str) -> tuple[str, str, str]:
    path, mark, key = reference.partition("#")
    mount, slash, rest = path.strip("/").partition("/")
    if not (mount and slash and rest and mark and key) or ".." in path.split("/"):
        raise _invalid(f"{name}: found {reference!r}, expected a place in Vault like secret/slack#bot_token (mount, path, # and key)")
    return mount, rest.removeprefix("data/"), key


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        found = json.loads(response.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(answer: Mapping[str, Any]) -> str:
    said = answer.get("errors")
    return "; ".join(str(one) for one in said)[:200] if isinstance(said, list) and said else "no reason given"


def _invalid(message: str) -> errors.ToolError:
    return errors.ToolError(errors.INVALID_INPUT, message)


def _unreachable(message: str) -> errors.ToolError:
    return errors.ToolError(errors.UNREACHABLE, message)
