"""`ordinaut gateway`: takes webhooks and events over HTTP, checks who sent them, and hands them on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from typing import Any, Final

import click

from starter import documents, logs, output, ports
from starter.gateway import app, configured, delivery, serving

_DEFAULT_PORT: Final = 8486


@click.command("gateway", epilog="\b\nExample: GITHUB_WEBHOOK_SECRET_FILE=/run/secrets/github ordinaut gateway --host 0.0.0.0")
@click.option("--host", default=ports.LOOPBACK, show_default=True, help="Address to listen on; 0.0.0.0 for all of this machine.")
@click.option("--port", type=click.IntRange(0, 65_535), default=_DEFAULT_PORT, show_default=True, help="Port; 0 takes a free one.")
@output.json_option
def command(host: str, port: int, as_json: bool) -> int:
    """Take webhooks of GitHub, GitLab, Slack, Teams, maib and others, and events, until Ctrl-C.

    Each sender's signature is checked with the secret in its variable. Put a proxy that speaks TLS before it.
    """
    logs.set_up()
    settings = documents.settings()
    found = configured.variables(os.environ)
    configured.check(settings, found)
    application = app.made(settings, delivery.Nowhere())
    asyncio.run(_serve(application, host, port, _said(found), as_json))
    return 0


def _said(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {kind: variables for kind, variables in found.items() if variables}


async def _serve(application: Any, host: str, port: int, senders: Mapping[str, list[str]], as_json: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving.server(application, host, port) as (address, chosen):
        url = f"http://{f'[{address}]' if ':' in address else address}:{chosen}"
        if as_json:
            output.json_document({"ok": True, "url": url, "senders": senders, "pid": os.getpid()})
        else:
            _tell(url, senders)
        output.note("this version checks events and hands none on: each is answered with 503, so that its sender keeps it")
        await stop.wait()
    output.note("stopped")


def _tell(url: str, senders: Mapping[str, list[str]]) -> None:
    output.say(f"Gateway      {url}   until Ctrl-C")
    for kind, variables in senders.items():
        path = "/events/TYPE" if kind == "events" else f"/webhooks/{kind}/SOURCE"
        output.say(f"  {path:<32} {', '.join(variables)}")
    if not senders:
        output.say("  no sender has a secret yet; docs/gateway.md lists the variables")
