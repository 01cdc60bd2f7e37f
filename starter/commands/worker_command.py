"""`ordinaut worker`: a worker in the foreground; the same as `python worker.py`."""

from __future__ import annotations

import asyncio
import os

import click

from starter import output


@click.command("worker", epilog="\b\nExample: TEMPORAL_ADDRESS=temporal.example.com:7233 ordinaut worker")
@output.json_option
def command(as_json: bool) -> int:
    """Run a worker until Ctrl-C: it does the runs' work. Any number may run, on any machine."""
    import worker

    asyncio.run(worker.main())
    if as_json:
        output.json_document({"ok": True, "status": "ended"})
    os._exit(0)  # see worker.py
