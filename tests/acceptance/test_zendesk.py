"""Zendesk's figures by its search: all pages, times and ratings as they are counted by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from activities import settings, tools
from starter.sandbox import app, server
from tests import calls, reference_cases

TOOL = reference_cases.TOOLS["zendesk.get_metrics"]


@pytest.fixture
async def activities(sandbox: server.Running) -> Any:
    variables = {**app.endpoints(sandbox.url), "ZENDESK_USERNAME": "ana@company.com", "ZENDESK_API_TOKEN": "secret"}
    made = tools.ToolActivities(reference_cases.TOOLS, settings.Settings.from_mapping(variables))
    yield made
    await made.close()


async def output_of(activities: tools.ToolActivities, arguments: dict[str, Any]) -> Any:
    given = calls.given(TOOL, arguments, effect=TOOL.effect_of(None))
    given["digest"] = TOOL.digest
    return (await calls.environment(timeout=12).run(activities.call_tool, given))["output"]


async def test_figures_are_counted_over_all_pages(
    sandbox: server.Running, activities: tools.ToolActivities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TOOL.definition["rest"]["query"], "page[size]", 2)
    wanted = ["tickets", "satisfaction_score", "first_reply_time", "resolution_time"]
    output = await output_of(activities, {"period": "month", "metrics": wanted})
    assert output == {
        "period": "month",
        "complete": True,
        "metrics": {  # 90, 150, 186, 240, 1254 minutes; 12, 30, 45, 8 minutes and one without a reply
            "resolution_time": {"average_hours": Decimal("6.4"), "median_hours": Decimal("3.1"), "tickets": 5},
            "first_reply_time": {"average_hours": Decimal("0.4"), "median_hours": Decimal("0.4"), "tickets": 4},
            "satisfaction_score": {"percent": Decimal("66.7"), "answers": 3},
            "tickets": {"opened": 131, "solved": 5},
        },
    }
    asked = [(one["path"], one["query"]["query"]) for one in (call.shown() for call in sandbox.sandbox.calls.items)]
    assert asked == [("/api/v2/search/export", "solved>30days")] * 3 + [("/api/v2/search/count", "type:ticket created>30days")]


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        pytest.param({"period": "week"}, "solved>7days", id="a word"),
        pytest.param({"period": "36hours"}, "solved>36hours", id="a length"),
        pytest.param({"period": "week", "since": "2026-11-16"}, "solved>=2026-11-16", id="since a day"),
        pytest.param(
            {"period": "week", "since": "2026-11-16", "until": "2026-11-23"}, "solved>=2026-11-16 solved<2026-11-23", id="between two days"
        ),
    ],
)
async def test_the_period_is_told_in_zendesks_words(
    sandbox: server.Running, activities: tools.ToolActivities, arguments: dict[str, Any], query: str
) -> None:
    output = await output_of(activities, {**arguments, "metrics": ["satisfaction_score"]})
    assert output["metrics"] == {"satisfaction_score": {"percent": Decimal("66.7"), "answers": 3}}
    (call,) = sandbox.sandbox.calls.items
    assert call.shown()["query"] == {
        "filter[type]": "ticket",
        "query": query,
        "include": "tickets(metric_sets)",
        "page[size]": "100",
    }


async def test_a_period_without_tickets_has_no_averages(activities: tools.ToolActivities, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starter.sandbox.zendesk._SOLVED", ())
    output = await output_of(activities, {"period": "day", "metrics": ["resolution_time", "satisfaction_score"]})
    assert output["metrics"] == {
        "resolution_time": {"average_hours": None, "median_hours": None, "tickets": 0},
        "satisfaction_score": {"percent": None, "answers": 0},
    }
