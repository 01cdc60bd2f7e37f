"""Made-up values that fit a schema, for mock runs without recorded outputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from workflows.core import fit_schema

MAX_OPTIONAL_DEPTH: Final = 6  # deeper, only what is required is made up, so that schemas that hold themselves come to an end
MAX_ITEMS: Final = 100  # of a made-up list
MAX_DEPTH: Final = 40

_TEXTS: Final = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T09:00:00+00:00",
    "time": "09:00:00",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_TYPES: Final = ("object", "array", "string", "integer", "number", "boolean", "null")  # which of several types is made up


def make(schema: fit_schema.Schema) -> Any:
    """A value made from a schema, the same one each time: its const, default, first choice or example, else the least that fits.

    Objects get their optional members too. A `pattern` is not followed: give such a text an example.
    """
    return _make(schema, schema, 0)


def _make(schema: fit_schema.Schema, root: fit_schema.Schema, depth: int) -> Any:
    if isinstance(schema, bool) or depth > MAX_DEPTH:
        return {}
    schema = _flat(schema, root, depth)
    given = [schema[word] for word in ("const", "default") if word in schema]
    given += [schema[word][0] for word in ("enum", "examples") if schema.get(word)]
    if given:
        return given[0]
    match _type(schema):
        case "object":
            return _object(schema, root, depth)
        case "array":
            return _array(schema, root, depth)
        case "string":
            return _text(schema)
        case "integer" | "number" as kind:
            return _number(schema, whole=kind == "integer")
        case "boolean":
            return True
    return None


def _type(schema: Mapping[str, Any]) -> str:
    types = fit_schema.types_of(schema)
    if types:
        return next(name for name in _TYPES if name in types)
    words = {"items": "array", "prefixItems": "array", "maxLength": "string", "pattern": "string", "format": "string", "minimum": "number"}
    return next((kind for word, kind in words.items() if word in schema), "object")


def _flat(schema: Mapping[str, Any], root: fit_schema.Schema, depth: int) -> Mapping[str, Any]:
    """The schema with what `$ref`, `allOf` and the first of `anyOf` or `oneOf` add to it."""
    parts: list[Any] = list(schema.get("allOf", ())) + [schema[word][0] for word in ("anyOf", "oneOf") if schema.get(word)]
    if isinstance(reference := schema.get("$ref"), str):
        parts.append(fit_schema.resolve(root, reference))
    flat = {key: value for key, value in schema.items() if key not in ("allOf", "anyOf", "oneOf", "$ref")}
    for part in parts:
        if isinstance(part, Mapping) and depth < MAX_DEPTH:
            flat = _merged(flat, _flat(part, root, depth + 1))
    if "oneOf" in schema:  # what only the other forms need must stay away
        needed = set(flat.get("required", ()))
        others = {name for part in schema["oneOf"][1:] if isinstance(part, Mapping) for name in part.get("required", ())} - needed
        flat["properties"] = {name: value for name, value in flat.get("properties", {}).items() if name not in others}
    return flat


def _merged(left: dict[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**right, **left}
    if "properties" in left and "properties" in right:
        merged["properties"] = {**right["properties"], **left["properties"]}
    if "required" in left and "required" in right:
        merged["required"] = list(dict.fromkeys([*left["required"], *right["required"]]))
    return merged


def _object(schema: Mapping[str, Any], root: fit_schema.Schema, depth: int) -> dict[str, Any]:
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    names = [*properties, *(name for name in required if name not in properties)]
    return {
        name: _make(properties.get(name, {}), root, depth + 1)
        for name in names
        if properties.get(name) is not False and (name in required or depth < MAX_OPTIONAL_DEPTH)
    }


def _array(schema: Mapping[str, Any], root: fit_schema.Schema, depth: int) -> list[Any]:
    first = [_make(part, root, depth + 1) for part in schema.get("prefixItems", ())]
    items = schema.get("items", True)
    wanted = 1 if depth < MAX_OPTIONAL_DEPTH else 0
    count = min(max(schema.get("minItems", 0), wanted), schema.get("maxItems", MAX_ITEMS), MAX_ITEMS) - len(first)
    return first + ([_make(items, root, depth + 1) for _ in range(count)] if items is not False else [])


def _text(schema: Mapping[str, Any]) -> str:
    text = _TEXTS.get(schema.get("format", ""), "text")
    least = int(schema.get("minLength", 0))
    return text.ljust(least, "x")[: int(schema.get("maxLength", max(least, len(text))))]


def _number(schema: Mapping[str, Any], *, whole: bool) -> int | Decimal:
    """1 if it fits, else a number next to a bound or between both."""
    step = Decimal(str(schema.get("multipleOf", 1 if whole else 0)))
    low, high = _bound(schema, "minimum", "exclusiveMinimum"), _bound(schema, "maximum", "exclusiveMaximum")
    ends = [end for end in (low, high) if end is not None]
    candidates = [Decimal(1), Decimal(0), *ends, *(end + 1 for end in ends), *(end - 1 for end in ends), sum(ends, Decimal(0)) / 2]
    if step:
        candidates += [math.ceil(number / step) * step for number in candidates] + [
            math.floor(number / step) * step for number in candidates
        ]
    number = next((number for number in candidates if _fits(schema, number, step)), Decimal(1))
    return int(number) if number == number.to_integral_value() else number


def _bound(schema: Mapping[str, Any], *words: str) -> Decimal | None:
    return next((Decimal(str(schema[word])) for word in words if word in schema), None)


def _fits(schema: Mapping[str, Any], number: Decimal, step: Decimal) -> bool:
    return (
        ("minimum" not in schema or number >= schema["minimum"])
        and ("maximum" not in schema or number <= schema["maximum"])
        and ("exclusiveMinimum" not in schema or number > schema["exclusiveMinimum"])
        and ("exclusiveMaximum" not in schema or number < schema["exclusiveMaximum"])
        and (not step or number % step == 0)
    )
