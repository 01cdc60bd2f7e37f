"""Everything wrong with the requests of a tool definition, for the loader of the catalog: what cannot be sent, and what makes no sense."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities import catalog_checked, catalog_conditions, catalog_configuration, catalog_examples, catalog_problems
from activities import catalog_templates as templates
from activities.rest import request, segments
from workflows.core import errors, fit_words, marks, model

#: Keys that only the transport rest reads.
_REST_ONLY: Final = ("rest", "cases", "look_up", "idempotency", "rate_limit", "cache_ttl_seconds")
_TOOL_REST_ONLY: Final = (*_REST_ONLY, "rest_defaults", "endpoint_setting", "configuration")
#: Of these the transport websocket reads some too.
_CONNECTING: Final = ("endpoint_setting", "configuration")
_BODIES: Final = ("body", "form", "text")
_WAYS: Final = ("cursor", "next", "link", "number", "offset")
_READING: Final = ("GET", "HEAD", "POST")
_CHANGING: Final = ("PUT", "PATCH", "DELETE")
#: What `result` reads where a request has these.
_MORE: Final = {"pages": ("items", "pages", "complete"), "poll": ("first",), "check": ("checked", "answers")}


@dataclass(frozen=True, slots=True)
class _Place:
    """An action, or a tool without actions."""

    path: str
    own: Mapping[str, Any]
    effect: str
    names: templates.Names
    shared: Mapping[str, Any]  # what all requests of the tool share


def check(definition: Any, where: str) -> list[errors.Problem]:
    """Every problem of the definition's requests, and of its `configuration`; its form is checked elsewhere."""
    if not isinstance(definition, Mapping):
        return []
    return [*_tool(definition, where), *(found for place in _places(definition, where) for found in _place(place, definition))]


def _tool(definition: Mapping[str, Any], where: str) -> Iterator[errors.Problem]:
    endpoint = definition.get("endpoint")
    if isinstance(endpoint, str) and marks.has_marks(endpoint):
        yield _problem("found a template, expected a fixed address: where a call goes is never made of values", where, "endpoint")
    if isinstance(endpoint, str) and re.match(r"https?://[^/?#]*@", endpoint):
        yield _problem("found a user or password, expected none: credentials are never written here", where, "endpoint")
    yield from catalog_configuration.check(definition, where)
    if definition.get("transport") != "rest":
        for key in _TOOL_REST_ONLY:
            if key in definition and not (definition.get("transport") == "websocket" and key in _CONNECTING):
                yield _problem("only the transport rest reads this, expected it left out", where, key)
    yield from _shared(definition, where)


def _shared(definition: Mapping[str, Any], where: str) -> Iterator[errors.Problem]:
    """What all requests share reads only arguments that all of them have."""
    shared, path = definition.get("rest_defaults"), fit_words.path_to(where, ["rest_defaults"])
    if not isinstance(shared, Mapping):
        return
    names = templates.Names(arguments=catalog_examples.properties_of(definition), settings=_declared(definition))
    for key in ("headers", "query"):
        yield from templates.check(shared.get(key), fit_words.path_to(path, [key]), names)
    yield from _header_names(shared.get("headers"), fit_words.path_to(path, ["headers"]))
    yield from _expression(shared, "error", path, names.with_roots(*templates.ANSWER))
    yield from _expression(shared, "kind", path, names.with_roots(*templates.ANSWER, "error"))
    if isinstance(shared.get("kind"), Mapping) and "error" not in shared:
        yield _problem("goes by the text of 'error', which is missing", path, "kind")


def _declared(definition: Mapping[str, Any]) -> frozenset[str]:
    settings = definition.get("configuration")
    return frozenset(settings) if isinstance(settings, Mapping) else frozenset()


