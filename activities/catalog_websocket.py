"""Everything wrong with what a tool definition says of transport `websocket`, for the loader of the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from activities import catalog_examples, catalog_problems
from activities import catalog_templates as templates
from workflows.core import errors, fit_words

_MESSAGES: Final = ("message", "messages")


def check(definition: Any, where: str) -> Iterator[errors.Problem]:
    """Every problem of the definition's `websocket`, of its actions too; its form is checked elsewhere."""
    if not isinstance(definition, Mapping):
        return
    actions = definition.get("actions")
    places = [(where, definition)] + [
        (fit_words.path_to(where, ["actions", name]), one)
        for name, one in (actions if isinstance(actions, Mapping) else {}).items()
        if isinstance(one, Mapping)
    ]
    for path, own in places:
        if definition.get("transport") != "websocket":
            if "websocket" in own:
                yield _problem("only the transport websocket reads this, expected it left out", path, "websocket")
        elif isinstance(own.get("websocket"), Mapping):
            yield from _described(own["websocket"], fit_words.path_to(path, ["websocket"]), _names(definition, own))
        elif "websocket" not in definition and (own is not definition or not actions):
            yield _problem("what is sent is missing, expected it under 'websocket'", path)


def _names(definition: Mapping[str, Any], own: Mapping[str, Any]) -> templates.Names:
    common, more = catalog_examples.properties_of(definition), catalog_examples.properties_of(own)
    settings = definition.get("configuration")
    arguments = None if common is None or more is None else common | more | {"action"}
    return templates.Names(arguments=arguments, settings=frozenset(settings) if isinstance(settings, Mapping) else frozenset())


def _described(given: Mapping[str, Any], where: str, names: templates.Names) -> Iterator[errors.Problem]:
    at = {key: fit_words.path_to(where, [key]) for key in given}
    for key in ("path", "send", "seconds"):
        if key in given:
            yield from templates.check(given[key], at[key], names)
    told = names.with_roots(*templates.REQUEST, *_MESSAGES)
    for key in ("until", "keep", "error"):
        if key in given:
            yield from templates.check_expression(given[key], at[key], told)
    if "result" in given:
        yield from templates.check(given["result"], at["result"], names.with_roots(*templates.REQUEST, *_MESSAGES, "complete"))


def _problem(message: str, where: str, *keys: str) -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_REST, message, path=fit_words.path_to(where, list(keys)))
