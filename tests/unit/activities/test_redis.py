"""Transport `redis` against a real Redis, with the definition that catalogs/README.md shows."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from redis import asyncio as redis
from temporalio import exceptions

from activities import catalog
from tests import breaking, calls, redis_server, reference_cases
from workflows.core import errors, model

README = (reference_cases.ROOT / "catalogs" / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with redis_server.running() as running:
        yield running


@pytest.fixture
def tool(tmp_path: Path) -> model.Tool:
    (shown,) = [block for block in re.findall(r"```json\n(.*?)```", README, re.DOTALL) if '"transport": "redis"' in block]
    (tmp_path / "redis.json").write_text(shown, encoding="utf-8")
    return catalog.load([tmp_path])["redis.commands"]


def call(tool: model.Tool, url: str, **arguments: Any) -> Any:
    effect = tool.effect_of(arguments["action"])
    return calls.output(tool, arguments, effect, variables={"REDIS_URL": url})


def failed(tool: model.Tool, url: str, **arguments: Any) -> exceptions.ApplicationError:
    effect = tool.effect_of(arguments["action"])
    return calls.failed(tool, arguments, effect, variables={"REDIS_URL": url})


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("text\r\n*1\r\n$8\r\nFLUSHALL", "text\r\n*1\r\n$8\r\nFLUSHALL"),
        (Decimal("1234.50"), "1234.50"),
        (7, "7"),
        ({"a": [Decimal("1.10"), None]}, '{"a":[1.10,null]}'),
        ("ș", "ș"),
    ],
    ids=["no second command", "decimal", "number", "object", "letters"],
)
def test_a_value_is_kept_as_it_is(tool: model.Tool, url: str, value: Any, kept: str) -> None:
    assert call(tool, url, action="set", key="kept", value=value) == "OK"
    assert call(tool, url, action="get", key="kept") == {"value": kept}


def test_what_is_not_there_is_null(tool: model.Tool, url: str) -> None:
    assert call(tool, url, action="get", key="nobody") == {"value": None}


async def test_a_call_with_a_key_is_done_once_also_when_it_is_sent_again(tool: model.Tool, url: str) -> None:
    made = calls.activities_of(tool, {"REDIS_URL": url})
    given = calls.given(tool, {"action": "increment", "key": "count", "value": 5}, model.KEY)
    found = [(await calls.environment(attempt=attempt).run(made.call_tool, given))["output"] for attempt in (1, 2, 3)]
    pushed = calls.given(tool, {"action": "push", "key": "list", "value": "a"}, model.KEY, run="another")
    found += [(await calls.environment(attempt=attempt).run(made.call_tool, pushed))["output"] for attempt in (1, 2)]
    await made.close()
    assert found == [5, 5, 5, 1, 1]
    direct = redis.Redis.from_url(url, decode_responses=True)
    assert (await direct.get("count"), await direct.lrange("list", 0, -1)) == ("5", ["a"])
    await direct.aclose()


def test_an_answer_lost_after_an_increment_is_found_by_the_next_try(tool: model.Tool, url: str) -> None:
    async def run() -> tuple[str, bool, Any]:
        async with breaking.connection(url, b"ordinaut:done", forward=True) as cut:
            failure = await calls.failure(
                tool, {"action": "increment", "key": "lost", "value": 1}, model.KEY, variables={"REDIS_URL": cut}, run="lost"
            )
        made = calls.activities_of(tool, {"REDIS_URL": url})
        given = calls.given(tool, {"action": "increment", "key": "lost", "value": 1}, model.KEY, run="lost")
        again = (await calls.environment(attempt=2).run(made.call_tool, given))["output"]
        await made.close()
        return failure.type, not failure.non_retryable, again

    assert asyncio.run(run()) == (errors.UNKNOWN_OUTCOME, True, 1)


def test_what_the_server_refuses_is_final(tool: model.Tool, url: str) -> None:
    call(tool, url, action="set", key="word", value="text")
    arguments = {"action": "push", "key": "word", "value": "x"}
    failure = calls.failed(tool, arguments, model.KEY, variables={"REDIS_URL": url}, run="wrong type")
    assert (failure.type, failure.non_retryable) == (errors.REJECTED, True)
    assert "Redis refuses the command: WRONGTYPE" in failure.message


def test_a_wrong_password_is_told_without_it(tool: model.Tool, url: str) -> None:
    failure = failed(tool, url.replace(redis_server.PASSWORD, "wr0ng-pa55"), action="get", key="a")
    assert failure.type == errors.REJECTED
    assert "check REDIS_URL; nothing was sent" in failure.message and "wr0ng-pa55" not in failure.message


def test_a_server_that_is_not_there_is_unreachable(tool: model.Tool) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    failure = failed(tool, f"redis://:s3cret-pa55@127.0.0.1:{port}/0", action="increment", key="a")
    assert (failure.type, failure.non_retryable) == (errors.UNREACHABLE, False)
    assert "Redis cannot be reached" in failure.message and "s3cret-pa55" not in failure.message


def test_without_a_url_it_is_named(tool: model.Tool) -> None:
    failure = calls.failed(tool, {"action": "get", "key": "a"}, model.SAFE)
    assert failure.type == errors.INVALID_INPUT
    assert "REDIS_URL is not set; set it to redis://:password@host:6379/0" in failure.message


@pytest.mark.parametrize(
    ("described", "place", "words"),
    [
        ({"command": ["FLUSHALL"]}, "redis.command", "FLUSHALL is not run here"),
        ({"command": ["GET", "${argument.key}"]}, "redis.command[1]", "reads 'argument', expected one of arguments, key, settings"),
        ({"command": "GET a"}, "redis.command", "expected a list"),
        ({"command": ["GET ${arguments.key}"]}, "redis.command[0]", ""),
        (None, "", "the command is missing, expected it under 'redis'"),
    ],
    ids=["refused", "name", "no list", "a name made of values", "missing"],
)
def test_what_is_wrong_is_found_with_its_place(tmp_path: Path, described: Any, place: str, words: str) -> None:
    definition = {"address": "redis.get", "transport": "redis", "effect": "safe", **({} if described is None else {"redis": described})}
    (tmp_path / "a.json").write_text(json.dumps(definition), encoding="utf-8")
    with pytest.raises(catalog.CatalogError) as refused:
        catalog.load([tmp_path])
    assert any(problem.path.startswith(place) and words in problem.message for _, problem in refused.value.problems), refused.value
