"""Long texts of a request and the part of an answer that has to fit, for the checker of catalogs: templates and what makes no sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from activities import catalog_problems
from activities import catalog_templates as templates
from workflows.core import errors, fit_problems, fit_words, leaves, model

#: What `again` reads beyond the names of an answer.
_AGAIN: Final = ("body", "said", "wrong")
#: Effects of which a request may be made once more.
_REPEATABLE: Final = (model.SAFE, model.IDEMPOTENT)


def texts(rest: Mapping[str, Any], path: str, names: templates.Names, settings: frozenset[str]) -> Iterator[errors.Problem]:
    """Everything wrong with `texts` of a request."""
    given = rest.get("texts")
    for name, text in given.items() if isinstance(given, Mapping) else ():
        if not isinstance(text, Mapping):
            continue
        at = fit_words.path_to(path, ["texts", name])
        yield from templates.check(text.get("text"), fit_words.path_to(at, ["text"]), names)
        setting = text.get("setting")
        if isinstance(setting, str) and setting not in settings:
            yield _problem(f"the setting '{setting}' is not declared in configuration, expected it there", at, "setting")


def check(rest: Mapping[str, Any], path: str, names: templates.Names, effect: str) -> Iterator[errors.Problem]:
    """Everything wrong with `check` of a request."""
    given = rest.get("check")
    if not isinstance(given, Mapping):
        return
    at = fit_words.path_to(path, ["check"])
    answer = names.with_roots(*names.roots, *templates.ANSWER[len(templates.REQUEST) :])
    yield from templates.check(given.get("value"), fit_words.path_to(at, ["value"]), answer)  # text around is part of the JSON
    yield from templates.check(given.get("schema"), fit_words.path_to(at, ["schema"]), names)
    yield from _schema(given.get("schema"), at)
    yield from templates.check(given.get("again"), fit_words.path_to(at, ["again"]), answer.with_roots(*answer.roots, *_AGAIN))
    for key in ("pages", "poll"):
        if key in rest:
            yield _problem(f"found check and {key}, expected one of them", path, "check")
    if rest.get("answer", "json") == "none":
        yield _problem("found a check of an answer that is not read, expected json or text", path, "answer")
    if "again" in given and "body" not in rest:
        yield _problem("the request has no body to ask again with, expected one", at, "again")
    if "again" in given and effect not in _REPEATABLE:
        yield _problem(f"asks a second time, which the effect {effect} forbids; expected safe or idempotent", at, "again")


def _schema(given: Any, path: str) -> Iterator[errors.Problem]:
    """A schema that is written out; one that comes from an argument is checked before each call."""
    if isinstance(given, str) and leaves.marks_lone(given) is None:
        yield _problem("found text, expected a JSON Schema or one expression that gives it", path, "schema")
    if isinstance(given, Mapping):
        for found in fit_problems.find_in_schema(dict(given), fit_words.path_to(path, ["schema"])):
            yield errors.Problem(catalog_problems.BAD_REST, found.message, path=found.path, hint=found.hint)


def _problem(message: str, path: str, *keys: str) -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_REST, message, path=fit_words.path_to(path, keys))
