"""`ordinaut run FILE --mock auto` on the twelve reference pipelines and the twelve shipped ones: outputs made up from the catalog carry a run to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from activities import json_text
from tests import commands, reference_cases
from workflows.core import mock, plan, run

#: One case of each pipeline: it has the params and the event that the pipeline needs.
FIRST = {case.file: case for case in reversed(reference_cases.REFERENCE_CASES + reference_cases.CORRECTED_CASES)}
REFERENCE = sorted((case for case in FIRST.values() if case.file.parent.parent == reference_cases.REFERENCE), key=lambda case: case.file)
SHIPPED = sorted((case for case in FIRST.values() if case.file.parent == reference_cases.ROOT / "pipelines"), key=lambda case: case.file)

#: Reference pipelines that read what their tools do not promise, with the step that fails and why. Their corrected editions complete.
DEFECTIVE = {
    "daily-financial-reconciliation": ("create_discrepancy_tickets", "'discrepancies' is missing in 'steps.reconciliation'"),
    "lead-scoring": ("update_lead_scores", "'scored_leads' is missing in 'steps.scores'"),
    "sprint-planning": ("create_planning_issue", "'priority_items' is missing in 'steps.recommendations'"),
    # its SOQL does not select OwnerId; further on it reads `priority_items` too
    "weekly-sales-pipeline": ("create_follow_up_tasks", "'OwnerId' is missing in 'deal'"),
}

#: Steps of the shipped pipelines that made-up outputs skip: what they depend on is empty, or went well.
SKIPPED = {
    "automated-release": ["notify_no_release"],
    "daily-financial-reconciliation": ["create_discrepancy_tickets", "confirm_large_discrepancies"],
    "lead-scoring": ["update_lead_scores", "enroll_high_score_leads", "notify_sales_team"],
    "sia-monthly-employment": ["notify_not_approved", "notify_invalid_report"],
    "vendor-payments": ["tell_finance_not_paid"],
}


def made_up(case: reference_cases.Case) -> dict[str, Any]:
    """The result of a mock run with made-up outputs."""
    checked = reference_cases.checked(case)
    assert checked.plan is not None, checked.problems
    current = run.Run(plan.load(checked.plan), case.nominal, case.facts.get("params") or {}, case.facts.get("event"))
    mock.drive(current.walk(mock.MockHost(reference_cases.TOOLS, None, case.nominal)))
    return current.record.as_json("mock")


def test_there_are_twelve_of_each_and_the_payments() -> None:
    assert len(REFERENCE) == 12
    assert {case.file.name for case in SHIPPED} - {case.file.name for case in REFERENCE} == {"vendor-payments.json"}
    assert len(SHIPPED) == 13


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: case.file.stem)
def test_a_shipped_pipeline_completes(case: reference_cases.Case) -> None:
    result = made_up(case)
    assert (result["status"], result["error"], result["warnings"]) == ("completed", None, [])
    assert [step["id"] for step in result["steps"] if step["status"] == "skipped"] == SKIPPED.get(case.file.stem, [])


@pytest.mark.parametrize("case", [case for case in REFERENCE if case.file.stem not in DEFECTIVE], ids=lambda case: case.file.stem)
def test_a_reference_pipeline_completes(case: reference_cases.Case) -> None:
    result = made_up(case)
    assert (result["status"], result["error"]) == ("completed", None)


@pytest.mark.parametrize("case", [case for case in REFERENCE if case.file.stem in DEFECTIVE], ids=lambda case: case.file.stem)
def test_a_reference_pipeline_that_reads_what_nobody_promises_fails_there(case: reference_cases.Case) -> None:
    step, reason = DEFECTIVE[case.file.stem]
    error = made_up(case)["error"]
    assert (error["step"], error["type"]) == (step, "template error")
    assert reason in error["message"]


def test_amounts_look_like_amounts() -> None:
    """A run with made-up outputs is for people to look at."""
    (case,) = [case for case in SHIPPED if case.file.stem == "sia-monthly-employment"]
    steps = {step["id"]: step for step in made_up(case)["steps"]}
    (employee,) = steps["prepare_sia_data"]["output"]["employees"]
    assert json_text.encode([employee["salary_gross"], employee["full_name"]]) == b'[1250.00,"full_name"]'
    assert "2500.00 MDL" in steps["notify_compliance_team"]["with"]["message"]


@pytest.mark.parametrize("stem", ["daily-financial-reconciliation", "automated-pr-review"])
def test_on_the_command_line(stem: str, tmp_path: Path) -> None:
    (case,) = [case for case in SHIPPED if case.file.stem == stem]
    event = case.facts.get("event")
    given = [] if event is None else ["--event", f"@{commands.document(tmp_path, 'event.json', json.loads(json_text.encode(event)))}"]
    ended = commands.ordinaut("run", case.file, "--mock", "auto", "--json", *given)
    assert (ended.code, ended.err, ended.json["status"]) == (0, "", "completed")
