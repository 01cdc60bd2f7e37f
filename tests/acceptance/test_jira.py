"""Jira's actions beyond their examples: documents of texts, transitions by name, sprints counted by hand, partial imports, look-ups."""

from __future__ import annotations

import pathlib
from decimal import Decimal
from typing import Any

import pytest

from starter.sandbox import server
from tests import reference_cases
from tests.acceptance import test_composed_actions as composed
from tests.acceptance import test_vendor_actions as vendors

TOOL = reference_cases.TOOLS["jira.enterprise"]


@pytest.fixture
async def vendor(sandbox: server.Running, tmp_path: pathlib.Path) -> Any:
    made = vendors.Vendor(sandbox, tmp_path)
    yield made
    await made.activities.close()


async def call(vendor: vendors.Vendor, action: str, attempt: int = 1, **arguments: Any) -> Any:
    return await vendor.call(TOOL, action, {"action": action, **arguments}, attempt)


async def test_an_issue_is_sent_as_jira_takes_it(vendor: vendors.Vendor) -> None:
    output = await call(
        vendor,
        "create_issue",
        project_key="PROD",
        summary="Login fails",
        description="Since Monday.\n\nAll users.",
        priority="High",
        labels=["to do"],
        components=["web"],
        custom_fields={"customfield_10016": 5},
    )
    assert output == {"id": "10001", "key": "PROD-1", "url": "https://company.atlassian.net/browse/PROD-1"}
    assert vendor.requests[0]["arguments"] == {
        "fields": {
            "project": {"key": "PROD"},
            "issuetype": {"name": "Task"},
            "summary": "Login fails",
            "description": {
                "type": "doc",
                "version": 1,
                "content": [
                    {"type": "paragraph", "content": [{"type": "text", "text": "Since Monday."}]},
                    {"type": "paragraph", "content": []},
                    {"type": "paragraph", "content": [{"type": "text", "text": "All users."}]},
                ],
            },
            "priority": {"name": "High"},
            "labels": ["to_do"],
            "components": [{"name": "web"}],
            "customfield_10016": 5,
        }
    }


async def test_an_issue_is_moved_by_the_name_of_a_status(vendor: vendors.Vendor) -> None:
    record, world = await composed.walked(vendor, TOOL, "transition_issue", {"issue_key": "PROD-123", "status": "Done"})
    assert record.steps[0].output == {"key": "PROD-123", "status": "Done"}
    assert [call.step for call in world.calls] == ["call.find", "call.move"]
    assert vendor.requests[1]["arguments"] == {"transition": {"id": "31"}}
    record, world = await composed.walked(vendor, TOOL, "transition_issue", {"issue_key": "PROD-123", "status": "Done"})
    assert record.steps[0].output == {"key": "PROD-123", "status": "Done"}
    assert [call.step for call in world.calls] == ["call.find"]  # it is there already


async def test_a_status_that_no_transition_leads_to_is_told_with_those_that_there_are(vendor: vendors.Vendor) -> None:
    tool = reference_cases.TOOLS["jira.issues"]
    failure = await vendor.failure(tool, "find_transition", {"action": "find_transition", "issue_key": "PROD-123", "status": "Closed"})
    assert failure.type == "invalid input"
    assert "\"no transition or status 'Closed' from 'To Do'; there is: In Progress, Done\"" in failure.message


async def test_the_figures_of_closed_sprints(vendor: vendors.Vendor) -> None:
    record, world = await composed.walked(vendor, TOOL, "get_sprint_metrics", {"project_key": "PROD", "sprint_count": 3})
    closed = {"committed": Decimal(34 + 5 + 3 + 5 + 5), "completed": Decimal(34 + 5 + 3 + 5), "completion_rate": Decimal("90.4")}
    assert record.steps[0].output == {
        "sprint": {"id": 45, "name": "Sprint 45", "state": "closed"},
        "velocity": 47,
        "completion_rate": Decimal("90.4"),  # 47 of 52
        "scope_changes": 1,
        "average_velocity": Decimal("47.0"),
        "sprints": [{"name": f"Sprint {number}", **closed, "scope_changes": 1} for number in (43, 44, 45)],
    }
    assert [call.step for call in world.calls] == ["call.board", "call.list", "call.sprint_1", "call.sprint_2", "call.sprint_3"]


