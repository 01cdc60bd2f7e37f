"""Transport `rest`: a vendor's own HTTP API, described in the tool definition by templates over `arguments`.

    "rest": {"method": "POST", "path": "/repos/${arguments.repository}/issues", "headers": {}, "query": {},
             "body": {"title": "${arguments.title}"}, "error": "${answer.error if not answer.ok else null}", "result": "${answer}"}

It stands in the definition, or in one of its `actions`; `error` and `result` also see `answer`, `status` and `headers`.
"""

from __future__ import annotations

import functools
import re
import urllib.parse
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from activities import authentication, endpoints, exchange, json_text, outcomes
from activities import settings as settings_module
from activities.transports import base
from workflows.core import errors, scope, template, values

_KEYS: Final = ("method", "path", "headers", "query", "body", "error", "result")
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: Headers that say how a message is framed or where it goes: never a template's business.
_OUR_HEADERS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "authorization"})


class Rest:
    """Calls vendors' HTTP APIs."""

    def __init__(self, settings: settings_module.Settings) -> None:
        self._settings = settings
        self._clients = exchange.Clients()

    async def send(self, call: base.Call) -> base.Answer:
        """Sends the request that the definition describes.

        Raises:
            ToolError: see `exchange.Clients.exchange`; REJECTED where the definition's `error` finds one in the answer,
                INVALID_INPUT where the definition or the arguments give no request.
        """
        description = _description(call)
        response = await self._clients.exchange(self._request(description, call), call)
        failure = response.failure(self._settings.mask)
        if failure is not None:
            raise failure
        answer = json_text.decode(response.body) if response.body.strip() else None
        names = scope.Scope(
            {"arguments": call.arguments, "answer": answer, "status": response.status, "headers": dict(response.headers)},
        )
        self._check(description, names)
        if "result" not in description:
            return base.Answer(answer)
        return base.Answer(_evaluated(description, "result", names, errors.BAD_OUTPUT))

    async def close(self) -> None:
        """Closes pooled connections."""
        await self._clients.close()

    def _request(self, description: Mapping[str, Any], call: base.Call) -> exchange.Request:
        names = scope.Scope({"arguments": call.arguments})
        method = str(description.get("method", "POST")).upper()
        if method not in _METHODS:
            raise _bad_definition(f"rest.method: found {method!r}, expected one of {', '.join(_METHODS)}")
        url = _url(endpoints.resolve(call.tool, self._settings), description, names)
        headers = {"Accept": "application/json", "Idempotency-Key": call.key, **_headers(description, names)}
        body = None
        if "body" in description:
            body = json_text.encode(_evaluated(description, "body", names))
            headers.setdefault("Content-Type", "application/json")
        return exchange.Request(method, url, {**headers, **authentication.headers(call.tool, self._settings, required=True)}, body)

    def _check(self, description: Mapping[str, Any], names: scope.Scope) -> None:
        """Looks for a failure in an answer that came with a status of success."""
        found = _evaluated(description, "error", names, errors.BAD_OUTPUT) if "error" in description else None
        if found in (None, False, ""):
            return
        text = self._settings.mask(found if isinstance(found, str) else json_text.encode(found).decode())
        raise errors.ToolError(
            errors.REJECTED,
            f'"{outcomes.quote(text)}"; the same call is not sent again',
            {"status": names.roots["status"], "answer": self._settings.mask(json_text.encode(names.roots["answer"]).decode())},
        )


def _description(call: base.Call) -> Mapping[str, Any]:
    """The `rest` of the action, else of the tool."""
    actions = call.tool.definition.get("actions")
    action = actions.get(call.action) if isinstance(actions, dict) else None
    found = action.get("rest") if isinstance(action, dict) else None
    found = found if found is not None else call.tool.definition.get("rest")
    if not isinstance(found, dict):
        raise _bad_definition(f"there is no `rest` for {call.action or 'this tool'}")
    unknown = next((key for key in found if key not in _KEYS), None)
    if unknown is not None:
        raise _bad_definition(f"rest.{unknown}: there is no such key; known are {', '.join(_KEYS)}")
    return found


