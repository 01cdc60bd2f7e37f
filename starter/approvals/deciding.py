"""A person whom the gateway knows decides: signed for by the gateway's key. For the page and for buttons in chats."""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from dataclasses import dataclass
from typing import Any, Final

from cryptography import exceptions
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from temporalio import client

from activities import environment_names as names
from activities import settings as settings_module
from starter.approvals import signing, waiting
from workflows.core import errors
from workflows.core.approvals import decision
from workflows.core.approvals import request as requests

OIDC: Final = "oidc"
TOKEN: Final = "token"
SLACK: Final = "slack"
MSTEAMS: Final = "msteams"
#: Self-asserted: nobody vouches for the name, and it counts only where the worker trusts local approvers.
LOCAL: Final = "local"

#: A signed decision is used at once; a busy worker may take a while.
TOKEN_SECONDS: Final = 300
KEY_BYTES: Final = 32
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who decides: `Person("ana@company.com", ("finance",), "oidc")`; `roles` are those that the sign-in vouches for."""

    who: str
    roles: tuple[str, ...]
    method: str  # "oidc", "token", "slack", "msteams", "local"


async def decide(
    temporal: client.Client,
    *,
    run_id: str,
    name: str,
    verb: str,
    digest: str,
    comment: str,
    person: Person,
    key: ed25519.Ed25519PrivateKey | None,
    now: datetime.datetime,
) -> dict[str, Any]:
    """Hands a person's decision to the run: `verb` is approve or reject, `digest` all 64 digits of what the person saw.

    Gives how it stands: {"step": "pay", "status": "approved", "approvals": 1, "quorum": 1}.

    Raises:
        errors.ToolError: the decision does not count, with the reason; there is no key to sign it with; no worker answers.
    """
    if verb not in (requests.APPROVE, requests.REJECT):
        raise errors.ToolError(errors.INVALID_INPUT, f"found '{verb[:40]}', expected {requests.APPROVE} or {requests.REJECT}")
    if not _DIGEST.match(digest):
        raise errors.ToolError(errors.INVALID_INPUT, "the decision does not say what was seen: its digest is missing; look at it again")
    given = {"step": name, "who": person.who, "comment": comment, "digest": digest}
    if person.method != LOCAL:
        claims = decision.Claims(
            run_id, name, digest, verb, person.who, int(now.timestamp()) + TOKEN_SECONDS, tuple(person.roles), person.method
        )
        given["token"] = signing.token(claims, _present(key))
    return await waiting.decide(temporal, run_id, verb, given)


def gateway_key(settings: settings_module.Settings) -> ed25519.Ed25519PrivateKey | None:
    """The key that signs decisions, from ORDINAUT_GATEWAY_KEY: PEM, or its 32 bytes in base64; None where it is not set.

    Raises:
        errors.ToolError: it is no such key.
    """
    found = settings.secret(names.GATEWAY_KEY)
    if found is None:
        return None
    key = _read(found.reveal().strip())
    if key is None:
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f"{names.GATEWAY_KEY}: expected an Ed25519 private key, PEM or its {KEY_BYTES} bytes in base64;"
            " `openssl genpkey -algorithm ed25519` makes one",
        )
    return key


def _present(key: ed25519.Ed25519PrivateKey | None) -> ed25519.Ed25519PrivateKey:
    if key is None:
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f"nobody would believe this decision: the gateway has no key to sign it with; set {names.GATEWAY_KEY} where the gateway runs,"
            f" and its public key under gateway_keys in the file that {names.POLICY} names",
        )
    return key


def _read(text: str) -> ed25519.Ed25519PrivateKey | None:
    try:
        if text.startswith("-----BEGIN"):
            loaded = serialization.load_pem_private_key(text.encode(), password=None)
            return loaded if isinstance(loaded, ed25519.Ed25519PrivateKey) else None
        return ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    except (ValueError, TypeError, binascii.Error, exceptions.UnsupportedAlgorithm):
        return None
