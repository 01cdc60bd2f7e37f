"""The one door to authentication, for the transports: requests get their proof, connections their certificate."""

from __future__ import annotations

import datetime
import logging
import ssl
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final, cast

from activities import certificates, endpoints, exchange, token_requests, tokens
from activities import settings as settings_module
from activities.auth import (
    api_key,
    base,
    basic,
    bearer,
    certificate_files,
    digital_signature,
    github_app,
    maib_signature,
    maib_token,
    mutual_tls,
    oauth2,
    salesforce_jwt,
)
from activities.transports import base as transports
from workflows.core import errors, model

NONE: Final = "none"
CUSTOM: Final = "custom"
_DIRECT: Final = "rest"
_KINDS: Final[Mapping[str, ModuleType]] = {
    "bearer_token": bearer,
    "basic_auth": basic,
    "api_key": api_key,
    "oauth2": oauth2,
    "github_app": github_app,
    "salesforce_jwt": salesforce_jwt,
    "mutual_tls": mutual_tls,
    "digital_signature": digital_signature,
}
#: Kinds of `custom`, by its `method`.
_METHODS: Final[Mapping[str, ModuleType]] = {"maib_signature": maib_signature, "maib_token": maib_token}
#: Kinds whose certificate is shown when a connection is opened; a digital signature's is not.
_WITH_CLIENT_CERTIFICATE: Final = (mutual_tls, maib_signature)
#: What a bridge gets too. Everything else it does itself with the vendor: no token is got for a bridge, and nothing signed.
_FOR_BRIDGES: Final = (bearer, basic, api_key, mutual_tls)
_CA_SUFFIX: Final = "CA_PATH"
_UNAUTHORIZED: Final = 401


