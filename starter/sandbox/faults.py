"""Faults to order, for tests and demonstrations of what Ordinaut does when a vendor or the network fails."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from starter.sandbox import vendor

#: Nothing is done: the vendor is busy, broken, or does not want the call.
THROTTLE: Final = "429"
BROKEN: Final = "500"
REFUSE: Final = "refuse"
#: The work is done, then the answer is lost, cut, or spoiled.
STALL: Final = "stall"
RESET: Final = "reset"
HALF_BODY: Final = "half-body"
INVALID_JSON: Final = "invalid-json"

BEFORE: Final = (THROTTLE, BROKEN, REFUSE)
AFTER: Final = (STALL, RESET, HALF_BODY, INVALID_JSON)
KINDS: Final = (*BEFORE, *AFTER)

#: Where `app` keeps uvicorn's connection, which ASGI itself does not show.
TRANSPORT: Final = "ordinaut.transport"
_LINGER_OFF: Final = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close() sends RST


@dataclass
class Fault:
    """A fault that is still to come so many times. Without `action` it hits every call of the service."""

    service: str
    kind: str
    action: str | None = None
    times: int = 1
    retry_after: int | None = None  # seconds, for 429 and 500
    seconds: int | None = None  # stall: the answer comes after all, this late; else never


@dataclass
class Faults:
    """The faults that were ordered."""

    items: list[Fault] = field(default_factory=list)

    def order(self, wanted: Any, services: list[str]) -> None:
        """Takes an order: {"service": "maib", "action": "get_transactions", "kind": "429", "times": 2, "retry_after": 1}.

        Raises:
            vendor.Refused: 400, says what is wrong with it.
        """
        if not isinstance(wanted, dict) or not set(wanted) <= set(Fault.__annotations__):
            raise vendor.Refused(f"a fault is an object with the members {', '.join(Fault.__annotations__)}", vendor.BAD_REQUEST)
        if wanted.get("service") not in services:
            raise vendor.Refused(f"service: found {wanted.get('service')!r}, expected one of {', '.join(services)}", vendor.BAD_REQUEST)
        if wanted.get("kind") not in KINDS:
            raise vendor.Refused(f"kind: found {wanted.get('kind')!r}, expected one of {', '.join(KINDS)}", vendor.BAD_REQUEST)
        for name in ("times", "retry_after", "seconds"):
            value = wanted.get(name, 1)
            if not isinstance(value, int) or isinstance(value, bool) or value < (1 if name == "times" else 0):
                raise vendor.Refused(f"{name}: found {value!r}, expected a whole number", vendor.BAD_REQUEST)
        self.items.append(Fault(**wanted))

    def take(self, service: str, action: str) -> Fault | None:
        """The fault that hits this call, which uses it up once."""
        for fault in self.items:
            if fault.service == service and fault.action in (None, action):
                fault.times -= 1
                if fault.times == 0:
                    self.items.remove(fault)
                return fault
        return None

    def shown(self) -> list[dict[str, Any]]:
        """What is still to come, as JSON."""
        return [asdict(fault) for fault in self.items]


class Damaged(Response):
    """An answer to work that was done, damaged on its way."""

    def __init__(self, fault: Fault, content: bytes) -> None:
        super().__init__(content or b"{}", media_type="application/json")  # of nothing there would be no half
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it, as far as the fault lets it."""
        connection: asyncio.Transport = scope[TRANSPORT]
        match self._fault.kind:
            case "stall":
                await self._stall(scope, receive, send)
            case "reset":
                connection.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_OFF)
                connection.abort()
                await _gone(receive)
            case "half-body":
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})
                connection.close()
                await _gone(receive)
            case _:
                await Response(bytes(self.body[:-1]) + b",", media_type="application/json")(scope, receive, send)

    async def _stall(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._fault.seconds is None:
            await _gone(receive)
            return
        await asyncio.sleep(self._fault.seconds)
        await super().__call__(scope, receive, send)


async def _gone(receive: Receive) -> None:
    """Waits until the caller has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
