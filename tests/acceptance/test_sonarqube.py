"""SonarQube by its Web API: analyses are awaited, their figures and gates told in the words that pipelines read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from temporalio import exceptions

from activities import settings, tools
from starter.sandbox import app, server
from tests import calls, reference_cases

ANALYZE = reference_cases.TOOLS["sonarqube.analyze"]
GATE = reference_cases.TOOLS["sonarqube.quality_gate"]


class Vendor:
    """The sandbox, and the activity that calls it."""

    def __init__(self, running: server.Running) -> None:
        self.running = running
        variables = {**app.endpoints(running.url), "SONARQUBE_TOKEN": "secret"}
        self.activities = tools.ToolActivities(reference_cases.TOOLS, settings.Settings.from_mapping(variables))

    async def call(self, tool: Any, arguments: dict[str, Any], attempt: int = 1) -> Any:
        given = calls.given(tool, arguments, effect=tool.effect_of(None))
        given["digest"] = tool.digest
        return (await calls.environment(timeout=12, attempt=attempt).run(self.activities.call_tool, given))["output"]

    async def failure(self, tool: Any, arguments: dict[str, Any]) -> exceptions.ApplicationError:
        with pytest.raises(exceptions.ApplicationError) as caught:
            await self.call(tool, arguments)
        return caught.value


@pytest.fixture
async def vendor(sandbox: server.Running) -> Any:
    made = Vendor(sandbox)
    yield made
    await made.activities.close()


async def test_the_last_analysis_of_a_branch_is_told_with_its_figures(vendor: Vendor) -> None:
    output = await vendor.call(ANALYZE, {"project_key": "group/project", "branch": "broken & slow+1"})
    assert output == {
        "analysis_id": "AX-000001",
        "analysed_at": "2026-01-15T00:01:00+0000",
        "revision": "a1b2c3d4",
        "security_rating": "D",
        "coverage": Decimal("41.2"),
        "bugs": 12,
        "vulnerabilities": 3,
        "code_smells": 64,
    }
    asked = [one.shown() for one in vendor.running.sandbox.calls.items]
    assert [(one["path"], one["query"]) for one in asked] == [
        ("/api/ce/component", {"component": "group/project"}),
        ("/api/project_analyses/search", {"ps": "100", "project": "group/project", "branch": "broken & slow+1"}),
        (
            "/api/measures/search_history",
            {
                "metrics": "security_rating,coverage,bugs,vulnerabilities,code_smells",
                "component": "group/project",
                "branch": "broken & slow+1",
                "from": "2026-01-15T00:01:00+0000",
                "to": "2026-01-15T00:01:00+0000",
            },
        ),
    ]


async def test_an_analysis_in_the_queue_is_awaited(vendor: Vendor) -> None:
    failure = await vendor.failure(ANALYZE, {"project_key": "slow", "branch": "feature"})
    assert (failure.type, failure.non_retryable) == ("throttled", False)
    assert "SonarQube is still working on an analysis of slow" in failure.message
    assert (await vendor.call(ANALYZE, {"project_key": "slow", "branch": "feature"}, attempt=2))["security_rating"] == "A"


async def test_a_revision_without_analysis_is_awaited(vendor: Vendor) -> None:
    failure = await vendor.failure(ANALYZE, {"project_key": "desk", "revision": "ffff"})
    assert (failure.type, failure.non_retryable) == ("throttled", False)
    assert "SonarQube is without an analysis of ffff" in failure.message
    assert (await vendor.call(ANALYZE, {"project_key": "desk", "revision": "a1b2c3d4"}))["revision"] == "a1b2c3d4"


async def test_a_failed_analysis_is_final(vendor: Vendor) -> None:
    failure = await vendor.failure(ANALYZE, {"project_key": "failing"})
    assert (failure.type, failure.non_retryable) == ("rejected by the vendor", True)
    assert "the last analysis of failing ended as FAILED: the report is broken" in failure.message


@pytest.mark.parametrize(("branch", "status"), [("feature", "PASSED"), ("broken", "FAILED")])
async def test_the_gate_of_an_analysis_is_told_as_pipelines_read_it(vendor: Vendor, branch: str, status: str) -> None:
    analysis = await vendor.call(ANALYZE, {"project_key": "desk", "branch": branch})
    output = await vendor.call(GATE, {"project_key": "desk", "analysis_id": analysis["analysis_id"]})
    assert output["status"] == status
    assert [condition["metricKey"] for condition in output["conditions"]] == ["bugs", "vulnerabilities", "coverage"]
    assert vendor.running.sandbox.calls.items[-1].shown()["query"] == {"analysisId": analysis["analysis_id"]}


async def test_a_branch_that_no_gate_judged_has_none(vendor: Vendor) -> None:
    assert await vendor.call(GATE, {"project_key": "desk", "branch": "new"}) == {"status": "NONE", "conditions": []}


async def test_an_analysis_that_is_not_there_is_refused(vendor: Vendor) -> None:
    failure = await vendor.failure(GATE, {"analysis_id": "AX-9"})
    assert (failure.type, failure.non_retryable) == ("rejected by the vendor", True)
    assert "Analysis with id 'AX-9' is not found" in failure.message
