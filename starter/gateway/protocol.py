"""HTTP for the gateway's server: uvicorn's own, and whoever sends a head of a request drop by drop is cut off."""

from __future__ import annotations

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http import h11_impl

#: From the first byte of a request, or from the connection, until the head is there.
HEAD_SECONDS: Final = 10.0


class Protocol(h11_impl.H11Protocol):
    """uvicorn limits what comes between requests; nothing of it limits a head that never ends."""

    head_seconds: float = HEAD_SECONDS
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the time of the first head."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(self.head_seconds, self._cut_off)

    def data_received(self, data: bytes) -> None:
        """Ends or starts the time, as a head is complete or begins."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self._cut_off)

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP; a request under way on the same connection gets no answer then, since there is one only."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the time."""
        self._stop_timer()
        super().connection_lost(exc)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _cut_off(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()
