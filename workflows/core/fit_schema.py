"""Compiled JSON Schemas for those who check a value: exact decimals, date formats of our own, nothing fetched from anywhere."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any, Final

import jsonschema
from jsonschema import validators

from workflows.core import errors, limits

Schema = Mapping[str, Any] | bool

MAX_COMPILED: Final = 512  # schemas kept compiled; a catalog holds two a tool and one an action

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME: Final = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(?:[Zz]|[+-](?P<offset>[0-9]{2}:[0-9]{2}))?"
)
#: Keywords whose content is data, not schema.
_DATA: Final = frozenset({"const", "enum", "default", "examples", "example"})


def is_date(value: Any) -> bool:
    """Format `date`: "2026-11-23", a day that exists. What is no text passes, as JSON Schema has it."""
    return not isinstance(value, str) or (_DATE.fullmatch(value) is not None and _exists(datetime.date.fromisoformat, value))


def is_date_time(value: Any) -> bool:
    """Format `date-time`: RFC 3339, "2026-11-23T18:00:00+02:00"; an offset that is left out is let pass (the tool takes its own)."""
    if not isinstance(value, str):
        return True
    found = _DATE_TIME.fullmatch(value)
    if found is None:
        return False
    hour_minute = found["offset"]
    return (
        _exists(datetime.date.fromisoformat, found["date"])
        and _exists(datetime.time.fromisoformat, found["time"])
        and (hour_minute is None or _exists(datetime.time.fromisoformat, hour_minute))
    )


def _exists(parse: Callable[[str], Any], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


#: The formats that are checked; all others only describe. A faster validator must be given these same ones.
FORMATS: Final[Mapping[str, Callable[[Any], bool]]] = {"date": is_date, "date-time": is_date_time}


def _format_checker() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    for name, function in FORMATS.items():
        checker.checks(name)(function)
    return checker


_FORMAT_CHECKER: Final = _format_checker()


def is_integer(value: Any) -> bool:
    """An integer in JSON Schema's sense: 2, and Decimal("2.0") too; true is none."""
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _multiple_of(validator: Any, divisor: Any, instance: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
    """`multipleOf`, exactly; jsonschema's own mixes floats in."""
    if not validator.is_type(instance, "number"):
        return
    with localcontext() as context:
        context.prec = 2 * limits.MAX_NUMBER_DIGITS
        try:
            fits = Decimal(instance) % Decimal(str(divisor)) == 0
        except InvalidOperation:  # the quotient has more digits than any number here may have
            fits = False
    if not fits:
        yield jsonschema.ValidationError("not a multiple")


_Validator: Final[Any] = validators.extend(  # type: ignore[no-untyped-call]  # the stubs leave it untyped
    jsonschema.Draft202012Validator,
    validators={"multipleOf": _multiple_of},
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda checker, value: is_integer(value)),
)

_META: Final[Any] = _Validator(jsonschema.Draft202012Validator.META_SCHEMA)
_compiled: dict[int, tuple[Schema, Any]] = {}


def validator(schema: Schema) -> Any:
    """The compiled validator of a schema; one schema object is compiled once.

    Raises:
        OrdinautError: the schema refers outside itself, which would mean to fetch it.
    """
    found = _compiled.get(id(schema))
    if found is not None:
        return found[1]
    for reference in references(schema):
        if not reference.startswith("#"):
            raise errors.OrdinautError(f"the schema refers to '{reference}', expected a reference inside itself such as '#/$defs/name'")
    while len(_compiled) >= MAX_COMPILED:
        del _compiled[next(iter(_compiled))]
    compiled = _Validator(schema, format_checker=_FORMAT_CHECKER)
    # The schema is kept beside its validator, so that its id is not given to another object.
    _compiled[id(schema)] = (schema, compiled)
    return compiled


def meta_validator() -> Any:
    """The validator of schemas themselves."""
    return _META


def references(schema: Any) -> Iterator[str]:
    """Every `$ref` and `$dynamicRef` of a schema."""
    for _, part in parts(schema, ""):
        for key in ("$ref", "$dynamicRef"):
            if isinstance(part.get(key), str):
                yield part[key]


def parts(schema: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every object inside a schema that may be a schema, with its path, the schema itself first."""
    if isinstance(schema, Mapping):
        yield where, schema
        for key, value in schema.items():
            if key not in _DATA:
                yield from parts(value, f"{where}.{key}" if where else key)
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from parts(value, f"{where}[{index}]")


def resolve(root: Schema, reference: str) -> Schema | None:
    """The schema that `#`, `#/$defs/name` or another pointer stands for; None where there is none."""
    if not reference.startswith("#"):
        return None
    place: Any = root
    for part in reference[1:].split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(place, Mapping) and key in place:
            place = place[key]
        elif isinstance(place, list) and key.isascii() and key.isdigit() and int(key) < len(place):
            place = place[int(key)]
        else:
            return None
    return place if isinstance(place, Mapping | bool) else None


def types_of(schema: Schema) -> frozenset[str]:
    """The names in `type`; none where it is left out."""
    if isinstance(schema, bool):
        return frozenset()
    named = schema.get("type")
    return frozenset([named] if isinstance(named, str) else named or ())


def allows(schema: Schema, type_name: str, root: Schema, depth: int = 0) -> bool:
    """Whether a value of this type could fit, as far as can be told without one."""
    if isinstance(schema, bool) or depth > limits.MAX_DEPTH:
        return schema is not False
    types = types_of(schema)
    if types and type_name not in types:
        return False
    if isinstance(reference := schema.get("$ref"), str):
        target = resolve(root, reference)
        if target is not None and not allows(target, type_name, root, depth + 1):
            return False
    if any(not allows(part, type_name, root, depth + 1) for part in schema.get("allOf", ())):
        return False
    return all(any(allows(part, type_name, root, depth + 1) for part in schema[word]) for word in ("anyOf", "oneOf") if schema.get(word))
