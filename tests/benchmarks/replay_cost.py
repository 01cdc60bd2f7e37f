"""CPU time that a workflow costs on the worker's side, told by replaying its history over and over; no server, so less noise."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import AsyncIterator
from typing import Final

from temporalio import client
from temporalio import worker as temporal_worker

from tests.benchmarks import ratios, subjects
from workflows import converter

REPLAYS: Final = 100


async def history_of(temporal: client.Client, subject: subjects.Subject) -> client.WorkflowHistory:
    """A history of a run of the subject."""
    queue = f"replay-{uuid.uuid4()}"
    async with subject.worker(temporal, queue):
        handle = await subject.start(temporal, queue, queue)
        await handle.result()
        return await handle.fetch_history()


async def cost(history: client.WorkflowHistory, subject: subjects.Subject) -> float:
    """Milliseconds of CPU a replayed workflow, of this whole process."""

    async def copies() -> AsyncIterator[client.WorkflowHistory]:
        for number in range(REPLAYS):
            yield client.WorkflowHistory(f"replay-{number}", history.events)

    replayer = temporal_worker.Replayer(
        workflows=[subject.implementation],
        data_converter=converter.DATA_CONVERTER,
        workflow_runner=temporal_worker.UnsandboxedWorkflowRunner(),
    )
    started = time.process_time()
    results = await replayer.replay_workflows(copies(), raise_on_replay_failure=True)
    assert not results.replay_failures
    return (time.process_time() - started) / REPLAYS * 1_000


async def measure(temporal: client.Client, rounds: int, seed: int) -> dict[str, list[float]]:
    """Milliseconds of each subject, one a round, in random order."""
    chance = random.Random(seed)
    histories = {name: await history_of(temporal, subject) for name, subject in subjects.SUBJECTS.items()}
    found: dict[str, list[float]] = {name: [] for name in histories}
    for _ in range(rounds):
        for name in chance.sample(list(histories), len(histories)):
            found[name].append(await cost(histories[name], subjects.SUBJECTS[name]))
    return found


def lines(found: dict[str, list[float]]) -> list[str]:
    """The answer for people."""
    by_hand = found[subjects.BY_HAND.name]
    said = [f"replay of a run with five calls: {len(by_hand)} rounds of {REPLAYS}, CPU time, ratios [95 % interval]"]
    for name in (subjects.INTERPRETER.name, subjects.CONTROL.name):
        said.append(f"  {name:14} / by hand   {ratios.of_pairs(found[name], by_hand)}")
    for name, milliseconds in found.items():
        said.append(f"  {name:14} least {min(milliseconds):.2f} ms, median {sorted(milliseconds)[len(milliseconds) // 2]:.2f} ms")
    return said
