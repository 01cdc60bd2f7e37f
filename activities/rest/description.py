"""What a definition says of one action's request and answer, compiled once, for the rest transport."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities.rest import parts, rate_limits, segments, texts
from workflows.core import errors, fit_call, model, scope, values

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
KEYS: Final = (
    *("method", "path", "headers", "query", "body", "form", "text", "content_type", "omit_null", "form_lists"),
    *("answer", "error", "kind", "accept", "result", "pages", "poll", "texts", "check"),
)
JSON: Final = "json"
TEXT: Final = "text"
NONE: Final = "none"
FILE: Final = "file"

#: The words for kinds of errors in definitions.
KINDS: Final[Mapping[str, str]] = {
    "throttled": errors.THROTTLED,
    "rejected": errors.REJECTED,
    "unreachable": errors.UNREACHABLE,
    "invalid input": errors.INVALID_INPUT,
    "unknown outcome": errors.UNKNOWN_OUTCOME,
}


@dataclass(frozen=True, slots=True)
class Pages:
    """How the next page is asked for; exactly one of `cursor`, `next`, `link`, `number` and `offset` is given."""

    items: parts.Part
    cursor: parts.Part | None = None
    into: str = ""  # where a cursor goes: query.cursor
    next: parts.Part | None = None
    link: str = ""
    number: str = ""
    first: int = 1
    offset: str = ""
    size: parts.Part | None = None
    more: parts.Part | None = None
    max_pages: int = 20
    max_items: parts.Part | int = 10_000
    relative_to: str = "host"


@dataclass(frozen=True, slots=True)
class Poll:
    """How an operation that goes on after its answer is followed."""

    path: tuple[segments.Segment, ...] = ()
    header: str = ""
    when: parts.Part | None = None
    until: parts.Part | None = None
    failed: parts.Part | None = None
    every_seconds: float = 2.0
    relative_to: str = "host"


@dataclass(frozen=True, slots=True)
class Check:
    """The part of an answer that has to be JSON and to fit a schema; `again` holds the members of the body that asks once more."""

    value: parts.Part
    schema: parts.Part | None = None
    again: parts.Part | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """One request and how its answer is read: a compiled `rest`."""

    method: str
    path: tuple[segments.Segment, ...]
    headers: parts.Part | None = None
    query: parts.Part | None = None
    body: parts.Part | None = None
    form: parts.Part | None = None
    text: parts.Part | None = None
    content_type: str = ""
    omit_null: bool = False
    form_lists: str = "repeat"
    answer: str = JSON
    error: parts.Part | None = None
    kind: parts.Part | None = None
    kinds: Mapping[str, str] | None = None  # kind by the text of the error
    accept: parts.Part | None = None
    accepted: frozenset[int] = frozenset()  # statuses that are a success
    result: parts.Part | None = None
    pages: Pages | None = None
    poll: Poll | None = None
    texts: Mapping[str, texts.Text] = dataclasses.field(default_factory=dict)
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """All that a definition says of one action, or of a tool without actions."""

    #: The request: the first whose condition is true; most actions have one, without a condition.
    cases: tuple[tuple[parts.Part | None, Description], ...]
    look_up: Description | None = None
    found: parts.Part | None = None
    key_header: str = ""
    key_place: str = ""  # body.transactionId
    cache_ttl_seconds: float = 0.0
    rate_limit: rate_limits.Headers = rate_limits.STANDARD
    #: Declared arguments with their defaults (null): what a call does not give reads as these in templates.
    defaults: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def rest(self, names: scope.Scope) -> Description:
        """The request that fits the arguments.

        Raises:
            ToolError: INVALID_INPUT, none does, or a condition gives no boolean.
        """
        for condition, description in self.cases:
            if condition is None or _holds(condition, names):
                return description
        raise errors.ToolError(
            errors.INVALID_INPUT, "none of the action's requests is for these arguments: no condition of its cases is true"
        )


def _holds(condition: parts.Part, names: scope.Scope) -> bool:
    """Whether a condition is true; null, as of an argument that was not given, is false.

    Raises:
        ToolError: INVALID_INPUT, it gives something else: a text that is there would look like a yes and never be one.
    """
    found = condition.value(names)
    if found is not None and not isinstance(found, bool):
        shown = (
            f"{condition.path} gives {values.shown(found)}, expected true or false; compare it, as in ${{arguments.operation == 'list'}}"
        )
        raise parts.bad_definition(shown)
    return bool(found)


def of(tool: model.Tool, name: str | None) -> Action:
    """What the definition says of an action; the tool's own `rest` where the action has none.

    Raises:
        ToolError: INVALID_INPUT, the definition cannot be used. The checker of catalogs tells this and more before.
    """
    actions = tool.definition.get("actions")
    found = actions.get(name) if isinstance(actions, dict) else None
    own: Mapping[str, Any] = (
        found if isinstance(found, dict) and ("rest" in found or "cases" in found) else {**tool.definition, **(found or {})}
    )
    if not isinstance(own.get("rest"), dict) and not isinstance(own.get("cases"), list):
        raise parts.bad_definition(f"there is no `rest` for {name or 'this tool'}")
    try:
        return _action(own, tool.definition, fit_call.defaults((tool.input_schema, tool.input_schema_of(name))))
    except errors.EvaluationError as error:
        raise parts.bad_definition(str(error)) from None


def with_shared(rest: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """A request with what all requests of its tool share; headers and query are joined, of the others the request's own holds.

    >>> with_shared({"path": "/a", "headers": {"B": "2"}}, {"headers": {"A": "1", "B": "1"}})
    {'headers': {'A': '1', 'B': '2'}, 'path': '/a'}
    """
    joined = {name: {**shared[name], **rest[name]} for name in ("headers", "query") if name in shared and isinstance(rest.get(name), dict)}
    bodies = {"omit_null": "body", "form_lists": "form"}
    return {**{name: part for name, part in shared.items() if bodies.get(name, name) in rest or name not in bodies}, **rest, **joined}


def _action(own: Mapping[str, Any], tool: Mapping[str, Any], defaults: Mapping[str, Any]) -> Action:
    look_up, idempotency = own.get("look_up"), own.get("idempotency", {})
    shared, rate_limit = tool.get("rest_defaults", {}), own.get("rate_limit", tool.get("rate_limit"))
    return Action(
        cases=_cases(own, shared),
        look_up=_description({"method": "GET", **with_shared(look_up["rest"], shared)}, "look_up.rest") if look_up else None,
        found=parts.of(look_up, "found", "look_up") if look_up else None,
        key_header=idempotency.get("header", ""),
        key_place=next((f"{part}.{idempotency[part]}" for part in ("body", "form", "query") if part in idempotency), ""),
        cache_ttl_seconds=float(own.get("cache_ttl_seconds", 0)),
        rate_limit=rate_limits.Headers(**rate_limit) if rate_limit else rate_limits.STANDARD,
        defaults=defaults,
    )


def _cases(own: Mapping[str, Any], shared: Mapping[str, Any]) -> tuple[tuple[parts.Part | None, Description], ...]:
    if "cases" not in own:
        return ((None, _description(with_shared(own["rest"], shared), "rest")),)
    places = [(case, f"cases[{number}]") for number, case in enumerate(own["cases"])]
    return tuple((parts.of(case, "if", where), _description(with_shared(case["rest"], shared), f"{where}.rest")) for case, where in places)


def _description(given: Mapping[str, Any], where: str) -> Description:
    unknown = next((key for key in given if key not in KEYS), None)
    if unknown is not None:
        raise parts.bad_definition(f"{where}.{unknown}: there is no such key; known are {', '.join(KEYS)}")
    method = str(given.get("method", "POST")).upper()
    if method not in METHODS:
        raise parts.bad_definition(f"{where}.method: found {method!r}, expected one of {', '.join(METHODS)}")
    part = functools.partial(parts.of, given, where=where)
    found: dict[str, Any] = {name: part(name) for name in ("headers", "query", "body", "form", "text", "error", "result")}
    kind, accept = given.get("kind"), given.get("accept")
    return Description(
        method=method,
        path=segments.of(str(given.get("path", "")), f"{where}.path"),
        **found,
        kind=part("kind") if isinstance(kind, str) else None,
        kinds=kind if isinstance(kind, Mapping) else None,
        accept=part("accept") if isinstance(accept, str) else None,
        accepted=frozenset(accept) if isinstance(accept, list) else frozenset(),
        pages=_pages(given["pages"], f"{where}.pages") if "pages" in given else None,
        poll=_poll(given["poll"], f"{where}.poll") if "poll" in given else None,
        texts={name: _text(text, f"{where}.texts.{name}") for name, text in given.get("texts", {}).items()},
        check=_check(given["check"], f"{where}.check") if "check" in given else None,
        **{name: given[name] for name in ("content_type", "omit_null", "form_lists", "answer") if name in given},
    )


def _pages(given: Mapping[str, Any], where: str) -> Pages:
    most = given.get("max_items", Pages.__dataclass_fields__["max_items"].default)
    items = parts.of(given, "items", where)
    assert items is not None
    found: dict[str, Any] = {name: parts.of(given, name, where) for name in ("cursor", "next", "size", "more")}
    return Pages(
        items=items,
        **found,
        max_items=parts.compiled(most, f"{where}.max_items") if isinstance(most, str) else most,
        **{name: given[name] for name in ("into", "link", "number", "first", "offset", "max_pages", "relative_to") if name in given},
    )


def _poll(given: Mapping[str, Any], where: str) -> Poll:
    found: dict[str, Any] = {name: parts.of(given, name, where) for name in ("when", "until", "failed")}
    return Poll(
        path=segments.of(given.get("path", ""), f"{where}.path"),
        **found,
        every_seconds=float(given.get("every_seconds", 2)),
        **{name: given[name] for name in ("header", "relative_to") if name in given},
    )


def _text(given: Mapping[str, Any], where: str) -> texts.Text:
    return texts.Text(parts.compiled(given["text"], f"{where}.text"), given["max_chars"], given.get("setting", ""))


def _check(given: Mapping[str, Any], where: str) -> Check:
    value = parts.compiled(given["value"], f"{where}.value")
    return Check(value, parts.of(given, "schema", where), parts.of(given, "again", where))
