"""TCP ports of this machine, for the servers that `up`, `demo` and tests start beside others."""

from __future__ import annotations

import contextlib
import socket
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


def prefer(wanted: int) -> int:
    """This port if it is free, else another one."""
    return wanted if is_free(wanted) else free(1)[0]
