"""`ordinaut sandbox`: the vendors' stand-ins by themselves, for trying pipelines and for tests of one's own."""

from __future__ import annotations

import asyncio
import os
import signal

import click

from starter import output
from starter.sandbox import server


@click.command("sandbox", epilog="\b\nExample: ordinaut sandbox --port 9000")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port on 127.0.0.1; a free one where left out.")
@output.json_option
def command(port: int, as_json: bool) -> int:
    """Stand-ins for every vendor, with state, errors as the vendors form them and faults to order, until Ctrl-C.

    The printed variables send a worker's calls there. GET /_sandbox/calls lists what was asked, POST /_sandbox/faults orders a fault:
    {"service": "jira", "kind": "429", "times": 2, "retry_after": 1}.
    """
    return asyncio.run(_serve(port, as_json))


async def _serve(port: int, as_json: bool) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with server.sandbox_server(port) as running:
        variables = running.variables({})
        if as_json:
            output.json_document({"ok": True, "url": running.url, "variables": variables, "pid": os.getpid()})
        else:
            output.say(f"# vendor sandbox at {running.url}; these send a worker's calls there:")
            for name, value in variables.items():
                output.say(f"export {name}={value}")
        await stopped.wait()
    output.note("stopped")
    return 0
