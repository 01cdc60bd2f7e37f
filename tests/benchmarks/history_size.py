"""Exact history sizes of a five-step run, interpreter and by hand: events and bytes, the plan counted apart."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from temporalio import client

from tests.benchmarks import subjects
from workflows import converter

TARGET_BYTES: Final = 1.15


@dataclass(frozen=True)
class Size:
    """One history; `plan_bytes` of the bytes are the plan in the run's input."""

    events: int
    bytes: int
    plan_bytes: int

    @property
    def without_plan(self) -> int:
        """What the walking of the plan cost."""
        return self.bytes - self.plan_bytes


async def of_subject(temporal: client.Client, subject: subjects.Subject) -> Size:
    """The size of one run's history. Ids have the same length for every subject."""
    queue = f"size-{uuid.uuid4()}"
    async with subject.worker(temporal, queue):
        handle = await subject.start(temporal, f"size-{uuid.uuid4()}", queue)
        await handle.result()
        history = await handle.fetch_history()
    plan = plan_bytes() if subject is subjects.INTERPRETER else 0
    return Size(len(history.events), sum(event.ByteSize() for event in history.events), plan)


def plan_bytes() -> int:
    """What the plan takes of a run's input."""
    return len(b'"plan":' + converter.encode(subjects.PLAN))


async def measure(temporal: client.Client) -> tuple[Size, Size]:
    """(interpreter, by hand)."""
    return await of_subject(temporal, subjects.INTERPRETER), await of_subject(temporal, subjects.BY_HAND)


def lines(interpreter: Size, by_hand: Size) -> list[str]:
    """The answer for people."""
    ratio = interpreter.without_plan / by_hand.bytes
    return [
        "history of a run with five calls, exact",
        f"  interpreter  {interpreter.events} events, {interpreter.without_plan:,} bytes and the plan of {interpreter.plan_bytes:,}",
        f"  by hand      {by_hand.events} events, {by_hand.bytes:,} bytes",
        f"  ratio {ratio:.3f} without the plan, {interpreter.bytes / by_hand.bytes:.3f} with it; wanted: at most {TARGET_BYTES} without it",
    ]
