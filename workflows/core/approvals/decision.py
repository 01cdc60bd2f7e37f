"""One person's decision as it comes in, and as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.core import errors, values

GATEWAY: Final = "gateway"  # signed for by a gateway
SELF_ASSERTED: Final = "self-asserted"
MAX_COMMENT_CHARS: Final = 2_000
_MAX_NAME_CHARS: Final = 200
_KEYS: Final = ("step", "who", "comment", "digest", "token")


@dataclass(frozen=True, slots=True)
class Given:
    """What a signal or an update carries: `{"step": "ask", "who": "ana", "comment": "", "digest": "...", "token": "..."}`."""

    step: str
    who: str = ""
    comment: str = ""
    digest: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a gateway signed: this person decides this, for these bytes, until then."""

    run: str
    step: str
    digest: str
    decision: str
    who: str
    expires: int  # seconds since 1970
    roles: tuple[str, ...] = ()
    method: str = ""  # how the gateway knows the person: "oidc", "token", "slack"


def given(value: Any) -> Given:
    """Reads what came in.

    Raises:
        errors.ToolError: it does not have that form; the message says what is wrong.
    """
    if not isinstance(value, Mapping):
        raise wrong(f"found {values.shown(value)}, expected {{'step': ..., 'who': ..., 'comment': ..., 'digest': ...}}")
    if unknown := [key for key in value if key not in _KEYS]:
        raise wrong(f"there is no member '{str(unknown[0])[:40]}'; there are {', '.join(_KEYS)}")
    found = {key: value[key] for key in _KEYS if value.get(key) is not None}
    for key, member in found.items():
        if not isinstance(member, str):
            raise wrong(f"'{key}' is {values.shown(member)}, expected text")
    if not found.get("step"):
        raise wrong("it names no step: {'step': ...}")
    if len(found.get("who", "")) > _MAX_NAME_CHARS:
        raise wrong(f"'who' has {len(found['who']):,} characters, at most {_MAX_NAME_CHARS} are taken")
    if len(found.get("comment", "")) > MAX_COMMENT_CHARS:
        raise wrong(f"'comment' has {len(found['comment']):,} characters, at most {MAX_COMMENT_CHARS:,} are taken")
    return Given(**found)


def wrong(message: str) -> errors.ToolError:
    """The error for a decision that cannot be read."""
    return errors.ToolError(errors.INVALID_INPUT, f"the decision cannot be read: {message}")
