"""GitHub's actions beyond their examples: what the outputs hold, markers, look-ups, limits, label operations."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from starter.sandbox import api, github, github_bridge, server
from tests import reference_cases
from tests.acceptance import test_composed_actions as composed
from tests.acceptance import test_vendor_actions as vendors

TOOL = reference_cases.TOOLS["github.enterprise"]
REPOSITORY = {"repository": "company/main-product"}


@pytest.fixture
async def vendor(sandbox: server.Running, tmp_path: pathlib.Path) -> Any:
    made = vendors.Vendor(sandbox, tmp_path)
    yield made
    await made.activities.close()


async def call(vendor: vendors.Vendor, action: str, attempt: int = 1, **arguments: Any) -> Any:
    return await vendor.call(TOOL, action, {"action": action, **REPOSITORY, **arguments}, attempt)


async def test_an_issue_carries_a_marker_and_is_found_by_it(vendor: vendors.Vendor) -> None:
    first = await call(vendor, "create_issue", title="Rounding", body="See the report.")
    again = await call(vendor, "create_issue", attempt=2, title="Rounding", body="See the report.")
    assert first == {
        "issue_number": 101,
        "issue_url": "https://github.com/company/main-product/issues/101",
        "created_at": "2026-01-15T09:00:00Z",
        "state": "open",
    }
    assert again == first
    (posted,) = [one for one in vendor.requests if one["method"] == "POST"]
    text, _, marker = posted["arguments"]["body"].partition("\n\n<!-- ordinaut ")
    assert text == "See the report."
    assert len(marker.removesuffix(" -->")) == 32


async def test_an_issue_without_a_text_has_the_marker_alone(vendor: vendors.Vendor) -> None:
    await call(vendor, "create_issue", title="Rounding")
    (posted,) = vendor.requests
    assert set(posted["arguments"]) == {"title", "body"}  # what was not given is not sent
    assert posted["arguments"]["body"].startswith("<!-- ordinaut ")


async def test_a_pull_request_is_opened_then_reviewers_and_labels_are_asked_for(vendor: vendors.Vendor) -> None:
    arguments = {**REPOSITORY, "title": "Exports", "head": "csv", "reviewers": ["ana", "ion"], "labels": ["enhancement"]}
    record, world = await composed.walked(vendor, TOOL, "create_pr", arguments)
    assert [call.step for call in world.calls] == ["call.open", "call.review", "call.label"]
    assert record.steps[0].output == {
        "pr_number": 101,
        "pr_url": "https://github.com/company/main-product/pull/101",
        "created_at": "2026-01-15T09:00:00Z",
        "state": "open",
        "reviewers_assigned": 2,
    }
    assert [one["arguments"] for one in vendor.requests] == [
        {"title": "Exports", "head": "csv", "base": "main", "draft": False},
        {"reviewers": ["ana", "ion"]},
        {"labels": ["enhancement"]},
    ]


async def test_a_pull_request_without_reviewers_is_one_call(vendor: vendors.Vendor) -> None:
    record, world = await composed.walked(vendor, TOOL, "create_pr", {**REPOSITORY, "title": "Exports", "head": "csv"})
    assert [call.step for call in world.calls] == ["call.open"]
    assert record.steps[0].output["reviewers_assigned"] == 0


async def test_the_figures_of_a_week(vendor: vendors.Vendor) -> None:
    record, _ = await composed.walked(vendor, TOOL, "get_metrics", {**REPOSITORY, "period": "week"})
    output = record.steps[0].output
    assert output["pull_requests"] == {
        "opened_count": 14,
        "merged_count": 4,
        "feature_summary": "- Exports as CSV\n- feat: search by reference number",
        "bugfix_summary": "- Rounding of invoices in EUR",
    }
    assert output["issues"] == {"opened_count": 9, "closed_count": 13}
    assert output["contributors"]["count"] == 3
    assert output["contributors"]["new_count"] == 0
    assert output["workflow_runs"] == []
    searched = [one["query"]["q"] for one in vendor.requests if one["path"] == "/search/issues"]
    assert searched[0] == "repo:company/main-product is:pr created:2026-11-16..2026-11-23"


@pytest.mark.parametrize(
    ("since", "output"),
    [
        pytest.param("2028-11-18", {"commits": 2 * (12 + 7 + 1), "contributors": 3, "new": 0}, id="a Saturday: its week and the next"),
        pytest.param("2028-11-19", {"commits": 12 + 7 + 1, "contributors": 3, "new": 0}, id="the last Sunday there is"),
    ],
)
async def test_commits_are_counted_in_weeks(vendor: vendors.Vendor, since: str, output: dict[str, int]) -> None:
    tool = reference_cases.TOOLS["github.statistics"]
    assert await vendor.call(tool, "contributors", {"action": "contributors", **REPOSITORY, "since": since}) == output


async def test_who_began_in_the_period_is_new(vendor: vendors.Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    week = 7 * 24 * 3600
    sunday = 1_767_484_800  # 4 January 2026
    people = [
        {"author": {"login": "ana"}, "weeks": [{"w": sunday - week, "c": 5}, {"w": sunday, "c": 2}]},
        {"author": {"login": "ion"}, "weeks": [{"w": sunday - week, "c": 0}, {"w": sunday, "c": 3}]},
        {"author": {"login": "eva"}, "weeks": [{"w": sunday - week, "c": 9}, {"w": sunday, "c": 0}]},
    ]
    monkeypatch.setattr("starter.sandbox.github_history.CONTRIBUTORS", people)
    tool = reference_cases.TOOLS["github.statistics"]
    found = await vendor.call(tool, "contributors", {"action": "contributors", **REPOSITORY, "since": "2026-01-06"})
    assert found == {"commits": 5, "contributors": 2, "new": 1}


async def test_a_workflow_is_started_and_its_run_listed(vendor: vendors.Vendor) -> None:
    started = await call(vendor, "run_workflow", workflow_id="release-tests.yml", inputs={"environment": "staging"})
    assert started == {
        "workflow_triggered": True,
        "workflow_id": "release-tests.yml",
        "ref": "main",
        "inputs": {"environment": "staging"},
        "workflow_run_id": 1,
        "html_url": "https://github.com/company/main-product/actions/runs/1",
    }
    record, _ = await composed.walked(vendor, TOOL, "get_metrics", {**REPOSITORY, "workflow_id": "release-tests.yml"})
    (run,) = record.steps[0].output["workflow_runs"]
    assert (run["id"], run["status"], run["conclusion"]) == (1, "completed", "success")


async def test_a_merged_pull_request_is_found_after_a_lost_answer(vendor: vendors.Vendor) -> None:
    await call(vendor, "merge_pr", pr_number=17)
    assert await call(vendor, "merge_pr", attempt=2, pr_number=17) == {
        "merged": True,
        "pr_number": 17,
        "sha": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
    }
    failure = await vendor.failure(TOOL, "merge_pr", {"action": "merge_pr", **REPOSITORY, "pr_number": 17})
    assert failure.type == "rejected by the vendor"
    assert "Pull Request is not mergeable" in failure.message


@pytest.mark.parametrize(
    ("arguments", "method", "path"),
    [
        pytest.param({"labels": ["bug"], "issue_number": 5}, "POST", "/issues/5/labels", id="add"),
        pytest.param({"operation": "set", "labels": [], "pr_number": 6}, "PUT", "/issues/6/labels", id="set"),
        pytest.param({"operation": "remove", "labels": ["to do"], "issue_number": 5}, "DELETE", "/issues/5/labels/to%20do", id="remove one that is gone"),
        pytest.param({"operation": "create", "labels": ["bug"], "color": "ff0000"}, "POST", "/labels", id="create"),
    ],
)  # fmt: skip
async def test_labels(vendor: vendors.Vendor, arguments: dict[str, Any], method: str, path: str) -> None:
    assert await call(vendor, "manage_labels", **arguments) == {"ok": True, "repository": "company/main-product"}
    assert await call(vendor, "manage_labels", **arguments) == {"ok": True, "repository": "company/main-product"}
    assert {(one["method"], one["path"]) for one in vendor.requests} == {(method, f"/repos/company/main-product{path}")}


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"operation": "create", "labels": ["a", "b"]}, id="two to create"),
        pytest.param({"operation": "remove", "labels": ["a", "b"], "issue_number": 5}, id="two to remove"),
        pytest.param({"labels": ["a"]}, id="on nothing"),
    ],
)
async def test_label_operations_that_make_no_sense_are_refused(vendor: vendors.Vendor, arguments: dict[str, Any]) -> None:
    failure = await vendor.failure(TOOL, "manage_labels", {"action": "manage_labels", **REPOSITORY, **arguments})
    assert failure.type == "invalid input"
    assert vendor.requests == []


async def test_an_item_of_a_project(vendor: vendors.Vendor) -> None:
    output = await call(vendor, "sync_projects", project_number=2, pr_number=17)
    assert output == {"ok": True, "repository": "company/main-product", "item_id": 7000}
    assert vendor.requests[0]["path"] == "/orgs/company/projectsV2/2/items"
    assert vendor.requests[0]["arguments"] == {"type": "PullRequest", "owner": "company", "repo": "main-product", "number": 17}


async def test_a_comment_on_a_line_goes_to_the_pull_requests_comments(vendor: vendors.Vendor) -> None:
    tool = reference_cases.TOOLS["github.create_review_comment"]
    arguments = {**REPOSITORY, "pull_number": 17, "body": "Why?", "commit_id": "a1", "path": "app/users.py", "line": 12}
    first = await vendor.call(tool, None, arguments)
    assert await vendor.call(tool, None, arguments, attempt=2) == first
    posted, looked_up = vendor.requests
    assert (posted["path"], looked_up["path"]) == (
        "/repos/company/main-product/pulls/17/comments",
        "/repos/company/main-product/pulls/comments",
    )
    assert {name: posted["arguments"][name] for name in ("commit_id", "path", "line", "side")} == {
        "commit_id": "a1",
        "path": "app/users.py",
        "line": 12,
        "side": "RIGHT",
    }


async def test_the_main_language_is_that_of_most_changed_lines(vendor: vendors.Vendor) -> None:
    tool = reference_cases.TOOLS["github.get_pr_files"]
    output = await vendor.call(tool, None, {**REPOSITORY, "pull_number": 17})
    assert output["primary_language"] == "python"
    assert output["files"][1] == {"filename": "README.md", "status": "modified", "additions": 2, "deletions": 0, "changes": 2}


async def test_a_diff_is_text(vendor: vendors.Vendor) -> None:
    output = await vendor.call(reference_cases.TOOLS["github.get_pull_request_diff"], None, {**REPOSITORY, "pull_number": 17})
    assert output == {"content": github_bridge.DIFF}


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        pytest.param(403, "You have exceeded a secondary rate limit.", "throttled", id="secondary limit without a pause"),
        pytest.param(403, "Resource not accessible by integration", "rejected by the vendor", id="a missing right"),
        pytest.param(404, "Not Found", "rejected by the vendor", id="no such repository"),
        pytest.param(422, "Validation Failed", "invalid input", id="a wrong field"),
    ],
)
async def test_errors_are_told_apart(vendor: vendors.Vendor, monkeypatch: pytest.MonkeyPatch, status: int, message: str, kind: str) -> None:
    def refuse(request: api.Request, memory: Any) -> api.Answer:
        return api.Answer({"message": message}, status)

    monkeypatch.setitem(github.API, "POST /repos/{owner}/{repo}/issues", refuse)  # type: ignore[arg-type]
    failure = await vendor.failure(TOOL, "create_issue", {"action": "create_issue", **REPOSITORY, "title": "t"})
    assert failure.type == kind
    assert message in failure.message
