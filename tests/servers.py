"""A real HTTP server on 127.0.0.1 that misbehaves on request, for the tests of everything that calls over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import json
import pathlib
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final

HUGE_BYTES: Final = 10 * 1024 * 1024
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close() sends RST


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """The running server. `answers` maps a path to (status, headers, body) or a function of the request that gives them."""

    url: str
    requests: list[Request] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    connections: int = 0

    def answer(self, path: str, status: int = 200, body: Any = None, headers: dict[str, str] | None = None) -> str:
        """Sets the answer of a path; the URL of it. Bytes go out as they are, anything else as JSON."""
        self.answers[path] = (status, headers or {}, body if isinstance(body, bytes) else json.dumps(body).encode())
        return self.url + path


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def running(certificate: str = "") -> AsyncIterator[Server]:
    """The server, until the block ends; the paths at the foot of this file are its faults. `certificate` is one of tests/tls, for https."""
    port = free_port()
    server = Server(f"{'https' if certificate else 'http'}://127.0.0.1:{port}")
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        server.connections += 1
        try:
            while await _serve(server, reader, writer):
                pass
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            tasks.discard(task)
            with contextlib.suppress(Exception):
                writer.close()

    listener = await asyncio.start_server(accept, "127.0.0.1", port, ssl=_tls(certificate) if certificate else None)
    try:
        yield server
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


TLS: Final = pathlib.Path(__file__).parent / "tls"


def _tls(certificate: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(TLS / f"{certificate}.pem", TLS / f"{certificate}.key")
    return context


async def _serve(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """One request and its answer; whether the connection goes on."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    request = Request(method, target, headers, body)
    server.requests.append(request)
    path = target.partition("?")[0]
    fault = _FAULTS.get(path)
    if fault is not None:
        return bool(await fault(writer))
    answer = server.answers.get(path, (404, {}, b'{"error": "no such path"}'))
    status, extra, content = answer(request) if callable(answer) else answer
    await _write(writer, status, extra, content)
    return True


async def _write(writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: bytes) -> None:
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + (body if status != 204 else b""))
    await writer.drain()


async def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


async def _stall(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def _half(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"balance": ')
    await writer.drain()


async def _half_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-")
    await writer.drain()


async def _drip(writer: asyncio.StreamWriter) -> None:
    """A byte at a time, for ever: each read is in time, the whole never is."""
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _huge(writer: asyncio.StreamWriter) -> bool:
    await _write(writer, 200, {}, b'{"text": "' + b"x" * HUGE_BYTES + b'"}')
    return True


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n["\r\n')
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    while True:
        writer.write(chunk)
        await writer.drain()


def _fixed(status: int, headers: Callable[[], dict[str, str]] | dict[str, str], body: bytes) -> Callable[[asyncio.StreamWriter], Any]:
    async def fault(writer: asyncio.StreamWriter) -> bool:
        await _write(writer, status, headers() if callable(headers) else headers, body)
        return True

    return fault


def _in_30_seconds() -> dict[str, str]:
    return {"retry-after": email.utils.formatdate(time.time() + 30, usegmt=True)}


_FAULTS: Final[dict[str, Callable[[asyncio.StreamWriter], Any]]] = {
    "/reset": _reset,
    "/stall": _stall,
    "/half": _half,
    "/half-headers": _half_headers,
    "/drip": _drip,
    "/huge": _huge,
    "/endless": _endless,
    "/not-json": _fixed(200, {}, b"<html>It works!</html>"),
    "/429-seconds": _fixed(429, {"retry-after": "7"}, b'{"ok": false}'),
    "/429-date": _fixed(429, _in_30_seconds, b""),
    "/429-bare": _fixed(429, {}, b"slow down"),
    "/503": _fixed(503, {"retry-after": "2"}, b"maintenance"),
    "/500": _fixed(500, {}, b"Traceback: boom"),
    "/502": _fixed(502, {}, b""),
    "/504": _fixed(504, {}, b""),
    "/302": _fixed(302, {"location": "https://elsewhere.example/"}, b""),
    "/400": _fixed(400, {}, b'{"detail": "account_number is wrong"}'),
    "/401": _fixed(401, {}, b"bad credentials"),
}
