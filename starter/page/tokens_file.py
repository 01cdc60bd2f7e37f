"""People who sign in by a token of their own, from a file: {"people": [{"who": ..., "roles": [...], "sha256": ...}]}, read at each use."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from activities import environment_names as names
from activities import json_text
from starter.approvals import deciding
from workflows.core import errors
from workflows.core.approvals import people

MAX_BYTES: Final = 1_048_576
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}\Z")
_KEYS: Final = ("who", "roles", "sha256")


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the file."""

    person: deciding.Person
    digest: str  # SHA-256 of the token, 64 hexadecimal digits


class TokensFileError(errors.OrdinautError):
    """The file cannot be used; the message says where and why."""

    kind = errors.INVALID_INPUT


def read(path: Path) -> list[Entry]:
    """The people of the file. What stands in it is not shown where it is wrong: it might be a token.

    Raises:
        TokensFileError: see there.
    """
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise _wrong(path, f"it has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
        document = json_text.decode(data, "it")
    except OSError as error:
        raise _wrong(path, f"cannot be read: {error.strerror}") from None
    except errors.ToolError as error:
        raise _wrong(path, error.message) from None
    listed = document.get("people") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise _wrong(path, f"expected {json.dumps({'people': [dict.fromkeys(_KEYS, '...')]})}")
    entries = [_entry(path, number, one) for number, one in enumerate(listed)]
    _check_once(path, entries)
    return entries


def of_token(entries: Sequence[Entry], token: str) -> Entry | None:
    """Whose token it is. All entries are compared, each in constant time, so that the time tells nothing."""
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    return of_digest(entries, digest)


def of_digest(entries: Sequence[Entry], digest: str) -> Entry | None:
    """The entry with this digest; None where it is not there, or not any more."""
    found = None
    for entry in entries:
        if hmac.compare_digest(entry.digest.encode(), digest.encode()):
            found = entry
    return found


def _entry(path: Path, number: int, given: Any) -> Entry:
    where = f"people[{number}]"
    if not isinstance(given, dict):
        raise _wrong(path, f"{where}: expected an object with {', '.join(_KEYS)}")
    if unknown := [key for key in given if key not in _KEYS]:
        raise _wrong(path, f"{where}.{unknown[0][:60]}: there is no such key; there are {', '.join(_KEYS)}")
    who, roles, digest = given.get("who"), given.get("roles", []), given.get("sha256")
    if not isinstance(who, str) or not who.strip():
        raise _wrong(path, f"{where}.who: expected a person's name")
    if not isinstance(roles, list) or any(not isinstance(role, str) or not role.strip() or role == people.EVERY_ROLE for role in roles):
        raise _wrong(path, f"{where}.roles: expected a list of roles")
    if not isinstance(digest, str) or not _SHA256.match(digest):
        raise _wrong(path, f"{where}.sha256: expected the SHA-256 of the token, 64 hexadecimal digits")
    return Entry(deciding.Person(who.strip(), tuple(dict.fromkeys(role.strip() for role in roles)), deciding.TOKEN), digest.lower())


def _check_once(path: Path, entries: Sequence[Entry]) -> None:
    """A token of two people would say of nobody who it is."""
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        if entry.digest in seen:
            raise _wrong(path, f"people[{number}].sha256: it stands there twice; a token is of one person")
        seen.add(entry.digest)


def _wrong(path: Path, problem: str) -> TokensFileError:
    return TokensFileError(f"{names.PAGE_TOKENS_FILE} {path}: {problem}")
