"""What the interpreter costs beside a workflow written by hand: runs per second and CPU of the worker, in pairs in random order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from temporalio import client

from starter import embedded
from tests.benchmarks import ratios, subjects
from workflows import converter

CONCURRENCY: Final = 20
RUNS_A_CELL: Final = 80
_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")

TARGET_RUNS_PER_SECOND: Final = 0.97
TARGET_CPU: Final = 1.10


@dataclass
class Cells:
    """What was measured of one subject, one number a round."""

    runs_per_second: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)  # of the worker, a run


@dataclass(frozen=True)
class Comparison:
    """One line of the answer."""

    name: str
    runs_per_second: ratios.Ratio
    cpu: ratios.Ratio


async def measure(rounds: int, seed: int) -> tuple[list[Comparison], dict[str, Cells]]:
    """Measures each subject once a round, in random order; compares interpreter and control with the one by hand."""
    chance = random.Random(seed)
    cells = {name: Cells() for name in subjects.SUBJECTS}
    async with embedded.EmbeddedServer(headless=True) as server:
        temporal = await client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
        async with contextlib.AsyncExitStack() as stack:
            workers = {name: await stack.enter_async_context(_worker(server.address, name)) for name in subjects.SUBJECTS}
            for name, worker in workers.items():
                await _cell(temporal, subjects.SUBJECTS[name], worker)  # warms up
            for _ in range(rounds):
                for name in chance.sample(list(workers), len(workers)):
                    runs_per_second, cpu_seconds = await _cell(temporal, subjects.SUBJECTS[name], workers[name])
                    cells[name].runs_per_second.append(runs_per_second)
                    cells[name].cpu_seconds.append(cpu_seconds)
    by_hand = cells[subjects.BY_HAND.name]
    return [_compare(name, cells[name], by_hand) for name in (subjects.INTERPRETER.name, subjects.CONTROL.name)], cells


def _compare(name: str, measured: Cells, by_hand: Cells) -> Comparison:
    return Comparison(
        name,
        ratios.of_pairs(measured.runs_per_second, by_hand.runs_per_second),
        ratios.of_pairs(measured.cpu_seconds, by_hand.cpu_seconds),
    )


@dataclass(frozen=True)
class _Worker:
    queue: str
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time of the process so far, all threads."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


@contextlib.asynccontextmanager
async def _worker(address: str, name: str) -> AsyncIterator[_Worker]:
    queue = f"benchmark-{uuid.uuid4()}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.work", address, queue, name, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert await process.stdout.readline() == b"ready\n", f"the worker '{name}' did not start"
        yield _Worker(queue, process.pid)
    finally:
        process.stdin.close()
        await process.wait()


async def _cell(temporal: client.Client, subject: subjects.Subject, worker: _Worker) -> tuple[float, float]:
    """(runs per second, CPU seconds of the worker a run), in a closed loop."""
    waiting = iter(range(RUNS_A_CELL))
    before, started = worker.cpu_seconds(), time.monotonic()
    await asyncio.gather(*(_loop(temporal, subject, worker.queue, waiting) for _ in range(CONCURRENCY)))
    return RUNS_A_CELL / (time.monotonic() - started), (worker.cpu_seconds() - before) / RUNS_A_CELL


async def _loop(temporal: client.Client, subject: subjects.Subject, queue: str, waiting: object) -> None:
    for _ in waiting:  # type: ignore[attr-defined]
        handle = await subject.start(temporal, f"benchmark-{uuid.uuid4()}", queue)
        result = await handle.result()
        assert result["status"] == "completed"


def lines(compared: list[Comparison], cells: dict[str, Cells]) -> list[str]:
    """The answer for people."""
    said = [f"overhead: {compared[0].cpu.pairs} rounds of {RUNS_A_CELL} runs, {CONCURRENCY} at a time, ratios [95 % interval]"]
    for one in compared:
        said.append(f"  {one.name:14} / by hand   runs per second {one.runs_per_second}   worker CPU {one.cpu}")
    for name, cell in cells.items():
        rate, cpu = _median(cell.runs_per_second), _median(cell.cpu_seconds) * 1_000
        said.append(f"  {name:14} median      {rate:.1f} runs per second, {cpu:.1f} ms of worker CPU a run")
    said.append(f"  wanted: runs per second at least {TARGET_RUNS_PER_SECOND}, worker CPU at most {TARGET_CPU}")
    return said


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
