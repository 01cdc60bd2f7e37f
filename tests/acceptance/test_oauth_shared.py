"""Workers on several machines share tokens through a real Redis: encrypted, one refresh at a time, and none is lost."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import asyncio as redis

from activities import authentication, secrets, settings, token_redis, token_store, tokens
from activities.auth import oauth2
from tests import calls, oauth_server, redis_server, servers
from workflows.core import errors, model

KEY = base64.b64encode(bytes(range(32))).decode()
CLIENT = {"BANK_CLIENT_ID": oauth_server.CLIENT_ID, "BANK_CLIENT_SECRET": oauth_server.CLIENT_SECRET}


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server.running() as url:
        yield url


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.Redis]:
    made = redis.Redis.from_url(redis_url)
    await made.flushall()
    yield made
    await made.aclose()


def shared(url: str, **more: str) -> dict[str, str]:
    return {**CLIENT, "ORDINAUT_REDIS_URL": url, "ORDINAUT_TOKEN_KEY": KEY, "XDG_STATE_HOME": "/nonexistent", **more}


def bank(server: oauth_server.OAuth, **fields: Any) -> model.Tool:
    given = {"type": "oauth2", "token_url": f"{server.url}/token", "scopes": ["read"], **fields}
    return calls.tool("rest", endpoint=f"{server.url}/api", rest={"path": "/accounts", "method": "GET"}, authentication=given)


async def call(used: model.Tool, variables: dict[str, str]) -> Any:
    """A call by a worker of its own, which starts and ends with it."""
    return (await calls.call(used, {}, model.SAFE, variables))["output"]


async def test_workers_share_one_token(client: redis.Redis, redis_url: str) -> None:
    async with oauth_server.running(delay_seconds=0.3) as server:
        found = await asyncio.gather(*(call(bank(server), shared(redis_url)) for _ in range(4)))
    assert [one["ok"] for one in found] == [True] * 4
    assert server.grants == ["client_credentials"]


async def test_workers_refresh_one_after_the_other_and_keep_the_newest(client: redis.Redis, redis_url: str) -> None:
    """The server takes each refresh token once: whoever used an old one would lose the login for all."""
    async with oauth_server.running(delay_seconds=0.2, life_seconds=1) as server:
        used = bank(server, authorization_url=f"{server.url}/authorize", grant="authorization_code")
        server.tokens.append(oauth_server.Token("-", "first-refresh", "read", 0))
        door = authentication.Door(settings.Settings.from_mapping(shared(redis_url)))
        record = oauth2.record_id(door.way(used, used.definition["authentication"]))
        await door.tokens.keep(record, tokens.Token(secrets.Secret("first-access"), 0, 0, secrets.Secret("first-refresh")))
        await door.close()
        for _ in range(3):
            found = await asyncio.gather(*(call(used, shared(redis_url)) for _ in range(3)))
            assert [one["ok"] for one in found] == [True] * 3
            await asyncio.sleep(1)
    sent = [form["refresh_token"] for form in server.forms]
    assert sent == ["first-refresh", *(token.refresh for token in server.tokens[1:3])]


async def test_nothing_in_redis_can_be_read_without_the_key(client: redis.Redis, redis_url: str) -> None:
    async with oauth_server.running() as server:
        await call(bank(server), shared(redis_url))
    (name,) = await client.keys("*")
    stored = await client.get(name)
    assert name.startswith(b"ordinaut:tokens:bank:oauth2:ordinaut-tests:")
    assert set(json.loads(stored)) == {"nonce", "sealed"}
    assert server.tokens[0].access.encode() not in stored
    assert 0 < await client.ttl(name) <= 3_600  # a token that nobody can refresh is worth nothing after its end


async def test_a_record_does_not_open_under_another_name_or_key(client: redis.Redis, redis_url: str) -> None:
    cipher = token_store.Cipher(bytes(range(32)))
    store = token_redis.RedisStore(secrets.Secret(redis_url), cipher)
    record = {"access": "a", "refresh": "r", "issued_at": 0, "expires_at": 1}
    await store.write("bank:oauth2:a", record)
    assert await store.read("bank:oauth2:a") == record
    await client.copy(f"{token_redis.PREFIX}bank:oauth2:a", f"{token_redis.PREFIX}bank:oauth2:b")
    message = (
        "the stored token of bank cannot be opened: ORDINAUT_TOKEN_KEY is not the key that it was written with, or it was changed;"
        " set the right key, or log in again"
    )
    other = token_redis.RedisStore(secrets.Secret(redis_url), token_store.Cipher(bytes(32)))
    for reader, name in ((store, "bank:oauth2:b"), (other, "bank:oauth2:a")):
        with pytest.raises(errors.ToolError) as caught:
            await reader.read(name)
        assert (caught.value.kind, caught.value.message) == ("invalid input", message)
    assert await client.ttl(f"{token_redis.PREFIX}bank:oauth2:a") == -1  # a refresh token is kept
    await store.close()
    await other.close()


async def test_a_lock_is_held_by_one_worker_and_freed_when_its_block_fails(client: redis.Redis, redis_url: str) -> None:
    store = token_redis.RedisStore(secrets.Secret(redis_url), token_store.Cipher(bytes(32)))
    inside: list[int] = []

    async def work(number: int) -> None:
        async with store.lock("bank"):
            inside.append(number)
            assert len(inside) == 1
            await asyncio.sleep(0.05)
            inside.remove(number)
            if number == 1:
                raise ValueError("this worker fails")

    results = await asyncio.gather(*(work(number) for number in range(4)), return_exceptions=True)
    assert [str(one) for one in results if one is not None] == ["this worker fails"]
    await store.close()


async def test_a_redis_that_is_away_sends_nothing_and_is_told_without_its_password() -> None:
    port = servers.free_port()
    async with oauth_server.running() as server:
        variables = shared(f"redis://:redis-s3cret-55@127.0.0.1:{port}/0")
        error = await calls.failure(bank(server), {}, model.UNSAFE, variables)
    assert (error.type, error.non_retryable, server.forms) == ("unreachable", False, [])
    assert error.message == (
        "step pay: bank.accounts, attempt 1: tokens: the Redis of ORDINAUT_REDIS_URL does not answer (ConnectionError); nothing was sent;"
        " it may be sent again"
    )


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        pytest.param(
            {"ORDINAUT_REDIS_URL": "redis://127.0.0.1"},
            "ORDINAUT_REDIS_URL needs ORDINAUT_TOKEN_KEY: tokens lie in Redis encrypted; make a key by `openssl rand -base64 32`",
            id="no key",
        ),
        pytest.param(
            {"ORDINAUT_TOKEN_KEY": "c2hvcnQ="},
            "ORDINAUT_TOKEN_KEY: expected 32 bytes in base64; `openssl rand -base64 32` makes such a key",
            id="short key",
        ),
        pytest.param(
            {"ORDINAUT_REDIS_URL": "http://:geheim@127.0.0.1", "ORDINAUT_TOKEN_KEY": KEY},
            "ORDINAUT_REDIS_URL: found ***, expected a URL like redis://:password@host:6379/0",
            id="no Redis",
        ),
    ],
)
def test_settings_that_cannot_share_are_refused_at_start(variables: dict[str, str], problem: str) -> None:
    with pytest.raises(settings.SettingsError) as caught:
        settings.Settings.from_mapping(variables)
    assert caught.value.problems == (problem,)


def test_the_password_of_redis_is_masked(tmp_path: Path) -> None:
    known = settings.Settings.from_mapping(shared("redis://:redis-s3cret-55@127.0.0.1:6379/0"))
    assert known.mask("auth redis-s3cret-55 failed") == "auth *** failed"
