"""Where a checked event goes, for the endpoints: whoever takes it answers only when it cannot be lost any more."""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final, Protocol

from workflows.core import errors

RETRY_SECONDS: Final = 5  # what a sender is told to wait where an event could not be handed on
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9_:=-]{1,100}\Z")


class NotDelivered(errors.OrdinautError):
    """The event is not kept anywhere: its sender has to send it again."""

    kind = errors.UNREACHABLE


class TooLarge(errors.OrdinautError):
    """The event is larger than Temporal carries; sent again it would be so again."""

    kind = errors.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class Incoming:
    """A checked event. `source` is kind and source, `github/main`; `delivery_id` stays the same when the sender sends it again."""

    event_type: str
    delivery_id: str
    source: str
    payload: dict[str, Any]
    received_at: datetime.datetime

    @property
    def event_id(self) -> str:
        """The id that deduplicates: no sender can take that of another. `github.main.72d3162e-cc78-11e3-81ab-4c9367dc0958`"""
        given = self.delivery_id if _PLAIN_ID.match(self.delivery_id) else _digest(self.delivery_id)
        return f"{self.source.replace('/', '.')}.{given}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The event is kept. `duplicate`: it was kept already, and nothing was done."""

    event_id: str
    duplicate: bool = False


class Delivery(Protocol):
    """Takes events."""

    async def deliver(self, event: Incoming) -> Receipt:
        """Returns when the event cannot be lost any more; an event that comes again is taken once.

        Raises:
            NotDelivered: nobody has it.
            TooLarge: nobody ever will.
        """
        ...

    async def is_reached(self) -> bool:
        """Whether an event could be taken now; answers within two seconds."""
        ...


def _digest(text: str) -> str:
    return f"sha256-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
