"""Where things stand in a JSON file, for messages about catalogs: line and column by path."""

from __future__ import annotations

import bisect
import json
import re
from typing import Final

from workflows.core import fit_words

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_SCALAR: Final = re.compile(r"[^\s,\]}]+")
_LINE_BREAK: Final = re.compile(r"\r\n?|\n")


class Places:
    """The places of a text that is known to be JSON.

    >>> Places('{"a": [1, {"b": 2}]}').of("a[1].b")
    (1, 12)
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._offsets: dict[str, int] = {}
        #: Keys that stand twice in one object, with the offset of the second.
        self._repeated: list[tuple[str, int]] = []
        self._line_starts = [0, *(found.end() for found in _LINE_BREAK.finditer(text))]
        self._value(self._skip(0), "")

    def of(self, path: str) -> tuple[int, int]:
        """Line and column, from 1, of the key or item at a path; of what is around it where the path leads to nothing."""
        while path and path not in self._offsets:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._place(self._offsets.get(path, 0))

    def repeated(self) -> list[tuple[str, int, int]]:
        """Every key that stands twice in one object, with line and column of the second."""
        return [(key, *self._place(offset)) for key, offset in self._repeated]

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def _skip(self, offset: int) -> int:
        found = _SPACE.match(self._text, offset)
        return found.end() if found else offset

    def _value(self, offset: int, path: str) -> int:
        """Notes what is inside the value at an offset; the offset of what comes after it."""
        self._offsets.setdefault(path, offset)
        opening = self._text[offset]
        if opening == '"':
            return self._skip(self._string(offset)[1])
        if opening not in "{[":
            found = _SCALAR.match(self._text, offset)
            return self._skip(found.end() if found else offset + 1)
        number, at, keys = 0, self._skip(offset + 1), set[str]()
        while self._text[at] not in "}]":
            if opening == "{":
                key, after = self._string(at)
                inner = fit_words.path_to(path, [key])
                if key in keys:
                    self._repeated.append((key, at))
                keys.add(key)
                self._offsets.setdefault(inner, at)
                at = self._skip(self._skip(after) + 1)
            else:
                inner = f"{path}[{number}]"
                number += 1
            at = self._value(at, inner)
            if self._text[at] == ",":
                at = self._skip(at + 1)
        return self._skip(at + 1)

    def _string(self, offset: int) -> tuple[str, int]:
        found = _STRING.match(self._text, offset)
        assert found is not None  # the text is JSON
        return str(json.loads(found.group())), found.end()
