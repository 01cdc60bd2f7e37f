"""A vendor's own HTTP API as its module in the sandbox describes it: routes by method and path, requests, answers."""

from __future__ import annotations

import base64
import functools
import re
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from activities import json_text
from starter.sandbox import vendor
from workflows.core import errors

#: Headers that are credentials; the log of calls says only that they were there.
CREDENTIALS: Final = frozenset({"authorization", "private-token", "x-api-key", "x-signature", "cookie"})
#: Credentials with this word in them are refused, to see what wrong ones lead to; all others are let in.
WRONG: Final = "wrong"
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `path` holds the path's parameters: {"owner": "ana", "repo": "desk"}. Header names are in lower case."""

    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any  # JSON, a form as an object of texts, plain text; None where there is none

    @property
    def fields(self) -> Mapping[str, Any]:
        """The body's members.

        Raises:
            vendor.Refused: 400, the body is no object.
        """
        if not isinstance(self.body, dict):
            raise vendor.Refused("the body is no JSON object", vendor.BAD_REQUEST)
        return self.body


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is more than JSON with status 200: a text body goes out as it stands, None as no body at all."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


#: Does one operation; gives JSON, or an Answer. Decimals only, never float.
Handler = Callable[[Request, vendor.Memory], Any]
#: Operations by method and path: {"POST /repos/{owner}/{repo}/issues": create_issue}. `{+name}` takes slashes too.
Routes = Mapping[str, Handler]
#: The vendor's form of an error, for a status and words: {"ok": false, "error": "ratelimited"}.
Refusal = Callable[[int, str], Any]


def find(routes: Routes, method: str, path: str) -> tuple[str, Handler, dict[str, str]] | None:
    """The route of a request with the path's parameters, decoded; words win over parameters.

    >>> find({"GET /issues/{id}": handler}, "GET", "/issues/7")
    ('GET /issues/{id}', handler, {'id': '7'})
    """
    for route in sorted(routes, key=lambda one: one.count("{")):
        word, _, pattern = route.partition(" ")
        match = _pattern(pattern).fullmatch(path) if word == method else None
        if match is not None:
            return route, routes[route], {name: urllib.parse.unquote(value) for name, value in match.groupdict().items()}
    return None


@functools.cache
def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\+?\w+\})", path)
    return re.compile("".join(_part(part) for part in parts))


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part.strip("{+}")
    return f"(?P<{name}>.+)" if part.startswith("{+") else f"(?P<{name}>[^/]+)"


def read_body(raw: bytes, content_type: str) -> Any:
    """The body as a handler reads it.

    Raises:
        vendor.Refused: 400, it is not what its Content-Type says.
    """
    if not raw:
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _FORM:
        return dict(urllib.parse.parse_qsl(raw.decode(), keep_blank_values=True))
    if kind.endswith("json"):
        try:
            return json_text.decode(raw, "the request")
        except errors.ToolError as error:
            raise vendor.Refused(error.message, vendor.BAD_REQUEST) from None
    return raw.decode("utf-8", errors="replace")


def encoded(answer: Answer) -> tuple[bytes, str]:
    """(bytes, Content-Type) of an answer's body."""
    if answer.body is None:
        return b"", "application/json"
    if isinstance(answer.body, str):
        return answer.body.encode(), "text/plain; charset=utf-8"
    return json_text.encode(answer.body), "application/json"


def are_wrong(headers: Mapping[str, str]) -> bool:
    """Whether the credentials are such as the sandbox refuses, also where user and password are in base64."""
    return any(WRONG in text for name in CREDENTIALS & set(headers) for text in (headers[name], _decoded(headers[name])))


def _decoded(header: str) -> str:
    kind, _, rest = header.partition(" ")
    try:
        return base64.b64decode(rest).decode() if kind.lower() == "basic" else ""
    except ValueError:
        return ""


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers for the log: of credentials only that they were sent."""
    return {name: "(sent)" if name in CREDENTIALS else value for name, value in headers.items()}
