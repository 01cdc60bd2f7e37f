"""Anthropic's Messages API: a review that looks at the added lines of a diff for a few well-known mistakes."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from activities import json_text
from starter.sandbox import anthropic_bridge, api, vendor
from workflows.core import errors, fit_example

SERVICE: Final = "anthropic"
TOOLS: Final[vendor.Tools] = anthropic_bridge.TOOLS
_CHARACTERS_A_TOKEN: Final = 4
_REQUESTS_A_MINUTE: Final = 50
#: A model that Anthropic retired on 2025-07-21: the one of the source document.
_GONE: Final = ("claude-3-sonnet-20240229",)
_TYPES: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


def refusal(status: int, words: str) -> api.Answer:
    """`{"type": "error", "error": {"type", "message"}, "request_id"}`."""
    error = {"type": _TYPES.get(status, "api_error"), "message": words}
    return api.Answer({"type": "error", "error": error, "request_id": "req_sandbox"}, status, {"request-id": "req_sandbox"})


def create_message(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /v1/messages: one text block with the review as JSON."""
    if "anthropic-version" not in request.headers:
        raise vendor.Refused("anthropic-version: header is required", vendor.BAD_REQUEST)
    fields = request.fields
    model, most, text = vendor.need(fields, "model"), vendor.need(fields, "max_tokens", int), _question(fields)
    if model in _GONE:
        raise vendor.Refused(f"model: {model}", vendor.NOT_FOUND)
    content = json_text.encode(_review(text, _wanted(fields))).decode()
    said = len(content) // _CHARACTERS_A_TOKEN + 1
    if said > most:
        content, said = content[: most * _CHARACTERS_A_TOKEN], most
    number = memory.number("anthropic.message")
    body = {
        "id": f"msg_{number:08}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": content, "citations": None}],
        "stop_reason": "max_tokens" if said == most else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": len(text) // _CHARACTERS_A_TOKEN,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": said,
        },
    }
    return api.Answer(body, 200, _limits(number))


def list_models(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v1/models."""
    model = {"id": "claude-sonnet-5-5", "type": "model", "display_name": "Claude Sonnet 5.5", "created_at": "2026-09-28T00:00:00Z"}
    return {"data": [model], "has_more": False, "first_id": model["id"], "last_id": model["id"]}


def _question(fields: Mapping[str, Any]) -> str:
    """The text of the first message."""
    messages = vendor.need(fields, "messages", list)
    if not messages or messages[0].get("role") != "user" or messages[-1].get("role") != "user":
        raise vendor.Refused("messages: the first and the last are of the role `user`", vendor.BAD_REQUEST)
    if not all(isinstance(message.get("content"), str) and message["content"] for message in messages):
        raise vendor.Refused("messages: text content blocks must be non-empty", vendor.BAD_REQUEST)
    text: str = messages[0]["content"]
    return text


def _wanted(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that the answer has to fit: of `output_config`, else the one that the instructions quote."""
    wanted = (fields.get("output_config") or {}).get("format")
    if wanted is not None:
        schema: dict[str, Any] = wanted["schema"]
        for path, part in _objects(schema, "schema"):
            if part.get("additionalProperties") is not False:
                words = f"output_config.format.{path}: For 'object' type, 'additionalProperties' must be explicitly set to false"
                raise vendor.Refused(words, vendor.BAD_REQUEST)
        return schema
    quoted = re.search(r"JSON Schema: (\{.*\})", str(fields.get("system", "")), re.DOTALL)
    try:
        found = json_text.decode(quoted[1]) if quoted else {}
    except errors.ToolError:
        return {}
    return found if isinstance(found, dict) else {}


def _objects(schema: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield path, schema
        for name, part in schema.items():
            yield from _objects(part, f"{path}.{name}")
    elif isinstance(schema, list):
        for item in schema:
            yield from _objects(item, path)


def _review(text: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The review of the diff; further members that are wanted are made up."""
    language = re.search(r"this (\w+) code", text)
    diff = re.search(r"<diff>\n(.*)\n</diff>", text, re.DOTALL)
    found = anthropic_bridge.review(diff[1] if diff else text, language[1] if language else "unknown")
    made_up = fit_example.make(dict(wanted)) if wanted.get("type") == "object" else {}
    return {**made_up, **found}


def _limits(number: int) -> dict[str, str]:
    """The limits, whose count begins anew in a minute."""
    anew = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(minutes=1)
    return {
        "anthropic-ratelimit-requests-limit": str(_REQUESTS_A_MINUTE),
        "anthropic-ratelimit-requests-remaining": str(max(_REQUESTS_A_MINUTE - number, 0)),
        "anthropic-ratelimit-requests-reset": anew.isoformat().replace("+00:00", "Z"),
        "request-id": f"req_{number:08}",
    }


API: Final[api.Routes] = {"POST /v1/messages": create_message, "GET /v1/models": list_models}
