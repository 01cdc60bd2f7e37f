"""What the readers of documents found wrong, and where: the codes, places by line and column, and the list that gathers them."""

from __future__ import annotations

import bisect
import re
from typing import Final, NoReturn

from workflows.core import errors, model

#: Every code of the readers, with its meaning. Codes are stable: scripts match them.
CODES: Final[dict[str, str]] = {
    "unreadable": "bytes that are no text in UTF-8, nor in UTF-16 with a byte-order mark",
    "too-large": "a document above a limit: bytes, members, or text copied by YAML aliases",
    "too-deep": "lists, objects and blocks nested deeper than MAX_DEPTH",
    "empty": "a document without content",
    "not-object": "a document that is no object",
    "not-json": "something that cannot stand here in JSON",
    "not-yaml": "something that cannot stand here in YAML",
    "unclosed": "a list, object, text or block that is not closed",
    "duplicate-key": "a key that stands twice in one object",
    "missing-comma": "two items without a comma between them",
    "extra-comma": "a comma with nothing before or after it",
    "missing-colon": "a key without a colon after it",
    "missing-value": "a key without a value",
    "wrong-key": "a key that is no text",
    "unquoted-text": "text without quotes, in JSON",
    "single-quotes": "text in single quotes, in JSON",
    "comment": "a comment, in JSON",
    "wrong-number": "a number that JSON or YAML 1.2 does not know, or with too many digits",
    "wrong-escape": "a backslash in a JSON text that begins no escape",
    "control-character": "a line break or another control character inside a JSON text",
    "wrong-mark": "a template mark outside quotes that cannot be read or cannot stand here",
    "wrong-block": "a {% %} block outside quotes that cannot be read or cannot stand here",
    "unquoted-template": "a template that YAML reads as something else, because it has no quotes",
    "merge-key": "the YAML key <<, which is not read",
    "yaml-tag": "a YAML tag that is not read",
    "yaml-alias": "a YAML alias without its anchor",
    "several-documents": "more than one YAML document in a file",
}

#: After this many problems a reader stops looking for more.
MAX_PROBLEMS: Final = 50

_LINE_BREAK: Final = re.compile(r"\r\n?|\n")

#: What to do about a document that holds nothing.
HOW_TO_BEGIN: Final = 'begin with {"title": "...", "payload": {"pipeline": [{"id": "...", "uses": "...", "with": {}}]}}'


class Stopped(Exception):
    """A reader cannot go on; what it found is in the findings. Never leaves `source.read_document`."""


class Findings:
    """The problems of one text so far."""

    def __init__(self, text: str) -> None:
        self.problems: list[errors.Problem] = []
        self._line_starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def at(self, offset: int) -> model.Position:
        """The place of an offset; lines end with LF, CR LF or CR, columns are characters."""
        line = bisect.bisect_right(self._line_starts, offset)
        return model.Position(line, offset - self._line_starts[line - 1] + 1)

    def add(self, code: str, message: str, offset: int, path: str = "", hint: str = "") -> None:
        """Notes a problem; the reader goes on.

        Raises:
            Stopped: it was the last that is gathered (MAX_PROBLEMS).
        """
        assert code in CODES, code
        place = self.at(offset)
        self.problems.append(errors.Problem(code, message, path, place.line, place.column, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise Stopped

    def stop(self, code: str, message: str, offset: int, path: str = "", hint: str = "") -> NoReturn:
        """Notes a problem after which nothing sound can be read.

        Raises:
            Stopped: always.
        """
        self.add(code, message, offset, path, hint)
        raise Stopped

    def in_order(self) -> tuple[errors.Problem, ...]:
        """All problems, in the order of the document."""
        return tuple(sorted(self.problems, key=lambda problem: (problem.line, problem.column)))


def place(position: model.Position) -> str:
    """`line 3, column 15`."""
    return f"line {position.line}, column {position.column}"


def shown(text: str, limit: int = 40) -> str:
    """A piece of a document for a message: one line, cut.

    >>> shown("a" * 50)
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'
    """
    line = "".join(
        character if character.isprintable() else " " if character.isspace() else f"\\u{ord(character):04x}"
        for character in text[: limit + 1]
    )
    return line if len(text) <= limit else f"{line[:limit]}..."
