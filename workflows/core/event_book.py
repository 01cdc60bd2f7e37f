"""The book of one event type: subscriptions, events not yet handed on, ids already seen. For the router workflow; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

#: So many delivery ids are remembered; beyond that the runs' own workflow ids refuse a second start.
REMEMBERED_IDS: Final = 5_000
#: So many events that nobody took are kept, within the size below; the oldest go first.
KEPT_UNCLAIMED: Final = 200
KEPT_UNCLAIMED_CHARS: Final = 400_000
#: Subscriptions are handed from one run of the router to the next, in one payload of at most 2 MB.
MAX_SUBSCRIPTIONS_CHARS: Final = 800_000
#: Events waiting to be handed on go the same way only while they are below this size.
MAX_CARRIED_CHARS: Final = 400_000


class EventBook:
    """What a router knows. Made from its `state()`; `{}` is an empty book.

    An event is {"id": "72d3162e", "source": "github", "payload": {...}}, a subscription {"plan": {...}, "params": {...}}.
    """

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.subscriptions: dict[str, dict[str, Any]] = dict(state.get("subscriptions", {}))
        self.pending: list[dict[str, Any]] = list(state.get("pending", []))
        self.unclaimed: dict[str, dict[str, Any]] = dict(state.get("unclaimed", {}))
        self._seen: dict[str, None] = dict.fromkeys(state.get("seen", []))

    def state(self) -> dict[str, Any]:
        """What the next run of the router begins with."""
        return {
            "subscriptions": self.subscriptions,
            "pending": self.pending,
            "unclaimed": self.unclaimed,
            "seen": list(self._seen),
        }

    def carries(self) -> bool:
        """Whether the pending events are small enough to be handed to the next run."""
        return _chars(self.pending) <= MAX_CARRIED_CHARS

    def take(self, event: dict[str, Any]) -> bool:
        """Puts an event into the row; False where its id was seen before."""
        if event["id"] in self._seen:
            return False
        self._seen[event["id"]] = None
        for oldest in list(self._seen)[: max(len(self._seen) - REMEMBERED_IDS, 0)]:
            del self._seen[oldest]
        self.pending.append(event)
        return True

    def starts(self, event: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """The runs that an event starts: workflow id to subscription. Ids are the same each time, so that none starts twice."""
        return {f"{name}-event-{event['id']}": given for name, given in self.subscriptions.items()}

    def keep_unclaimed(self, event: dict[str, Any]) -> None:
        """Keeps an event that nobody took, within the bounds."""
        self.unclaimed[event["id"]] = event
        while len(self.unclaimed) > KEPT_UNCLAIMED or _chars(self.unclaimed) > KEPT_UNCLAIMED_CHARS:
            del self.unclaimed[next(iter(self.unclaimed))]

    def resend(self, event_id: str) -> bool:
        """Puts an event that nobody took into the row again; False where there is none of that id."""
        event = self.unclaimed.pop(event_id, None)
        if event is not None:
            self.pending.append(event)
        return event is not None

    def fits(self, name: str, given: Mapping[str, Any]) -> bool:
        """Whether the subscriptions with this one are small enough to be handed on."""
        return _chars({**self.subscriptions, name: given}) <= MAX_SUBSCRIPTIONS_CHARS


def _chars(value: Any) -> int:
    return len(json.dumps(value, default=str))
