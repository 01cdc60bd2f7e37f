"""People who approve what a run asks, for tests of pipelines whose calls need an approval."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from temporalio import client, service

from workflows import contract

PEOPLE = ("ana", "ion")


@contextlib.asynccontextmanager
async def at_hand(handle: client.WorkflowHandle[Any, Any], *people: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Everybody approves what the run asks while the block lasts; gives what was asked. Their worker has to trust local approvers."""
    asked: list[dict[str, Any]] = []
    deciding = asyncio.create_task(_decide(handle, people or PEOPLE, asked))
    try:
        yield asked
    finally:
        deciding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await deciding


async def _decide(handle: client.WorkflowHandle[Any, Any], people: tuple[str, ...], asked: list[dict[str, Any]]) -> None:
    while True:
        with contextlib.suppress(service.RPCError, client.WorkflowQueryFailedError):  # no worker yet, or the run has ended
            for one in await handle.query(contract.QUERY_APPROVALS):
                asked.append(one)
                for who in people[: one["quorum"]]:
                    with contextlib.suppress(client.WorkflowUpdateFailedError):  # decided meanwhile
                        await handle.execute_update(contract.APPROVE, {"step": one["name"], "who": who, "digest": one["digest"]})
        await asyncio.sleep(0.2)
