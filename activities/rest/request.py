"""Makes the request that a description and the arguments stand for, for the rest transport; every value stays in its place."""

from __future__ import annotations

import dataclasses
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from activities import exchange, json_text
from activities.rest import description as descriptions
from activities.rest import parts, segments
from workflows.core import errors, marks, scope, values

HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: Headers that say how a message is framed, where it goes or who sends it: never a template's business.
OUR_HEADERS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "authorization", "proxy-authorization", "cookie", "te", "upgrade"}
)
_ACCEPTED: Final = {
    descriptions.JSON: "application/json",
    descriptions.TEXT: "text/plain, */*;q=0.8",
    descriptions.NONE: "*/*",
    descriptions.FILE: "*/*",
}
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_TEXT_TYPE: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Draft:
    """A request whose values are known and can still be changed, page by page. `body` is encoded when it is sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, Any]
    kind: str = ""  # body, form, text, or "" for none
    body: Any = None
    form_lists: str = "repeat"

    def with_header(self, name: str, value: str) -> Draft:
        """The same request with one more header."""
        return dataclasses.replace(self, headers=_merged(self.headers, {name: value}))

    def with_value(self, place: str, value: Any) -> Draft:
        """The same request with another value at a place like `query.cursor` or `body.page.after`; null takes it away.

        Raises:
            ToolError: INVALID_INPUT, the request has no such place.
        """
        part, _, rest = place.partition(".")
        if part == "query":
            return dataclasses.replace(self, query=_with_member(self.query, [rest], value, place))
        if part != self.kind and self.kind:
            raise parts.bad_definition(f"{place}: the request has no {part}, it has {self.kind}")
        keys = [rest] if part == "form" else rest.split(".")
        headers = _merged(_type_of(part), self.headers)
        return dataclasses.replace(self, kind=part, headers=headers, body=_with_member(self.body or {}, keys, value, place))

    def request(self, endpoint: str) -> exchange.Request:
        """The request to the endpoint; scheme, host and port are always the endpoint's.

        Raises:
            ToolError: INVALID_INPUT, a value cannot stand where it should.
        """
        try:
            return self._request(endpoint)
        except UnicodeEncodeError:
            raise _half_pair() from None

    def _request(self, endpoint: str) -> exchange.Request:
        base = urllib.parse.urlsplit(endpoint)
        query = "&".join(pair for pair in (base.query, _pairs_text(self.query, "repeat", "query", urllib.parse.quote)) if pair)
        url = urllib.parse.urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + self.path or "/", query, ""))
        return exchange.Request(self.method, url, self.headers, self._content())

    def _content(self) -> bytes | None:
        if not self.kind:
            return None
        if self.kind == "body":
            return json_text.encode(self.body)
        if self.kind == "form":
            return _pairs_text(self.body, self.form_lists, "form", urllib.parse.quote_plus).encode()
        return str(self.body).encode()


def draft(description: descriptions.Description, names: scope.Scope) -> Draft:
    """The request of a description.

    Raises:
        ToolError: INVALID_INPUT, a template lacks a value, or a value cannot stand where it should.
    """
    try:
        return _draft(description, names)
    except UnicodeEncodeError:
        raise _half_pair() from None


def _draft(description: descriptions.Description, names: scope.Scope) -> Draft:
    kind, body = _body(description, names)
    fixed = {"Accept": _ACCEPTED[description.answer], **_type_of(kind, description.content_type)}
    return Draft(
        method=description.method,
        path=path(description.path, names),
        headers=_merged(fixed, _headers(description.headers, names)),
        query=_object(description.query, names),
        kind=kind,
        body=body,
        form_lists=description.form_lists,
    )


def path(given: tuple[segments.Segment, ...], names: scope.Scope) -> str:
    """The path, each segment evaluated by itself and encoded, so that no value can add a segment, a query or a host.

    `/repos/${arguments.owner}/issues` with the owner `a/b` is `/repos/a%2Fb/issues`.
    """
    return "".join(f"/{text}" for segment in given for text in (_listed if segment.is_list else _single)(segment, names))


def _single(segment: segments.Segment, names: scope.Scope) -> list[str]:
    return [_segment(segment, names)]


def _listed(segment: segments.Segment, names: scope.Scope) -> list[str]:
    """The segments of `${...}*`: each item of a list is one."""
    (piece,) = segment.pieces
    assert not isinstance(piece, str)
    found = piece.value(names)
    if not isinstance(found, list):
        raise _invalid(f"{piece.path}: {segment.source} is {values.type_name(found)}, expected a list")
    for item in found:
        if not isinstance(item, str | int | Decimal) or isinstance(item, bool) or item in ("", ".", ".."):
            raise _invalid(f"{piece.path}: {segment.source} holds {values.shown(item)}, which is no segment of a path")
    return [urllib.parse.quote(values.scalar_text(item), safe="") for item in found]


def _segment(segment: segments.Segment, names: scope.Scope) -> str:
    whole, encoded = "", ""
    for piece in segment.pieces:
        if isinstance(piece, str):
            text = piece
            encoded += urllib.parse.quote(text, safe="!$&'()*+,;=:@%~")
        else:
            text = _piece(piece, names)
            encoded += urllib.parse.quote(text, safe="")
        whole += text
    if whole != segment.source and whole in ("", ".", ".."):
        place = next(piece.path for piece in segment.pieces if not isinstance(piece, str))
        raise _invalid(f"{place}: {segment.source} is {whole!r}, which would lead to another path")
    return encoded


def _piece(piece: parts.Part, names: scope.Scope) -> str:
    value = piece.value(names)
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        raise _invalid(f"{piece.path}: {piece.source} is {values.type_name(value)}, expected text or a number")
    return values.scalar_text(value)


def _body(description: descriptions.Description, names: scope.Scope) -> tuple[str, Any]:
    """(which of body, form and text there is, its value); ("", None) for none."""
    if description.body is not None:
        value = description.body.value(names)
        if description.omit_null:
            if value is None:
                return "", None
            value = without_null(description.body.source, value)
        return "body", value
    if description.form is not None:
        return "form", _object(description.form, names)
    if description.text is not None:
        return "text", _text(description.text, names)
    return "", None


def _text(part: parts.Part, names: scope.Scope) -> str:
    value = part.value(names)
    if isinstance(value, bool | dict | list) or value is None:
        raise _invalid(f"{part.path}: found {values.type_name(value)}, expected text")
    return values.scalar_text(value)


def without_null(source: Any, value: Any) -> Any:
    """The value without the members and items that are one lone template in the source and came out as null.

    >>> without_null({"a": "${arguments.a}", "b": None}, {"a": None, "b": None})
    {'b': None}
    """
    if isinstance(source, dict) and isinstance(value, dict) and len(source) == len(value):
        pairs = zip(source.values(), value.items(), strict=True)
        return {key: without_null(written, member) for written, (key, member) in pairs if not _left_out(written, member)}
    if isinstance(source, list) and isinstance(value, list) and len(source) == len(value):
        return [without_null(written, item) for written, item in zip(source, value, strict=True) if not _left_out(written, item)]
    return value


def _left_out(source: Any, value: Any) -> bool:
    return value is None and isinstance(source, str) and marks.has_marks(source)


def _object(part: parts.Part | None, names: scope.Scope) -> dict[str, Any]:
    value = {} if part is None else part.value(names)
    if not isinstance(value, dict):
        raise _invalid(f"{part.path if part else ''}: found {values.type_name(value)}, expected an object")
    return value


def _headers(part: parts.Part | None, names: scope.Scope) -> dict[str, str]:
    """The definition's headers; null leaves one out."""
    made = {}
    for name, value in _object(part, names).items():
        assert part is not None
        if not HEADER_NAME.fullmatch(name) or name.lower() in OUR_HEADERS:
            raise parts.bad_definition(f"{part.path}.{name}: a definition cannot set this header")
        if value is None:
            continue
        text = "" if isinstance(value, dict | list) else values.scalar_text(value)
        if isinstance(value, dict | list) or not text.isascii() or not text.isprintable():
            raise _invalid(f"{part.path}.{name}: found {values.shown(value)}, expected ASCII text on one line")
        made[name] = text
    return made


