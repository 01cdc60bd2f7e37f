"""Sessions with MCP servers, for the transport `mcp`: one a server, opened when it is first used and again after it broke.

The SDK's contexts must be left in the task that entered them, so each session lives in a task of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final, TextIO

import httpx2
import mcp
from mcp.client import stdio, streamable_http
from mcp.types import Implementation

#: A session that was idle for so long is asked whether it still lives before it is used.
_PING_AFTER_SECONDS: Final = 5.0
_PING_SECONDS: Final = 5.0
_CLOSE_SECONDS: Final = 5.0
_OURSELVES: Final = Implementation(name="ordinaut", version="0.1")

#: Opens a session.
Opener = Callable[[], AbstractAsyncContextManager[mcp.Client]]


def over_http(url: str, headers: Mapping[str, str]) -> Opener:
    """Streamable HTTP at a URL; the SDK follows no redirect to another origin."""

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[mcp.Client]:
        timeout = httpx2.Timeout(10, read=None)  # the call's own deadline ends a read
        async with (
            httpx2.AsyncClient(headers=dict(headers), timeout=timeout) as http,
            mcp.Client(streamable_http.streamable_http_client(url, http_client=http), client_info=_OURSELVES) as client,
        ):
            yield client

    return opened


def over_stdio(program: str, arguments: list[str], environment: Mapping[str, str]) -> Opener:
    """A program, spoken to by its standard input and output. It sees only the given variables, and PATH, HOME and such."""

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[mcp.Client]:
        parameters = stdio.StdioServerParameters(command=program, args=arguments, env=dict(environment))
        with _nowhere() as errors:
            async with mcp.Client(stdio.stdio_client(parameters, errlog=errors), client_info=_OURSELVES) as client:
                yield client

    return opened


@contextlib.contextmanager
def _nowhere() -> Iterator[TextIO]:
    """What a server writes to its standard error may hold anything, so it is not kept."""
    with open(os.devnull, "w", encoding="utf-8") as file:
        yield file


class Server:
    """One server."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._client: mcp.Client | None = None
        self._stop = asyncio.Event()
        self._used = 0.0

    async def session(self) -> mcp.Client:
        """The session, alive a moment ago.

        Raises:
            Exception: whatever the SDK, the network or the operating system says of a server that cannot be reached.
        """
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if self._client is not None and now - self._used > _PING_AFTER_SECONDS and not await self._lives(self._client):
                await self.close()
            if self._client is None:
                self._client = await self._open()
            self._used = asyncio.get_running_loop().time()
            return self._client

    async def close(self) -> None:
        """Ends the session, if there is one."""
        self._stop.set()
        task, self._task, self._client = self._task, None, None
        if task is None:
            return
        with contextlib.suppress(Exception):
            await asyncio.wait_for(task, _CLOSE_SECONDS)

    async def _lives(self, client: mcp.Client) -> bool:
        try:
            async with asyncio.timeout(_PING_SECONDS):
                await client.send_ping()
        except Exception:  # whatever it is: a new session will tell
            return False
        return True

    async def _open(self) -> mcp.Client:
        self._stop = asyncio.Event()
        ready: asyncio.Future[mcp.Client] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._live(ready, self._stop))
        try:
            return await ready
        except BaseException:
            await self.close()
            raise

    async def _live(self, ready: asyncio.Future[mcp.Client], stop: asyncio.Event) -> None:
        try:
            async with self._opener() as client:
                if not ready.done():
                    ready.set_result(client)
                await stop.wait()
        except Exception as error:
            if not ready.done():
                ready.set_exception(_innermost(error))


def _innermost(error: BaseException) -> BaseException:
    """The first error of a group: the SDK's task groups wrap what happened."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
