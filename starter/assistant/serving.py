"""The assistant's server over streamable HTTP, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator

import uvicorn
from mcp.server import mcpserver

from activities import secrets
from starter import output, ports
from starter.assistant import access


async def until_stopped(server: mcpserver.MCPServer, port: int, token: secrets.Secret, as_json: bool) -> None:
    """Serves on 127.0.0.1 until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    chosen = port or ports.free(1)[0]
    application = access.Guard(server.streamable_http_app(host=ports.LOOPBACK), token)
    config = uvicorn.Config(application, ports.LOOPBACK, chosen, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    serving = _Server(config)
    running = asyncio.create_task(serving.serve())
    while not serving.started and not running.done():
        await asyncio.sleep(0.01)
    url = f"http://{ports.LOOPBACK}:{chosen}/mcp"
    if as_json:
        output.json_document({"ok": True, "url": url, "pid": os.getpid()})
    else:
        output.say(f"Assistants   {url}   with the token in ORDINAUT_MCP_TOKEN; Ctrl-C ends it")
    await stop.wait()
    serving.should_exit = True
    await running
    output.note("stopped")


class _Server(uvicorn.Server):
    """uvicorn inside a program that handles signals itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves Ctrl-C to the program around it."""
        yield
