"""TCP ports of this machine, for the servers that `up`, `demo` and tests start beside others."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"
_PROBE_SECONDS: Final = 0.5


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.settimeout(_PROBE_SECONDS)
        # macOS lets us bind below a listener on all addresses, so a bind alone proves nothing.
        if probe.connect_ex((LOOPBACK, port)) == 0:
            return False
    with socket.socket() as candidate:
        # Go's listeners set this too: connections that are only winding down do not hold a port.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free(count: int) -> list[int]:
    """So many different free ports: free(2) -> [40123, 35671]. Use them soon, nobody holds them."""
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(count):  # all are held at once, so that none is given twice
            listener = held.enter_context(socket.socket())
            listener.bind((LOOPBACK, 0))
            ports.append(int(listener.getsockname()[1]))
    return ports


@contextlib.asynccontextmanager
async def choosing() -> AsyncIterator[None]:
    """One program of ours at a time chooses ports and starts to listen on them.

    Two that start together would both find a port free; the one that comes too late would then be answered by the server of the other.
    """
    file = Path(tempfile.gettempdir()) / f"ordinaut-ports-{os.getuid()}.lock"
    with file.open("a", encoding="utf-8") as held:
        await asyncio.to_thread(fcntl.flock, held, fcntl.LOCK_EX)  # given back when the file is closed, also by a kill
        yield


def prefer(wanted: int) -> int:
    """This port if it is free, else another one."""
    return wanted if is_free(wanted) else free(1)[0]
