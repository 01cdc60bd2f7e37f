"""Secrets, for settings, authentication and every text that leaves the worker."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from workflows.core import errors

HIDDEN: Final = "***"
#: A shorter value is not looked for in texts: it would blot out half of every message.
MIN_MASKED_CHARS: Final = 4
#: A shorter value is not looked for in outputs: there it may be a word like any other, and outputs are data.
MIN_OUTPUT_CHARS: Final = 16
MAX_FILE_BYTES: Final = 65_536


class Secret:
    """A value that hides itself in repr, str and format; `reveal()` is the one way to it.

    >>> f"{Secret('xoxb-1')} {Secret('xoxb-1')!r}"
    '*** Secret(***)'
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, specification: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


def from_file(name: str, path: str) -> Secret:
    """The secret that `NAME_FILE` points to, without the line end after it.

    Raises:
        ToolError: INVALID_INPUT, the file cannot be read.
    """
    try:
        with pathlib.Path(path).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise ValueError(f"it is larger than {MAX_FILE_BYTES:,} bytes")
        return Secret(data.decode("utf-8").rstrip("\r\n"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text" if isinstance(error, UnicodeError) else str(error)
        raise errors.ToolError(errors.INVALID_INPUT, f"{name}_FILE: cannot read {path}: {reason}") from None


def mask(text: str, values: Iterable[str]) -> str:
    """The text with every one of the values replaced by `***`, the longest first.

    >>> mask("token xoxb-1 is revoked", ["xoxb-1"])
    'token *** is revoked'
    """
    for value in sorted({value for value in values if len(value) >= MIN_MASKED_CHARS}, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return text


def without(value: Any, values: Iterable[str]) -> Any:
    """A JSON value without these secrets: itself where none of at least 16 characters is in its texts, else a copy with `***`.

    >>> without({"headers": ["Bearer xoxb-1234567890123"]}, ["xoxb-1234567890123", "none"])
    {'headers': ['Bearer ***']}
    """
    wanted = [one for one in values if len(one) >= MIN_OUTPUT_CHARS]
    whole = "\0".join(_texts(value)) if wanted else ""
    found = [one for one in wanted if one in whole]
    return _replaced(value, found) if found else value


def _texts(value: Any) -> list[str]:
    """Every text in a JSON value, keys too, in any order."""
    found: list[str] = []
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, Mapping):
            found.extend(one)
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return found


def _replaced(value: Any, found: list[str]) -> Any:
    if isinstance(value, str):
        return mask(value, found)
    if isinstance(value, Mapping):
        return {mask(key, found): _replaced(member, found) for key, member in value.items()}
    return [_replaced(item, found) for item in value] if isinstance(value, list) else value
