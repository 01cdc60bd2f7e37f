"""Webhooks through a real gateway into Temporal, for `make bench`: how soon they are answered, and that no run is lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from temporalio import client as temporal_client

from starter import embedded
from tests import commands, event_flood
from workflows import converter

WEBHOOKS: Final = 2_000
QUICK_WEBHOOKS: Final = 100
PIPELINES: Final = 20
PER_SECOND: Final = 50
WANTED_MILLISECONDS: Final = 250
_KILL_EACH_SECONDS: Final = 8.0
_MOST_SECONDS: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One flood: seconds until each webhook was answered, seconds until the last run had ended, kills, and what was counted."""

    pipelines: int
    latencies: list[float]
    repeated: int
    seconds: float
    kills: int
    runs: int


async def run(quick: bool) -> list[str]:
    """The lines of the report; ends the program where a run is lost or doubled."""
    count = QUICK_WEBHOOKS if quick else WEBHOOKS
    one = await _flood(count, 1, kills=False)
    many = await _flood(count, 2 if quick else PIPELINES, kills=True)
    return [
        f"events: {count:,} webhooks at {PER_SECOND} a second, one pipeline: answered in median {_share(one.latencies, 0.5):.0f} ms,"
        f" 99 % within {_share(one.latencies, 0.99):.0f} ms (wanted: {WANTED_MILLISECONDS}), all {one.runs:,} runs ended after {one.seconds:.0f} s",
        f"  {many.pipelines} pipelines, the worker killed {many.kills} times: {many.runs:,} of {count * many.pipelines:,} runs, each once,"
        f" {many.repeated} webhooks sent again; answered in median {_share(many.latencies, 0.5):.0f} ms, 99 % within"
        f" {_share(many.latencies, 0.99):.0f} ms; all runs ended after {many.seconds:.0f} s",
    ]


async def _flood(count: int, pipelines: int, *, kills: bool) -> Measured:
    with tempfile.TemporaryDirectory(prefix="ordinaut-bench-") as name:
        folder = Path(name)
        async with embedded.EmbeddedServer(headless=True) as server:
            temporal = await temporal_client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
            event_flood.pipelines(folder / "pipelines", pipelines)
            applied = commands.ordinaut("apply", folder / "pipelines", variables={"TEMPORAL_ADDRESS": server.address})
            if applied.code:
                raise SystemExit(applied.out + applied.err)
            with event_flood.running(server, temporal, folder) as flood:
                await event_flood.begin(flood)
                return await _measured(flood, count, pipelines, kills)


async def _measured(flood: event_flood.Flood, count: int, pipelines: int, kills: bool) -> Measured:
    began = time.perf_counter()
    killing = asyncio.create_task(_kill(flood)) if kills else None
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(timeout=15, limits=limits) as http:
        await asyncio.gather(*(flood.send(http, number, began + number / PER_SECOND) for number in range(count)))
    if killing is not None:
        killing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await killing
        flood.worker.kill()
        flood.worker.start()
    await flood.completed(count * pipelines, _MOST_SECONDS)
    seconds = time.perf_counter() - began
    executions = await flood.executions()
    wanted = {f"flood-{one}-event-github.main.flood-{number}" for one in range(pipelines) for number in range(count)}
    if set(executions) != wanted or set(executions.values()) != {1}:
        lost, doubled = len(wanted - set(executions)), sum(times > 1 for times in executions.values())
        raise SystemExit(f"events: {lost} runs lost, {doubled} doubled, {len(set(executions) - wanted)} that should not be")
    return Measured(pipelines, flood.latencies, flood.repeated, seconds, flood.worker.starts - 1, len(executions))


async def _kill(flood: event_flood.Flood) -> None:
    """Kills the worker again and again; a new one is started at once."""
    while True:
        await asyncio.sleep(_KILL_EACH_SECONDS)
        flood.worker.kill()
        flood.worker.start()
        await flood.worker.ready()


def _share(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1_000
