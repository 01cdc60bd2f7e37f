"""The metrics of a worker over HTTP, for Prometheus: the OpenTelemetry SDK with its Prometheus exporter."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import urllib.parse
from collections.abc import AsyncIterator
from typing import Final

import prometheus_client
from opentelemetry.exporter import prometheus
from opentelemetry.sdk import metrics as sdk

from activities import environment_names, metrics
from activities import settings as settings_module
from starter import ports
from workflows.core import errors

#: The port of OpenTelemetry's Prometheus exporters.
USUAL_PORT: Final = 9464
ANY_PORT: Final = 0


class MetricsAddressError(errors.OrdinautError):
    """The address for the metrics cannot be used."""

    kind = errors.INVALID_INPUT


class Endpoint:
    """Metrics that are served: `metrics` records them, `url` shows them."""

    def __init__(self, host: str, port: int) -> None:
        self._registry = prometheus_client.CollectorRegistry()
        self._reader = prometheus.PrometheusMetricReader(
            disable_target_info=True,  # which would tell of the machine and the SDK
            scope_info_enabled=False,  # labels are those of the dashboards and no others
            registry=self._registry,
        )
        self._provider = sdk.MeterProvider([self._reader], shutdown_on_exit=False)
        self.metrics = metrics.ToolMetrics(self._provider)
        # A thread of its own: Prometheus is answered also while the worker's loop is busy.
        self._server, self._thread = prometheus_client.start_http_server(port, host, self._registry)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self._server.server_port}/metrics"

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._provider.shutdown()


@contextlib.asynccontextmanager
async def running(address: str) -> AsyncIterator[Endpoint]:
    """Metrics at an address such as `127.0.0.1:9464` for as long as the block lasts.

    Raises:
        MetricsAddressError: nothing can be served there; the sentence says why.
    """
    parts = urllib.parse.urlsplit(f"//{address}")
    assert parts.hostname is not None and parts.port is not None  # the settings have been read
    try:
        endpoint = await asyncio.to_thread(Endpoint, parts.hostname, parts.port)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        advice = "choose another port, or stop what uses this one" if taken else "name an address of this machine"
        said = (error.strerror or str(error)).lower()
        raise MetricsAddressError(f"{environment_names.METRICS_ADDRESS}: metrics cannot be served at {address}: {said}; {advice}") from None
    try:
        yield endpoint
    finally:
        await asyncio.to_thread(endpoint.close)


@contextlib.asynccontextmanager
async def of(settings: settings_module.Settings) -> AsyncIterator[Endpoint | None]:
    """Metrics where the settings say an address; None where they say none."""
    if settings.metrics_address is None:
        yield None
        return
    async with running(settings.metrics_address) as endpoint:
        yield endpoint


@contextlib.asynccontextmanager
async def local(settings: settings_module.Settings) -> AsyncIterator[Endpoint]:
    """Metrics for `up`: at the settings' address, else at this machine's usual port, or at any where that is taken."""
    usual = USUAL_PORT if ports.is_free(USUAL_PORT) else ANY_PORT
    async with contextlib.AsyncExitStack() as stack:
        try:
            found = await stack.enter_async_context(running(settings.metrics_address or f"{ports.LOOPBACK}:{usual}"))
        except MetricsAddressError:  # another program was quicker
            if settings.metrics_address is not None:
                raise
            found = await stack.enter_async_context(running(f"{ports.LOOPBACK}:{ANY_PORT}"))
        yield found
