"""What the embedded server's settings are worth: a workflow of one activity, one at a time, on a default server and on a tuned one.

The default settings let the server look for tasks 20 times a second, with some in reserve. A run now and then lives on the reserve;
runs one after the other use it up, and wait for a tick of 50 ms at each step.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from starter import embedded

ROUNDS: Final = 8
_RESERVE_RUNS: Final = 25  # so many in a row use up the reserve of the default settings
_RUNS_A_TURN: Final = 10
_PAUSE_SECONDS: Final = 0.4
_WARM_UP_RUNS: Final = 10
_RESAMPLES: Final = 2_000
_QUEUE: Final = "benchmark"

#: Server by its name in the result; `again` is tuned like `tuned`, to show how far two equal servers differ.
_SERVERS: Final = {"default": False, "tuned": True, "again": True}


@activity.defn
async def nothing() -> str:
    """The least that an activity can do."""
    return ""


@workflow.defn
class OneActivity:
    """The least that a workflow with an activity can do."""

    @workflow.run
    async def run(self) -> str:
        """Calls it."""
        return await workflow.execute_activity(nothing, start_to_close_timeout=datetime.timedelta(seconds=30))


def run(rounds: int = ROUNDS, seed: int = 1) -> dict[str, Any]:
    """Measures; in each round the servers take turns in random order. A round takes about 20 s.

    Gives for runs `in_a_row` and `now_and_then` the milliseconds of a run by server, and ratios of them, each as {"median", "low", "high"}
    with a 95 % bootstrap interval. `default_over_tuned` is the gain; `control` compares two equal servers and should hold 1.
    """
    measured = asyncio.run(_measure(rounds, random.Random(seed)))
    return {"rounds": rounds, **{load: _compared(times, random.Random(seed)) for load, times in measured.items()}}


def _compared(times: dict[str, list[float]], chance: random.Random) -> dict[str, Any]:
    milliseconds = {name: _interval([seconds * 1000 for seconds in found], chance) for name, found in times.items()}
    return {
        "milliseconds": milliseconds,
        "default_over_tuned": _interval(_ratios(times["default"], times["tuned"]), chance),
        "control": _interval(_ratios(times["again"], times["tuned"]), chance),
    }


async def _measure(rounds: int, order: random.Random) -> dict[str, dict[str, list[float]]]:
    """Seconds of a run by load and server: the median of each turn."""
    async with AsyncExitStack() as stack:
        clients = {name: await _service(stack, tuned) for name, tuned in _SERVERS.items()}
        measured: dict[str, dict[str, list[float]]] = {load: {name: [] for name in clients} for load in ("in_a_row", "now_and_then")}
        for _ in range(rounds):
            for name in order.sample(list(clients), len(clients)):
                measured["now_and_then"][name].append(await _now_and_then(clients[name]))
                measured["in_a_row"][name].append(await _in_a_row(clients[name]))
        return measured


async def _service(stack: AsyncExitStack, tuned: bool) -> Client:
    server = await stack.enter_async_context(embedded.EmbeddedServer(headless=True, tuned=tuned))
    client = await Client.connect(server.address)
    await stack.enter_async_context(
        Worker(client, task_queue=_QUEUE, workflows=[OneActivity], activities=[nothing], workflow_runner=UnsandboxedWorkflowRunner())
    )
    for _ in range(_WARM_UP_RUNS):
        await _one(client)
    return client


async def _in_a_row(client: Client) -> float:
    for _ in range(_RESERVE_RUNS):
        await _one(client)
    return statistics.median([await _one(client) for _ in range(_RUNS_A_TURN)])


async def _now_and_then(client: Client) -> float:
    times = []
    for _ in range(_RUNS_A_TURN):
        await asyncio.sleep(_PAUSE_SECONDS)
        times.append(await _one(client))
    return statistics.median(times)


async def _one(client: Client) -> float:
    begin = time.perf_counter()
    await client.execute_workflow(OneActivity.run, id=str(uuid.uuid4()), task_queue=_QUEUE)
    return time.perf_counter() - begin


def _ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    return [a / b for a, b in zip(above, below, strict=True)]


def _interval(values: Sequence[float], chance: random.Random) -> dict[str, float]:
    """The median with its 95 % bootstrap interval."""
    resampled = sorted(statistics.median(chance.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    low, high = resampled[int(0.025 * _RESAMPLES)], resampled[int(0.975 * _RESAMPLES)]
    return {"median": round(statistics.median(values), 3), "low": round(low, 3), "high": round(high, 3)}


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS), indent=2))
