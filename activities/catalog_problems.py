"""Reads one catalog file and says everything that is wrong with it, for the loader of the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from activities import json_places, validators
from workflows.core import errors, fit_problems, fit_schema, fit_words, limits

# Codes of problems in catalog files; stable.
UNREADABLE: Final = "catalog-unreadable"
NOT_JSON: Final = "catalog-not-json"
BAD_DEFINITION: Final = "catalog-definition"
BAD_SCHEMA: Final = "catalog-schema"
BAD_ACTIONS: Final = "catalog-actions"
BAD_TEMPLATE: Final = "catalog-template"
BAD_REST: Final = "catalog-rest"
BAD_APPROVAL: Final = "catalog-approval"
BAD_SERVICES: Final = "catalog-services"
DUPLICATE: Final = "catalog-duplicate"

_TOO_DEEP: Final = f"nested too deeply, expected at most {limits.MAX_DEPTH} levels"

INPUT_SCHEMA: Final = "input_schema"
OUTPUT_SCHEMA: Final = "output_schema"
SCHEMAS: Final = (INPUT_SCHEMA, "vendor_schema", OUTPUT_SCHEMA)


def read(file: Path) -> tuple[list[tuple[str, Any]], list[errors.Problem]]:
    """The definitions of a file, each with its path in it: [("", {...})], [("tools[0]", {...}), ...].

    A file holds one definition, an array of them, or `{"tools": [...]}`. Numbers become int and Decimal.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        return [], [_problem(UNREADABLE, f"the file cannot be read: {error.strerror}")]
    if len(data) > limits.MAX_DOCUMENT_BYTES:
        message = f"found {len(data):,} bytes, expected at most {limits.MAX_DOCUMENT_BYTES:,} (MAX_DOCUMENT_BYTES)"
        return [], [_problem(UNREADABLE, message)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [_problem(UNREADABLE, f"the file is not UTF-8 text: byte {error.start} is 0x{data[error.start]:02x}")]
    return _parse(text)


def _parse(text: str) -> tuple[list[tuple[str, Any]], list[errors.Problem]]:
    try:
        value = json.loads(text, parse_float=_number, parse_int=_integer, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return [], [_problem(NOT_JSON, f"not JSON: {_plain(error.msg)}", line=error.lineno, column=error.colno)]
    except RecursionError:
        return [], [_problem(NOT_JSON, _TOO_DEEP)]
    except ValueError as error:  # a number that is too long, NaN
        return [], [_problem(NOT_JSON, f"not JSON: {error}")]
    if _is_too_deep(value):
        return [], [_problem(NOT_JSON, _TOO_DEEP)]
    repeated = json_places.Places(text).repeated()
    problems = [
        _problem(NOT_JSON, f"found the key '{name}' twice in one object, expected it once", line=line, column=column)
        for name, line, column in repeated
    ]
    return _definitions(value), problems


def _integer(digits: str) -> int:
    return int(_short_enough(digits))


def _number(digits: str) -> Decimal:
    return Decimal(_short_enough(digits))


def _short_enough(digits: str) -> str:
    if len(digits) > limits.MAX_NUMBER_DIGITS:
        raise ValueError(f"found a number of {len(digits):,} characters, expected at most {limits.MAX_NUMBER_DIGITS} (MAX_NUMBER_DIGITS)")
    return digits


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(limits.MAX_DEPTH):
        level = [item for part in level for item in (part.values() if isinstance(part, dict) else part if isinstance(part, list) else ())]
    return bool(level)


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"found {word}, expected a number")


def _plain(message: str) -> str:
    """json's sentence with a small first letter, as the rest of ours."""
    return message[:1].lower() + message[1:]


def _definitions(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping) and isinstance(value.get("tools"), list) and "address" not in value:
        return [(f"tools[{index}]", item) for index, item in enumerate(value["tools"])]
    if isinstance(value, list):
        return [(f"[{index}]", item) for index, item in enumerate(value)]
    return [("", value)]


def check(definition: Any, where: str, schema: Mapping[str, Any]) -> list[errors.Problem]:
    """Everything wrong with one definition, measured by `schema` (catalogs/schema.json)."""
    found = [_from(violation, BAD_DEFINITION) for violation in fit_problems.find(schema, definition, where, validators.fast(schema))]
    if not isinstance(definition, Mapping):
        return found
    refused = {problem.path for problem in found}
    for path, part in _schemas(definition, where):
        if path not in refused:
            found += _check_schema(part, path)
    return found + _check_shared_names(definition, where) + _check_actions(definition, where)


def _schemas(definition: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    """Every JSON Schema of a definition with its path, those of the actions too."""
    for name in SCHEMAS:
        if name in definition:
            yield fit_words.path_to(where, [name]), definition[name]
    actions = definition.get("actions")
    for name, action in actions.items() if isinstance(actions, Mapping) else ():
        for schema in (INPUT_SCHEMA, OUTPUT_SCHEMA) if isinstance(action, Mapping) else ():
            if schema in action:
                yield fit_words.path_to(where, ["actions", name, schema]), action[schema]


def _check_shared_names(definition: Mapping[str, Any], where: str) -> list[errors.Problem]:
    """`input_schema` and `vendor_schema` are joined for the check, so a name in `$defs` can stand for one thing only."""
    given, vendor = ([*parts] if isinstance(parts := _defs(definition, name), Mapping) else [] for name in SCHEMAS[:2])
    path = fit_words.path_to(where, ["vendor_schema", "$defs"])
    message = "is also in the $defs of input_schema, expected another name"
    return [_problem(BAD_SCHEMA, f"'{name}' {message}", path=path) for name in vendor if name in given]


def _defs(definition: Mapping[str, Any], name: str) -> Any:
    schema = definition.get(name)
    return schema.get("$defs") if isinstance(schema, Mapping) else None


def _check_schema(schema: Any, where: str) -> list[errors.Problem]:
    found = [_from(violation, BAD_SCHEMA) for violation in fit_problems.find_in_schema(schema, where, validators.is_schema)]
    return found or _check_cut_marks(schema, where)


def _check_cut_marks(schema: Any, where: str) -> list[errors.Problem]:
    return [
        _problem(BAD_SCHEMA, "found 'x-cut' without a 'maxLength', expected both: text is cut to that length", path=path)
        for path, part in fit_schema.parts(schema, where)
        if part.get("x-cut") and "maxLength" not in part
    ]


def _check_actions(definition: Mapping[str, Any], where: str) -> list[errors.Problem]:
    """`actions` lists what the input schema's `action` lists, none more and none less."""
    actions = definition.get("actions")
    path = fit_words.path_to(where, ["actions"])
    if not isinstance(actions, Mapping):
        return []
    known = actions_of(definition)
    if not known:
        message = "found actions, expected none: the input schema has no 'action' with an enum"
        return [_problem(BAD_ACTIONS, message, path=path)]
    found = [
        _problem(BAD_ACTIONS, f"action '{name}' is missing, expected its effect here because the input schema lists it", path=path)
        for name in known
        if name not in actions
    ]
    for name in actions:
        if name not in known:
            likely = fit_words.near(name, known)
            hint = f"did you mean '{likely}'?" if likely else ""
            message = "unknown action, expected one that the input schema lists under 'action'"
            found.append(_problem(BAD_ACTIONS, message, path=fit_words.path_to(path, [name]), hint=hint))
    if "effect" in definition:
        message = "found an effect beside actions, expected only one of them: each action has its own effect"
        found.append(_problem(BAD_ACTIONS, message, path=fit_words.path_to(where, ["effect"])))
    return found


def actions_of(definition: Mapping[str, Any]) -> list[str]:
    """The values that the input schema lists for the argument `action`; [] where it lists none."""
    place: Any = definition
    for key in ("input_schema", "properties", "action", "enum"):
        place = place.get(key) if isinstance(place, Mapping) else None
    return [name for name in place if isinstance(name, str)] if isinstance(place, list) else []


def _from(violation: fit_problems.Violation, code: str) -> errors.Problem:
    return _problem(code, violation.message, path=violation.path, hint=violation.hint)


def _problem(code: str, message: str, *, path: str = "", line: int = 0, column: int = 0, hint: str = "") -> errors.Problem:
    return errors.Problem(code, message, path=path, line=line, column=column, hint=hint)
