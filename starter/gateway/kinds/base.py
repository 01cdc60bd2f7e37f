"""What every kind of sender has, for the webhook endpoint and the kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from starter.gateway import delivery, headers, keys

#: Senders wait ten seconds and more; ours has to be shorter than theirs.
DEADLINE_SECONDS: Final = 8.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a webhook says: an event."""

    event_type: str
    delivery_id: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a sender is answered: JSON, a text, or nothing where `content` is None."""

    content: dict[str, Any] | str | None = field(default=None)


def told(receipt: delivery.Receipt, event_type: str) -> Reply:
    """What most senders are answered: {"ok": true, "event_type": "github.push", "event_id": "github.main.72d3", "duplicate": false}."""
    return Reply({"ok": True, "event_type": event_type, "event_id": receipt.event_id, "duplicate": receipt.duplicate})


def silent(receipt: delivery.Receipt, event_type: str) -> Reply:
    """Nothing, for senders that would show what they are answered."""
    return Reply()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of sender. `secrets` are the variables that it may be checked with; `shared`: they hold for every source of it."""

    name: str
    secrets: tuple[str, ...]
    #: Raises Refused where nobody with a live secret sent this.
    check: Callable[[bytes, headers.Headers, keys.Keys, float], None]
    #: The event, or the answer where there is none; raises Refused where it cannot be read.
    read: Callable[[bytes, headers.Headers, str], Found | Reply]
    answer: Callable[[delivery.Receipt, str], Reply] = told
    deadline_seconds: float = DEADLINE_SECONDS
    shared: bool = True
