"""Many webhooks into a real gateway while its parts are killed, for the acceptance test and the benchmark: what was answered is counted."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from temporalio import client as temporal_client

from starter import embedded
from tests import commands, webhooks
from workflows import contract

ROOT: Final = Path(__file__).resolve().parent.parent
EVENT_TYPE: Final = "github.pull_request.opened"
_READY_SECONDS: Final = 60.0


def pipelines(folder: Path, count: int) -> list[str]:
    """So many pipelines that the webhook starts; each computes one value of it."""
    folder.mkdir(exist_ok=True)
    names = [f"flood-{number}" for number in range(count)]
    for name in names:
        step = {"id": "seen", "uses": "system.transform", "with": {"template": {"number": "${event.number}"}}}
        made = {"title": name, "schedule_kind": "event", "event_type": EVENT_TYPE, "payload": {"pipeline": [step]}}
        (folder / f"{name}.json").write_text(json.dumps(made))
    return names


@dataclass
class Part:
    """A process of Ordinaut that is killed and started again."""

    arguments: list[str]
    says: bytes
    folder: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    log: Path | None = None
    starts: int = 0

    def start(self) -> None:
        """Starts it; `ready` says when it is there."""
        self.starts += 1
        self.log = self.folder / f"{self.arguments[0].rpartition('/')[2]}-{self.starts}.log"
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, *self.arguments], cwd=self.folder, env=dict(self.environment), stdout=file, stderr=file
            )

    async def ready(self) -> str:
        """What it said until it was ready."""
        assert self.process is not None and self.log is not None
        async with asyncio.timeout(_READY_SECONDS):
            while self.says not in self.log.read_bytes():
                assert self.process.poll() is None, self.log.read_text()
                await asyncio.sleep(0.05)
        return self.log.read_text()

    def kill(self) -> None:
        """SIGKILL: nothing is said to anybody."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


@dataclass
class Flood:
    """Gateway and worker of one server."""

    server: embedded.EmbeddedServer
    temporal: temporal_client.Client
    gateway: Part
    worker: Part
    url: str = ""
    latencies: list[float] = field(default_factory=list)  # seconds until the 200 of each webhook that was not sent again
    repeated: int = 0  # webhooks that had to be sent again

    async def send(self, http: httpx.AsyncClient, number: int, due: float) -> None:
        """Sends a webhook until it is answered with 200, as its vendor would."""
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        body = json.dumps({"action": "opened", "number": number, "repository": {"full_name": "acme/web"}}).encode()
        headers = {**webhooks.GITHUB.signed(body), "X-GitHub-Delivery": f"flood-{number}"}
        for attempt in range(200):
            with contextlib.suppress(httpx.TransportError):
                answer = await http.post(f"{self.url}{webhooks.GITHUB.path}", content=body, headers=headers)
                if answer.status_code == 200:
                    self.latencies += [time.perf_counter() - due] * (attempt == 0)
                    self.repeated += attempt > 0
                    return
                assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.5)
        raise AssertionError(f"webhook {number} was never taken")

    async def restart_gateway(self) -> None:
        """Kills the gateway and starts it again at its port."""
        self.gateway.kill()
        self.gateway.start()
        await self.gateway.ready()

    async def executions(self) -> Counter[str]:
        """How many executions there are of each run."""
        query = f"WorkflowType = '{contract.PIPELINE}'"
        return Counter([one.id async for one in self.temporal.list_workflows(query, page_size=1_000)])

    async def completed(self, count: int, seconds: float) -> float:
        """Waits until so many runs are completed; how many seconds that took."""
        began = time.perf_counter()
        async with asyncio.timeout(seconds):
            while True:
                query = f"WorkflowType = '{contract.PIPELINE}' AND ExecutionStatus = 'Completed'"
                if (await self.temporal.count_workflows(query)).count >= count:
                    return time.perf_counter() - began
                await asyncio.sleep(0.5)


@contextlib.contextmanager
def running(server: embedded.EmbeddedServer, temporal: temporal_client.Client, folder: Path) -> Iterator[Flood]:
    """The processes, not started yet; whatever runs at the end is killed."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "TEMPORAL_ADDRESS": server.address,
        "GITHUB_WEBHOOK_SECRET": webhooks.SECRET,
    }
    gateway = Part([str(commands.PROGRAM), "gateway", "--port", "0", "--json"], b'"pid"', folder, environment)
    worker = Part([str(ROOT / "worker.py")], b"Ctrl-C ends it", folder, environment)
    made = Flood(server, temporal, gateway, worker)
    try:
        yield made
    finally:
        gateway.kill()
        worker.kill()


async def begin(flood: Flood) -> None:
    """Starts gateway and worker, and keeps the gateway's port for its next start."""
    flood.gateway.start()
    flood.worker.start()
    said: dict[str, Any] = json.loads((await flood.gateway.ready()).splitlines()[0])
    flood.url = said["url"]
    flood.gateway.arguments[3] = said["url"].rpartition(":")[2]
    await flood.worker.ready()
