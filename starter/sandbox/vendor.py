"""What the stand-in of a vendor is made of: its actions, what it remembers, how it refuses."""

from __future__ import annotations

import collections
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Arguments = Mapping[str, Any]

BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
NOT_FOUND: Final = 404
UNPROCESSABLE: Final = 422


class Refused(Exception):
    """The vendor says no; `status` is an HTTP status."""

    def __init__(self, message: str, status: int = UNPROCESSABLE) -> None:
        self.message = message
        self.status = status
        super().__init__(message)


@dataclass
class Memory:
    """What the vendors remember while the sandbox runs; the same calls in the same order make the same things.

    >>> memory.number("jira.FIN"), memory.number("jira.FIN")
    (1, 2)
    """

    _numbers: collections.Counter[str] = field(default_factory=collections.Counter)
    _things: dict[str, dict[str, Any]] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The next number of that name, from 1."""
        self._numbers[name] += 1
        return self._numbers[name]

    def things(self, kind: str) -> dict[str, Any]:
        """Everything kept of a kind, by id; to be added to: memory.things("jira.issue")["FIN-1"] = {...}."""
        return self._things.setdefault(kind, {})


#: One operation: gets the arguments, gives the JSON of the answer. Decimals only, never float.
Action = Callable[[Arguments, Memory], Any]
#: The tools of a service by the last word of their path: an operation, or operations by `action`.
Tools = Mapping[str, Action | Mapping[str, Action]]


def need(arguments: Arguments, name: str, kind: type[Any] | tuple[type[Any], ...] = str) -> Any:
    """An argument that must be there.

    Raises:
        Refused: it is missing, or of another type.
    """
    value = arguments.get(name)
    if value is None:
        raise Refused(f"`{name}` is missing", BAD_REQUEST)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Refused(f"`{name}` is a {type(value).__name__}, which does not fit", BAD_REQUEST)
    return value


def known(things: Mapping[str, Any], identity: str, what: str) -> Any:
    """A thing that must exist.

    Raises:
        Refused: 404, it does not.
    """
    if identity not in things:
        raise Refused(f"no {what} {identity}", NOT_FOUND)
    return things[identity]
