"""The register of one event type: pipelines that start on it, runs that wait for it. For the router workflow; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workflows.core import event_wait

#: So many waits are registered, in a state that Temporal carries in one payload; runs beyond find their event when they look back.
MAX_WAITS: Final = 4_000


class Register:
    """What a router knows. Made from its `state()`; `{}` is an empty one.

    Subscriptions are {"lead-scoring": "revision"}; a new revision says that the pipeline was applied, paused or resumed since.
    """

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.subscriptions: dict[str, str] = dict(state.get("subscriptions", {}))
        self._waits: dict[str, dict[str, Any]] = {_key(wait): wait for wait in state.get("waits", [])}

    def state(self, now: str) -> dict[str, Any]:
        """What the next run of the router begins with; `now` is ISO 8601 in UTC, waits that ended before it are left out."""
        return {"subscriptions": self.subscriptions, "waits": [wait for wait in self._waits.values() if wait["until"] > now]}

    def subscribe(self, name: str, revision: str | None) -> None:
        """A pipeline starts on this type; None keeps the revision that is there."""
        self.subscriptions[name] = revision if revision is not None else self.subscriptions.get(name, "")

    def unsubscribe(self, name: str) -> None:
        """A pipeline starts on it no longer."""
        self.subscriptions.pop(name, None)

    def begin_wait(self, wait: dict[str, Any]) -> None:
        """A run waits; the same wait told again counts once."""
        if _key(wait) in self._waits or len(self._waits) < MAX_WAITS:
            self._waits[_key(wait)] = wait

    def end_wait(self, wait: Mapping[str, Any]) -> None:
        """A run waits no longer."""
        self._waits.pop(_key(wait), None)

    def takers(self, event_type: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Who might take an event: {"subscriptions": {...}, "waits": [{"run", "step"}]}."""
        found = (one for one in self._waits.values() if event_wait.fits(one["pins"], event_type, payload))
        waits = [{"run": one["run"], "step": one["step"]} for one in found]
        return {"subscriptions": self.subscriptions, "waits": waits}


def _key(wait: Mapping[str, Any]) -> str:
    return f"{wait['run']}/{wait['step']}"
