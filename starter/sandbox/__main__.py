"""`python -m starter.sandbox --port 9000`: the stand-ins of the vendors by themselves, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from starter.sandbox import server


async def _serve(port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with server.sandbox_server(port) as running:
        print(f"# vendor sandbox at {running.url}; these send a worker's calls there:", flush=True)
        for name, url in running.endpoints.items():
            print(f"export {name}={url}", flush=True)
        await stopped.wait()


def main() -> int:
    """Runs the sandbox; 0 when it was stopped, 1 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m starter.sandbox", description="Stand-ins of the vendors on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; a free one by default")
    try:
        asyncio.run(_serve(parser.parse_args().port))
    except server.PortTaken as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