@functools.lru_cache(maxsize=4_096)
def _compiled(text: str, path: str) -> template.Template:
    return template.compile_json(json_text.decode(text), path)


def _evaluated(description: Mapping[str, Any], key: str, names: scope.Scope, kind: str = errors.INVALID_INPUT) -> Any:
    try:
        return _compiled(json_text.encode(description[key]).decode(), f"rest.{key}").evaluate(names)
    except errors.EvaluationError as error:
        raise errors.ToolError(kind, str(error)) from None


def _url(endpoint: str, description: Mapping[str, Any], names: scope.Scope) -> str:
    """The endpoint with the path behind it and the query; scheme, host and port are always the endpoint's."""
    parts = urllib.parse.urlsplit(endpoint)
    path = parts.path.rstrip("/") + _path(description, names)
    query = "&".join(pair for pair in (parts.query, _query(description, names)) if pair)
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, path or "/", query, ""))


def _path(description: Mapping[str, Any], names: scope.Scope) -> str:
    """The path, each segment evaluated by itself and encoded, so that no value can add a segment, a query or a host.

    `/repos/${arguments.owner}/issues` with the owner `a/b` is `/repos/a%2Fb/issues`.
    """
    source = str(description.get("path", ""))
    if not source:
        return ""
    if not source.startswith("/") or source.startswith("//"):
        raise _bad_definition(f"rest.path: found {source!r}, expected it to begin with one /")
    return "".join(f"/{_segment(segment, names)}" for segment in _segments(source[1:]))


def _segments(path: str) -> list[str]:
    """The path split at each / outside of templates."""
    segments, depth = [""], 0
    for character in path:
        depth += (character == "{") - (character == "}")
        if character == "/" and not depth:
            segments.append("")
        else:
            segments[-1] += character
    return segments


def _segment(source: str, names: scope.Scope) -> str:
    value = _evaluated({"path": source}, "path", names)
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        raise errors.ToolError(errors.INVALID_INPUT, f"rest.path: {source} is {values.type_name(value)}, expected text or a number")
    text = values.scalar_text(value)
    if text != source and text in ("", ".", ".."):
        raise errors.ToolError(errors.INVALID_INPUT, f"rest.path: {source} is {text!r}, which would lead to another path")
    return urllib.parse.quote(text, safe="") if text != source else urllib.parse.quote(text, safe="!$&'()*+,;=:@%~")


def _query(description: Mapping[str, Any], names: scope.Scope) -> str:
    """The query string; null leaves a name out, a list repeats it."""
    given = _evaluated(description, "query", names) if "query" in description else {}
    pairs = []
    for name, value in given.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict | list):
                raise errors.ToolError(errors.INVALID_INPUT, f"rest.query.{name}: found {values.type_name(item)}, expected a scalar")
            if item is not None:
                pairs.append((name, values.scalar_text(item)))
    return urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote)


def _headers(description: Mapping[str, Any], names: scope.Scope) -> dict[str, str]:
    """The definition's headers; null leaves one out."""
    given = _evaluated(description, "headers", names) if "headers" in description else {}
    made = {}
    for name, value in given.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OUR_HEADERS:
            raise _bad_definition(f"rest.headers.{name}: a definition cannot set this header")
        if value is None:
            continue
        text = "" if isinstance(value, dict | list) else values.scalar_text(value)
        if isinstance(value, dict | list) or not text.isascii() or not text.isprintable():
            raise errors.ToolError(
                errors.INVALID_INPUT, f"rest.headers.{name}: found {values.shown(value)}, expected ASCII text on one line"
            )
        made[name] = text
    return made


def _bad_definition(message: str) -> errors.ToolError:
    return errors.ToolError(errors.INVALID_INPUT, f"the tool definition cannot be used: {message}")
