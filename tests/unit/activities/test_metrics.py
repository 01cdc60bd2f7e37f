"""What the tool-call activity counts: each ended try, by tool and status, with its duration; limits and certificates by service."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import Mapping
from typing import Any

import prometheus_client
import pytest
from opentelemetry.exporter import prometheus
from opentelemetry.sdk import metrics as sdk
from temporalio import exceptions

from activities import catalog, metrics, settings, tools
from activities.rest import rate_limits
from activities.transports import base
from tests import calls
from workflows.core import errors, model

NOW = datetime.datetime.now(datetime.UTC)
HOUR = datetime.timedelta(hours=1)


class Kept:
    """Metrics and what Prometheus would read of them."""

    def __init__(self) -> None:
        self._registry = prometheus_client.CollectorRegistry()
        reader = prometheus.PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=self._registry)
        self.metrics = metrics.ToolMetrics(sdk.MeterProvider([reader], shutdown_on_exit=False))

    def value(self, name: str, **labels: str) -> float | None:
        return self._registry.get_sample_value(name, labels)

    def series(self, name: str) -> dict[tuple[str, ...], float]:
        """{label values in the order of their names: value} of a metric."""
        samples = [sample for family in self._registry.collect() for sample in family.samples if sample.name == name]
        return {tuple(sample.labels[label] for label in sorted(sample.labels)): sample.value for sample in samples}


class Scripted:
    """A transport that ends as it is told."""

    def __init__(self, end: Any) -> None:
        self._end = end

    async def send(self, call: base.Call) -> base.Answer:
        call.progress.sent = True
        if isinstance(self._end, BaseException):
            raise self._end
        assert isinstance(self._end, base.Answer)
        return self._end

    async def close(self) -> None:
        """Nothing is open."""


async def counted(end: Any, address: str = "bank.accounts", effect: str = model.KEY) -> dict[tuple[str, ...], float]:
    """{(status, tool): count} after one call that ends so."""
    kept, tool = Kept(), calls.tool("scripted", output_schema={"type": "object"})
    made = tools.ToolActivities(
        catalog.Catalog({tool.address: tool}), settings.Settings.from_mapping({}), {"scripted": Scripted(end)}, kept.metrics
    )
    given = {**calls.given(tool, effect=effect), "tool": address}
    with contextlib.suppress(exceptions.ApplicationError, asyncio.CancelledError):
        await calls.environment().run(made.call_tool, given)
    durations = kept.series("orchestrator_external_tool_duration_seconds_count")
    found = kept.series("orchestrator_external_tool_calls_total")
    assert sum(durations.values()) == sum(found.values())
    assert set(durations) == {(tool,) for _, tool in found}
    return found


def failure(kind: str, **details: Any) -> errors.ToolError:
    return errors.ToolError(kind, "said", details)


@pytest.mark.parametrize(
    ("end", "status"),
    [
        pytest.param(base.Answer({}), "200", id="success"),
        pytest.param(failure(errors.INVALID_INPUT), "400", id="invalid input, not sent"),
        pytest.param(failure(errors.INVALID_INPUT, status=422), "422", id="invalid input by the vendor's word"),
        pytest.param(failure(errors.REJECTED, status=404), "404", id="rejected"),
        pytest.param(failure(errors.REJECTED, status=200), "422", id="rejected with a status of success"),
        pytest.param(failure(errors.REJECTED, status=302), "422", id="redirect"),
        pytest.param(failure(errors.THROTTLED, status=403), "403", id="throttled with another status"),
        pytest.param(failure(errors.THROTTLED, status=200), "429", id="throttled with a status of success"),
        pytest.param(failure(errors.UNREACHABLE), "503", id="unreachable"),
        pytest.param(failure(errors.UNKNOWN_OUTCOME), "504", id="unknown outcome"),
        pytest.param(failure(errors.UNKNOWN_OUTCOME, status=500), "500", id="unknown outcome with an answer"),
        pytest.param(base.Answer("no object"), "502", id="bad output"),
        pytest.param(failure(errors.REJECTED, status=999), "422", id="status of no standard"),
        pytest.param(ZeroDivisionError(), "500", id="defect"),
        pytest.param(asyncio.CancelledError(), "504", id="cancelled after it was sent"),
    ],
)
async def test_each_end_has_its_status(end: Any, status: str) -> None:
    assert await counted(end) == {(status, "bank.accounts"): 1}


@pytest.mark.parametrize(
    ("end", "effect"),
    [
        pytest.param(base.Answer({}, cached_seconds=3), model.SAFE, id="from the cache"),
        pytest.param(asyncio.CancelledError(), model.SAFE, id="cancelled and harmless"),
    ],
)
async def test_what_is_no_call_is_not_counted(end: Any, effect: str) -> None:
    assert await counted(end, effect=effect) == {}


async def test_an_address_that_nobody_knows_makes_no_series_of_its_own() -> None:
    assert await counted(base.Answer({}), address="bank.acounts") == {("400", "unknown"): 1}


async def test_without_a_provider_nothing_is_kept() -> None:
    metrics.ToolMetrics().call("bank.accounts").failed(failure(errors.REJECTED))


def test_durations_are_in_seconds_and_one_bucket_ends_at_30() -> None:
    kept = Kept()
    for seconds in (0.2, 29.0, 31.0):
        kept.metrics.record("bank.accounts", 200, seconds)
    name = metrics.DURATION
    assert kept.value(f"{name}_sum", tool_address="bank.accounts") == pytest.approx(60.2)
    assert kept.value(f"{name}_bucket", tool_address="bank.accounts", le="0.1") == 0
    assert kept.value(f"{name}_bucket", tool_address="bank.accounts", le="30.0") == 2
    assert kept.value(f"{name}_bucket", tool_address="bank.accounts", le="+Inf") == 3


def shown(limits: Mapping[str, rate_limits.Numbers], ends: Mapping[str, datetime.datetime] | None = None) -> Kept:
    kept = Kept()
    kept.metrics.watch(lambda: limits, lambda: ends or {})
    return kept


def test_limits_are_shown_as_far_as_the_vendor_told_them() -> None:
    kept = shown(
        {"github": rate_limits.Numbers(5000, 12), "slack": rate_limits.Numbers(None, 7), "zendesk": rate_limits.Numbers(700, None)}
    )
    assert kept.series("integration_rate_limit_remaining") == {("github",): 12, ("slack",): 7}
    assert kept.series("integration_rate_limit_total") == {("github",): 5000, ("zendesk",): 700}


@pytest.mark.parametrize(("reset_at", "left"), [(NOW + HOUR, 0), (NOW - HOUR, 60), (None, 0)], ids=["later", "over", "unknown"])
def test_all_calls_are_left_again_once_the_period_is_over(reset_at: datetime.datetime | None, left: int) -> None:
    kept = shown({"github": rate_limits.Numbers(60, 0, reset_at)})
    assert kept.series("integration_rate_limit_remaining") == {("github",): left}


def test_certificates_are_shown_in_seconds_also_when_they_are_over() -> None:
    kept = shown({}, {"maib": datetime.datetime.now(datetime.UTC) + HOUR, "sia": datetime.datetime.now(datetime.UTC) - HOUR})
    found = kept.series("integration_certificate_remaining_seconds")
    assert found[("maib",)] == pytest.approx(3600, abs=5) and found[("sia",)] == pytest.approx(-3600, abs=5)


def test_they_are_asked_anew_at_each_look() -> None:
    limits: dict[str, rate_limits.Numbers] = {}
    kept = shown(limits)
    assert kept.series("integration_rate_limit_remaining") == {}
    limits["github"] = rate_limits.Numbers(60, 59)
    assert kept.series("integration_rate_limit_remaining") == {("github",): 59}