class Door:
    """The authentication of a worker: one object for all its transports, so that a token is got once."""

    def __init__(self, settings: settings_module.Settings, kept: tokens.Tokens | None = None) -> None:
        self._settings = settings
        self.tokens = kept if kept is not None else tokens.Tokens(settings)
        self._requests = token_requests.Requests(settings.mask)
        self._contexts: dict[str, tuple[str, ssl.SSLContext]] = {}
        self._identities: dict[str, tuple[str, certificates.Identity]] = {}
        self._warned: dict[str, datetime.date] = {}
        _quieten()

    async def send(
        self, clients: exchange.Clients, unsigned: exchange.Request, call: transports.Call, required: bool = True
    ) -> exchange.Response:
        """Sends a request with its proof; where the vendor refuses a token (401), once more with a new one: a refused call did nothing.

        Raises:
            ToolError: what `apply` and `exchange.Clients.exchange` raise.
        """
        request = await self.apply(call.tool, unsigned, required)
        response = await clients.exchange(request, call)
        if response.status == _UNAUTHORIZED and self.refused(call.tool, request):
            response = await clients.exchange(await self.apply(call.tool, unsigned, required), call)
        return response

    async def apply(self, tool: model.Tool, request: exchange.Request, required: bool = True) -> exchange.Request:
        """The request with headers, query or body that prove who calls.

        A bridge does its own authentication with the vendor, so for it they are not `required`: the request as it is where nothing is
        configured.

        Raises:
            ToolError: INVALID_INPUT, they are required and not configured, or cannot be used; or no token can be had. Nothing was sent.
        """
        for kind, way in self._ways(tool):
            if not required and kind not in _FOR_BRIDGES:
                continue
            await self._settings.refresh(kind.names(way))
            if not kind.missing(way):
                return await kind.apply(way, request)
        if required and (missing := self.missing(tool)):
            raise base.lacking(tool.service, missing)
        return request

    def refused(self, tool: model.Tool, request: exchange.Request) -> bool:
        """Drops the token that a refused request carried; whether another try makes sense."""
        return self.tokens.refused(f"{tool.service}:", " ".join(request.headers.values()))

    def missing(self, tool: model.Tool) -> list[str]:
        """What is not configured and needed for a call, in words, never a value: ["JIRA_USERNAME", "JIRA_API_TOKEN"]; [] where nothing is.

        Raises:
            ToolError: INVALID_INPUT, the definition names a kind that is not known.
        """
        if self.may_be_none(tool):
            return []
        lacking = []
        for kind, way in self._ways(tool):
            missing = kind.missing(way)
            if not missing:
                return []
            lacking.append(missing)
        if len(lacking) < 2:
            return lacking[0] if lacking else []
        return [", or ".join(" and ".join(one) for one in lacking)]

    def credentials(self, tool: model.Tool) -> list[str]:
        """The variables that calls of a tool are proved with, as far as they are named: ["JIRA_USERNAME", "JIRA_API_TOKEN"].

        Raises:
            ToolError: INVALID_INPUT, the definition names a kind that is not known.
        """
        for kind, way in self._ways(tool):
            if not kind.missing(way):
                found = [name for name in kind.names(way) if self._settings.has(name)]
                return found if kind is basic else found[:1]  # of others the first that is set is used
        return []

    def may_be_none(self, tool: model.Tool) -> bool:
        """Whether a tool is called without credentials where none are configured."""
        given = tool.definition.get("authentication") or {}
        return bool([given, *given.get("or", [])][-1].get("type", NONE) == NONE)

    def client_options(self, tool: model.Tool) -> tuple[str, ssl.SSLContext] | None:
        """(a text that changes with the certificate, TLS that shows it) for the connections of a tool; None for the usual TLS.

        Raises:
            ToolError: INVALID_INPUT, a certificate cannot be used, or is over.
        """
        authority = (self._settings.plain(f"{_prefix(tool.service)}_{_CA_SUFFIX}") or "").strip() or None
        files = self._client_files(tool)
        if authority is None and files is None:
            return None
        if files is not None:
            self._check(tool.service, files)
        state = certificates.Files(files.certificate, files.key, files.password).state() if files is not None else ""
        mark = f"{state}|{certificates.Files(authority).state() if authority else ''}"
        known = self._contexts.get(tool.service)
        if known is None or known[0] != mark:
            identity = self._identity(tool.service, files) if files is not None else None
            known = self._contexts[tool.service] = (mark, certificates.tls_context(identity, authority))
        return known

    def days_left(self, tools: Iterable[model.Tool], now: datetime.datetime) -> dict[str, int]:
        """Days until the end of each certificate in use, by service, for messages; below 0 where it is over.

        Those that cannot be read are left out: a call says what is wrong with them.
        """
        return {service: (end - now) // datetime.timedelta(days=1) for service, end in self.certificate_ends(tools).items()}

    def certificate_ends(self, tools: Iterable[model.Tool]) -> dict[str, datetime.datetime]:
        """The end of the certificate in use by service, UTC: of several the first; those that cannot be read are left out."""
        found: dict[str, datetime.datetime] = {}
        for tool in tools:
            for files in self._certificate_files(tool):
                try:
                    end = self._identity(tool.service, files).ends_at
                except errors.ToolError:
                    continue
                found[tool.service] = min(end, found.get(tool.service, end))
        return found

    async def close(self) -> None:
        """Closes what is open."""
        await self.tokens.close()

    def _ways(self, tool: model.Tool) -> Iterator[tuple[base.Kind, base.Way]]:
        """The ways that a definition knows, in their order: its own, then those of `or`.

        Raises:
            ToolError: INVALID_INPUT, a kind is not known.
        """
        given = tool.definition.get("authentication") or {}
        for one in (given, *given.get("or", [])):
            if one.get("type", NONE) != NONE:
                yield _kind(one), self.way(tool, one)

    def way(self, tool: model.Tool, given: Mapping[str, Any]) -> base.Way:
        """One way of a tool, for its kind."""
        return base.Way(
            given=given,
            service=tool.service,
            settings=self._settings,
            tokens=self.tokens,
            requests=self._requests,
            endpoint=lambda: endpoints.resolve(tool, self._settings),
            tls=lambda: (self.client_options(tool) or ("", None))[1],
        )

    def _client_files(self, tool: model.Tool) -> certificates.Files | None:
        for kind, way in self._ways(tool):
            if kind in _WITH_CLIENT_CERTIFICATE and (tool.transport == _DIRECT or kind in _FOR_BRIDGES):
                return certificate_files.found(way)
        return None

    def _certificate_files(self, tool: model.Tool) -> Iterator[certificates.Files]:
        for kind, way in self._ways(tool):
            if kind in (*_WITH_CLIENT_CERTIFICATE, digital_signature) and (files := certificate_files.found(way)) is not None:
                yield files

    def _identity(self, service: str, files: certificates.Files) -> certificates.Identity:
        """The certificate in the files, read again when they change."""
        state, known = files.state(), self._identities.get(service)
        if known is None or known[0] != state:
            known = self._identities[service] = (state, certificates.load(files))
        return known[1]

    def _check(self, service: str, files: certificates.Files) -> None:
        """Refuses a certificate that is over; warns once a day of one near its end."""
        now = datetime.datetime.now(datetime.UTC)
        identity = self._identity(service, files)
        if certificates.WARNING_DAYS > identity.days_left(now) >= 0 and self._warned.get(service) == now.date():
            return
        certificates.check_time(service, identity, now)
        self._warned[service] = now.date()


def _kind(given: Mapping[str, Any]) -> base.Kind:
    name = str(given["type"])
    found = _METHODS.get(str(given.get("method"))) if name == CUSTOM else _KINDS.get(name)
    if found is None:
        shown = f"{name} with method {given.get('method')!r}" if name == CUSTOM else repr(name)
        known = ", ".join(_METHODS) if name == CUSTOM else ", ".join([*_KINDS, CUSTOM])
        raise errors.ToolError(errors.INVALID_INPUT, f"authentication {shown} is not known here; known are {known} and none")
    return cast(base.Kind, found)


def _prefix(service: str) -> str:
    return service.upper().replace("-", "_")


def _quieten() -> None:
    """httpx logs each request's URL, in whose query an API key may stand; httpcore a vendor's headers, which may quote ours."""
    logging.getLogger("httpcore").setLevel(logging.INFO)
    logger = logging.getLogger("httpx")
    if not any(one is _without_query for one in logger.filters):
        logger.addFilter(_without_query)


def _without_query(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(endpoints.shown(str(one)) if "://" in str(one) else one for one in record.args)
    return True
