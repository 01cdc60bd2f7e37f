"""Whether schedules are exact, for `make bench`: the whole corpus as the real server lists it, and the time that an apply of 1,000 takes."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from temporalio import client

from starter import embedded
from tests import commands
from tests.schedule_corpus import comparison, rules
from workflows.core.schedules import timing

PIPELINES: Final = 1_000
_AT_ONCE: Final = 4
_QUICK_EACH: Final = 10


class Failed(Exception):
    """What the schedules must reach was not reached."""


async def run(quick: bool) -> list[str]:
    """The lines of this part.

    Raises:
        Failed: a rule was told wrongly, more than 1 % were refused, or the apply failed.
    """
    async with embedded.EmbeddedServer(headless=True) as server:
        temporal = await client.Client.connect(server.address)
        found = await compare(temporal, {name: ones[:: _QUICK_EACH if quick else 1] for name, ones in rules.everything().items()})
        applied = await asyncio.to_thread(apply_seconds, server.address, PIPELINES // (_QUICK_EACH if quick else 1))
    return [*lines(found), *applied]


async def compare(temporal: client.Client, corpus: dict[str, list[timing.Timing]]) -> dict[str, list[comparison.Result]]:
    """Each timing of the corpus on the server."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(timing_: timing.Timing) -> comparison.Result:
        async with gate:
            return await comparison.compare(temporal, timing_)

    return {name: list(await asyncio.gather(*map(one, timings))) for name, timings in corpus.items()}


def lines(found: dict[str, list[comparison.Result]]) -> list[str]:
    """A table, a line for what is wrong or refused, and the slowest compiling."""
    everything = [result for results in found.values() for result in results]
    said = [
        "schedules: what the server lists against what the rules say, three years ahead, half a year back, around each change of clocks"
    ]
    said += [f"  {'':12} {'rules':>6} {'exact':>6} {'refused':>8} {'wrong':>6} {'times':>10}"]
    said += [_row(name, results) for name, results in [*found.items(), ("all", everything)]]
    bad = [result for result in everything if result.status != comparison.EXACT]
    said += [f"  {result.status}: {result.timing.expr!r} in {result.timing.timezone}: {result.said}" for result in bad]
    slowest = max(everything, key=lambda result: result.compile_seconds)
    seconds = sorted(result.compile_seconds for result in everything)
    said.append(
        f"  compiling: median {seconds[len(seconds) // 2] * 1000:.0f} ms,"
        f" longest {slowest.compile_seconds:.1f} s ({slowest.timing.expr.splitlines()[-1]} in {slowest.timing.timezone})"
    )
    counts = Counter(result.status for result in everything)
    if counts[comparison.WRONG] or counts[comparison.REFUSED] > len(everything) / 100:
        raise Failed("\n".join(said))
    return said


def _row(name: str, results: Iterable[comparison.Result]) -> str:
    counts = Counter(result.status for result in results)
    times = sum(result.times for result in results)
    columns = (sum(counts.values()), counts[comparison.EXACT])
    return f"  {name:12} {columns[0]:>6} {columns[1]:>6} {counts[comparison.REFUSED]:>8} {counts[comparison.WRONG]:>6} {times:>10,}"


def apply_seconds(address: str, count: int) -> list[str]:
    """How long `ordinaut apply` of so many pipelines takes, the first time and once more."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            Path(folder, f"p{number:04}.json").write_text(json.dumps(_pipeline(number)), encoding="utf-8")
        told = [_applied(folder, address, count, status) for status in ("created", "unchanged")]
    return [f"apply of {count:,} pipelines: {told[0]:.1f} s, again {told[1]:.1f} s; wanted: 1,000 under 60 s"]


def _applied(folder: str, address: str, count: int, status: str) -> float:
    started = time.perf_counter()
    ended = commands.ordinaut("apply", folder, "--json", variables={"TEMPORAL_ADDRESS": address})
    seconds = time.perf_counter() - started
    if ended.code or [one["status"] for one in ended.json["applied"]] != [status] * count:
        raise Failed(f"apply ended with {ended.code}: {ended.err[-2000:]}")
    return seconds


def _pipeline(number: int) -> dict[str, Any]:
    """A pipeline of its own minute; each tenth moves off holidays."""
    settings = {"holidays": "MD", "on_holiday": "next_business_day", "on_weekend": "next_business_day"} if number % 10 == 0 else {}
    return {
        "title": f"Pipeline {number}",
        "schedule_kind": "rrule",
        "schedule_expr": f"FREQ=MONTHLY;BYMONTHDAY={number % 28 + 1};BYHOUR={number % 24};BYMINUTE={number % 60}",
        "timezone": rules.ZONES[number % len(rules.ZONES)],
        **settings,
        "payload": {"pipeline": [{"id": "day", "uses": "system.transform", "with": {"template": "${today}"}}]},
    }
