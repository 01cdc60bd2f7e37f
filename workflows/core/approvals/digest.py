"""The digest of what an approval is for, for the run that asks, the people who answer and the activity that sends."""

from __future__ import annotations

import hashlib
from typing import Any

from workflows.core import canonical

#: Of a digest people are shown so many digits.
SHOWN_DIGITS = 12


def of(value: Any) -> str:
    """SHA-256 of the JSON of a value, 64 hex digits; order of keys and digits of decimals count, since these bytes are sent.

    >>> of({"amount": 5})[:12]
    '7e84cbf0f7a7'
    """
    return hashlib.sha256(canonical.text(value).encode("utf-8", "surrogatepass")).hexdigest()


def shown(digest: str) -> str:
    """The first digits, for messages; a digest that is shorter or empty as it is."""
    return digest[:SHOWN_DIGITS]
