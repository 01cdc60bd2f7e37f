"""Input schemas and examples of actions, for the checker of catalogs: they must agree with the schema of their tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from activities import catalog_problems, validators
from workflows.core import errors, fit_problems, fit_words


def check(definition: Any, where: str) -> list[errors.Problem]:
    """Arguments of an action that the tool's schema refuses, and examples that do not fit the schemas they are examples of."""
    if not isinstance(definition, Mapping):
        return []
    actions = definition.get("actions")
    if not isinstance(actions, Mapping):
        return list(_example(definition, {}, definition, {}, where))
    found: list[errors.Problem] = []
    for name, action in actions.items():
        if isinstance(action, Mapping):
            path = fit_words.path_to(where, ["actions", name])
            found += [*_schema(action, definition, path), *_example(definition, action, action, {"action": name}, path)]
    return found


def properties_of(holder: Mapping[str, Any]) -> frozenset[str] | None:
    """The names that the input schema of a tool or action lets through; None where it lets any through."""
    schema = holder.get("input_schema")
    if not isinstance(schema, Mapping) or schema.get("additionalProperties") is not False or "patternProperties" in schema:
        return None
    properties = schema.get("properties", {})
    return frozenset(properties) if isinstance(properties, Mapping) else None


def _schema(action: Mapping[str, Any], definition: Mapping[str, Any], path: str) -> Iterator[errors.Problem]:
    """What an action's own schema declares must pass the tool's, or no call could ever give it."""
    schema, common = action.get("input_schema"), properties_of(definition)
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    for name in properties if isinstance(properties, Mapping) else ():
        at = fit_words.path_to(path, ["input_schema", "properties", name])
        if name == "action":
            yield _problem("is not seen by this schema, expected it left out", at)
        elif common is not None and name not in common:
            yield _problem("the tool's own input_schema refuses this argument, expected it there too", at)


def _example(
    definition: Mapping[str, Any], action: Mapping[str, Any], holder: Mapping[str, Any], named: dict[str, str], path: str
) -> Iterator[errors.Problem]:
    example = holder.get("example")
    if not isinstance(example, Mapping):
        return
    at = fit_words.path_to(path, ["example"])
    for schema, value in ((definition.get("input_schema"), {**named, **example}), (action.get("input_schema"), dict(example))):
        if isinstance(schema, dict) and not fit_problems.find_in_schema(schema, "", validators.is_schema):
            for violation in fit_problems.find(schema, value, at, validators.fast(schema)):
                yield errors.Problem(catalog_problems.BAD_REST, violation.message, path=violation.path, hint=violation.hint)


def _problem(message: str, path: str) -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_REST, message, path=path)
