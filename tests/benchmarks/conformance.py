"""Whether the assistant's server keeps to the Model Context Protocol, for `make bench`: the protocol's own suite against it.

The suite is the npm package `@modelcontextprotocol/conformance`; it needs Node.js.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import uvicorn

from starter import ports
from starter.assistant import library, server
from tests import reference_cases
from tests.benchmarks import nodejs

SUITE: Final = "@modelcontextprotocol/conformance@0.1.16"
#: What the suite asks of every server. Its other scenarios call tools, prompts and resources that only its own example server has.
SCENARIOS: Final = (
    "server-initialize",
    "ping",
    "tools-list",
    "tools-call-error",
    "resources-list",
    "prompts-list",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
)
_SUMMARY: Final = re.compile(r"(\d+) passed, (\d+) failed|Passed: (\d+)/(\d+)")


def run() -> list[str]:
    """The lines of this part.

    Raises:
        nodejs.Failed: a scenario failed, or what the suite needs could not be installed.
    """
    with tempfile.TemporaryDirectory() as folder, _serving() as url:
        program = nodejs.installed(Path(folder), SUITE) / "dist" / "index.js"
        node = nodejs.program(Path(folder))
        lines = [f"conformance of `ordinaut mcp` over HTTP, {SUITE}: {len(SCENARIOS)} scenarios"]
        for name in SCENARIOS:
            told = _run([str(node), str(program), "server", "--url", url, "--scenario", name], f"scenario {name}")
            lines.append(f"  {name:28} {told}")
        return lines


@contextlib.contextmanager
def _serving() -> Iterator[str]:
    """The server on a free port, without the door for tokens, which the suite does not know."""
    (port,) = ports.free(1)
    made = server.made(library.Library((reference_cases.ROOT / "pipelines",)), frozenset(server.SCOPES))
    application = made.streamable_http_app(host=ports.LOOPBACK)
    running = uvicorn.Server(uvicorn.Config(application, ports.LOOPBACK, port, log_level="error"))
    running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=lambda: asyncio.run(running.serve()), daemon=True)
    thread.start()
    try:
        yield f"http://{ports.LOOPBACK}:{port}/mcp"
    finally:
        running.should_exit = True
        thread.join(10)


def _run(command: list[str], what: str) -> str:
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    counts = [tuple(int(number) for number in found if number) for found in _SUMMARY.findall(ended.stdout)]
    if ended.returncode or not counts:
        raise nodejs.Failed(f"{what} failed:\n{(ended.stdout + ended.stderr)[-2_000:]}")
    return "passed"
