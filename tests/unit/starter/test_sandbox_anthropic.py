"""Anthropic in the sandbox: it refuses what Anthropic refuses, in its form, and answers as `output_config` or the instructions ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from activities import json_text
from starter.sandbox import server

CODE = 'Review this python code:\n\n<diff>\n@@ -0,0 +1,2 @@\n+password = "x"\n+print(1)\n</diff>'
ASKED = {"model": "claude-sonnet-5-5", "max_tokens": 500, "messages": [{"role": "user", "content": CODE}]}
EXTRA = {"type": "object", "properties": {"mood": {"const": "calm"}}, "required": ["mood"]}


@pytest.fixture
async def http(sandbox: server.Running) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"x-api-key": "sandbox", "anthropic-version": "2023-06-01"}
    async with httpx.AsyncClient(base_url=f"{sandbox.url}/anthropic/v1", trust_env=False, timeout=5, headers=headers) as found:
        yield found


async def said(http: httpx.AsyncClient, **changes: Any) -> Any:
    reply = await http.post("/messages", json={**ASKED, **changes})
    assert reply.status_code == 200, reply.text
    return json_text.decode(reply.json()["content"][0]["text"])


async def test_a_message_has_the_vendors_form(http: httpx.AsyncClient) -> None:
    reply = await http.post("/messages", json=ASKED)
    made = reply.json()
    assert (made["type"], made["role"], made["model"], made["stop_reason"]) == ("message", "assistant", "claude-sonnet-5-5", "end_turn")
    assert set(made["usage"]) == {"input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"}
    assert reply.headers["anthropic-ratelimit-requests-remaining"] == "49"
    assert reply.headers["anthropic-ratelimit-requests-reset"].endswith("Z")


async def test_the_diff_is_really_reviewed(http: httpx.AsyncClient) -> None:
    review = await said(http)
    assert [(issue["severity"], issue["line_numbers"]) for issue in review["issues"]] == [("high", [1]), ("low", [2])]
    assert review["summary"] == "2 issues in 2 added lines of python"


async def test_further_members_are_made_up(http: httpx.AsyncClient) -> None:
    wanted = {"format": {"type": "json_schema", "schema": {**EXTRA, "additionalProperties": False}}}
    assert (await said(http, output_config=wanted))["mood"] == "calm"
    quoted = 'It also fits this JSON Schema: {"type": "object", "required": ["mood"], "properties": {"mood": {"const": "calm"}}}'
    assert (await said(http, system=quoted))["mood"] == "calm"
    assert "mood" not in await said(http, system="JSON Schema: {no}")


async def test_a_long_answer_is_cut_at_the_limit(http: httpx.AsyncClient) -> None:
    made = (await http.post("/messages", json={**ASKED, "max_tokens": 5})).json()
    assert (made["stop_reason"], len(made["content"][0]["text"])) == ("max_tokens", 20)


OPEN = "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"


@pytest.mark.parametrize(
    ("changes", "status", "kind", "words"),
    [
        pytest.param({"model": "claude-3-sonnet-20240229"}, 404, "not_found_error", "model: claude-3-sonnet-20240229", id="retired"),
        pytest.param({"max_tokens": None}, 400, "invalid_request_error", "`max_tokens` is missing", id="no limit"),
        pytest.param(
            {"output_config": {"format": {"type": "json_schema", "schema": EXTRA}}}, 400, "invalid_request_error", OPEN, id="open"
        ),
        pytest.param(
            {"messages": [*ASKED["messages"], {"role": "assistant", "content": "{"}]},  # type: ignore[misc]
            *(400, "invalid_request_error", "messages: the first and the last are of the role `user`"),
            id="prefill",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": ""}]},
            *(400, "invalid_request_error", "messages: text content blocks must be non-empty"),
            id="empty",
        ),
    ],
)
async def test_what_anthropic_refuses(http: httpx.AsyncClient, changes: dict[str, Any], status: int, kind: str, words: str) -> None:
    reply = await http.post("/messages", json={**ASKED, **changes})
    expected = {"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_sandbox"}
    assert (reply.status_code, reply.json()) == (status, expected)


async def test_the_version_is_needed(http: httpx.AsyncClient) -> None:
    http.headers.pop("anthropic-version")
    reply = await http.post("/messages", json=ASKED)
    assert (reply.status_code, reply.json()["error"]["message"]) == (400, "anthropic-version: header is required")


async def test_without_a_key_nothing_is_answered(http: httpx.AsyncClient) -> None:
    http.headers.pop("x-api-key")
    reply = await http.get("/models")
    assert (reply.status_code, reply.json()["error"]["type"]) == (401, "authentication_error")


async def test_the_models_are_listed(http: httpx.AsyncClient) -> None:
    assert [model["id"] for model in (await http.get("/models")).json()["data"]] == ["claude-sonnet-5-5"]
