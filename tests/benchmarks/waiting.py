"""Runs that wait for people, thousands at once on one worker, for `make bench`: its memory, a restart in between, each answered once."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from temporalio import client as temporal_client

from activities import run_starting
from starter import embedded
from starter.approvals import waiting
from tests import commands, event_flood, plans
from workflows import approval_waits, contract, converter
from workflows.core import errors
from workflows.core.approvals import digest

RUNS: Final = 10_000
QUICK_RUNS: Final = 100
WANTED_MIB: Final = 1_024
_AT_ONCE: Final = 40
_LISTED: Final = 100
_MOST_SECONDS: Final = 3_600.0
_PAYLOAD: Final = {"action": "bulk_payments", "payments": [{"amount": "12450.00", "iban": "MD24AG000225100013104168"}] * 5}


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each phase, the most memory of a worker and of the server in MiB, and what was counted."""

    runs: int
    begun: float
    listed: float
    answered: float
    worker_mib: float
    server_mib: float
    completed: int


async def run(quick: bool) -> list[str]:
    """The lines of the report; ends the program where a run is not answered once, or the worker takes too much memory."""
    found = await measure(QUICK_RUNS if quick else RUNS)
    if found.worker_mib > WANTED_MIB:
        raise SystemExit(f"waiting: the worker took {found.worker_mib:,.0f} MiB, above {WANTED_MIB:,}")
    return [
        f"waiting: {found.runs:,} runs wait for an approval at once after {found.begun:.0f} s; the worker is killed, another one starts;"
        f" all {found.completed:,} answered and completed, each once, after {found.answered:.0f} s more",
        f"  most memory of a worker {found.worker_mib:,.0f} MiB (wanted: {WANTED_MIB:,}), of the server {found.server_mib:,.0f} MiB;"
        f" `ordinaut approvals --limit {_LISTED}`, right after the kill, takes {found.listed:.1f} s",
    ]


async def measure(count: int) -> Measured:
    """Starts so many runs, lets them wait, kills the worker, answers all of them.

    Raises:
        SystemExit: a run has another end than its approval.
    """
    with tempfile.TemporaryDirectory(prefix="ordinaut-bench-") as name:
        async with embedded.EmbeddedServer(headless=True) as server:
            temporal = await temporal_client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
            with event_flood.running(server, temporal, Path(name)) as flood:
                flood.worker.environment = {**flood.worker.environment, "ORDINAUT_TRUST_LOCAL_APPROVERS": "1"}
                return await _measured(flood, count)


async def _measured(flood: event_flood.Flood, count: int) -> Measured:
    memory = _Memory(flood)
    watching = asyncio.create_task(memory.watch())
    flood.worker.start()
    await flood.worker.ready()
    began = time.perf_counter()
    await _all(_start(flood.temporal, number) for number in range(count))
    await _until_waiting(flood.temporal, count)
    begun = time.perf_counter() - began
    flood.worker.kill()
    flood.worker.start()
    await flood.worker.ready()
    listed = await asyncio.to_thread(_list, flood.server.address, min(_LISTED, count))
    began = time.perf_counter()
    await _all(_approve(flood.temporal, number) for number in range(count))
    await flood.completed(count, _MOST_SECONDS)
    answered = time.perf_counter() - began
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    return Measured(count, begun, listed, answered, memory.worker, memory.server, await _completed(flood, count))


def _plan() -> dict[str, Any]:
    ask = {"id": "ask", "uses": "system.approval", "with": {"title": "Pay?", "payload": _PAYLOAD, "approvers": ["finance"]}}
    return plans.plan_of([ask, plans.transform("after", "${1 + 1}")], name="waits")


_PLAN: Final = _plan()
_DIGEST: Final = digest.of(_PAYLOAD)


async def _start(temporal: temporal_client.Client, number: int) -> None:
    await run_starting.start(temporal, {"plan": _PLAN}, f"waits-{number}")


async def _approve(temporal: temporal_client.Client, number: int) -> None:
    """As a person does whom the service makes wait: again, until it is answered."""
    for _ in range(20):
        try:
            await waiting.decide(temporal, f"waits-{number}", "approve", {"step": "ask", "who": f"ana-{number}", "digest": _DIGEST})
            return
        except errors.ToolError as error:
            if error.kind != errors.UNREACHABLE:
                raise
    raise SystemExit(f"waiting: run {number} did not answer")


async def _until_waiting(temporal: temporal_client.Client, count: int) -> None:
    query = f"WorkflowType = '{contract.PIPELINE}' AND {contract.ATTRIBUTE_STATUS} = '{approval_waits.WAITING}'"
    async with asyncio.timeout(_MOST_SECONDS):
        while (await temporal.count_workflows(query)).count < count:
            await asyncio.sleep(0.5)


async def _completed(flood: event_flood.Flood, count: int) -> int:
    """How many runs completed, each with its own decision."""
    executions = await flood.executions()
    if executions != Counter({f"waits-{number}": 1 for number in range(count)}):
        raise SystemExit("waiting: runs were lost or doubled")
    for number in range(0, count, max(count // 50, 1)):  # a sample: each is a question of its own
        progress = await flood.temporal.get_workflow_handle(f"waits-{number}").query(contract.QUERY_PROGRESS)
        decided = [one["who"] for one in progress["steps"][0]["output"]["decisions"]]
        if decided != [f"ana-{number}"]:
            raise SystemExit(f"waiting: run {number} was decided by {decided}")
    return len(executions)


def _list(address: str, limit: int) -> float:
    ended = commands.ordinaut("approvals", "--limit", str(limit), "--json", variables={"TEMPORAL_ADDRESS": address})
    if ended.code or len(ended.json["approvals"]) != limit:
        raise SystemExit(f"waiting: ordinaut approvals: {ended.err or ended.out[:500]}")
    return ended.seconds


class _Memory:
    """The most that worker and server held."""

    def __init__(self, flood: event_flood.Flood) -> None:
        self._flood = flood
        self.worker = self.server = 0.0

    async def watch(self) -> None:
        """Looks ten times a second."""
        while True:
            if self._flood.worker.process is not None:
                self.worker = max(self.worker, _resident_mib(self._flood.worker.process.pid))
            self.server = max(self.server, _resident_mib(self._flood.server.pid))
            await asyncio.sleep(0.1)


def _resident_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it is just being killed
        return 0.0
    return sum(int(line.split()[1]) / 1_024 for line in lines if line.startswith("VmRSS:"))


async def _all(work: Any) -> None:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def in_turn(one: Any) -> None:
        async with turns:
            await one

    await asyncio.gather(*map(in_turn, work))
