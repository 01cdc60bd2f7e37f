"""Transport `websocket` against real servers of the package `websockets`."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio import server as websocket_server

from activities import catalog
from tests import calls
from workflows.core import errors, model


@contextlib.asynccontextmanager
async def serving(handler: Any, **options: Any) -> AsyncIterator[str]:
    async with websocket_server.serve(handler, "127.0.0.1", 0, **options) as server:
        (socket,) = server.sockets
        yield f"ws://127.0.0.1:{socket.getsockname()[1]}/v1"


def tool(url: str, described: dict[str, Any], **more: Any) -> model.Tool:
    return calls.tool("websocket", "market.stream", endpoint=url, websocket=described, **more)


async def market(connection: Any) -> None:
    """Answers what it is asked, or streams trades and a heartbeat."""
    async for text in connection:
        asked = json.loads(text)
        if asked.get("crash"):
            connection.transport.abort()
            return
        if "echo" in asked:
            await connection.send(json.dumps({"path": connection.request.path, "asked": asked, "price": 0}).replace(": 0}", ": 10.50}"))
        elif asked.get("wrong"):
            await connection.send('{"error": {"message": "no such channel"}}')
        else:
            for number in range(1, 6):
                await connection.send('{"type": "heartbeat"}')
                await connection.send(f'{{"type": "trade", "number": {number}, "price": 1{number}.10}}')
            await connection.send('{"type": "end"}')
            if asked.get("leave"):
                return
            await connection.wait_closed()


TRADES = {
    "send": [{"subscribe": "${arguments.channel}"}],
    "keep": "${message.type == 'trade'}",
    "until": "${message.type == 'end'}",
    "error": "${message.error.message | default(null)}",
}


async def test_the_first_message_is_the_answer_with_exact_decimals() -> None:
    async with serving(market) as url:
        used = tool(url, {"path": "/quotes/${arguments.symbol}", "send": {"echo": "${arguments.symbol}", "key": "${key}"}})
        found = (await calls.call(used, {"symbol": "EUR/../MDL"}, model.SAFE))["output"]
    assert found["price"] == Decimal("10.50")
    assert found["path"] == "/v1/quotes/EUR%2F..%2FMDL"  # a value stays in its segment
    assert found["asked"]["echo"] == "EUR/../MDL" and len(found["asked"]["key"]) == 32


@pytest.mark.parametrize(
    ("more", "numbers", "complete"),
    [
        ({}, [1, 2, 3, 4, 5], True),
        ({"max_messages": 3}, [1, 2, 3], False),
        ({"until": "${(messages | length) >= 2}"}, [1, 2], True),
        ({"until": "${false}", "seconds": 0.3}, [1, 2, 3, 4, 5], False),
    ],
    ids=["until", "enough", "until so many", "time over"],
)
async def test_messages_are_collected(more: dict[str, Any], numbers: list[int], complete: bool) -> None:
    async def streaming(connection: Any) -> None:
        await market(connection)
        await connection.wait_closed()

    async with serving(streaming) as url:
        used = tool(url, {**TRADES, "send": {"subscribe": "x", "stay": True}, **more})
        found = (await calls.call(used, {}, model.SAFE))["output"]
    assert [message["number"] for message in found["messages"]] == numbers
    assert found["complete"] is complete


async def test_the_result_reads_all_messages() -> None:
    async with serving(market) as url:
        used = tool(url, {**TRADES, "result": {"total": "${messages | sum(attribute='price')}", "last": "${message.number}"}})
        assert (await calls.call(used, {"channel": "x"}, model.SAFE))["output"] == {"total": Decimal("65.50"), "last": 5}


async def test_a_service_that_closes_ends_the_collecting() -> None:
    async with serving(market) as url:
        used = tool(url, {**TRADES, "send": {"leave": True}, "until": "${false}"})
        found = (await calls.call(used, {}, model.SAFE))["output"]
    assert (len(found["messages"]), found["complete"]) == (5, False)


async def test_an_error_message_is_final() -> None:
    async with serving(market) as url:
        failure = await calls.failure(tool(url, {**TRADES, "send": {"wrong": True}}), {}, model.UNSAFE)
    assert (failure.type, failure.non_retryable) == (errors.REJECTED, True)
    assert 'the service says: "no such channel"' in failure.message


@pytest.mark.parametrize(
    ("effect", "kind", "again"), [(model.SAFE, errors.UNREACHABLE, True), (model.UNSAFE, errors.UNKNOWN_OUTCOME, False)]
)
async def test_a_connection_that_breaks_after_the_message(effect: str, kind: str, again: bool) -> None:
    async with serving(market) as url:
        failure = await calls.failure(tool(url, {"send": {"crash": True}}), {}, effect)
    assert (failure.type, not failure.non_retryable) == (kind, again)


async def test_a_port_where_nobody_listens_is_unreachable() -> None:
    failure = await calls.failure(tool("ws://127.0.0.1:1", {"send": "x"}), {}, model.UNSAFE)
    assert (failure.type, failure.non_retryable) == (errors.UNREACHABLE, False)
    assert "no connection to ws://127.0.0.1:1" in failure.message and "nothing was sent" in failure.message


@pytest.mark.parametrize(
    ("status", "kind"), [(401, errors.REJECTED), (429, errors.THROTTLED), (503, errors.UNREACHABLE), (302, errors.REJECTED)]
)
async def test_what_the_opening_is_answered_with(status: int, kind: str) -> None:
    def answer(connection: Any, request: Any) -> Any:
        response = connection.respond(status, "no")
        response.headers["Location"] = "ws://127.0.0.1:1/elsewhere"
        return response

    async with serving(market, process_request=answer) as url:
        failure = await calls.failure(tool(url, {"send": "x"}), {}, model.UNSAFE)
    assert failure.type == kind
    assert f"answers the opening of the connection with HTTP {status}; nothing was sent" in failure.message


async def test_credentials_go_with_the_opening_and_into_no_error() -> None:
    seen: list[str] = []

    def look(connection: Any, request: Any) -> Any:
        seen.append(request.headers.get("Authorization", ""))
        return connection.respond(403, f"not {request.headers.get('Authorization')}")

    async with serving(market, process_request=look) as url:
        used = tool(url, {"send": "x"}, authentication={"type": "bearer_token"})
        failure = await calls.failure(used, {}, model.SAFE, variables={"MARKET_TOKEN": "planted-8f3c51d2"})
    assert seen == ["Bearer planted-8f3c51d2"]
    assert "planted" not in failure.message


async def test_a_message_that_is_too_large_is_refused() -> None:
    async def flood(connection: Any) -> None:
        await connection.recv()
        await connection.send("x" * 3_000_000)
        await connection.wait_closed()

    async with serving(flood) as url:
        failure = await calls.failure(tool(url, {"send": "x"}), {}, model.SAFE)
    assert failure.type in (errors.UNREACHABLE, errors.BAD_OUTPUT)
    assert "too big" in failure.message or "exceeds limit" in failure.message


@pytest.mark.parametrize(
    ("described", "place", "words"),
    [
        ({"send": "${argument.x}"}, "websocket.send", "reads 'argument', expected one of arguments, key, settings"),
        ({"send": "x", "until": "is ${message.end}"}, "websocket.until", "expected one expression and nothing around it"),
        ({"send": "x", "until": "${answer.end}"}, "websocket.until", "reads 'answer'"),
        ({"send": "x", "keeps": "${true}"}, "websocket", "keeps"),
        ({"send": "x", "result": "${messages |}"}, "websocket.result", ""),
        (None, "", "what is sent is missing, expected it under 'websocket'"),
    ],
    ids=["name", "no lone expression", "a name of rest", "unknown key", "broken", "missing"],
)
def test_what_is_wrong_is_found_with_its_place(tmp_path: Path, described: Any, place: str, words: str) -> None:
    definition = {"address": "market.stream", "transport": "websocket", "endpoint": "wss://x.example.com", "effect": "safe"}
    definition |= {} if described is None else {"websocket": described}
    (tmp_path / "a.json").write_text(json.dumps(definition), encoding="utf-8")
    with pytest.raises(catalog.CatalogError) as refused:
        catalog.load([tmp_path])
    assert any(problem.path.startswith(place) and words in f"{problem.message} {problem.path}" for _, problem in refused.value.problems), (
        refused.value
    )
