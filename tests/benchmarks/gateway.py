"""The gateway under hostile requests, GitHub's own payloads and a steady stream, for `make bench`; it runs in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from tests import hostile_requests, webhooks

HOSTILE: Final = 10_000
QUICK_HOSTILE: Final = 1_000
STREAM: Final = 2_000
QUICK_STREAM: Final = 200
PER_SECOND: Final = 50
WANTED_MILLISECONDS: Final = 250
#: So much may the process grow between the first part of the hostile requests and the last.
WANTED_GROWTH_MIB: Final = 10
_PARTS: Final = 10


@dataclass(frozen=True)
class Process:
    """The gateway that is measured."""

    address: tuple[str, int]
    pid: int

    def memory_mib(self) -> float:
        """What it holds now."""
        (line,) = [line for line in Path(f"/proc/{self.pid}/status").read_text().splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) / 1_024


@contextlib.contextmanager
def _process() -> Iterator[Process]:
    command = [sys.executable, "-m", "tests.benchmarks.gateway_process"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield Process((said["host"], said["port"]), said["pid"])
        rest, complaints = process.communicate()
        if complaints:
            raise SystemExit(f"the gateway complained: {complaints[:2_000]}")
        assert process.returncode == 0, rest


async def run(quick: bool, seed: int) -> list[str]:
    """The lines of the report; ends the program where what is wanted is missed by a fault (5xx, growth, a payload)."""
    with _process() as process:
        examples = await _examples(process)
        latencies = await _stream(process, QUICK_STREAM if quick else STREAM)
        codes, memory = await _hostile(process, QUICK_HOSTILE if quick else HOSTILE, seed)
    faults = [f"{count} answers of {code}" for code, count in codes.items() if code >= 500]
    growth = memory[-1] - memory[0]
    if not quick and growth > WANTED_GROWTH_MIB:
        faults.append(f"{growth:.1f} MiB more memory")
    if faults:
        raise SystemExit(f"gateway: {', '.join(faults)}")
    said = ", ".join(f"{code or 'hung up'}: {count:,}" for code, count in sorted(codes.items()))
    return [
        f"gateway: {examples} of GitHub's payloads accepted with a right signature and refused with a wrong one",
        f"  {len(latencies):,} webhooks at {PER_SECOND} a second, event thrown away: median {_share(latencies, 0.5):.1f} ms,"
        f" 99 % within {_share(latencies, 0.99):.1f} ms; wanted with Temporal: {WANTED_MILLISECONDS} ms",
        f"  {codes.total():,} hostile requests: no 5xx ({said})",
        f"  memory {memory[0]:.1f} MiB after the first tenth, {memory[-1]:.1f} MiB after all; wanted: at most {WANTED_GROWTH_MIB} MiB more",
    ]


async def _examples(process: Process) -> int:
    """How many of GitHub's payloads are accepted and refused as they should be."""
    examples = webhooks.github_examples()
    async with httpx.AsyncClient(base_url=_url(process)) as http:
        for number, (name, payload) in enumerate(examples):
            sent = json.dumps(payload).encode()
            for secret, expected in ((webhooks.SECRET, 200), (webhooks.WRONG, 401)):
                headers = {**webhooks.github(sent, webhooks.NOW, secret), "X-GitHub-Event": name, "X-GitHub-Delivery": f"delivery-{number}"}
                answer = await http.post("/webhooks/github/main", content=sent, headers=headers)
                if answer.status_code != expected:
                    raise SystemExit(f"gateway: {name} was answered with {answer.status_code}, expected {expected}")
    return len(examples)


async def _stream(process: Process, count: int) -> list[float]:
    """Milliseconds until each of so many webhooks was answered, sent at a steady pace whether or not the ones before are answered."""
    sender = webhooks.GITHUB
    signed = sender.signed(sender.body)
    began = time.perf_counter()

    async def one(http: httpx.AsyncClient, number: int) -> float:
        due = began + number / PER_SECOND
        await asyncio.sleep(due - time.perf_counter())
        answer = await http.post(sender.path, content=sender.body, headers={**signed, "X-GitHub-Delivery": f"stream-{number}"})
        assert answer.status_code == 200, answer.text
        return (time.perf_counter() - due) * 1_000

    async with httpx.AsyncClient(base_url=_url(process)) as http:
        return await asyncio.gather(*(one(http, number) for number in range(count)))


async def _hostile(process: Process, count: int, seed: int) -> tuple[Counter[int], list[float]]:
    """How often each status came, and the memory after each part."""
    codes: Counter[int] = Counter()
    memory = []
    for part in range(_PARTS):
        codes += await hostile_requests.sent(process.address, hostile_requests.requests(seed * _PARTS + part, count // _PARTS))
        memory.append(process.memory_mib())
    return codes, memory


def _share(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _url(process: Process) -> str:
    host, port = process.address
    return f"http://{host}:{port}"
