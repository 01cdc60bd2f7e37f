"""Places inside a text of a document, for the checker: a string of JSON is written otherwise than it reads."""

from __future__ import annotations

import re
from typing import Final

from workflows.core import model

#: One character of a string in JSON, as it is written; a pair of surrogates is one character.
_WRITTEN: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)


def inside(text: str, position: model.Position, offset: int) -> model.Position:
    """Where the character at `offset` of the string that begins at `position` is written; the string's own place where that is not known.

    >>> inside('{"a": "x ${1 +}"}', Position(1, 7), 2)
    Position(line=1, column=10)
    """
    lines = text.splitlines(keepends=True)
    if not 0 < position.line <= len(lines) or position.column < 1:
        return position
    rest = "".join(lines[position.line - 1 :])[position.column - 1 :]
    if not rest.startswith('"'):  # YAML, or something else that is no string of JSON
        return position
    line, column = position.line, position.column + 1
    for number, written in enumerate(_WRITTEN.finditer(rest, 1)):
        if number == offset:
            return model.Position(line, column)
        if written[0] == '"':
            return position
        if written[0] == "\n":
            line, column = line + 1, 1
        else:
            column += len(written[0])
    return position
