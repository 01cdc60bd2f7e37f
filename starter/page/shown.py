"""A payload as people read it on the page: objects as two columns, lists of objects as tables, numbers with their digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import msgspec

from activities import json_text
from workflows.core import progress

TEXT: Final = "text"
NUMBER: Final = "number"
WORD: Final = "word"  # true, false, null, and what stands for an empty text, list or object
PAIRS: Final = "pairs"
TABLE: Final = "table"
ITEMS: Final = "items"

#: Of larger payloads the page says how much is left out, and links to all of it.
MAX_VALUES: Final = 5_000
MAX_TEXT_CHARS: Final = 10_000
#: Objects with more names in all are shown one by one.
MAX_COLUMNS: Final = 12
_SHORT_CHARS: Final = 4_000
#: Beside what Python calls printable; both look like the space that they are.
_SPACES: Final = "\n\t\u00a0\u202f"


@dataclass(frozen=True, slots=True)
class Shown:
    """One value, ready for the template. Which members count depends on `kind`."""

    kind: str
    text: str = ""
    pairs: Sequence[tuple[str, Shown]] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Shown | None]] = ()
    items: Sequence[Shown] = ()


@dataclass(slots=True)
class Payload:
    """A whole payload, and whether something of it is left out."""

    value: Shown
    cut: bool = False


def payload(value: Any) -> Payload:
    """What the page shows of a value.

    >>> payload({"amount": Decimal("12450.00")}).value.pairs[0][1].text
    '12450.00'
    """
    builder = _Builder()
    made = builder.value(value)
    return Payload(made, builder.cut)


def plain(text: Any) -> str:
    """A text in which nothing is hidden or moves what stands beside it: `\\u202e` for the character that turns the writing round."""
    return "".join(char if char.isprintable() or char in _SPACES else _escaped(char) for char in str(progress.writable(str(text))))


def json_lines(value: Any) -> str:
    """A value as indented JSON, cut where it is long; for what a step was given and gave."""
    text = plain(msgspec.json.format(json_text.encode(progress.writable(value)), indent=2).decode())
    return text if len(text) <= _SHORT_CHARS else f"{text[:_SHORT_CHARS]}\n... {len(text) - _SHORT_CHARS:,} more characters"


class _Builder:
    """Counts what it makes, so that no payload makes a page that no browser can show."""

    def __init__(self) -> None:
        self.cut = False
        self._left = MAX_VALUES

    def value(self, value: Any) -> Shown:
        self._left -= 1
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return self._list(value)
        return self._scalar(value)

    def _object(self, value: dict[str, Any]) -> Shown:
        if not value:
            return Shown(WORD, "no members")
        return Shown(PAIRS, pairs=[(plain(key), self.value(member)) for key, member in value.items() if self._room()])

    def _list(self, value: list[Any]) -> Shown:
        if not value:
            return Shown(WORD, "empty list")
        columns = _columns(value)
        if columns is None:
            return Shown(ITEMS, items=[self.value(one) for one in value if self._room()])
        rows = [[self.value(one[name]) if name in one else None for name in columns] for one in value if self._room()]
        return Shown(TABLE, columns=[plain(name) for name in columns], rows=rows)

    def _scalar(self, value: Any) -> Shown:
        if value is None or isinstance(value, bool):
            return Shown(WORD, {None: "null", True: "true", False: "false"}[value])
        if isinstance(value, int | Decimal):
            return Shown(NUMBER, json_text.encode(value).decode())
        if value == "":
            return Shown(WORD, "empty text")
        text = plain(value)
        if len(text) > MAX_TEXT_CHARS:
            self.cut = True
            text = f"{text[:MAX_TEXT_CHARS]} ... {len(text) - MAX_TEXT_CHARS:,} more characters"
        return Shown(TEXT, text)

    def _room(self) -> bool:
        self.cut = self.cut or self._left <= 0
        return self._left > 0


def _columns(value: list[Any]) -> list[str] | None:
    """The names of a list of objects, in the order in which they come; None where it makes no table."""
    if not all(isinstance(one, dict) and one for one in value):
        return None
    names = list(dict.fromkeys(name for one in value for name in one))
    return names if len(names) <= MAX_COLUMNS else None


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
