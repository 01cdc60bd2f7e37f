"""Plain YAML scalars by the core schema of YAML 1.2, for the YAML reader: yes, no, on, off and dates are text.

Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from workflows.core import errors, model, numerals

_PREFIX: Final = "tag:yaml.org,2002:"
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o([0-7]+)")
_HEXADECIMAL: Final = re.compile(r"0x([0-9a-fA-F]+)")
_DECIMAL: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_TYPES: Final[dict[str, tuple[type, ...]]] = {"int": (int,), "bool": (bool,), "null": (type(None),)}


def plain(text: str) -> model.Scalar:
    """What a scalar without quotes and tag is.

    >>> [plain(text) for text in ("0o17", "1.50", "~", "yes")]
    [15, Decimal('1.50'), None, 'yes']

    Raises:
        EvaluationError: infinity, no number, or too many digits.
    """
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return numerals.whole(text)
    if octal := _OCTAL.fullmatch(text):
        return numerals.whole(octal.group(1), 8)
    if hexadecimal := _HEXADECIMAL.fullmatch(text):
        return numerals.whole(hexadecimal.group(1), 16)
    if _DECIMAL.fullmatch(text):
        return numerals.exact(text)
    if _NO_NUMBER.fullmatch(text):
        raise errors.EvaluationError(f"'{text}' is no number here", "there is no NaN and no infinity; null says that there is no number")
    return text


def tagged(text: str, tag: str) -> model.Scalar:
    """What a scalar with a tag is: `!!str 5` is "5".

    Raises:
        EvaluationError: the tag is none of YAML's own, or does not fit the scalar.
    """
    name = tag.removeprefix(_PREFIX)
    if name in ("!", "str"):
        return text
    value = plain(text) if name in _TYPES or name == "float" else text
    if name == "float" and isinstance(value, Decimal | int) and not isinstance(value, bool):
        return numerals.exact(text)
    if name in _TYPES and type(value) in _TYPES[name]:
        return value
    if name in _TYPES or name == "float":
        raise errors.EvaluationError(f"'{text[:40]}' does not fit the tag !!{name}", "leave the tag away")
    raise errors.EvaluationError(f"the tag {shown_tag(tag)} is not read", "leave the tag away")


def shown_tag(tag: str) -> str:
    """`!!set`, `!secret`."""
    return f"!!{tag.removeprefix(_PREFIX)}"[:40] if tag.startswith(_PREFIX) else tag[:40]


def is_collection_tag(tag: str | None, kind: str) -> bool:
    """Whether a tag says of a list (`seq`) or object (`map`) only what it is anyway."""
    return tag is None or tag in ("!", _PREFIX + kind)
