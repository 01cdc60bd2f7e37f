"""The metrics of tool calls, for the tool-call activity that records them and the worker that shows them to Prometheus."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from opentelemetry import metrics

from activities.rest import rate_limits
from workflows import contract
from workflows.core import errors

#: Prometheus shows a counter with the ending `_total`, a histogram with `_bucket`, `_count` and `_sum`.
CALLS: Final = "orchestrator_external_tool_calls"
DURATION: Final = "orchestrator_external_tool_duration_seconds"
LIMIT_REMAINING: Final = "integration_rate_limit_remaining"
LIMIT_TOTAL: Final = "integration_rate_limit_total"
CERTIFICATE: Final = "integration_certificate_remaining_seconds"
_NAME: Final = "ordinaut"

#: Upper ends of the histogram's buckets in seconds; 30 is where the alert on slow calls begins.
BUCKETS_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)

#: The tool of a call whose address this worker's catalog does not know: such an address is a text of a plan, and there may be any number.
UNKNOWN_TOOL: Final = "unknown"
_SUCCESS: Final = 200
#: The status of a call that has none of its own, or whose own says success or nothing (Slack's 200 with `ok: false`).
STATUSES: Final[Mapping[str, int]] = {
    errors.INVALID_INPUT: 400,
    errors.REJECTED: 422,
    errors.THROTTLED: 429,
    errors.INTERNAL_ERROR: 500,
    errors.BAD_OUTPUT: 502,
    errors.UNREACHABLE: 503,
    errors.UNKNOWN_OUTCOME: 504,
}

Certificates = Callable[[], Mapping[str, datetime.datetime]]
Limits = Callable[[], Mapping[str, rate_limits.Numbers]]


class ToolMetrics:
    """The instruments of a worker; without a provider nothing is kept."""

    def __init__(self, provider: metrics.MeterProvider | None = None) -> None:
        self._meter = (provider or metrics.NoOpMeterProvider()).get_meter(_NAME)
        self._calls = self._meter.create_counter(CALLS, description="Tool calls that ended, by the status of their answer")
        self._duration = self._meter.create_histogram(
            DURATION, description="Duration of tool calls in seconds", explicit_bucket_boundaries_advisory=BUCKETS_SECONDS
        )

    def call(self, tool_address: str) -> Timed:
        """Begins a call; `ended` or `failed` ends it."""
        return Timed(self, tool_address)

    def record(self, tool_address: str, status: int, seconds: float) -> None:
        """Counts a call."""
        self._calls.add(1, {"tool_address": tool_address, "status_code": str(status)})
        self._duration.record(seconds, {"tool_address": tool_address})

    def watch(self, limits: Limits, certificates: Certificates) -> None:
        """Shows what the vendors last said of their limits, and how long certificates last: both are asked at each look of Prometheus."""
        gauge = self._meter.create_observable_gauge
        gauge(LIMIT_REMAINING, [lambda _: _remaining(limits())], description="Calls that the vendor still allows, from its last answer")
        gauge(LIMIT_TOTAL, [lambda _: _allowed(limits())], description="Calls that the vendor allows in its period")
        gauge(CERTIFICATE, [lambda _: _left(certificates())], description="Seconds until the certificate's end; below 0 where it is over")


class Timed:
    """One call whose time runs. One that was cancelled before anything was known of it is never ended, and not counted."""

    __slots__ = ("_metrics", "_started", "_tool_address")

    def __init__(self, kept: ToolMetrics, tool_address: str) -> None:
        self._metrics = kept
        self._tool_address = tool_address
        self._started = time.perf_counter()

    def ended(self, output: contract.CallOutput) -> contract.CallOutput:
        """The call has an output, which is given back; one that the worker had kept is no call to the vendor."""
        if "cached_seconds" not in output:
            self._record(_SUCCESS)
        return output

    def failed(self, failure: errors.ToolError) -> errors.ToolError:
        """The call has failed; gives the failure back."""
        self._record(status_of(failure))
        return failure

    def _record(self, status: int) -> None:
        self._metrics.record(self._tool_address, status, time.perf_counter() - self._started)


def status_of(failure: errors.ToolError) -> int:
    """The status that stands for a failure: the vendor's own where that is one of an error, else that of its kind.

    >>> status_of(errors.ToolError("unreachable", "no connection")), status_of(errors.ToolError("rejected", "", {"status": 404}))
    (503, 404)
    """
    status = failure.details.get("status")
    if isinstance(status, int) and 400 <= status <= 599:
        return status
    return STATUSES.get(failure.kind, STATUSES[errors.INTERNAL_ERROR])


def _remaining(newest: Mapping[str, rate_limits.Numbers]) -> Iterable[metrics.Observation]:
    """The calls that are left; once the vendor has begun to count anew they all are, whatever its last answer said."""
    now = datetime.datetime.now(datetime.UTC)
    for service, numbers in newest.items():
        anew = numbers.limit is not None and numbers.reset_at is not None and numbers.reset_at <= now
        remaining = numbers.limit if anew else numbers.remaining
        if remaining is not None:
            yield _observation(remaining, service)


def _allowed(newest: Mapping[str, rate_limits.Numbers]) -> Iterable[metrics.Observation]:
    return [_observation(numbers.limit, service) for service, numbers in newest.items() if numbers.limit is not None]


def _left(ends: Mapping[str, datetime.datetime]) -> Iterable[metrics.Observation]:
    now = datetime.datetime.now(datetime.UTC)
    return [_observation(round((end - now).total_seconds()), service) for service, end in ends.items()]


def _observation(value: float, service: str) -> metrics.Observation:
    return metrics.Observation(value, {"service": service})
