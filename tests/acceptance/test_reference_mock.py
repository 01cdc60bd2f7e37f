"""The twelve pipelines of the source document, byte for byte, and their corrected editions: every evaluated argument against hand-written values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import reference_cases
from workflows.core import mock, plan, run

ALL = reference_cases.REFERENCE_CASES + reference_cases.CORRECTED_CASES


def result_of(case: reference_cases.Case) -> dict[str, Any]:
    """The result of a mock run of a case."""
    checked = reference_cases.checked(case)
    assert checked.plan is not None, checked.problems
    current = run.Run(plan.load(checked.plan), case.nominal, case.facts.get("params") or {}, case.facts.get("event"))
    world = mock.MockHost(reference_cases.TOOLS, case.facts["mock"], case.nominal)
    mock.drive(current.walk(world))
    return current.record.as_json("mock")


def written(value: Any) -> Any:
    """A value in which 1.50 and 1.5, and true and 1, are told apart."""
    if isinstance(value, dict):
        return {key: written(member) for key, member in value.items()}
    if isinstance(value, list):
        return [written(member) for member in value]
    if isinstance(value, Decimal):
        return f"decimal {format(value, 'f')}"
    return f"boolean {value}" if isinstance(value, bool) else value


def assert_expected(result: dict[str, Any], expected: dict[str, Any]) -> None:
    """Status, each step's status and evaluated arguments, and the error."""
    steps = {step["id"]: step for step in result["steps"]}
    failures = {step["id"]: step["error"] for step in result["steps"] if step["error"]}
    for wanted in expected["steps"]:
        found = steps[wanted["id"]]
        assert (wanted["id"], found["status"]) == (wanted["id"], wanted["status"]), failures
        assert written(found["with"]) == written(wanted["with"]), wanted["id"]
    assert [step["id"] for step in expected["steps"]] == list(steps)
    assert result["status"] == expected["status"]
    if expected["error"] is None:
        assert result["error"] is None
        return
    assert (result["error"]["step"], result["error"]["type"]) == (expected["error"]["step"], expected["error"]["type"])
    for part in expected["error"]["message_contains"]:
        assert part in result["error"]["message"]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_each_evaluated_argument_is_as_written_by_hand(case: reference_cases.Case) -> None:
    assert_expected(result_of(case), case.facts["expected"])
