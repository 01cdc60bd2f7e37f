"""The gateway on a real socket: sizes, slow senders, and what its answers say of the server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from starter.gateway import body, protocol, serving
from tests import webhooks


@contextlib.asynccontextmanager
async def served(kept: webhooks.Kept, http: type[protocol.Protocol] = protocol.Protocol) -> AsyncIterator[tuple[str, int]]:
    application = webhooks.gateway(kept, GITHUB_WEBHOOK_SECRET=webhooks.SECRET)
    async with serving.server(application, "127.0.0.1", 0, http) as (host, port):
        yield host, port


async def raw(address: tuple[str, int], sent: bytes) -> bytes:
    """What comes back for these bytes until the server closes."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        writer.write(sent)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


async def test_an_event_goes_through_a_socket_and_the_server_is_not_named() -> None:
    kept = webhooks.Kept()
    async with served(kept) as (host, port), httpx.AsyncClient() as http:
        signed = webhooks.GITHUB.signed(webhooks.GITHUB.body)
        answer = await http.post(f"http://{host}:{port}/webhooks/github/main", content=webhooks.GITHUB.body, headers=signed)
    assert answer.status_code == 200 and "server" not in answer.headers
    assert [event.event_type for event in kept.events] == ["github.pull_request.opened"]


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65_536):
        yield b"x" * 65_536


@pytest.mark.parametrize("with_length", [True, False], ids=["with a length", "in chunks without a length"])
async def test_a_body_above_the_limit_is_refused_and_the_sender_hears_why(with_length: bool) -> None:
    size = 2 * body.MAX_BYTES
    async with served(webhooks.Kept()) as (host, port), httpx.AsyncClient() as http:
        content = b"x" * size if with_length else chunks(size)
        answer = await http.post(f"http://{host}:{port}/webhooks/github/main", content=content)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


async def test_a_length_that_lies_does_not_get_round_the_limit() -> None:
    async with served(webhooks.Kept()) as address:
        head = b"POST /webhooks/github/main HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = await raw(address, head + b"5\r\nhello\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", id="a large head"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", id="TLS"),
        pytest.param(b"POST /webhooks/github/main HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"POST /webhooks/github/main HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", id="negative length"),
    ],
)
async def test_what_is_no_http_is_refused(sent: bytes) -> None:
    async with served(webhooks.Kept()) as address:
        assert (await raw(address, sent)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("path", [b"/webhooks/github/main", b"/nowhere"])
@pytest.mark.parametrize("rest", [b"5\r\nhello\r\nrubbish\r\n", b"rubbish\r\n"], ids=["after a chunk", "at once"])
async def test_rubbish_in_a_body_ends_the_connection_without_a_mistake(path: bytes, rest: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that needs no body came after the 400 for the rubbish: uvicorn told of an exception in the application."""
    caplog.set_level(logging.ERROR)
    async with served(webhooks.Kept()) as address:
        answer = await raw(address, b"POST " + path + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + rest)
    assert answer.startswith(b"HTTP/1.1 400 ") and caplog.messages == []


class Impatient(protocol.Protocol):
    head_seconds = 0.2


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"POST /webhooks/github/main HTTP/1.1\r\nHost: a\r\n", id="half a head"),
        pytest.param(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\n", id="half a second head"),
    ],
)
async def test_a_head_that_never_ends_is_cut_off_though_bytes_come(first: bytes) -> None:
    async with served(webhooks.Kept(), Impatient) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            writer.write(first)
            for _ in range(100):
                if reader.at_eof():
                    break
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1_000), 0.05)
                writer.write(b"X" if first else b"")
        assert reader.at_eof() and time.monotonic() - started < 2
        writer.close()


async def test_a_slow_body_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "READ_SECONDS", 0.2)
    async with served(webhooks.Kept()) as address:
        answer = await raw(address, b"POST /webhooks/github/main HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12")
    assert answer.startswith(b"HTTP/1.1 408 ") and b"the body did not come within 0.2 s" in answer


async def test_a_sender_that_goes_away_does_no_harm() -> None:
    kept = webhooks.Kept()
    async with served(kept) as (host, port), httpx.AsyncClient() as http:
        _, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /webhooks/github/main HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12")
        await writer.drain()
        writer.close()
        assert (await http.get(f"http://{host}:{port}/health")).status_code == 200


async def test_a_request_under_way_is_answered_when_the_gateway_stops() -> None:
    kept = webhooks.Kept()
    begun = asyncio.Event()

    async def waits() -> None:
        begun.set()
        await asyncio.sleep(0.3)

    kept.waits = waits
    async with httpx.AsyncClient() as http:
        async with served(kept) as (host, port):
            signed = webhooks.GITHUB.signed(webhooks.GITHUB.body)
            under_way = asyncio.create_task(
                http.post(f"http://{host}:{port}/webhooks/github/main", content=webhooks.GITHUB.body, headers=signed)
            )
            await begun.wait()
        assert (await under_way).status_code == 200
    assert len(kept.events) == 1


async def test_small_packets_go_at_once() -> None:
    """Nagle's algorithm and the other side's late acknowledgement made each answer 40 ms late."""
    async with served(webhooks.Kept()) as (host, port), httpx.AsyncClient() as http:
        seconds = []
        for _ in range(10):
            started = time.perf_counter()
            signed = webhooks.GITHUB.signed(webhooks.GITHUB.body)
            await http.post(f"http://{host}:{port}/webhooks/github/main", content=webhooks.GITHUB.body, headers=signed)
            seconds.append(time.perf_counter() - started)
    assert min(seconds[1:]) < 0.03


async def test_a_host_that_there_is_not_is_told() -> None:
    with pytest.raises(serving.CannotListen) as caught:
        async with serving.server(webhooks.gateway(webhooks.Kept()), "999.1.1.1", 0):
            pass
    assert str(caught.value).startswith("cannot listen on 999.1.1.1: ")
    assert str(caught.value).endswith("; --host takes a name or address of this machine")


async def test_an_address_that_is_taken_is_told() -> None:
    async with served(webhooks.Kept()) as (host, port):
        with pytest.raises(serving.CannotListen) as caught:
            async with serving.server(webhooks.gateway(webhooks.Kept()), host, port):
                pass
    assert str(caught.value) == f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another --port or --host"
