"""`GET /metrics`, for Prometheus: what became of webhooks and events, by source, and how long it took."""

from __future__ import annotations

from typing import Final

import prometheus_client
from opentelemetry.exporter import prometheus
from opentelemetry.sdk import metrics as sdk
from starlette.requests import Request
from starlette.responses import Response

#: Prometheus shows a counter with the ending `_total`, a histogram with `_bucket`, `_count` and `_sum`.
REQUESTS: Final = "ordinaut_gateway_requests"
DURATION: Final = "ordinaut_gateway_request_duration_seconds"
#: Upper ends of the histogram's buckets in seconds; 2.5, 4 and 8 are where senders are answered at the latest, whatever Temporal does.
BUCKETS_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 4.0, 8.0, 10.0)


class GatewayMetrics:
    """The endpoint, and where requests are recorded."""

    def __init__(self) -> None:
        self._registry = prometheus_client.CollectorRegistry()
        reader = prometheus.PrometheusMetricReader(
            disable_target_info=True,  # which would tell of the machine and the SDK
            scope_info_enabled=False,
            registry=self._registry,
        )
        self._provider = sdk.MeterProvider([reader], shutdown_on_exit=False)
        meter = self._provider.get_meter("ordinaut")
        self._requests = meter.create_counter(REQUESTS, description="Webhooks and events, by what became of them")
        self._duration = meter.create_histogram(
            DURATION,
            description="Seconds until webhooks and events were answered, their bodies' coming included",
            explicit_bucket_boundaries_advisory=BUCKETS_SECONDS,
        )

    def record(self, source: str, outcome: str, seconds: float) -> None:
        """Counts a request: source `github/main`, outcome `accepted`."""
        self._requests.add(1, {"source": source, "outcome": outcome})
        self._duration.record(seconds, {"source": source})

    async def __call__(self, request: Request) -> Response:
        """The metrics as Prometheus reads them."""
        return Response(prometheus_client.generate_latest(self._registry), headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST})
