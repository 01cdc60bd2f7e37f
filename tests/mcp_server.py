"""A real MCP server for tests, by the official SDK: `python -m tests.mcp_server stdio`, or `... PORT` for streamable HTTP."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from mcp import types
from mcp.server import mcpserver
from mcp.server.mcpserver import exceptions
from mcp.types import ToolAnnotations

from tests import servers


def made() -> mcpserver.MCPServer:
    """A server that adds, remembers and fails."""
    server = mcpserver.MCPServer("ledger")
    entries: list[str] = []

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    def add(a: float, b: float) -> float:
        """Add two numbers."""
        return a + b

    @server.tool()
    def book(account: str, amount: float) -> dict[str, Any]:
        """Write an entry."""
        if account == "closed":
            raise exceptions.ToolError("the account is closed")
        if account == "die":
            os._exit(3)
        entries.append(account)
        return {"account": account, "amount": amount, "entries": len(entries)}

    @server.tool(annotations=ToolAnnotations(idempotent_hint=True), structured_output=False)
    def picture() -> list[Any]:
        """A text and a picture."""
        return ["seen", types.ImageContent(type="image", data="AAAA", mime_type="image/png")]

    @server.tool(annotations=ToolAnnotations(read_only_hint=True), structured_output=False)
    def variables() -> str:
        """The environment's names."""
        return " ".join(sorted(os.environ))

    return server


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The URL of a fresh server over streamable HTTP, until the block ends."""
    port = servers.free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.mcp_server", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.kill()


def _wait(port: int) -> None:
    for _ in range(1_000):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(f"the MCP server does not listen on 127.0.0.1:{port}")


if __name__ == "__main__":
    if sys.argv[1] == "stdio":
        made().run("stdio")
    else:
        made().run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
