"""Requests that try to break the gateway, for its test and the benchmark `gateway`: by seed, as bytes on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from starter.gateway import body
from tests import webhooks

TOKEN = "a long random text"
#: What the gateway under test is given.
VARIABLES = {**{sender.variable: webhooks.SECRET for sender in webhooks.SENDERS if sender.kind != "gitlab"}, "ORDINAUT_EVENTS_TOKEN": TOKEN}
VARIABLES |= {"GITLAB_WEBHOOK_SECRET": webhooks.SECRET}
SENDERS = [sender for sender in webhooks.SENDERS if sender.variable in VARIABLES]
#: Nobody is waited for longer: a request that never ends gets its answer, or none, when we hang up.
_ANSWER_SECONDS = 20.0

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "\u0000",
    "ţ€😀",
    "a.b",
    "..",
    "\ud800",
    [],
    {},
    [[]],
    {"": ""},
    [None],
    "opened" * 200,
]
TEXTS = [
    b"",
    b" ",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"NaN",
    b'{"a": Infinity}',
    b'{"a": 1, "a": 2}',
    b'{"a": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"a": 1e999999999}',
    b'{"a": -0.0, "b": 1E-399}',
    b'{"a": ' + b"9" * 5_000 + b"}",
    b'{"a": 0.' + b"0" * 500 + b"1}",
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b"[" * 64 + b"]" * 64,
    b"\xef\xbb\xbf{}",
    '{"a": 1}'.encode("utf-16"),
    '{"a": 1}'.encode("utf-32"),
    b'{"a": "\xff"}',
    b'{"a": "\xed\xa0\x80"}',
    b'{"a": "\xc0\xaf"}',
    b'{"a": "\x00"}',
    b'{"a": "\\u0000"}',
    b'{"a": 01}',
    b"{'a': 1}",
    b'{"a": 1} {"b": 2}',
    b"payload=%7B%7D",
    b"payload=",
    b"payload=%ff",
    b"payload=[1]&payload=2",
    b"&" * 10_000,
    b"a=1&" * 1_000,
    b"command=%2F&text=%00",
    b"ssl_check=1",
    b"<a/>",
    bytes(range(256)),
]
WORDS = [
    b"",
    b" ",
    b"\x80\xff",
    "ţ".encode(),
    b"x" * 300,
    b"0",
    b"-1",
    b"1e9",
    b"9" * 30,
    b"sha256=",
    b"v0=",
    b"v1,",
    b"HMAC ",
    b"Bearer ",
    b"null",
    b"%00",
    b"../..",
]
PATHS = [
    b"/", b"/webhooks", b"/webhooks/", b"/webhooks/github", b"/webhooks/github/", b"/webhooks/github/main/", b"/webhooks/github/%00",
    b"/webhooks/github/..%2f..", b"/webhooks/%67ithub/main", b"/webhooks/github/main?x=1", b"/webhooks//main", b"//webhooks/github/main",
    b"/webhooks/github/" + b"a" * 3_000, b"/webhooks/github/%ff%fe", b"/events/", b"/events/a", b"/events/%0d%0aX:1", b"/events", b"/health",
    b"http://gateway/webhooks/github/main", b"*", b"/webhooks/github/main#x", b"/webhooks/__class__/main", b"/metrics",
]  # fmt: skip
METHODS = [b"GET", b"HEAD", b"PUT", b"OPTIONS", b"TRACE", b"CONNECT", b"post", b"BREW", b"P" * 500]
EXTRA = [
    (b"Content-Encoding", b"gzip"), (b"Transfer-Encoding", b"gzip"), (b"Expect", b"100-continue"), (b"Upgrade", b"websocket"), (b"Connection", b"Upgrade"),
    (b"Content-Type", b"application/x-www-form-urlencoded"), (b"Content-Type", b"application/cloudevents+json"), (b"Content-Type", b"\xff"),
    (b"Content-Type", b"multipart/form-data; boundary=x"), (b"Content-Type", b"application/json; charset=utf-7"), (b"ce-specversion", b"1.0"),
    (b"X-GitHub-Event", b"../../x"), (b"X-GitHub-Delivery", b"x" * 5_000), (b"X-GitHub-Delivery", b"\xc5\xa3"), (b"Idempotency-Key", b"\x80" * 200),
    (b"X-Forwarded-For", b"' OR 1=1"), (b"Content-Length", b"5"), (b"Content-Length", b"-5"), (b"X" * 200, b"y"), (b"A b", b"c"), (b"A", b"b\r\n c"),
    (b"Cookie", b"a=b; " * 2_000), (b"Accept-Encoding", b"\x00"),
]  # fmt: skip


@dataclass
class Request:
    """A request before it becomes bytes."""

    path: bytes
    body: bytes
    headers: list[tuple[bytes, bytes]]
    method: bytes = b"POST"
    version: bytes = b"HTTP/1.1"
    chunked: bool = False
    end: Callable[[bytes], bytes] = field(default=lambda sent: sent)  # what is done to the bytes

    def wire(self) -> bytes:
        """The bytes, with a connection that ends after the answer."""
        length = [(b"Transfer-Encoding", b"chunked")] if self.chunked else [(b"Content-Length", str(len(self.body)).encode())]
        lines = [(b"Host", b"gateway"), (b"Connection", b"close"), *length, *self.headers]
        head = (
            b" ".join([self.method, self.path, self.version]) + b"\r\n" + b"".join(name + b": " + value + b"\r\n" for name, value in lines)
        )
        sent = self.body
        if self.chunked:
            size = max(1, len(sent) // 5)
            parts = [sent[at : at + size] for at in range(0, len(sent), size)]
            sent = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"
        return self.end(head + b"\r\n" + sent)


def requests(seed: int, count: int) -> Iterator[bytes]:
    """So many requests; the same ones for the same seed."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _one(chance).wire()