def _places(definition: Mapping[str, Any], where: str) -> Iterator[_Place]:
    declared = _declared(definition)
    actions, shared = definition.get("actions"), definition.get("rest_defaults")
    shared = shared if isinstance(shared, Mapping) else {}
    if not isinstance(actions, Mapping):
        names = templates.Names(arguments=_arguments(definition, {}), settings=declared)
        yield _Place(where, definition, str(definition.get("effect", model.UNSAFE)), names, shared)
        return
    for name, action in actions.items():
        if isinstance(action, Mapping):
            names = templates.Names(arguments=_arguments(definition, action), settings=declared)
            yield _Place(fit_words.path_to(where, ["actions", name]), action, str(action.get("effect")), names, shared)


def _arguments(definition: Mapping[str, Any], action: Mapping[str, Any]) -> frozenset[str] | None:
    """The arguments that can arrive; None where any can."""
    common, own = catalog_examples.properties_of(definition), catalog_examples.properties_of(action)
    if own is not None and common is not None:
        return own & common | {"action"}
    if own is not None:
        return own | {"action"}
    return common


def _place(place: _Place, definition: Mapping[str, Any]) -> Iterator[errors.Problem]:
    is_action = place.own is not definition
    if definition.get("transport") != "rest":
        for key in _REST_ONLY if is_action else ():
            if key in place.own:
                yield _problem("only the transport rest reads this, expected it left out", place.path, key)
        return
    if "steps" in place.own:  # calls of other tools, see catalog_composed.py
        return
    if not {"rest", "cases"} & {*place.own, *definition}:
        yield _problem("the request is missing, expected it under 'rest'", place.path)
    if "rest" in place.own and "cases" in place.own:
        yield _problem("found rest and cases, expected one of them", place.path, "cases")
    requests = list(_requests(place))
    for keys, rest in requests:
        yield from _rest(rest, fit_words.path_to(place.path, keys), place)
        yield from _repeats(rest, place, keys)
    yield from _conditions(place)
    yield from _effect(place, [rest for _, rest in requests] or list(_shared_requests(definition)))
    if isinstance(place.own.get("look_up"), Mapping):
        yield from _look_up(place.own["look_up"], fit_words.path_to(place.path, ["look_up"]), place)


def _requests(place: _Place) -> Iterator[tuple[list[str | int], Mapping[str, Any]]]:
    """Each request of an action with the keys that lead to it."""
    if isinstance(place.own.get("rest"), Mapping):
        yield ["rest"], place.own["rest"]
    cases = place.own.get("cases")
    for number, case in enumerate(cases if isinstance(cases, list) else ()):
        if isinstance(case, Mapping) and isinstance(case.get("rest"), Mapping):
            yield ["cases", number, "rest"], case["rest"]


