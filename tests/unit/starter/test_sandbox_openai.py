"""OpenAI in the sandbox: it refuses what OpenAI refuses, in its form, and answers as `response_format` asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from activities import json_text
from starter.sandbox import server

MESSAGES = [{"role": "system", "content": "Answer in JSON."}, {"role": "user", "content": 'Context:\n{"leads": []}'}]
ASKED = {"model": "gpt-6-luna", "messages": MESSAGES, "response_format": {"type": "json_object"}}


@pytest.fixture
async def http(sandbox: server.Running) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": "Bearer sandbox"}
    async with httpx.AsyncClient(base_url=f"{sandbox.url}/openai/v1", trust_env=False, timeout=5, headers=headers) as found:
        yield found


async def test_a_completion_has_the_vendors_form(http: httpx.AsyncClient) -> None:
    reply = await http.post("/chat/completions", json=ASKED)
    made = json_text.decode(reply.content)
    assert (made["object"], made["model"], len(made["choices"])) == ("chat.completion", "gpt-6-luna", 1)
    choice = made["choices"][0]
    assert (choice["finish_reason"], choice["message"]["role"], choice["message"]["refusal"]) == ("stop", "assistant", None)
    content = json_text.decode(choice["message"]["content"])
    assert (content["scored_leads"], content["confidence"]) == ([], Decimal("0.93"))
    assert made["usage"]["total_tokens"] == made["usage"]["prompt_tokens"] + made["usage"]["completion_tokens"]
    assert reply.headers["x-ratelimit-limit-requests"] == "500" and reply.headers["x-ratelimit-remaining-requests"] == "499"


async def test_a_wanted_schema_is_kept(http: httpx.AsyncClient) -> None:
    schema = {"type": "object", "required": ["verdict"], "properties": {"verdict": {"enum": ["good"]}}, "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    reply = await http.post("/chat/completions", json={**ASKED, "response_format": wanted})
    assert json_text.decode(reply.json()["choices"][0]["message"]["content"]) == {"verdict": "good"}


async def test_a_long_answer_is_cut_at_the_limit(http: httpx.AsyncClient) -> None:
    choice = (await http.post("/chat/completions", json={**ASKED, "max_completion_tokens": 5})).json()["choices"][0]
    assert (choice["finish_reason"], len(choice["message"]["content"])) == ("length", 20)


NO_WORD = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."


@pytest.mark.parametrize(
    ("changes", "status", "code", "said"),
    [
        pytest.param({"model": "gpt-4"}, 404, "model_not_found", "The model `gpt-4` has been shut down.", id="shut down"),
        pytest.param({"messages": [{"role": "user", "content": "Hello"}]}, 400, None, NO_WORD, id="the word JSON"),
        pytest.param({"messages": []}, 400, "empty_array", "'messages' is empty", id="no messages"),
        pytest.param(
            {"messages": [{"role": "bard", "content": "json"}]}, 400, "invalid_value", "a message has a role and a text", id="role"
        ),
        pytest.param({"model": None}, 400, None, "`model` is missing", id="no model"),
        pytest.param(
            {"reasoning_effort": "low", "temperature": 0.7},
            *(400, "unsupported_value", "'temperature' does not support this value with reasoning."),
            id="temperature of a model that reasons",
        ),
    ],
)
async def test_what_openai_refuses(http: httpx.AsyncClient, changes: dict[str, Any], status: int, code: str | None, said: str) -> None:
    reply = await http.post("/chat/completions", json={**ASKED, **changes})
    error = {"message": said, "type": "invalid_request_error", "param": None, "code": code}
    assert (reply.status_code, reply.json()) == (status, {"error": error})


async def test_without_a_key_nothing_is_answered(http: httpx.AsyncClient) -> None:
    http.headers.pop("Authorization")
    reply = await http.get("/models")
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "invalid_api_key")


async def test_the_models_are_listed(http: httpx.AsyncClient) -> None:
    assert [model["id"] for model in (await http.get("/models")).json()["data"]] == ["gpt-6-luna"]
