"""Zendesk behind a bridge, for catalogs that still have one: figures of the support desk."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from starter.sandbox import vendor

_METRICS: Final = {
    "resolution_time": {"average_hours": Decimal("6.4"), "median_hours": Decimal("3.1")},
    "satisfaction_score": {"percent": Decimal("94.2"), "answers": 118},
    "tickets": {"opened": 131, "solved": 127},
}


def get_metrics(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The metrics that were asked for, all where none is named."""
    wanted = arguments.get("metrics") or list(_METRICS)
    for name in wanted:
        vendor.known(_METRICS, name, "metric")
    return {"period": arguments.get("period", "week"), "metrics": {name: _METRICS[name] for name in wanted}}


TOOLS: Final[vendor.Tools] = {"get_metrics": get_metrics}
