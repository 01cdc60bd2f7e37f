"""Pins: what an event must equal for a wait to take it, for the router, which compares and evaluates nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def may_fit(pins: Iterable[Any], payload: Mapping[str, Any]) -> bool:
    """Whether an event might be taken; False only where it cannot be: a pinned member is missing or another value.

    >>> may_fit([[["issue", "key"], "OPS-1"]], {"issue": {"key": "OPS-2"}})
    False
    """
    return all(_equals(payload, path, value) for path, value in pins)


def _equals(payload: Mapping[str, Any], path: Iterable[str], value: Any) -> bool:
    found: Any = payload
    for name in path:
        if not isinstance(found, Mapping):
            return True  # a list or text has members of its own kind; the run decides
        if name not in found:
            return False
        found = found[name]
    return bool(found == value)
