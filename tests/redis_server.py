"""A real Redis on 127.0.0.1, for the tests of what workers share."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

from tests import servers

PASSWORD = "redis-s3cret-55"


class RedisMissing(Exception):
    """There is no redis-server; the message says how to install it."""


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The URL of a fresh server with a password, until the block ends."""
    program = shutil.which("redis-server")
    if program is None:
        raise RedisMissing("these tests need redis-server; install it: apt-get install redis-server")
    port = servers.free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield f"redis://:{PASSWORD}@127.0.0.1:{port}/0"
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(500):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise RedisMissing(f"redis-server does not listen on 127.0.0.1:{port}")
