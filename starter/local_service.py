"""The whole service on this machine, for `up` and `demo`: embedded server, vendor sandbox, sample database, worker."""

from __future__ import annotations

import datetime
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio import client

import worker
from activities import authentication, environment_names, service_limits
from activities import settings as settings_module
from starter import documents, embedded, metrics_server, sample_database, state_file
from starter.sandbox import app
from starter.sandbox import server as sandbox
from workflows import converter
from workflows.core import model, zones


@dataclass(frozen=True, slots=True)
class LocalService:
    """What is running."""

    temporal: client.Client
    server: embedded.EmbeddedServer
    settings: settings_module.Settings
    sandbox_url: str | None
    sandbox: app.Sandbox | None  # the same from inside, for tests
    database: Path | None
    metrics_url: str | None = None


@asynccontextmanager
async def running(
    *,
    database: Path | None = None,
    with_sandbox: bool,
    port: int | None = None,
    ui_port: int | None = None,
    real_vendors: bool = False,
    with_metrics: bool = False,
) -> AsyncIterator[LocalService]:
    """The service for as long as the block lasts.

    `with_sandbox` adds stand-ins for the vendors and a sample database, for every service that the environment gives no endpoint;
    with `real_vendors` those whose credentials the environment holds are called themselves; `with_metrics` shows metrics to Prometheus.

    Raises:
        errors.OrdinautError: a part cannot be started.
    """
    async with AsyncExitStack() as stack:
        environment: dict[str, str] = {**os.environ, "ORDINAUT_TRUST_LOCAL_APPROVERS": "1"}
        sandbox_url = stand_in = sample = None
        if with_sandbox:
            stand_ins = await stack.enter_async_context(sandbox.sandbox_server())
            sandbox_url, stand_in = stand_ins.url, stand_ins.sandbox
            sent_there = stand_ins.variables(environment, _configured(environment) if real_vendors else frozenset())
            environment = {**no_rate_limits(sent_there, settings_module.Settings.from_mapping(environment)), **environment, **sent_there}
            sample = _sample_database(stack, environment)
        settings = settings_module.Settings.from_mapping(environment)
        server = await stack.enter_async_context(embedded.EmbeddedServer(database=database, port=port, ui_port=ui_port))
        temporal = await client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
        shown = await stack.enter_async_context(metrics_server.local(settings)) if with_metrics else None
        await stack.enter_async_context(worker.running(temporal, settings, kept=shown.metrics if shown else None))
        state_file.write(
            state_file.State(server.address, server.ui_url, os.getpid(), temporal.namespace, sandbox_url, _now()),
            os.environ,
        )
        stack.callback(state_file.remove, os.getpid(), os.environ)
        yield LocalService(temporal, server, settings, sandbox_url, stand_in, sample, shown.url if shown else None)


def no_rate_limits(stand_ins: Mapping[str, str], settings: settings_module.Settings) -> dict[str, str]:
    """The variables that lift the rate limits of services that are stood in for: only a vendor has something to protect."""
    prefix = environment_names.ENDPOINT_PREFIX
    services = [name.removeprefix(prefix) for name in stand_ins if name.startswith(prefix)]
    limited = {service_limits.variable_of(service) for service in documents.catalog(settings).limits}
    return {environment_names.RATE_LIMIT_PREFIX + service: service_limits.NONE for service in services if service in limited}


def _configured(environment: Mapping[str, str]) -> frozenset[str]:
    """The services that are called directly and whose credentials are there."""
    settings = settings_module.Settings.from_mapping(environment)
    door = authentication.Door(settings)
    direct = [tool for tool in documents.catalog(settings).values() if tool.transport == "rest"]
    return frozenset(tool.service for tool in direct if not door.missing(tool) and _is_somewhere(tool, environment))


def _is_somewhere(tool: model.Tool, environment: Mapping[str, str]) -> bool:
    """Whether a service that asks for no credentials, such as Prometheus, was given an address; others are told by their credentials."""
    ways = tool.definition.get("authentication") or {"type": authentication.NONE}
    asks = authentication.NONE not in [way["type"] for way in (ways, *ways.get("or", []))]
    return asks or tool.definition.get("endpoint_setting") in environment


def _sample_database(stack: AsyncExitStack, environment: dict[str, str]) -> Path | None:
    """A sample database in a temporary folder, where no database is configured."""
    if environment.get("ORDINAUT_DATABASE_URL") or environment.get("ORDINAUT_DATABASE_URL_FILE"):
        return None
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ordinaut-"))
    path = Path(folder) / "sample.db"
    sample_database.create(path, today(environment))
    environment["ORDINAUT_DATABASE_URL"] = f"sqlite:///{path}"
    return path


def today(environment: Mapping[str, str]) -> datetime.date:
    """Today in the zone of the shipped pipelines: the sample rows are of this day."""
    return datetime.datetime.now(zones.load("Europe/Chisinau")).date()


def _now() -> str:
    return datetime.datetime.now().astimezone().replace(microsecond=0).isoformat()
