"""A moment without a firing, for whoever changes a schedule: Temporal drops what was due just before it was told of the change."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterable
from typing import Final

MARGIN: Final = datetime.timedelta(seconds=0.35)
_TRIES: Final = 8


async def moment(due: Iterable[datetime.datetime]) -> None:
    """Waits until none of the times is within MARGIN of now; of a schedule that is due each second, until between two of them."""
    times = sorted(due)
    for _ in range(_TRIES):
        now = datetime.datetime.now(datetime.UTC)
        near = [time for time in times if abs(time - now) < MARGIN]
        if not near:
            return
        await asyncio.sleep((near[-1] + MARGIN - now).total_seconds())
