"""Ed25519 signatures, for the activity that checks once more who approved a call before it is sent.

workflows/signatures.py says the same for runs: workflows import nothing of activities, nor these anything of theirs but core, and core
knows no cryptography. So each room has its own, and a test holds that they agree.
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