def _one(chance: random.Random) -> Request:
    sender = chance.choice(SENDERS)
    sent = chance.choice([_changed_members, _changed_members, _text, _changed_bytes, _own])(chance, sender)
    if sender.seals and chance.random() < 0.7:
        with contextlib.suppress(Exception):  # what cannot be sealed goes unsealed
            sent = webhooks.maib_body(sent, webhooks.SECRET)
    given = {**sender.headers, **sender.signed(sent)}
    request = Request(sender.path.encode(), sent, [(name.encode(), value.encode("latin-1", "replace")) for name, value in given.items()])
    if chance.random() < 0.15:
        request.path = chance.choice([b"/events/a", b"/events"])
        request.headers = [(b"Authorization", f"Bearer {TOKEN}".encode())]
        request.headers += [(b"ce-" + name, b"1.0") for name in (b"specversion", b"id", b"source", b"type") if chance.random() < 0.5]
    for change in chance.sample(CHANGES, chance.choice([0, 0, 1, 1, 2])):
        change(chance, request)
    return request


def _own(chance: random.Random, sender: webhooks.Sender) -> bytes:
    return sender.body


def _text(chance: random.Random, sender: webhooks.Sender) -> bytes:
    return chance.choice(TEXTS)


def _changed_bytes(chance: random.Random, sender: webhooks.Sender) -> bytes:
    sent = bytearray(sender.body)
    for _ in range(chance.randint(1, 4)):
        sent[chance.randrange(len(sent))] = chance.randrange(256)
    return bytes(sent)


def _changed_members(chance: random.Random, sender: webhooks.Sender) -> bytes:
    """The sender's body with members of other types, sent as JSON or as a form."""
    value = json.loads(sender.body)
    for place in [value, *(one for one in value.values() if isinstance(one, dict))]:
        for name in list(place):
            if chance.random() < 0.3:
                place[name] = chance.choice(VALUES)
            elif chance.random() < 0.1:
                del place[name]
    sent = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    return b"payload=" + urllib.parse.quote_from_bytes(sent).encode() if chance.random() < 0.15 else sent


def _header_word(chance: random.Random, request: Request) -> None:
    if request.headers:
        at = chance.randrange(len(request.headers))
        request.headers[at] = (request.headers[at][0], chance.choice(WORDS))


def _header_gone(chance: random.Random, request: Request) -> None:
    if request.headers:
        del request.headers[chance.randrange(len(request.headers))]


def _header_twice(chance: random.Random, request: Request) -> None:
    if request.headers:
        request.headers.append(chance.choice(request.headers))


def _header_more(chance: random.Random, request: Request) -> None:
    request.headers.insert(chance.randint(0, len(request.headers)), chance.choice(EXTRA))


def _many_headers(chance: random.Random, request: Request) -> None:
    request.headers += [(f"X-{number}".encode(), b"y") for number in range(chance.choice([100, 3_000]))]


def _path(chance: random.Random, request: Request) -> None:
    request.path = chance.choice(PATHS)


def _method(chance: random.Random, request: Request) -> None:
    request.method = chance.choice(METHODS)


def _version(chance: random.Random, request: Request) -> None:
    request.version = chance.choice([b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.1 ", b"", b"XTTP/1.1"])


def _chunks(chance: random.Random, request: Request) -> None:
    request.chunked = True


def _both_lengths(chance: random.Random, request: Request) -> None:
    request.chunked = True
    request.headers.append((b"Content-Length", str(len(request.body)).encode()))


def _cut(chance: random.Random, request: Request) -> None:
    share = chance.random()
    request.end = lambda sent: sent[: int(len(sent) * share)]


def _more(chance: random.Random, request: Request) -> None:
    request.end = lambda sent: sent + b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"


def _broken(chance: random.Random, request: Request) -> None:
    at, byte = chance.random(), bytes([chance.randrange(256)])
    request.end = lambda sent: sent[: int(len(sent) * at)] + byte + sent[int(len(sent) * at) + 1 :]


def _large(chance: random.Random, request: Request) -> None:
    if chance.random() < 0.2:  # the rest of the changes are cheaper
        request.body = chance.choice([b" ", b"[", b"\xff", b"{}"]) * chance.choice(
            [body.MAX_BYTES // 2, body.MAX_BYTES, body.MAX_BYTES + 1]
        )


CHANGES = [
    _header_word, _header_word, _header_gone, _header_twice, _header_more, _header_more, _many_headers, _path, _method, _version, _chunks,
    _both_lengths, _cut, _more, _broken, _large,
]  # fmt: skip


async def sent(address: tuple[str, int], wires: Iterable[bytes], together: int = 16) -> Counter[int]:
    """Sends them all, so many at a time; how often each status came, 0 where the connection ended without one."""
    counted: Counter[int] = Counter()
    left = iter(wires)

    async def some() -> None:
        for wire in left:
            counted[await _status(address, wire)] += 1

    await asyncio.gather(*(some() for _ in range(together)))
    return counted


async def _status(address: tuple[str, int], wire: bytes) -> int:
    reader, writer = await asyncio.open_connection(*address)
    received = b""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            with contextlib.suppress(ConnectionError):
                writer.write(wire)
                writer.write_eof()
                received = await reader.read(100_000)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    if received.startswith(b"HTTP/1.1 100"):
        received = received.partition(b"\r\n\r\n")[2]
    return int(received[9:12]) if received.startswith(b"HTTP/1.1 ") else 0
