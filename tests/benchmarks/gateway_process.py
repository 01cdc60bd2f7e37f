"""`python -m tests.benchmarks.gateway_process`: a gateway whose events are counted and thrown away, so that its memory can be watched."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys

from starter.gateway import delivery, serving
from tests import hostile_requests, webhooks


class Counting:
    """Takes every event; how many, the last line says."""

    def __init__(self) -> None:
        self.count = 0

    async def deliver(self, event: delivery.Incoming) -> delivery.Receipt:
        """See `delivery.Delivery`."""
        self.count += 1
        return delivery.Receipt(event.event_id)

    async def is_reached(self) -> bool:
        """See `delivery.Delivery`."""
        return True


async def main() -> None:
    """Serves until standard input ends."""
    logging.basicConfig(level=logging.WARNING)
    counting = Counting()
    application = webhooks.gateway(counting, **hostile_requests.VARIABLES)
    async with serving.server(application, "127.0.0.1", 0) as (host, port):
        print(json.dumps({"host": host, "port": port, "pid": os.getpid()}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
    print(json.dumps({"events": counting.count}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
