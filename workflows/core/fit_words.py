"""Words for values, paths and schemas in messages, for those who say why something does not fit."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from workflows.core import fit_schema

MAX_SHOWN_CHARS: Final = 80  # of a value in a message
MAX_CHOICES: Final = 30  # names listed after "expected one of"
NEAR: Final = 0.6  # difflib's likeness of a word that may have been meant

_TYPES: Final = {
    "string": "text",
    "number": "a number",
    "integer": "an integer",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
#: format -> its words
FORMATS: Final = {"date": "a date like 2026-11-23", "date-time": "a date and time like 2026-11-23T18:00:00+02:00"}


def path_to(where: str, keys: Iterable[str | int]) -> str:
    """`with.updates[3].id`; a key that is no plain name is quoted: `with.fields["my key"]`."""
    path = where
    for key in keys:
        if isinstance(key, int):
            path += f"[{key}]"
        elif key.replace("-", "_").replace("$", "_").isidentifier():
            path += f".{key}" if path else key
        else:
            path += f'["{key[:MAX_SHOWN_CHARS]}"]'
    return path


def near(word: str, known: Iterable[str], least: float = NEAR) -> str:
    """The known word that is most like this one, or ""; `least` is how like, from 0 to 1."""
    return next(iter(near_all(word, known, 1, least)), "")


def near_all(word: str, known: Iterable[str], most: int, least: float = NEAR) -> list[str]:
    """The known words most like this one, best first; upper and lower case count as the same."""
    by_lower = {name.lower(): name for name in known}
    return [by_lower[name] for name in difflib.get_close_matches(word[:MAX_SHOWN_CHARS].lower(), by_lower, most, least)]


def shown(value: Any) -> str:
    """A value for a message, with its kind: `text "abc"`, `number 5`, `list [1,2]`, `null`."""
    text = brief(value)
    match value:
        case None | bool():
            return text
        case str():
            return f"text {text}"
        case list():
            return f"list {text}"
        case dict():
            return f"object {text}"
    return f"number {text}"


def brief(value: Any) -> str:
    """At most MAX_SHOWN_CHARS of a value as compact JSON."""
    text = ""
    for piece in _pieces(value):
        text += piece
        if len(text) > MAX_SHOWN_CHARS:
            return text[:MAX_SHOWN_CHARS] + "..."
    return text


def _pieces(value: Any) -> Iterator[str]:
    """Compact JSON piece by piece, so that a large value is never written out in full."""
    match value:
        case None:
            yield "null"
        case bool():
            yield "true" if value else "false"
        case str():
            yield '"' + value[: MAX_SHOWN_CHARS + 1].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        case int() if abs(value) >= 10**MAX_SHOWN_CHARS:
            yield f"of more than {MAX_SHOWN_CHARS} digits"
        case int() | Decimal():
            yield str(value)
        case list():
            yield from _joined("[", (_pieces(item) for item in value), "]")
        case dict():
            yield from _joined("{", (_member(key, item) for key, item in value.items()), "}")
        case _:
            yield f"of type {type(value).__name__}"


def _joined(opening: str, members: Iterable[Iterator[str]], closing: str) -> Iterator[str]:
    yield opening
    for index, member in enumerate(members):
        if index:
            yield ","
        yield from member
    yield closing


def _member(key: str, value: Any) -> Iterator[str]:
    yield f'"{key}":'
    yield from _pieces(value)


def expected(schema: fit_schema.Schema) -> str:
    """What a schema wants, in words: `text`, `an integer or text`, `one of "low", "high"`; "" where it wants nothing."""
    if isinstance(schema, bool):
        return ""
    if "const" in schema:
        return bare(schema["const"])
    if "enum" in schema:
        return one_of(bare(choice) for choice in schema["enum"])
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    named = schema.get("type", [])
    return " or ".join(_TYPES.get(name, name) for name in ([named] if isinstance(named, str) else named))


def bare(value: Any) -> str:
    """A value as compact JSON without its kind, for what was expected."""
    return "".join(_pieces(value))


def one_of(choices: Iterable[str]) -> str:
    """`one of "a", "b"`, at most MAX_CHOICES of them."""
    listed = list(choices)
    if len(listed) == 1:
        return listed[0]
    rest = len(listed) - MAX_CHOICES
    return "one of " + ", ".join(listed[:MAX_CHOICES]) + (f" and {rest} more" if rest > 0 else "")