def _type_of(kind: str, given: str = "") -> dict[str, str]:
    types = {"body": "application/json", "form": _FORM_TYPE, "text": _TEXT_TYPE}
    return {"Content-Type": given or types[kind]} if kind in types else {}


def _merged(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Headers of both; of a name in both the second's, whatever its case."""
    taken = {name.lower() for name in second}
    return {**{name: value for name, value in first.items() if name.lower() not in taken}, **second}


def signed(request: exchange.Request, headers: Mapping[str, str]) -> exchange.Request:
    """The request with these headers instead of its own of the same name."""
    return dataclasses.replace(request, headers=_merged(request.headers, headers))


def _with_member(value: Any, keys: list[str], member: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise parts.bad_definition(f"{place}: found {values.type_name(value)} in its way, expected an object")
    key, rest = keys[0], keys[1:]
    if rest:
        return {**value, key: _with_member(value.get(key) or {}, rest, member, place)}
    return {**{name: old for name, old in value.items() if name != key}, **({} if member is None else {key: member})}


def _pairs_text(given: Mapping[str, Any], lists: str, where: str, quote: Any) -> str:
    return urllib.parse.urlencode(list(_pairs(given, lists, where)), quote_via=quote)


def _pairs(given: Mapping[str, Any], lists: str, where: str) -> Iterator[tuple[str, str]]:
    """Name and text of each value; null leaves a name out, a list repeats it or is JSON text."""
    for name, value in given.items():
        if lists == descriptions.JSON and isinstance(value, list | dict):
            yield name, json_text.encode(value).decode()
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict | list):
                raise _invalid(f"rest.{where}.{name}: found {values.type_name(item)}, expected a scalar")
            if item is not None:
                yield name, values.scalar_text(item)


def _half_pair() -> errors.ToolError:
    return _invalid(r"a text holds half of a surrogate pair (\ud800 to \udfff), which is no character")


def _invalid(message: str) -> errors.ToolError:
    return errors.ToolError(errors.INVALID_INPUT, message)
