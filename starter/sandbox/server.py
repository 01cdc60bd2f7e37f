"""The sandbox on a port of 127.0.0.1, inside this process: for `demo` and tests."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from starter import ports
from starter.sandbox import app
from workflows.core import errors

_POLL_SECONDS: Final = 0.01
_CLOSE_SECONDS: Final = 1  # a stalled answer is not waited for longer


class PortTaken(errors.OrdinautError):
    """Another program listens there."""


@dataclass(frozen=True, slots=True)
class Running:
    """A running sandbox: where it is, and what is inside for a look without HTTP."""

    url: str
    sandbox: app.Sandbox

    @property
    def endpoints(self) -> dict[str, str]:
        """The environment variables that send every service to it."""
        return app.endpoints(self.url)

    def variables(self, environment: Mapping[str, str], without: Collection[str] = ()) -> dict[str, str]:
        """The variables that send services here, with the sandbox's own credentials (real ones are not for a stand-in) and configuration.

        Not for the services of `without`, nor for those that the environment gives an endpoint.
        """
        made: dict[str, str] = {}
        for service in app.VENDORS:
            (name, url), *_ = app.endpoints(self.url, [service]).items()
            if service not in without and name not in environment:
                kept = {key: value for key, value in app.configuration([service]).items() if key not in environment}
                made |= {name: url, **app.credentials([service]), **kept}
        return made


@contextlib.asynccontextmanager
async def sandbox_server(port: int = 0) -> AsyncIterator[Running]:
    """Runs a sandbox until the block ends; port 0 takes a free one.

    Raises:
        PortTaken: another program listens on the port.
    """
    sandbox = app.Sandbox()
    async with asgi_server(sandbox, port) as url:
        yield Running(url, sandbox)


@contextlib.asynccontextmanager
async def asgi_server(application: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serves an ASGI application on 127.0.0.1 inside this process until the block ends; gives its URL.

    Raises:
        PortTaken: another program listens on the port.
    """
    listener = _listen(port)
    server = _Server(
        uvicorn.Config(
            application,
            loop="asyncio",
            http="h11",
            lifespan="off",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_CLOSE_SECONDS,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not serving.done():
            await asyncio.sleep(_POLL_SECONDS)
        yield f"http://{ports.LOOPBACK}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listener.close()


def _listen(port: int) -> socket.socket:
    # With TCP named, asyncio lets small packets go at once; else each answer waits 40 ms for the other side's acknowledgement.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ports.LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"cannot listen on {ports.LOOPBACK}:{port}: {error.strerror}; choose another port, or 0 for a free one") from None
    return listener


class _Server(uvicorn.Server):
    """uvicorn inside a program that handles signals itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves Ctrl-C to the program around it."""
        yield
