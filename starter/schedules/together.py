"""Many questions to the service, some at a time; for commands on a thousand pipelines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

_AT_ONCE: Final = 20

Item = TypeVar("Item")
Answer = TypeVar("Answer")


async def ask(question: Callable[[Item], Awaitable[Answer]], items: Iterable[Item]) -> list[Answer]:
    """The answer for each item, in their order; the first failure is raised, and what is still open is given up."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Item) -> Answer:
        async with turns:
            return await question(item)

    tasks = [asyncio.create_task(one(item)) for item in items]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
