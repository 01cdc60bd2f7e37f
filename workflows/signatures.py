"""Ed25519 signatures, for a run that checks a decision which a gateway signed.

The same bytes give the same answer at each replay, and a check takes about 0.2 ms; so the workflow makes it itself. In an activity it
would take three events and a round trip before a refusal could be told. activities/signatures.py says the same for activities, and why.
"""

from __future__ import annotations

from cryptography import exceptions
from cryptography.hazmat.primitives.asymmetric import ed25519


def is_signed(key: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the owner of a public key signed the content."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
    except (exceptions.InvalidSignature, ValueError):
        return False
    return True
