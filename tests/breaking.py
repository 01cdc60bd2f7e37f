"""A database connection that breaks at a chosen word, for the tests of what is known then."""

from __future__ import annotations

import asyncio
import contextlib
import urllib.parse
from collections.abc import AsyncIterator

from tests import servers


@contextlib.asynccontextmanager
async def connection(url: str, word: bytes, forward: bool) -> AsyncIterator[str]:
    """A connection to the database that breaks when the client sends `word`; `forward`: the server still gets it. Gives the URL."""
    parts = urllib.parse.urlsplit(url)
    port = servers.free_port()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(parts.hostname, parts.port)
        back = asyncio.create_task(_copy(server_reader, writer))
        try:
            while data := await reader.read(65_536):
                if word in data:
                    back.cancel()
                    if forward:
                        server_writer.write(data)
                        await server_writer.drain()
                        await asyncio.sleep(0.2)
                    break
                server_writer.write(data)
                await server_writer.drain()
        finally:
            back.cancel()
            writer.close()
            server_writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", port):
        account = parts.netloc.rpartition("@")[0]
        yield urllib.parse.urlunsplit(parts._replace(netloc=f"{account}@127.0.0.1:{port}"))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
