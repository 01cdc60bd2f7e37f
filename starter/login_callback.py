"""The other end of a login in the browser, for `ordinaut login`: waits on this machine for the vendor's redirect (RFC 8252 7.3)."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import html
import os
import urllib.parse
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from activities import outcomes
from workflows.core import errors

HOST: Final = "127.0.0.1"
PATH: Final = "/callback"
_MAX_REQUEST_BYTES: Final = 16_384
_READ_SECONDS: Final = 10.0
_PAGE: Final = "<!doctype html><meta charset=utf-8><title>Ordinaut</title><body style='font:18px sans-serif;margin:4em'><p>{}</p>"


@dataclass(frozen=True, slots=True)
class Callback:
    """A server for one login; `code` ends with the vendor's answer."""

    redirect_uri: str
    code: asyncio.Future[str]


@contextlib.asynccontextmanager
async def waiting(port: int, state: str, service: str) -> AsyncIterator[Callback]:
    """Listens on 127.0.0.1 for as long as the block lasts. Redirects of another login (with another state) are turned away.

    Raises:
        ToolError: INVALID_INPUT, the port is taken.
    """
    code: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _READ_SECONDS)
            status, words = _answered(head.split(b"\r\n", 1)[0].decode("latin-1"), state, service, code)
            page = _PAGE.format(html.escape(words)).encode()
            writer.write(f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\n".encode())
            writer.write(b"Connection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\r\n" + page)
            await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(answer, HOST, port, limit=_MAX_REQUEST_BYTES)
    except OSError as error:
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f"cannot wait on {HOST}:{port}: {os.strerror(error.errno or 0)}; name another port that the vendor knows: --port",
        ) from None
    async with server:
        actual = server.sockets[0].getsockname()[1]
        yield Callback(f"http://{HOST}:{actual}{PATH}", code)
    if code.done():
        code.exception()  # looked at, also where nobody waited for it any more


def _answered(line: str, state: str, service: str, code: asyncio.Future[str]) -> tuple[str, str]:
    """(HTTP status, what the person reads) for a request line; a good one ends `code`."""
    method, _, rest = line.partition(" ")
    target = urllib.parse.urlsplit(rest.partition(" ")[0])
    if method != "GET" or target.path != PATH:
        return "404 Not Found", "There is nothing here."
    try:
        found = code_of(target.query, state, service)
    except WrongState:
        return "400 Bad Request", "This is not the login that Ordinaut waits for. Start it again, and use the newest window."
    except errors.ToolError as error:
        if not code.done():
            code.set_exception(error)
        return "400 Bad Request", f"The login failed: {error.message}"
    if not code.done():
        code.set_result(found)
    return "200 OK", f"You are logged in to {service}. You can close this window."


class WrongState(errors.OrdinautError):
    """An answer of another login."""

    kind = errors.INVALID_INPUT


def code_of(query: str, state: str, service: str) -> str:
    """The code in a redirect's query.

    Raises:
        WrongState: it belongs to another login.
        ToolError: REJECTED, the vendor or the person refused; INVALID_INPUT, there is no code.
    """
    given = dict(urllib.parse.parse_qsl(query))
    if not hmac.compare_digest(given.get("state", "").encode(), state.encode()):
        raise WrongState("this redirect belongs to another login")
    if "error" in given:
        said = outcomes.quote(": ".join(part for part in (given["error"], given.get("error_description", "")) if part))
        raise errors.ToolError(errors.REJECTED, f"{service} answered: {said}")
    if not given.get("code"):
        raise errors.ToolError(errors.INVALID_INPUT, "the redirect holds no code")
    return given["code"]