async def test_the_first_sprint_has_nothing_that_was_carried_over(vendor: vendors.Vendor) -> None:
    arguments = {"project_key": "PROD", "board_id": 7, "sprint_count": 5}
    record, world = await composed.walked(vendor, TOOL, "get_sprint_metrics", arguments)
    assert [one["name"] for one in record.steps[0].output["sprints"]] == [f"Sprint {number}" for number in (41, 42, 43, 44, 45)]
    assert "call.board" not in [call.step for call in world.calls]
    tool = reference_cases.TOOLS["jira.sprints"]
    output = await vendor.call(tool, "figures", {"action": "figures", "sprint_id": 40})
    assert (output["committed"], output["completed"], output["scope_changes"]) == (47, 42, None)


async def test_the_active_sprint(vendor: vendors.Vendor) -> None:
    record, _ = await composed.walked(vendor, TOOL, "get_sprint_metrics", {"project_key": "PROD", "sprint_state": "active"})
    output = record.steps[0].output
    assert (output["sprint"]["name"], output["velocity"], output["completion_rate"]) == ("Sprint 46", 39, Decimal("75.0"))


async def test_a_project_without_a_board_is_told(vendor: vendors.Vendor) -> None:
    tool = reference_cases.TOOLS["jira.sprints"]
    failure = await vendor.failure(tool, "find_board", {"action": "find_board", "project_key": "NONE"})
    assert failure.type == "invalid input"
    assert '"project NONE has no scrum board"' in failure.message


async def test_an_import_makes_what_is_right_and_tells_the_rest(vendor: vendors.Vendor) -> None:
    issues = [{"summary": "One"}, {"summary": " "}, {"summary": "Three", "issue_type": "Bug"}]
    output = await call(vendor, "bulk_import", project_key="FIN", issues=issues)
    assert output["created_count"] == 2
    assert [one["key"] for one in output["issues"]] == ["FIN-1", "FIN-2"]
    assert [(one["number"], one["fields"]) for one in output["errors"]] == [(1, {"summary": "You must specify a summary of the issue."})]


async def test_an_import_without_a_right_issue_fails(vendor: vendors.Vendor) -> None:
    failure = await vendor.failure(TOOL, "bulk_import", {"action": "bulk_import", "project_key": "FIN", "issues": [{"summary": " "}]})
    assert failure.type == "rejected by the vendor"
    assert "issue 0: " in failure.message
    assert "You must specify a summary of the issue." in failure.message


async def test_a_comment_is_found_by_its_property(vendor: vendors.Vendor) -> None:
    first = await call(vendor, "add_comment", issue_key="PROD-123", comment="Deployed.")
    assert await call(vendor, "add_comment", attempt=2, issue_key="PROD-123", comment="Deployed.") == first
    assert [one["method"] for one in vendor.requests] == ["POST", "GET"]


async def test_a_version_is_found_by_its_name(vendor: vendors.Vendor) -> None:
    first = await call(vendor, "create_release", project_key="PROD", name="2.4.0")
    assert await call(vendor, "create_release", attempt=2, project_key="PROD", name="2.4.0") == first
    failure = await vendor.failure(TOOL, "create_release", {"action": "create_release", "project_key": "PROD", "name": "2.4.0"})
    assert "A version with this name already exists in this project." in failure.message


async def test_many_issues_are_changed_by_a_task(vendor: vendors.Vendor) -> None:
    output = await call(vendor, "bulk_update", issue_keys=["PROD-1", "PROD-2", "NONE-3"], labels=["release-42"])
    assert output == {"updated_count": 2, "failed": {}, "not_found_count": 1}
    assert vendor.requests[0]["arguments"] == {
        "selectedIssueIdsOrKeys": ["PROD-1", "PROD-2", "NONE-3"],
        "sendBulkNotification": False,
        "selectedActions": ["labels"],
        "editedFieldsInput": {
            "labelsFields": [{"fieldId": "labels", "bulkEditMultiSelectFieldOption": "REPLACE", "labels": [{"name": "release-42"}]}]
        },
    }
