"""JSON Web Tokens signed with a private key (RS256), for the kinds that show one instead of a secret."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from activities import certificates, secrets
from activities.auth import base
from workflows.core import errors

ALGORITHM: Final = "RS256"
#: A vendor's clock may be behind ours by so much.
SKEW_SECONDS: Final = 60


def key_names(way: base.Way) -> tuple[str, str]:
    """The variables of the private key: itself, and its file."""
    return way.name("private_key", "PRIVATE_KEY"), way.name("private_key_setting", "PRIVATE_KEY_PATH")


def key_missing(way: base.Way) -> list[str]:
    """[] where the private key is configured, itself or by its file."""
    return base.one_of(way, key_names(way))


def signed(way: base.Way, claims: Mapping[str, Any], life_seconds: int) -> str:
    """A token with these claims that was issued a minute ago and ends `life_seconds` from now; masks know it from now on.

    Raises:
        ToolError: INVALID_INPUT, there is no private key that can be used.
    """
    now = int(time.time())
    made = jwt.encode({"iat": now - SKEW_SECONDS, "exp": now + life_seconds, **claims}, _key(way), algorithm=ALGORITHM)
    way.settings.hide(f"{way.service} assertion", secrets.Secret(made))
    way.settings.hide(f"{way.service} assertion's signature", secrets.Secret(made.rpartition(".")[2]))
    return made


def _key(way: base.Way) -> rsa.RSAPrivateKey:
    text_name, path_name = key_names(way)
    if way.settings.has(text_name):
        # A variable often holds a key with its line ends written as \n.
        text = way.secret(text_name).reveal().replace("\\n", "\n")
        found = certificates.private_key_of(text.encode(), text_name)
    else:
        path = way.plain(path_name)
        if path is None:
            raise base.lacking(way.service, key_missing(way))
        found = certificates.private_key(path.strip())
    if not isinstance(found, rsa.RSAPrivateKey):
        raise errors.ToolError(errors.INVALID_INPUT, f"the private key of {way.service} is no RSA key, which {ALGORITHM} needs")
    return found
