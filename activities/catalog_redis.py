"""Everything wrong with what a tool definition says of transport `redis`, for the loader of the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from activities import catalog_examples, catalog_problems
from activities import catalog_templates as templates
from activities.transports import redis
from workflows.core import errors, fit_words


def check(definition: Any, where: str) -> Iterator[errors.Problem]:
    """Every problem of the definition's `redis`, of its actions too; its form is checked elsewhere."""
    if not isinstance(definition, Mapping):
        return
    actions = definition.get("actions")
    places = [(where, definition)] + [
        (fit_words.path_to(where, ["actions", name]), one)
        for name, one in (actions if isinstance(actions, Mapping) else {}).items()
        if isinstance(one, Mapping)
    ]
    for path, own in places:
        if definition.get("transport") != "redis":
            if "redis" in own:
                yield _problem("only the transport redis reads this, expected it left out", path, "redis")
        elif isinstance(own.get("redis"), Mapping):
            yield from _command(own["redis"], fit_words.path_to(path, ["redis"]), _names(definition, own))
        elif own is not definition or not actions:
            yield _problem("the command is missing, expected it under 'redis'", path)


def _names(definition: Mapping[str, Any], own: Mapping[str, Any]) -> templates.Names:
    common, more = catalog_examples.properties_of(definition), catalog_examples.properties_of(own)
    return templates.Names(arguments=None if common is None or more is None else common | more | {"action"})


def _command(given: Mapping[str, Any], where: str, names: templates.Names) -> Iterator[errors.Problem]:
    command, at = given.get("command"), fit_words.path_to(where, ["command"])
    yield from templates.check(command, at, names)
    word = command[0] if isinstance(command, list) and command else ""
    if isinstance(word, str) and word.upper() in redis.REFUSED:
        yield _problem(f"{word.upper()} is not run here, expected a command that reads or changes data", at)
    if "result" in given:
        yield from templates.check(given["result"], fit_words.path_to(where, ["result"]), names.with_roots(*templates.REQUEST, "answer"))


def _problem(message: str, where: str, *keys: str) -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_REST, message, path=fit_words.path_to(where, list(keys)))
