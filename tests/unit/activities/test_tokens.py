"""The token cache and its file: one request for all who wait, what is kept, what is not, and what a broken file means."""

from __future__ import annotations

import asyncio
import contextlib
import json
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from activities import secrets, settings, token_requests, token_store, tokens
from workflows.core import errors

KEY = bytes(range(32))


def token(access: str = "access-1", life: float = 3_600, refresh: str | None = None, age: float = 0) -> tokens.Token:
    now = time.time()
    return tokens.Token(secrets.Secret(access), now - age, now - age + life, secrets.Secret(refresh) if refresh else None)


class Vendor:
    """Gives a new token each time it is asked."""

    def __init__(self, delay: float = 0, **given: Any) -> None:
        self.asked: list[tokens.Token | None] = []
        self._delay, self._given = delay, given

    async def __call__(self, last: tokens.Token | None) -> tokens.Token:
        self.asked.append(last)
        await asyncio.sleep(self._delay)
        return token(f"access-{len(self.asked)}", **self._given)


def kept(folder: Path, cipher: token_store.Cipher | None = None) -> tokens.Tokens:
    known = settings.Settings.from_mapping({})
    return tokens.Tokens(known, token_store.FileStore(folder, cipher))


@contextlib.asynccontextmanager
async def cache(folder: Path) -> AsyncIterator[tokens.Tokens]:
    made = kept(folder)
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("life", "age", "usable"),
    [
        pytest.param(3_600, 0, True, id="fresh"),
        pytest.param(3_600, 3_530, True, id="70 s left"),
        pytest.param(3_600, 3_550, False, id="50 s left"),
        pytest.param(100, 85, True, id="a short life, 15 % left"),
        pytest.param(100, 95, False, id="a short life, 5 % left"),
        pytest.param(100, 200, False, id="over"),
    ],
)
def test_a_token_is_used_until_shortly_before_its_end(life: float, age: float, usable: bool) -> None:
    assert token(life=life, age=age).usable(time.time()) is usable


async def test_all_who_wait_get_the_one_that_was_asked_for(tmp_path: Path) -> None:
    vendor = Vendor(delay=0.05)
    async with cache(tmp_path) as made:
        found = await asyncio.gather(*(made.get("bank:a", vendor) for _ in range(50)))
    assert ({one.access.reveal() for one in found}, len(vendor.asked)) == ({"access-1"}, 1)


async def test_a_failure_reaches_all_who_wait_and_the_next_tries_again(tmp_path: Path) -> None:
    calls = 0

    async def failing(last: tokens.Token | None) -> tokens.Token:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.02)
        if calls == 1:
            raise errors.ToolError(errors.UNREACHABLE, "the vendor is away")
        return token()

    async with cache(tmp_path) as made:
        found = await asyncio.gather(*(made.get("bank:a", failing) for _ in range(3)), return_exceptions=True)
        assert [str(one) for one in found] == ["the vendor is away"] * 3
        assert (await made.get("bank:a", failing)).access.reveal() == "access-1"
    assert calls == 2


async def test_only_tokens_that_can_be_refreshed_are_written_to_the_file(tmp_path: Path) -> None:
    async with cache(tmp_path) as made:
        await made.get("bank:plain", Vendor())
        assert not (tmp_path / "tokens.json").exists()
        await made.get("bank:login", Vendor(refresh="refresh-1"))
    assert list(json.loads((tmp_path / "tokens.json").read_text())) == ["bank:login"]
    assert stat.S_IMODE((tmp_path / "tokens.json").stat().st_mode) == 0o600


async def test_what_was_kept_is_used_after_a_restart_and_offered_for_a_refresh(tmp_path: Path) -> None:
    async with cache(tmp_path) as made:
        await made.keep("bank:login", token("kept-access", refresh="kept-refresh"))
    vendor = Vendor()
    async with cache(tmp_path) as made:
        assert (await made.get("bank:login", vendor)).access.reveal() == "kept-access"
        assert made.refused("bank:", "Bearer kept-access")
        assert (await made.get("bank:login", vendor)).access.reveal() == "access-1"
    (last,) = vendor.asked
    assert last is not None and last.refresh == secrets.Secret("kept-refresh")


