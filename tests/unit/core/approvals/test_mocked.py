"""Approvals in mock runs: granted by `mock`, or as the file says."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests import plans
from workflows.core import mock, plan, run

NOW = datetime.datetime(2026, 11, 23, 18, tzinfo=datetime.UTC)
ASK = {"id": "ask", "uses": "system.approval", "with": {"title": "Go on?", "quorum": 2}}
PAY = plans.call("pay", "pay", "desk.guarded")


def result(outputs: dict[str, Any], *steps: dict[str, Any]) -> dict[str, Any]:
    """The result of a mock run."""
    current = run.Run(plan.load(plans.plan_of(list(steps), tools=plans.GUARDED)), NOW)
    world = mock.MockHost(plans.GUARDED, outputs, NOW)
    mock.drive(current.walk(world))
    return {**current.record.as_json("mock"), "unused": world.unused()}


def test_mock_approves_as_often_as_it_takes() -> None:
    found = result({}, ASK)
    (step,) = found["steps"]
    assert (found["status"], [one["who"] for one in step["output"]["decisions"]]) == ("completed", ["mock", "mock 2"])


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param({"status": "rejected", "by": "ana", "comment": "no"}, "'Go on?' was rejected by ana: no", id="rejected"),
        pytest.param(
            {"status": "timed out"}, "'Go on?' was not approved in time, and so it counts as rejected; 0 of 2 approved", id="timed out"
        ),
        pytest.param(
            {"by": ["ana"]},
            "the mock file's 'ask' decides an approval; expected 1 of 2 approvals; name more people: 'by': [...]",
            id="too few",
        ),
        pytest.param(
            {"state": "no"},
            "the mock file's 'ask' decides an approval; expected a member that is known, not 'state'; there are status, by, comment",
            id="unknown member",
        ),
    ],
)
def test_the_file_decides(entry: dict[str, Any], message: str) -> None:
    found = result({"ask": {"$approval": entry}}, ASK)
    assert (found["status"], found["error"]["message"], found["unused"]) == ("failed", message, [])


def test_the_approval_before_a_call_has_a_name_of_its_own() -> None:
    found = result({"pay": {"id": 7}}, PAY)
    assert (found["status"], found["steps"][0]["output"]) == ("completed", {"id": 7})
    rejected = result({"pay": {"id": 7}, "pay.approval": {"$approval": {"status": "rejected", "by": "ana"}}}, PAY)
    assert (rejected["error"]["type"], rejected["unused"]) == ("not approved", ["the mock output of 'pay' was not used"])
