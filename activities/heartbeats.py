"""Heartbeats of activities that may take long, so that a worker that died is noticed early and a cancellation arrives."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from temporalio import activity

_PER_TIMEOUT: Final = 3


@contextlib.asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Heartbeats in the background for as long as the block lasts, where Temporal expects any."""
    timeout = activity.info().heartbeat_timeout
    if timeout is None or not timeout.total_seconds():
        yield
        return
    task = asyncio.create_task(_beat(timeout.total_seconds() / _PER_TIMEOUT))
    try:
        yield
    finally:
        task.cancel()


async def _beat(seconds: float) -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(seconds)