async def test_a_refused_token_is_known_to_those_who_carried_it_too(tmp_path: Path) -> None:
    async with cache(tmp_path) as made:
        await made.get("bank:a", Vendor())
        assert [made.refused("bank:", "Bearer access-1") for _ in range(2)] == [True, True]
        assert not made.refused("bank:", "Bearer another")
        assert not made.refused("other:", "Bearer access-1")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"bank:a": "text"}', id="no record"),
        pytest.param(b'{"bank:a": {"access": "x"}}', id="half a record"),
        pytest.param(b'{"bank:a": {"access": "x", "issued_at": "soon", "expires_at": 1}}', id="no time"),
    ],
)
async def test_a_broken_file_means_nothing_was_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tokens.json").write_bytes(content)
    async with cache(tmp_path) as made:
        assert await made.kept("bank:a") is None
        assert (await made.get("bank:a", Vendor())).access.reveal() == "access-1"


async def test_one_record_does_not_disturb_the_others(tmp_path: Path) -> None:
    async with cache(tmp_path) as made:
        await asyncio.gather(*(made.get(f"bank:{number}", Vendor(0.01, refresh="r")) for number in range(20)))
    assert len(json.loads((tmp_path / "tokens.json").read_text())) == 20
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda sealed: {**sealed, "sealed": sealed["sealed"][::-1]}, id="changed"),
        pytest.param(lambda sealed: {**sealed, "nonce": ""}, id="no nonce"),
        pytest.param(lambda sealed: {"sealed": sealed["sealed"]}, id="nonce left out"),
        pytest.param(lambda sealed: {**sealed, "sealed": 5}, id="a number"),
        pytest.param(lambda sealed: {**sealed, "sealed": "AAAA"}, id="too short"),
    ],
)
def test_a_sealed_record_opens_only_as_it_was_written(change: Any) -> None:
    cipher = token_store.Cipher(KEY)
    sealed = cipher.seal("bank:a", {"access": "x"})
    assert cipher.open("bank:a", sealed) == {"access": "x"}
    assert cipher.seal("bank:a", {"access": "x"}) != sealed  # another nonce each time
    with pytest.raises(errors.ToolError, match=r"^the stored token of bank cannot be opened: "):
        cipher.open("bank:a", change(sealed))


async def test_a_token_in_the_file_is_masked_from_then_on(tmp_path: Path) -> None:
    async with cache(tmp_path) as made:
        await made.keep("bank:login", token("kept-access", refresh="kept-refresh"))
    made = kept(tmp_path)
    await made.kept("bank:login")
    assert made._settings.mask("kept-access kept-refresh") == "*** ***"


@pytest.mark.parametrize(
    ("answer", "life", "refresh"),
    [
        pytest.param({"access_token": "a", "expires_in": 60, "refresh_token": "r"}, 60, "r", id="all of it"),
        pytest.param({"access_token": "a", "expires_in": "60"}, 60, "old", id="seconds as text, the old refresh token goes on"),
        pytest.param({"access_token": "a"}, 1_800, "old", id="no end"),
        pytest.param({"access_token": "a", "expires_in": None, "refresh_token": ""}, 1_800, "old", id="null and empty"),
        pytest.param({"access_token": "a", "expires_in": -5}, 1, "old", id="over at once"),
    ],
)
def test_a_token_answer_is_read_as_vendors_write_it(answer: dict[str, Any], life: float, refresh: str) -> None:
    made = token_requests.token(answer, "bank", now=1_000.0, last=token(refresh="old"))
    assert (made.expires_at - 1_000, made.refresh) == (life, secrets.Secret(refresh))


@pytest.mark.parametrize("answer", [{}, [], None, {"access_token": ""}, {"access_token": 5}])
def test_an_answer_without_a_token_is_refused(answer: Any) -> None:
    with pytest.raises(errors.ToolError) as caught:
        token_requests.token(answer, "bank")
    assert caught.value.message == "bank: the answer to the token request has no access_token; the call was not sent"
