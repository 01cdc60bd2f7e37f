"""Keeps outputs of safe calls for a while, for the rest transport: in this worker's memory, within bounds."""

from __future__ import annotations

import collections
import hashlib
from dataclasses import dataclass
from typing import Any, Final

from activities import exchange, json_text
from activities.transports import base

MAX_ENTRIES: Final = 1_000
MAX_BYTES: Final = 32 * 1024 * 1024
#: A larger output would push out too many others.
MAX_OUTPUT_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Entry:
    answer: base.Answer
    kept_at: float
    ends_at: float
    size: int


class Cache:
    """Outputs by key, the one used longest ago goes first. Times are of the running loop's clock, in seconds."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._entries: collections.OrderedDict[str, _Entry] = collections.OrderedDict()
        self._max_entries, self._max_bytes, self._bytes = max_entries, max_bytes, 0

    def get(self, key: str, now: float) -> base.Answer | None:
        """The answer kept under a key, with its age; None where there is none, or an old one."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if now >= entry.ends_at:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return base.Answer(entry.answer.output, entry.answer.warnings, int(now - entry.kept_at))

    def keep(self, key: str, answer: base.Answer, seconds: float, now: float) -> None:
        """Keeps an answer for so many seconds; one that is too large is not kept."""
        size = len(json_text.encode(answer.output))
        if size > MAX_OUTPUT_BYTES:
            return
        self._drop(key)
        self._entries[key] = _Entry(answer, now, now + seconds, size)
        self._bytes += size
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.size


def key_of(call: base.Call, request: exchange.Request) -> str:
    """The key of a call: definition, arguments and the whole request, so that other credentials or another endpoint are other keys."""
    facts: list[Any] = [call.tool.address, call.tool.digest, call.action, call.arguments, request.method, request.url]
    facts += [sorted(request.headers.items())]
    return hashlib.sha256(json_text.encode(facts) + b"\0" + (request.body or b"")).hexdigest()
