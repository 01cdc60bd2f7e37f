"""JMESPath's projections, for authors who come from the earlier system: how `rows[?price > `5`].name` is written here."""

from __future__ import annotations

import re
from typing import Final

#: A path, and the bracket that begins a projection: `steps.w.tags[*`, `items[?`, `items[]`.
_BEGIN: Final = re.compile(r"([^\W\d][\w-]*(?:\.[^\W\d][\w-]*|\[-?\d+\])*)(?=\[[*?\]])")
_NAME: Final = re.compile(r"\.(?:[^\W\d]\w*|\*)")
_QUOTES: Final = "'\"`"


def rewritten(source: str) -> str:
    """The first projection of an expression as a filter; "" where there is none.

    >>> rewritten("length(steps.w.tags[*].name) > 1")
    "steps.w.tags | jmespath('[*].name')"
    """
    match = _BEGIN.search(source)
    if match is None:
        return ""
    query = source[match.end() : _end(source, match.end())]
    quote = '"' if "'" in query else "'"
    return f"{match[1]} | jmespath({quote}{query}{quote})"


def _end(source: str, position: int) -> int:
    """The offset after the brackets and names that follow each other from here."""
    while position < len(source):
        if source[position] == "[":
            position = _bracket_end(source, position)
        elif name := _NAME.match(source, position):
            position = name.end()
        else:
            break
    return position


def _bracket_end(source: str, position: int) -> int:
    depth, quote = 0, ""
    for offset in range(position, len(source)):
        character = source[offset]
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
        elif character in "[]":
            depth += 1 if character == "[" else -1
            if depth == 0:
                return offset + 1
    return len(source)
