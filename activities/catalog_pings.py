"""Everything wrong with the `ping` of a tool definition, for the loader of the catalog."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final

from activities import catalog_problems, catalog_rest, validators
from workflows.core import errors, fit_problems, fit_words, model

_REST: Final = "rest"
#: What a ping has of the definition: where the service is, and what all requests share.
_SHARED: Final = ("address", "transport", "endpoint", "endpoint_setting", "configuration", "rest_defaults")

#: Members of a ping that is a request.
_OF_REQUESTS: Final = ("method", "query", "headers", "body", "form", "text", "content_type", "answer", "error", "kind", "accept", "result")


def check(definition: Any, where: str) -> list[errors.Problem]:
    """Every problem of a ping: a request that cannot be sent, an action that is not there or not safe, arguments that do not fit."""
    given = definition.get("ping") if isinstance(definition, Mapping) else None
    if not isinstance(given, Mapping):
        return []
    path = fit_words.path_to(where, ["ping"])
    return [*_request(given, definition, where, path), *_action(given, definition, path)]


def request(ping: Mapping[str, Any]) -> dict[str, Any]:
    """The `rest` of a ping: it reads where nothing else is said, and its output is its `result`, or nothing.

    >>> request({"path": "/user", "needs": ["A"]})
    {'method': 'GET', 'result': None, 'path': '/user'}
    """
    return {"method": "GET", "result": None, **{key: part for key, part in ping.items() if key != "needs"}}


def _request(given: Mapping[str, Any], definition: Mapping[str, Any], where: str, path: str) -> Iterator[errors.Problem]:
    if "path" not in given:
        yield from (_problem("only a ping with a path has this, expected it left out", path, key) for key in given if key in _OF_REQUESTS)
        return
    for key in ("action", "arguments"):
        if key in given:
            yield _problem("found it beside a path, expected one of them", path, key)
    if definition.get("transport") != _REST:
        yield _problem("only the transport rest sends requests, expected an action", path, "path")
        return
    shared = {key: definition[key] for key in _SHARED if key in definition}
    rest = {key: part for key, part in request(given).items() if key in ("path", *_OF_REQUESTS)}
    alone = {**shared, "effect": model.SAFE, _REST: rest, "input_schema": {"type": "object", "additionalProperties": False}}
    begin = fit_words.path_to(where, [_REST])
    for problem in catalog_rest.check(alone, where):
        if problem.path == begin or problem.path.startswith((f"{begin}.", f"{begin}[")):
            yield dataclasses.replace(problem, path=path + problem.path.removeprefix(begin))


def _action(given: Mapping[str, Any], definition: Mapping[str, Any], path: str) -> Iterator[errors.Problem]:
    """The action or, of a tool without actions, the call that a ping names."""
    if "path" in given:
        return
    name, actions = given.get("action"), definition.get("actions")
    named: dict[str, Any] = {}
    own: Any = definition
    if isinstance(actions, Mapping):
        own = actions.get(str(name))
        if not isinstance(own, Mapping):
            yield _problem(f"there is no action {name!r}, expected one of {', '.join(actions)}", path, "action")
            return
        named = {"action": name}
    elif name is not None:
        yield _problem("the tool has no actions, expected its arguments alone", path, "action")
        return
    if own.get("effect") != model.SAFE:
        yield _problem(
            f"found the effect {own.get('effect', 'none')}, expected safe: a ping changes nothing", path, *(["action"] if named else [])
        )
    arguments, at = given.get("arguments", {}), fit_words.path_to(path, ["arguments"])
    for schema, value in (
        (definition.get("input_schema"), {**named, **arguments}),
        (own.get("input_schema") if named else None, arguments),
    ):
        if isinstance(schema, dict) and not fit_problems.find_in_schema(schema, "", validators.is_schema):
            for violation in fit_problems.find(schema, value, at, validators.fast(schema)):
                yield errors.Problem(catalog_problems.BAD_REST, violation.message, path=violation.path, hint=violation.hint)


def _problem(message: str, path: str, *keys: str) -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_REST, message, path=fit_words.path_to(path, list(keys)))
