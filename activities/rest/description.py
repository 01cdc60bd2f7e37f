"""What a definition says of one action's request and answer, compiled once, for the rest transport."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities import json_text
from activities.rest import rate_limits
from workflows.core import errors, marks, model, scope, template

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
KEYS: Final = (
    *("method", "path", "headers", "query", "body", "form", "text", "content_type", "omit_null", "form_lists"),
    *("answer", "error", "kind", "accept", "result", "pages", "poll"),
)
JSON: Final = "json"
TEXT: Final = "text"
NONE: Final = "none"

#: The words for kinds of errors in definitions.
KINDS: Final[Mapping[str, str]] = {
    "throttled": errors.THROTTLED,
    "rejected": errors.REJECTED,
    "unreachable": errors.UNREACHABLE,
    "invalid input": errors.INVALID_INPUT,
    "unknown outcome": errors.UNKNOWN_OUTCOME,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a description that may hold templates; `path` names it in messages, such as `rest.body`."""

    path: str
    source: Any
    compiled: template.Template

    def value(self, names: scope.Scope, kind: str = errors.INVALID_INPUT) -> Any:
        """The evaluated value.

        Raises:
            ToolError: of this kind, with the place.
        """
        try:
            return self.compiled.evaluate(names)
        except errors.EvaluationError as error:
            raise errors.ToolError(kind, str(error)) from None

    def value_or_none(self, names: scope.Scope) -> Any:
        """The evaluated value; null where the answer has another form than the template expects."""
        try:
            return self.compiled.evaluate(names)
        except errors.EvaluationError:
            return None


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two slashes of a path: plain texts, and values that are encoded."""

    source: str
    pieces: tuple[str | Part, ...]


@dataclass(frozen=True, slots=True)
class Pages:
    """How the next page is asked for; exactly one of `cursor`, `next`, `link`, `number` and `offset` is given."""

    items: Part
    cursor: Part | None = None
    into: str = ""  # where a cursor goes: query.cursor
    next: Part | None = None
    link: str = ""
    number: str = ""
    first: int = 1
    offset: str = ""
    size: Part | None = None
    more: Part | None = None
    max_pages: int = 20
    max_items: Part | int = 10_000
    relative_to: str = "host"


@dataclass(frozen=True, slots=True)
class Poll:
    """How an operation that goes on after its answer is followed."""

    path: tuple[Segment, ...] = ()
    header: str = ""
    when: Part | None = None
    until: Part | None = None
    failed: Part | None = None
    every_seconds: float = 2.0
    relative_to: str = "host"


@dataclass(frozen=True, slots=True)
class Description:
    """One request and how its answer is read: a compiled `rest`."""

    method: str
    path: tuple[Segment, ...]
    headers: Part | None = None
    query: Part | None = None
    body: Part | None = None
    form: Part | None = None
    text: Part | None = None
    content_type: str = ""
    omit_null: bool = False
    form_lists: str = "repeat"
    answer: str = JSON
    error: Part | None = None
    kind: Part | None = None
    kinds: Mapping[str, str] | None = None  # kind by the text of the error
    accept: Part | None = None
    accepted: frozenset[int] = frozenset()  # statuses that are a success
    result: Part | None = None
    pages: Pages | None = None
    poll: Poll | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """All that a definition says of one action, or of a tool without actions."""

    rest: Description
    look_up: Description | None = None
    found: Part | None = None
    key_header: str = ""
    key_place: str = ""  # body.transactionId
    cache_ttl_seconds: float = 0.0
    approval: bool = False
    rate_limit: rate_limits.Headers = rate_limits.STANDARD
    #: Declared arguments with their defaults (null): what a call does not give reads as these in templates.
    defaults: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def of(tool: model.Tool, name: str | None) -> Action:
    """What the definition says of an action; the tool's own `rest` where the action has none.

    Raises:
        ToolError: INVALID_INPUT, the definition cannot be used. The checker of catalogs tells this and more before.
    """
    actions = tool.definition.get("actions")
    found = actions.get(name) if isinstance(actions, dict) else None
    own: Mapping[str, Any] = found if isinstance(found, dict) and "rest" in found else {**tool.definition, **(found or {})}
    if not isinstance(own.get("rest"), dict):
        raise bad_definition(f"there is no `rest` for {name or 'this tool'}")
    try:
        return _action(own, tool.definition, _defaults(tool, name))
    except errors.EvaluationError as error:
        raise bad_definition(str(error)) from None


def _defaults(tool: model.Tool, name: str | None) -> dict[str, Any]:
    schemas = (tool.input_schema, tool.input_schema_of(name))
    properties = [(name, part) for schema in schemas for name, part in schema.get("properties", {}).items()]
    return {name: part.get("default") if isinstance(part, Mapping) else None for name, part in properties}


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
        rest=_description(with_shared(own["rest"], shared), "rest"),
        look_up=_description({"method": "GET", **with_shared(look_up["rest"], shared)}, "look_up.rest") if look_up else None,
        found=_part(look_up, "found", "look_up") if look_up else None,
        key_header=idempotency.get("header", ""),
        key_place=next((f"{part}.{idempotency[part]}" for part in ("body", "form", "query") if part in idempotency), ""),
        cache_ttl_seconds=float(own.get("cache_ttl_seconds", 0)),
        rate_limit=rate_limits.Headers(**rate_limit) if rate_limit else rate_limits.STANDARD,
        approval=own.get("approval") is True,
        defaults=defaults,
    )


def _description(given: Mapping[str, Any], where: str) -> Description:
    unknown = next((key for key in given if key not in KEYS), None)
    if unknown is not None:
        raise bad_definition(f"{where}.{unknown}: there is no such key; known are {', '.join(KEYS)}")
    method = str(given.get("method", "POST")).upper()
    if method not in METHODS:
        raise bad_definition(f"{where}.method: found {method!r}, expected one of {', '.join(METHODS)}")
    part = functools.partial(_part, given, where=where)
    parts: dict[str, Any] = {name: part(name) for name in ("headers", "query", "body", "form", "text", "error", "result")}
    kind, accept = given.get("kind"), given.get("accept")
    return Description(
        method=method,
        path=_path(str(given.get("path", "")), f"{where}.path"),
        **parts,
        kind=part("kind") if isinstance(kind, str) else None,
        kinds=kind if isinstance(kind, Mapping) else None,
        accept=part("accept") if isinstance(accept, str) else None,
        accepted=frozenset(accept) if isinstance(accept, list) else frozenset(),
        pages=_pages(given["pages"], f"{where}.pages") if "pages" in given else None,
        poll=_poll(given["poll"], f"{where}.poll") if "poll" in given else None,
        **{name: given[name] for name in ("content_type", "omit_null", "form_lists", "answer") if name in given},
    )


def _pages(given: Mapping[str, Any], where: str) -> Pages:
    most = given.get("max_items", Pages.__dataclass_fields__["max_items"].default)
    items = _part(given, "items", where)
    assert items is not None
    parts: dict[str, Any] = {name: _part(given, name, where) for name in ("cursor", "next", "size", "more")}
    return Pages(
        items=items,
        **parts,
        max_items=_compiled(most, f"{where}.max_items") if isinstance(most, str) else most,
        **{name: given[name] for name in ("into", "link", "number", "first", "offset", "max_pages", "relative_to") if name in given},
    )


def _poll(given: Mapping[str, Any], where: str) -> Poll:
    parts: dict[str, Any] = {name: _part(given, name, where) for name in ("when", "until", "failed")}
    return Poll(
        path=_path(given.get("path", ""), f"{where}.path"),
        **parts,
        every_seconds=float(given.get("every_seconds", 2)),
        **{name: given[name] for name in ("header", "relative_to") if name in given},
    )


def _part(given: Mapping[str, Any], name: str, where: str) -> Part | None:
    return _compiled(given[name], f"{where}.{name}") if name in given else None


def _compiled(source: Any, path: str) -> Part:
    return Part(path, source, _template(json_text.encode(source), path))


@functools.lru_cache(maxsize=4_096)
def _template(text: bytes, path: str) -> template.Template:
    return template.compile_json(json_text.decode(text), path)


def _path(source: str, where: str) -> tuple[Segment, ...]:
    """The path's segments: no value can add one, since each is evaluated and encoded by itself."""
    if not source:
        return ()
    if not source.startswith("/") or source.startswith("//"):
        raise bad_definition(f"{where}: found {source!r}, expected it to begin with one /")
    return tuple(_segment(segment, where) for segment in segments(source[1:]))


def segments(path: str) -> list[str]:
    """A path split at each / outside of templates.

    >>> segments("a/${b / c}")
    ['a', '${b / c}']
    """
    found, depth = [""], 0
    for character in path:
        depth += (character == "{") - (character == "}")
        if character == "/" and not depth:
            found.append("")
        else:
            found[-1] += character
    return found


def _segment(source: str, where: str) -> Segment:
    if not marks.has_marks(source):
        return Segment(source, (source,))
    parts = marks.split(source)
    if any(part.kind == "block" for part in parts):
        return Segment(source, (_compiled(source, where),))
    return Segment(
        source, tuple(part.content if part.kind == "text" else _compiled(source[part.start : part.end], where) for part in parts)
    )


def bad_definition(message: str) -> errors.ToolError:
    """The error for a definition that cannot be used."""
    return errors.ToolError(errors.INVALID_INPUT, f"the tool definition cannot be used: {message}")
