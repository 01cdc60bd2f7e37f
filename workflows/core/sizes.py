"""How large a value is as JSON, for all who must know before Temporal refuses it."""

from __future__ import annotations

import json
from typing import Any, Final

from workflows.core import errors, limits, values

_quoted: Final = json.encoder.encode_basestring  # control characters become \u0001: six bytes for one
#: Above this many bytes nobody counts on: a small value may hold one large part very often.
MOST_COUNTED_BYTES: Final = 10 * limits.MAX_PAYLOAD_BYTES


def size_of(value: Any) -> int:
    """About how many bytes a value takes as JSON, exact for plain ASCII; at least MOST_COUNTED_BYTES where it is more than that.

    >>> size_of({"a": [1, 2]})
    11
    """
    size, stack = 0, [value]
    while stack and size < MOST_COUNTED_BYTES:
        current = stack.pop()
        if isinstance(current, str):
            size += _text_size(current)
        elif isinstance(current, dict):
            size += 1 + max(2 * len(current), 1)  # braces, colons, commas
            stack.extend(current)
            stack.extend(current.values())
        elif isinstance(current, list):
            size += 1 + max(len(current), 1)
            stack.extend(current)
        else:
            size += len(values.scalar_text(current))
    return size


def _text_size(text: str) -> int:
    if len(text) > MOST_COUNTED_BYTES:
        return len(text)
    if text.isascii() and text.isprintable():  # nothing to escape but these two
        return len(text) + 2 + text.count('"') + text.count("\\")
    return len(_quoted(text).encode("utf-8", "surrogatepass"))


def check_size(value: Any, what: str) -> None:
    """Refuses what Temporal would not carry.

    Raises:
        LimitExceeded: it is larger than MAX_PAYLOAD_BYTES.
    """
    size = size_of(value)
    if size > limits.MAX_PAYLOAD_BYTES:
        shown = f"{size:,}" if size < MOST_COUNTED_BYTES else f"more than {MOST_COUNTED_BYTES:,}"
        raise errors.LimitExceeded(
            f"{what} takes {shown} bytes; the limit is {limits.MAX_PAYLOAD_BYTES:,} (MAX_PAYLOAD_BYTES)",
            "pass on only the fields that the step needs, or fewer items",
        )