def _shared_requests(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if isinstance(definition.get("rest"), Mapping):
        yield definition["rest"]


def _conditions(place: _Place) -> Iterator[errors.Problem]:
    cases = place.own.get("cases")
    for number, case in enumerate(cases if isinstance(cases, list) else ()):
        if isinstance(case, Mapping):
            path = fit_words.path_to(place.path, ["cases", number])
            yield from _expression(case, "if", path, place.names)
            if isinstance(case.get("if"), str):
                yield from catalog_conditions.check(case["if"], fit_words.path_to(path, ["if"]), place.own.get("input_schema"))
            if "if" not in case and number + 1 < len(cases or ()):
                yield _problem("'if' is missing, expected it in every case but the last: what follows would never be sent", path)


def _repeats(rest: Mapping[str, Any], place: _Place, keys: list[str | int]) -> Iterator[errors.Problem]:
    """Requests that are made more than once, of actions that must not be."""
    path = fit_words.path_to(place.path, keys)
    if place.effect != model.SAFE and "pages" in rest:
        yield _problem(f"found pages with the effect {place.effect}, expected safe: each page is a call of its own", path, "pages")
    poll = rest.get("poll")
    if isinstance(poll, Mapping) and not {"path", "header"} & {*poll} and place.effect not in (model.SAFE, model.IDEMPOTENT):
        message = f"repeats the request, which the effect {place.effect} forbids; expected a path or header of the operation"
        yield _problem(message, path, "poll")


def _effect(place: _Place, requests: list[Mapping[str, Any]]) -> Iterator[errors.Problem]:
    """Combinations of an effect with what only another one has."""
    effect, own = place.effect, place.own
    changing = [str(rest["method"]) for rest in requests if rest.get("method") in _CHANGING]
    if effect == model.SAFE and changing:
        yield _problem(f"found the effect safe with {changing[0]}, expected one that only reads", place.path, "effect")
    if effect == model.KEY and "idempotency" not in own:
        message = "found the effect key without idempotency, expected where the key goes; unsafe if the vendor knows no such key"
        yield _problem(message, place.path, "effect")
    if effect != model.KEY and "idempotency" in own:
        yield _problem(f"found idempotency with the effect {effect}, expected key", place.path, "idempotency")
    if effect != model.UNSAFE and "look_up" in own:
        yield _problem(f"found a look-up with the effect {effect}, expected unsafe: others are just sent again", place.path, "look_up")
    if effect != model.SAFE and "cache_ttl_seconds" in own:
        message = f"found a cache with the effect {effect}, expected safe: only what was read can be kept"
        yield _problem(message, place.path, "cache_ttl_seconds")
    yield from _idempotency(place, requests)


def _idempotency(place: _Place, requests: list[Mapping[str, Any]]) -> Iterator[errors.Problem]:
    given = place.own.get("idempotency")
    for part, name in given.items() if isinstance(given, Mapping) else ():
        if part == "header" and not _is_free_header(str(name)):
            yield _problem(f"'{name}' is no header that a definition can set", place.path, "idempotency", "header")
        if part in ("body", "form") and any(part not in rest for rest in requests):
            yield _problem(f"the request has no {part} for the key, expected one", place.path, "idempotency", part)


def _rest(rest: Mapping[str, Any], path: str, place: _Place) -> Iterator[errors.Problem]:
    yield from catalog_checked.texts(rest, path, place.names, place.names.settings)
    names = place.names.with_roots(*templates.REQUEST, "texts") if "texts" in rest else place.names
    yield from catalog_checked.check(rest, path, names, place.effect)
    yield from _path(rest.get("path"), fit_words.path_to(path, ["path"]), names)
    for key in ("headers", "query", *_BODIES):
        yield from templates.check(rest.get(key), fit_words.path_to(path, [key]), names)
    yield from _bodies(rest, path)
    yield from _header_names(rest.get("headers"), fit_words.path_to(path, ["headers"]))
    seen = (*templates.ANSWER, "texts") if "texts" in rest else templates.ANSWER
    answer = names.with_roots(*seen)
    yield from _expression(rest, "error", path, answer)
    for key in ("kind", "accept"):
        yield from _expression(rest, key, path, names.with_roots(*seen, "error"))
    if isinstance(rest.get("kind"), Mapping) and "error" not in {*rest, *place.shared}:
        yield _problem("goes by the text of 'error', which is missing", path, "kind")
    more = [name for key, given in _MORE.items() if key in rest for name in given]
    yield from templates.check(rest.get("result"), fit_words.path_to(path, ["result"]), names.with_roots(*seen, *more))
    if isinstance(rest.get("pages"), Mapping):
        yield from _pages(rest["pages"], fit_words.path_to(path, ["pages"]), rest, names)
    if isinstance(rest.get("poll"), Mapping):
        yield from _poll(rest["poll"], fit_words.path_to(path, ["poll"]), rest, names)


def _path(source: Any, path: str, names: templates.Names) -> Iterator[errors.Problem]:
    if not isinstance(source, str):
        return
    yield from templates.check(source, path, names)
    for segment in segments.split(source.removeprefix("/")):
        if not marks.has_marks(segment) and (segment in (".", "..") or set(segment) & set("?#\\ ")):
            yield _problem(f"found the segment '{segment}', expected a plain one; what follows a ? is written under 'query'", path)


def _bodies(rest: Mapping[str, Any], path: str) -> Iterator[errors.Problem]:
    found = [key for key in _BODIES if key in rest]
    method = str(rest.get("method", "POST"))
    if len(found) > 1:
        yield _problem(f"found {' and '.join(found)}, expected one of them: a request has one body", path, found[1])
    if found and method in ("GET", "HEAD"):
        yield _problem(f"found a body with {method}, expected none", path, found[0])
    for key, needs in (("content_type", _BODIES), ("omit_null", ("body",)), ("form_lists", ("form",))):
        if key in rest and not set(needs) & set(found):
            yield _problem(f"found it without {' or '.join(needs)}, expected both or none", path, key)


def _header_names(headers: Any, path: str) -> Iterator[errors.Problem]:
    for name in headers if isinstance(headers, Mapping) else ():
        if not _is_free_header(name):
            yield _problem("a definition cannot set this header", fit_words.path_to(path, [name]))


def _is_free_header(name: str) -> bool:
    return bool(request.HEADER_NAME.fullmatch(name)) and name.lower() not in request.OUR_HEADERS


def _pages(pages: Mapping[str, Any], path: str, rest: Mapping[str, Any], names: templates.Names) -> Iterator[errors.Problem]:
    for key in ("items", "cursor", "next", "more"):
        yield from _expression(pages, key, path, names.with_roots(*templates.ANSWER))
    for key in ("size", "max_items"):
        yield from _expression(pages, key, path, names)
    ways = [key for key in _WAYS if key in pages]
    if len(ways) != 1:
        found = " and ".join(ways) or "none of them"
        yield _problem(f"found {found}, expected exactly one of {', '.join(_WAYS)}: where the next page is", path)
    if ("cursor" in pages) != ("into" in pages):
        yield _problem("'cursor' and 'into' go together: what the cursor is, and where it goes", path)
    for key in ("into", "number", "offset"):
        part = str(pages.get(key, "query")).partition(".")[0]
        if part != "query" and part not in rest:
            yield _problem(f"the request has no {part}, expected one", path, key)
    if rest.get("answer", "json") != "json":
        yield _problem("found pages of an answer that is not JSON, expected JSON", path)
    if "poll" in rest:
        yield _problem("found pages and poll, expected one of them", path)


def _poll(poll: Mapping[str, Any], path: str, rest: Mapping[str, Any], names: templates.Names) -> Iterator[errors.Problem]:
    yield from _path(poll.get("path"), fit_words.path_to(path, ["path"]), names.with_roots(*templates.ANSWER))
    yield from _expression(poll, "when", path, names.with_roots(*templates.ANSWER))
    for key in ("until", "failed"):
        yield from _expression(poll, key, path, names.with_roots(*templates.ANSWER, "first"))
    if "path" in poll and "header" in poll:
        yield _problem("found path and header, expected one of them: where the operation's state is", path)
    if "path" in poll and "until" not in poll:
        yield _problem("'until' is missing, expected an expression that says when the operation is done", path)


def _look_up(look_up: Mapping[str, Any], path: str, place: _Place) -> Iterator[errors.Problem]:
    rest = look_up.get("rest")
    if isinstance(rest, Mapping):
        at = fit_words.path_to(path, ["rest"])
        yield from _rest({"method": "GET", **rest}, at, place)
        if str(rest.get("method", "GET")) not in _READING:
            yield _problem(f"found {rest['method']}, expected a request that only reads", at, "method")
        for key in ("pages", "poll", "result", "texts", "check"):
            if key in rest:
                yield _problem("a look-up has none, expected it left out", at, key)
    found = look_up.get("found")
    at = fit_words.path_to(path, ["found"])
    names = place.names.with_roots(*templates.ANSWER)
    yield from (templates.check_expression if isinstance(found, str) else templates.check)(found, at, names)
    if isinstance(found, Mapping | list):
        yield _problem("found an object or list, which is never null; expected an expression that gives null where nothing was done", at)


def _expression(holder: Mapping[str, Any], key: str, path: str, names: templates.Names) -> Iterator[errors.Problem]:
    if isinstance(holder.get(key), str):
        yield from templates.check_expression(holder[key], fit_words.path_to(path, [key]), names)


def _problem(message: str, path: str, *keys: str) -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_REST, message, path=fit_words.path_to(path, keys))
