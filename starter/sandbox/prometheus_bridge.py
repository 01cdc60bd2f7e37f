"""Prometheus and its push gateway behind a bridge, for catalogs that still have one: a busy hour with too many errors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from starter.sandbox import vendor

VALUES: Final = {
    "api_requests_per_hour": Decimal("48210.5"),
    "active_users": Decimal(312),
    "error_rate": Decimal("0.0625"),
    "response_time_p95": Decimal("1.843"),
}


def query(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """One value for each query whose name is known, or that was pushed; no sample for the others."""
    return {vendor.need(wanted, "name"): _sample(wanted, memory) for wanted in vendor.need(arguments, "queries", list)}


def push_gateway(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Keeps the metrics of a job."""
    job, metrics = vendor.need(arguments, "job"), vendor.need(arguments, "metrics", list)
    for metric in metrics:
        name, value = vendor.need(metric, "name"), vendor.need(metric, "value", (int, Decimal))
        memory.things("prometheus.pushed")[name] = value
    return {"job": job, "pushed_count": len(metrics)}


def _sample(wanted: vendor.Arguments, memory: vendor.Memory) -> dict[str, Any]:
    value = VALUES.get(wanted["name"], memory.things("prometheus.pushed").get(wanted["name"]))
    if value is None:
        return {"value": None, "reason": "no sample", "samples": []}
    return {"value": value, "samples": [{"labels": {}, "value": value}]}


TOOLS: Final[vendor.Tools] = {"query": query, "push_gateway": push_gateway}
