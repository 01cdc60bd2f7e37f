"""OpenAI's chat completions: it looks at the data in the last message, and really reconciles and scores; other analyses are canned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activities import json_text
from starter.sandbox import api, openai_bridge, vendor
from workflows.core import errors, fit_example, fit_problems

SERVICE: Final = "openai"
TOOLS: Final[vendor.Tools] = openai_bridge.TOOLS
_ROLES: Final = ("developer", "system", "user", "assistant")
#: The models of the source document, which OpenAI shut down on 2026-10-23.
_GONE: Final = ("gpt-4", "gpt-4-turbo", "gpt-3.5-turbo")
_REQUESTS_A_MINUTE: Final = 500
#: status -> (type, code) of an error where the words name no code.
_ERRORS: Final = {
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "unknown_url"),
    429: ("requests", "rate_limit_exceeded"),
    500: ("server_error", None),
}


def refusal(status: int, words: str) -> api.Answer:
    """`{"error": {"message", "type", "param", "code"}}`; words that begin with a code and a colon give the code."""
    code, _, message = words.partition(": ")
    kind, usual = _ERRORS.get(status, ("invalid_request_error", None))
    has_code = bool(message) and code.replace("_", "").isalpha()
    error = {"message": message if has_code else words, "type": kind, "param": None, "code": code if has_code else usual}
    return api.Answer({"error": error}, status, {"x-request-id": "req_sandbox"})


def complete(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /chat/completions: one choice, whose message is JSON as `response_format` asks."""
    fields = request.fields
    model, messages = vendor.need(fields, "model"), _messages(fields)
    if model in _GONE:
        raise vendor.Refused(f"model_not_found: The model `{model}` has been shut down.", vendor.NOT_FOUND)
    _check_parameters(fields, messages)
    content = json_text.encode(_content(fields, messages)).decode()
    asked = sum(len(message["content"]) for message in messages) // openai_bridge.CHARACTERS_A_TOKEN
    said, most = len(content) // openai_bridge.CHARACTERS_A_TOKEN + 1, fields.get("max_completion_tokens") or 128_000
    if said > most:
        content, said = content[: most * openai_bridge.CHARACTERS_A_TOKEN], most
    number = memory.number("openai.completion")
    body = {
        "id": f"chatcmpl-{number:08}",
        "object": "chat.completion",
        "created": 1_767_225_600 + number,
        "model": model,
        "choices": [_choice(content, "length" if said == most else "stop")],
        "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
    }
    return api.Answer(body, 200, _limits(number))


def list_models(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /models."""
    return {"object": "list", "data": [{"id": "gpt-6-luna", "object": "model", "created": 1_767_225_600, "owned_by": "openai"}]}


def _messages(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = vendor.need(fields, "messages", list)
    for message in messages:
        if not isinstance(message, dict) or message.get("role") not in _ROLES or not isinstance(message.get("content"), str):
            raise vendor.Refused("invalid_value: a message has a role and a text", vendor.BAD_REQUEST)
    if not messages:
        raise vendor.Refused("empty_array: 'messages' is empty", vendor.BAD_REQUEST)
    return messages


def _check_parameters(fields: Mapping[str, Any], messages: list[dict[str, Any]]) -> None:
    if fields.get("temperature") not in (None, 1) and fields.get("reasoning_effort") not in (None, "none"):
        raise vendor.Refused("unsupported_value: 'temperature' does not support this value with reasoning.", vendor.BAD_REQUEST)
    wanted = fields.get("response_format") or {}
    if wanted.get("type") == "json_object" and not any("json" in message["content"].lower() for message in messages):
        words = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        raise vendor.Refused(words, vendor.BAD_REQUEST)


def _content(fields: Mapping[str, Any], messages: list[dict[str, Any]]) -> Any:
    """The analysis; what a wanted schema lacks in it is made up."""
    answer = {**openai_bridge.answer_to(_context(messages)), "confidence": openai_bridge.CONFIDENCE}
    wanted = (fields.get("response_format") or {}).get("json_schema", {}).get("schema")
    return answer if wanted is None or not fit_problems.find(wanted, answer, "") else fit_example.make(wanted)


def _context(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The JSON object after the first line of the last message; {} where it was cut."""
    try:
        context = json_text.decode(messages[-1]["content"].partition("\n")[2])
    except errors.ToolError:
        return {}
    return context if isinstance(context, dict) else {}


def _choice(content: str, reason: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, "refusal": None}
    return {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}


def _limits(number: int) -> dict[str, str]:
    left = max(_REQUESTS_A_MINUTE - number, 0)
    return {
        "x-ratelimit-limit-requests": str(_REQUESTS_A_MINUTE),
        "x-ratelimit-remaining-requests": str(left),
        "x-ratelimit-reset-requests": "120ms",
        "x-request-id": f"req_{number:08}",
    }


API: Final[api.Routes] = {"POST /v1/chat/completions": complete, "GET /v1/models": list_models}
