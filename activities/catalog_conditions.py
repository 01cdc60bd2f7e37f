"""The conditions of a tool definition's `cases`, for the checker of catalogs: what would never be true or false."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from activities import catalog_problems
from workflows.core import check_references, errors, leaves

_ARGUMENT: Final = re.compile(r"arguments\.(\w+)")
#: Types of arguments that are no condition by themselves, in words.
_KINDS: Final = {"string": "text", "integer": "a number", "number": "a number", "array": "a list", "object": "an object"}


def check(source: str, path: str, input_schema: Any) -> Iterator[errors.Problem]:
    """A condition that surely gives no boolean, by the action's input schema; what only shows with a value, the call tells."""
    lone = (leaves.marks_lone(source) or "").strip()
    argument = _ARGUMENT.fullmatch(lone)
    kind = _KINDS.get(_type_of(argument[1], input_schema), "") if argument else check_references.not_boolean(lone)
    if kind:
        message = f"gives {kind}, expected true or false; compare it, as in ${{arguments.operation == 'list'}}"
        yield errors.Problem(catalog_problems.BAD_REST, message, path=path)


def _type_of(argument: str, schema: Any) -> str:
    """The one type that a schema gives an argument; "" where it gives none or several."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    declared = properties.get(argument) if isinstance(properties, Mapping) else None
    found = declared.get("type") if isinstance(declared, Mapping) else None
    return found if isinstance(found, str) else ""
