"""Decisions that a gateway signed, for the workflow and the activity that check them.

A token is `BASE64URL(claims as JSON).BASE64URL(Ed25519 signature of the part before the dot)`; the claims are those of `decision.Claims`.
It binds run, step, digest, decision and person, and expires: it can be used for one decision only.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from workflows.core.approvals import book, decision, people

MAX_TOKEN_CHARS: Final = 8_000
_MEMBERS: Final = {"run": str, "step": str, "digest": str, "decision": str, "who": str, "expires": int}

#: (public key, signature, what was signed) -> whether it fits; given by those who may import a library for it.
IsSigned = Callable[[bytes, bytes, bytes], bool]


def claims(token: str, keys: Sequence[str], is_signed: IsSigned) -> decision.Claims:
    """What a token says, once its signature is found right. Whether it fits the approval is for the book.

    Raises:
        book.Refused: it is no token, or none of the gateways signed it.
    """
    if not keys:
        raise book.Refused(
            "the decision carries a token, but the policy names no gateway that signs them (gateway_keys in ORDINAUT_POLICY)"
        )
    content, _, signature = token.partition(".")
    try:
        if len(token) > MAX_TOKEN_CHARS:
            raise ValueError("too long")
        signed, facts = _decoded(signature), json.loads(_decoded(content))
        public = [base64.b64decode(key, validate=True) for key in keys]
    except (ValueError, RecursionError, binascii.Error):
        raise book.Refused("the decision carries a token that cannot be read") from None
    if not any(is_signed(key, signed, content.encode()) for key in public):
        raise book.Refused("the token is not signed by a gateway of the policy")
    return _claims(facts)


def content(given: decision.Claims) -> str:
    """The part of a token before the dot: what a gateway signs."""
    facts: dict[str, Any] = {name: getattr(given, name) for name in _MEMBERS}
    facts |= {"roles": list(given.roles), "method": given.method}
    return encoded(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode())


def encoded(data: bytes) -> str:
    """Base64 for URLs, without its padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _claims(facts: Any) -> decision.Claims:
    if not isinstance(facts, dict) or any(type(facts.get(name)) is not kind for name, kind in _MEMBERS.items()):
        raise book.Refused(f"the token lacks a claim; there must be {', '.join(_MEMBERS)}")
    roles = facts.get("roles", [])
    if not isinstance(roles, list) or any(not isinstance(role, str) or role == people.EVERY_ROLE for role in roles):
        raise book.Refused("the token's claim 'roles' is no list of roles")
    given = {name: facts[name] for name in _MEMBERS}
    return decision.Claims(**given, roles=tuple(roles), method=str(facts.get("method", ""))[:60])
