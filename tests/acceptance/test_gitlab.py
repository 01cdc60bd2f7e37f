"""GitLab's three calls beyond their examples: encoded paths, variables as a list, markers, look-ups, guards, error forms."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from starter.sandbox import api, gitlab, server
from tests import reference_cases
from tests.acceptance import test_vendor_actions as vendors

NOTE = reference_cases.TOOLS["gitlab.add_mr_note"]
APPROVE = reference_cases.TOOLS["gitlab.approve_mr"]
RUN = reference_cases.TOOLS["gitlab.run_pipeline"]
MERGE_REQUEST = {"project_id": 42, "merge_request_iid": 7}


@pytest.fixture
async def vendor(sandbox: server.Running, tmp_path: pathlib.Path) -> Any:
    made = vendors.Vendor(sandbox, tmp_path)
    yield made
    await made.activities.close()


async def test_a_pipeline_takes_variables_as_a_list(vendor: vendors.Vendor) -> None:
    output = await vendor.call(RUN, None, {"project_id": 42, "ref": "feature", "variables": {"MR_NUMBER": "7", "TARGET_BRANCH": "main"}})
    assert output == {"id": 1, "status": "created", "web_url": "https://gitlab.com/42/-/pipelines/1"}
    (asked,) = vendor.requests
    assert asked["arguments"] == {
        "ref": "feature",
        "variables": [{"key": "MR_NUMBER", "value": "7"}, {"key": "TARGET_BRANCH", "value": "main"}],
    }
    assert asked["headers"]["private-token"] == "(sent)"


async def test_a_pipeline_without_variables_sends_none(vendor: vendors.Vendor) -> None:
    await vendor.call(RUN, None, {"project_id": 42, "ref": "feature"})
    assert vendor.requests[0]["arguments"] == {"ref": "feature"}


async def test_the_path_of_a_project_is_encoded(vendor: vendors.Vendor) -> None:
    await vendor.call(NOTE, None, {"project_id": "company/main-product", "merge_request_iid": "7", "body": "Seen"})
    assert vendor.requests[0]["path"].endswith("/api/v4/projects/company%2Fmain-product/merge_requests/7/notes")


async def test_a_note_is_found_by_its_marker(vendor: vendors.Vendor) -> None:
    first = await vendor.call(NOTE, None, {**MERGE_REQUEST, "body": "Seen"})
    assert await vendor.call(NOTE, None, {**MERGE_REQUEST, "body": "Seen"}, attempt=2) == first == {"id": 9001}
    text, _, marker = vendor.requests[0]["arguments"]["body"].partition("\n\n<!-- ordinaut ")
    assert (text, len(marker.removesuffix(" -->"))) == ("Seen", 32)


async def test_an_approval_is_found_after_a_lost_answer(vendor: vendors.Vendor) -> None:
    first = await vendor.call(APPROVE, None, {**MERGE_REQUEST, "sha": "a1b2c3"})
    assert (
        await vendor.call(APPROVE, None, {**MERGE_REQUEST, "sha": "a1b2c3"}, attempt=2) == first == {"approved": True, "approvals_left": 0}
    )
    assert [one["method"] for one in vendor.requests] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        pytest.param({"sha": "000000"}, "rejected by the vendor", "SHA does not match HEAD of source branch", id="another commit"),
        pytest.param({"merge_request_iid": "new"}, "rejected by the vendor", "404 Not found", id="no such merge request"),
    ],
)
async def test_refused_approvals(vendor: vendors.Vendor, arguments: dict[str, Any], kind: str, words: str) -> None:
    failure = await vendor.failure(APPROVE, None, {**MERGE_REQUEST, **arguments})
    assert failure.type == kind
    assert f'"{words}"' in failure.message


@pytest.mark.parametrize(
    ("body", "status", "kind", "words"),
    [
        pytest.param({"message": {"base": ["Reference not found"]}}, 400, "invalid input", '{"base":["Reference not found"]}', id="a map"),
        pytest.param({"error": "ref is missing"}, 400, "invalid input", "ref is missing", id="a missing field"),
        pytest.param({"error": "invalid_token", "error_description": "Token is expired."}, 401, "rejected by the vendor", "Token is expired.", id="oauth"),
    ],
)  # fmt: skip
async def test_every_form_of_error_is_read(
    vendor: vendors.Vendor, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any], status: int, kind: str, words: str
) -> None:
    monkeypatch.setitem(gitlab.API, "POST /api/v4/projects/{project}/pipeline", lambda request, memory: api.Answer(body, status))  # type: ignore[arg-type]
    failure = await vendor.failure(RUN, None, {"project_id": 42, "ref": "feature"})
    assert failure.type == kind
    assert f'HTTP {status}: "{words}"' in failure.message


async def test_an_approval_of_a_commit_that_is_no_longer_the_newest_is_refused(vendor: vendors.Vendor) -> None:
    await vendor.call(APPROVE, None, {**MERGE_REQUEST, "sha": "0f1e2d3c"})
    failure = await vendor.failure(APPROVE, None, {**MERGE_REQUEST, "sha": "a1b2c3"})
    assert '"SHA does not match HEAD of source branch"' in failure.message
