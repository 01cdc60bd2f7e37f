"""`python -m tests.benchmarks.work ADDRESS QUEUE SUBJECT`: a worker in a process of its own, so that its CPU time is its own."""

from __future__ import annotations

import asyncio
import os
import sys

from temporalio import client

from tests.benchmarks import subjects
from workflows import converter


async def main(address: str, queue: str, name: str) -> None:
    """Works until standard input ends, which it does when the benchmark is gone."""
    temporal = await client.Client.connect(address, data_converter=converter.DATA_CONVERTER)
    async with subjects.SUBJECTS[name].worker(temporal, queue):
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    os._exit(0)  # a plain exit sometimes aborts in the SDK's native threads
