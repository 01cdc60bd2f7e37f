"""The log of calls that reached the sandbox, and what was answered: the same idempotency key again gets the first answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """One call; `times` counts how often it came, `answers` lists what was sent back each time: ["reset", "200"]."""

    service: str
    path: str
    action: str
    key: str | None
    arguments: Any  # what a bridge was given, or the body of a request
    times: int = 0
    answers: list[str] = field(default_factory=list)
    #: Status and content of the first answer that came from doing the work; None until then.
    done: tuple[int, Any] | None = None
    #: Of a call of the vendor's own API: method, query and headers.
    request: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """The call as JSON."""
        return {
            **self.request,
            "service": self.service,
            "path": self.path,
            "action": self.action,
            "key": self.key,
            "arguments": self.arguments,
            "times": self.times,
            "answers": self.answers,
        }


@dataclass
class Calls:
    """All calls, in the order in which they first came."""

    items: list[Call] = field(default_factory=list)
    _by_key: dict[tuple[str, str, str], Call] = field(default_factory=dict)

    def note(self, call: Call) -> Call:
        """Counts a call and gives its record: the first one's where the key is known."""
        if call.key is not None:
            place = (call.service, call.path, call.key)
            record = self._by_key.setdefault(place, call)
        else:
            record = call
        if record is call:
            self.items.append(call)
        record.times += 1
        return record

    def clear(self) -> None:
        """Forgets all calls and keys."""
        self.items.clear()
        self._by_key.clear()
