"""The gateway on a port, for the command and tests: a server that says little, waits briefly and holds so many connections at most."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from starter.gateway import protocol
from workflows.core import errors

MAX_CONNECTIONS: Final = 1_000  # each may hold a body of 1 MiB
MAX_HEAD_BYTES: Final = 16_384
KEEP_ALIVE_SECONDS: Final = 20
#: Requests under way may finish when the gateway is told to stop; the longest deadline of a delivery fits in.
GRACE_SECONDS: Final = 10
_BACKLOG: Final = 512
_POLL_SECONDS: Final = 0.01


class CannotListen(errors.OrdinautError):
    """The address is taken, or not of this machine."""

    kind = errors.INVALID_INPUT


@contextlib.asynccontextmanager
async def server(
    application: ASGIApp, host: str, port: int, http: type[protocol.Protocol] = protocol.Protocol
) -> AsyncIterator[tuple[str, int]]:
    """Serves until the block ends; gives the address and the port, which is a free one for 0.

    Raises:
        CannotListen: see there.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        application,
        http=http,
        ws="none",
        lifespan="off",
        log_config=None,  # its lines go where ours go
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    running = _Server(config)
    serving = asyncio.create_task(running.serve(sockets=[listener]))
    try:
        while not running.started and not serving.done():
            await asyncio.sleep(_POLL_SECONDS)
        yield host, int(listener.getsockname()[1])
    finally:
        running.should_exit = True
        await serving
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol_number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:  # its numbers are not the system's
        raise CannotListen(f"cannot listen on {host}: {error.strerror}; --host takes a name or address of this machine") from None
    # With TCP named, asyncio lets small packets go at once; else each answer waits 40 ms for the other side's acknowledgement.
    listener = socket.socket(family, kind, protocol_number)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}; choose another --port or --host") from None
    return listener


class _Server(uvicorn.Server):
    """uvicorn inside a program that handles signals itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves Ctrl-C to the program around it."""
        yield
