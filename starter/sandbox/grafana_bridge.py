"""Grafana behind a bridge, for catalogs that still have one: dashboards are kept, so that they can be updated and exported."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import vendor


def create_dashboard(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A dashboard."""
    config = vendor.need(arguments, "dashboard_config", dict)
    identity = f"dash-{memory.number('grafana.dashboard'):06}"
    memory.things("grafana.dashboard")[identity] = {"config": config, "version": 1}
    return {"dashboard_id": identity, "url": f"http://grafana:3000/d/{identity}", "version": 1}


def update_dashboard(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Replaces a dashboard."""
    identity = vendor.need(arguments, "dashboard_id")
    dashboard = vendor.known(memory.things("grafana.dashboard"), identity, "dashboard")
    dashboard.update(config=vendor.need(arguments, "dashboard_config", dict), version=dashboard["version"] + 1)
    return {"dashboard_id": identity, "version": dashboard["version"]}


def export_dashboard(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A dashboard as JSON."""
    identity = vendor.need(arguments, "dashboard_id")
    return {"dashboard_id": identity, **vendor.known(memory.things("grafana.dashboard"), identity, "dashboard")}


def create_annotation(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A mark on dashboards; alerts and folders are numbered the same way."""
    return {"id": memory.number("grafana.thing"), "status": "created"}


def get_metrics(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A data source that holds nothing."""
    return {"series": []}


def done(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Calls whose answer says nothing more."""
    return {"status": "ok"}


TOOLS: Final[vendor.Tools] = {
    "enterprise": {
        "create_dashboard": create_dashboard,
        "update_dashboard": update_dashboard,
        "create_alert": create_annotation,
        "get_metrics": get_metrics,
        "create_annotation": create_annotation,
        "export_dashboard": export_dashboard,
        "manage_datasources": done,
        "create_folder": create_annotation,
        "set_permissions": done,
    }
}
