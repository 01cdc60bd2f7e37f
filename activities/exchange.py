"""One HTTP exchange, for the transports that speak HTTP: send, read within bounds, and say truthfully how far it came."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import cookiejar
from typing import Any, Final

import httpx

from activities import endpoints, outcomes
from activities.transports import base
from workflows.core import errors, model

MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024  # after decompression
MAX_CONNECT_SECONDS: Final = 10.0
USER_AGENT: Final = "Ordinaut"

#: httpcore's events just before the first byte of a request leaves.
_SENDING: Final = frozenset({"http11.send_request_headers.started", "http2.send_request_headers.started"})

DEFAULT_LIMITS: Final = httpx.Limits(max_keepalive_connections=20, max_connections=100, keepalive_expiry=30)
#: The source document's connection pool limits for busy services.
SERVICE_LIMITS: Final = {
    "slack": httpx.Limits(max_keepalive_connections=10, max_connections=50, keepalive_expiry=30),
    "github": httpx.Limits(max_keepalive_connections=20, max_connections=100, keepalive_expiry=30),
    "salesforce": httpx.Limits(max_keepalive_connections=5, max_connections=25, keepalive_expiry=30),
    "openai": httpx.Limits(max_keepalive_connections=15, max_connections=75, keepalive_expiry=30),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; `body` is complete bytes, so that what was sent is known to the byte."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is one of success, 2xx."""
        return 200 <= self.status < 300

    def failure(self, mask: Callable[[str], str]) -> errors.ToolError | None:
        """The failure that the status stands for, None for 2xx. Texts are masked here, since later they are cut, perhaps amid a secret."""
        text = mask(self.body.decode("utf-8", errors="replace"))
        headers = {name: mask(value) for name, value in self.headers.items()}
        return outcomes.of_status(self.status, headers, text, datetime.datetime.now(datetime.UTC))


#: (a text that changes with the TLS settings, the settings) of a tool; None for the usual ones.
Tls = Callable[[model.Tool], tuple[str, ssl.SSLContext] | None]


class Clients:
    """One pooled client for each service and certificate, opened at its first call.

    `tls` gives a tool's own TLS settings, such as a client certificate, after a text that changes with them;
    None, or None from it, trusts the usual authorities.
    """

    def __init__(self, tls: Tls | None = None) -> None:
        self._clients: dict[tuple[str, str], httpx.AsyncClient] = {}
        self._tls = tls

    async def exchange(self, request: Request, call: base.Call) -> Response:
        """Sends the request once and reads the answer.

        Raises:
            ToolError: UNREACHABLE, nothing was sent; UNKNOWN_OUTCOME, it was sent and no whole answer came;
                BAD_OUTPUT, the answer is too large; INVALID_INPUT, the request cannot be made.
        """
        where = endpoints.shown(request.url)
        try:
            return await _exchange(self._client(call.tool), request, call)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise errors.ToolError(errors.INVALID_INPUT, f"{where}: this request cannot be sent: {error}") from None
        except httpx.DecodingError:
            raise errors.ToolError(errors.BAD_OUTPUT, f"{where}: the answer's compression is broken") from None
        except (httpx.RequestError, ssl.SSLError, OSError) as error:
            raise _broken(error, where, call.progress) from None

    async def close(self) -> None:
        """Closes every connection."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    def _client(self, tool: model.Tool) -> httpx.AsyncClient:
        certificate, context = (self._tls(tool) if self._tls else None) or ("", None)
        key = (tool.service, certificate)
        if key not in self._clients:
            # trust_env=False: proxies and certificates come from our settings or not at all, and never from a stray variable.
            # Redirects are not followed: a POST would silently become a GET, and a secret would go to another host.
            # Cookies are not kept: one call's session must not reach another, perhaps one with other credentials.
            self._clients[key] = httpx.AsyncClient(
                verify=context or True,
                cookies=cookiejar.CookieJar(cookiejar.DefaultCookiePolicy(allowed_domains=[])),
                limits=SERVICE_LIMITS.get(tool.service, DEFAULT_LIMITS),
                follow_redirects=False,
                trust_env=False,
                headers={"User-Agent": USER_AGENT},
            )
        return self._clients[key]


async def _exchange(client: httpx.AsyncClient, request: Request, call: base.Call) -> Response:
    async def trace(event: str, info: Mapping[str, Any]) -> None:
        if event in _SENDING:
            call.progress.sent = True

    remaining = call.remaining()
    timeout = httpx.Timeout(remaining, connect=min(remaining, MAX_CONNECT_SECONDS))
    headers, body = dict(request.headers), request.body
    async with client.stream(
        request.method, request.url, headers=headers, content=body, timeout=timeout, extensions={"trace": trace}
    ) as response:
        content = await _read(response, endpoints.shown(request.url))
        return Response(response.status_code, {name.lower(): value for name, value in response.headers.items()}, content)


async def _read(response: httpx.Response, where: str) -> bytes:
    """The body, at most MAX_ANSWER_BYTES of it. Of an answer that failed anyway the begin is enough."""
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        parts.append(part)
        if size > MAX_ANSWER_BYTES:
            if not response.is_success:
                break
            raise errors.ToolError(
                errors.BAD_OUTPUT,
                f"{where}: the answer has more than {MAX_ANSWER_BYTES:,} bytes (MAX_ANSWER_BYTES); ask for less",
                {"status": response.status_code},
            )
    return b"".join(parts)


def _broken(error: Exception, where: str, progress: base.Progress) -> errors.ToolError:
    """A connection that failed: before the first byte nothing can have been done, after it nobody knows."""
    reason = _reason(error)
    if progress.sent:
        return errors.ToolError(errors.UNKNOWN_OUTCOME, f"{where}: the call was sent, but no whole answer came: {reason}")
    hint = "is the service running, and is the endpoint right?"
    return errors.ToolError(errors.UNREACHABLE, f"{where}: {reason}; nothing was sent; {hint}")


def _reason(error: Exception) -> str:
    match error:
        case httpx.ConnectTimeout():
            return f"no connection within {MAX_CONNECT_SECONDS:g} s"
        case httpx.PoolTimeout():
            return "all connections to this service are busy"
        case httpx.ReadTimeout() | httpx.WriteTimeout():
            return "time ran out"
        case httpx.ReadError() | httpx.WriteError() if not str(error):
            return "the connection was reset"
    return str(error).rstrip(".") or type(error).__name__
