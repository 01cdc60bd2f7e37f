"""Signs a person's decision, for the gateway: whoever holds the private key vouches for who the person is."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ed25519

from workflows.core.approvals import decision
from workflows.core.approvals import token as tokens


def token(claims: decision.Claims, key: ed25519.Ed25519PrivateKey) -> str:
    """The token that the signals and updates `approve` and `reject` take; see `workflows.core.approvals.token`."""
    content = tokens.content(claims)
    return f"{content}.{tokens.encoded(key.sign(content.encode()))}"


def public_key(key: ed25519.Ed25519PrivateKey) -> str:
    """The key as the policy's `gateway_keys` takes it: 32 bytes in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()
