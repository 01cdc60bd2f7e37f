"""`ordinaut up`: the service on this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import click

from starter import local_service, logs, output
from starter.commands import gateway as gateway_command


@click.command("up", epilog="\b\nExample: ordinaut up --db ordinaut.db")
@click.option("--db", metavar="FILE", help="Keep runs and their histories in this file; in memory where left out.")
@click.option("--port", type=int, help="Temporal's port; 7233 if it is free, else another.")
@click.option("--ui-port", type=int, help="The Web UI's port; 8233 if it is free, else another.")
@click.option(
    "--sandbox/--no-sandbox", default=True, show_default=True, help="Stand-ins for vendors and a database that are not configured."
)
@click.option("--gateway-port", type=int, help="The gateway's port; 8486 if it is free, else another.")
@output.json_option
def command(db: str | None, port: int | None, ui_port: int | None, sandbox: bool, gateway_port: int | None, as_json: bool) -> int:
    """Start the embedded Temporal server with its Web UI, a worker and the gateway, until Ctrl-C."""
    asyncio.run(_up(Path(db) if db else None, port, ui_port, sandbox, gateway_port, as_json))
    output.note("stopped")
    os._exit(0)  # see worker.py


async def _up(database: Path | None, port: int | None, ui_port: int | None, sandbox: bool, gateway_port: int | None, as_json: bool) -> None:
    logs.set_up()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        local_service.running(
            database=database, with_sandbox=sandbox, port=port, ui_port=ui_port, real_vendors=True, with_metrics=True
        ) as service,
        gateway_command.beside(service.temporal, service.settings, gateway_port) as (gateway_url, senders),
    ):
        if as_json:
            output.json_document(
                {
                    "ok": True,
                    "address": service.server.address,
                    "ui_url": service.server.ui_url,
                    "sandbox_url": service.sandbox_url,
                    "metrics_url": service.metrics_url,
                    "gateway_url": gateway_url,
                    "pid": os.getpid(),
                }
            )
        else:
            _tell(service, database, gateway_url, senders)
        await stop.wait()
        output.note("stopping")


def _tell(service: local_service.LocalService, database: Path | None, gateway_url: str, senders: Mapping[str, list[str]]) -> None:
    output.say(f"Temporal   {service.server.address}   kept in {database or 'memory; --db FILE keeps it'}")
    output.say(f"Web UI     {service.server.ui_url}")
    output.say(
        f"Worker     task queue 'pipelines', {len(service.settings.endpoints)} services reached at stand-ins or endpoints of your own"
    )
    if service.sandbox_url:
        output.say(f"Sandbox    {service.sandbox_url}   stands in for vendors that are not configured;")
        output.say(f"           {service.sandbox_url}/_sandbox/calls lists what they were asked")
    output.say(f"Metrics    {service.metrics_url}   for Prometheus")
    output.say(f"Page       {gateway_url}/   where people approve, and look at runs and schedules")
    output.say(f"Gateway    {gateway_url}   takes webhooks and events")
    gateway_command.tell_senders(senders)
    output.say()
    output.say("In another terminal:  ordinaut run pipelines/daily-financial-reconciliation.json")
    output.say("Ctrl-C ends it.")
