"""`ordinaut gateway`: takes webhooks and events over HTTP, checks who sent them, and hands them on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from typing import Final

import click
from starlette.applications import Starlette
from temporalio import client

from activities import settings as settings_module
from starter import documents, logs, output, ports, session
from starter.gateway import app, configured, decisions, serving, to_temporal
from starter.page import app as page_app

_DEFAULT_PORT: Final = 8486


@click.command("gateway", epilog="\b\nExample: GITHUB_WEBHOOK_SECRET_FILE=/run/secrets/github ordinaut gateway --host 0.0.0.0")
@click.option("--host", default=ports.LOOPBACK, show_default=True, help="Address to listen on; 0.0.0.0 for all of this machine.")
@click.option("--port", type=click.IntRange(0, 65_535), default=_DEFAULT_PORT, show_default=True, help="Port; 0 takes a free one.")
@output.json_option
def command(host: str, port: int, as_json: bool) -> int:
    """Take webhooks of GitHub, GitLab, Slack, Teams, maib and others, and events, until Ctrl-C.

    Each sender's signature is checked with the secret in its variable, and answered with 200 only when Temporal has the event.
    Put a proxy that speaks TLS before it.
    """
    logs.set_up()
    settings = documents.settings()
    found = configured.variables(os.environ)
    configured.check(settings, found)
    asyncio.run(_gateway(settings, host, port, said(found), as_json))
    return 0


@contextlib.asynccontextmanager
async def beside(
    temporal: client.Client, settings: settings_module.Settings, port: int | None
) -> AsyncIterator[tuple[str, dict[str, list[str]]]]:
    """A gateway of this machine for as long as the block lasts, for `up`: its address, and who may send.

    Raises:
        serving.CannotListen: the port is taken.
        settings.SettingsError: a secret cannot be used.
    """
    found = configured.variables(os.environ)
    configured.check(settings, found)
    application = _application(settings, temporal)
    async with ports.choosing():
        serving_now = serving.server(application, ports.LOOPBACK, ports.prefer(_DEFAULT_PORT) if port is None else port)
        address, chosen = await serving_now.__aenter__()
    try:
        yield _url(address, chosen), said(found)
    finally:
        await serving_now.__aexit__(None, None, None)


def _application(settings: settings_module.Settings, temporal: client.Client) -> Starlette:
    page = page_app.made(settings, temporal)
    buttons = decisions.Decisions(settings, temporal, time.time)
    return app.made(settings, to_temporal.ToTemporal(temporal), buttons=buttons, page=page)


def _url(address: str, port: int) -> str:
    return f"http://{f'[{address}]' if ':' in address else address}:{port}"


def said(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The kinds of sender that have a secret, each with its variables."""
    return {kind: variables for kind, variables in found.items() if variables}


async def _gateway(settings: settings_module.Settings, host: str, port: int, senders: Mapping[str, list[str]], as_json: bool) -> None:
    application = _application(settings, await session.ready())
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving.server(application, host, port) as (address, chosen):
        url = _url(address, chosen)
        if as_json:
            output.json_document({"ok": True, "url": url, "senders": senders, "pid": os.getpid()})
        else:
            output.say(f"Gateway      {url}   webhooks and events, and the page where people approve; until Ctrl-C")
            tell_senders(senders)
        await stop.wait()
    output.note("stopped")


def tell_senders(senders: Mapping[str, list[str]]) -> None:
    """Says where each sender posts to."""
    for kind, variables in senders.items():
        path = "/events/TYPE" if kind == "events" else f"/webhooks/{kind}/SOURCE"
        output.say(f"  {path:<32} {', '.join(variables)}")
    if not senders:
        output.say("  no sender has a secret yet; docs/gateway.md lists the variables")
