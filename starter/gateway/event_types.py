"""Names of event types, for the kinds: `github.pull_request.opened`."""

from __future__ import annotations

import re
from typing import Any, Final

from starter.gateway import refusals

MAX_CHARS: Final = 200
_MAX_WORD_CHARS: Final = 64
_OTHER: Final = re.compile(r"[^a-z0-9_.-]+")
_TYPE: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\Z")


def joined(*words: Any) -> str:
    """The words that are texts, joined by points, in small letters; other signs become `_`.

    >>> joined("github", "repository_dispatch", "On demand!")
    'github.repository_dispatch.on_demand_'
    """
    return ".".join(
        _OTHER.sub("_", word.lower())[:_MAX_WORD_CHARS].strip(".") for word in words if isinstance(word, str) and word.strip(".")
    )


def checked(name: str) -> str:
    """The name of an event type as its sender gives it.

    Raises:
        Refused: 400, it is none.
    """
    if len(name) > MAX_CHARS or not _TYPE.match(name):
        raise refusals.Refused(
            refusals.MALFORMED,
            f"the event type is not one: expected words of letters, digits, _ and - with points between, at most {MAX_CHARS}",
        )
    return name
