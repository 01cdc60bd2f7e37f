"""The one JSON text of a value that digests are taken of, for plans and for what people approve."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

_quoted: Final = json.encoder.encode_basestring


def text(value: Any) -> str:
    """Compact JSON; 1.50 and 1.5 differ, key order counts (it is kept from check to run)."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(key)}:{text(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
