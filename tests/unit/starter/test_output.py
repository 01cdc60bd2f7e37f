"""What the commands print: lines for people, one document for scripts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click
import pytest

from starter import output
from workflows.core import errors, run

DONE = {"id": "bank", "uses": "maib.banking", "status": run.COMPLETED, "with": {"action": "get_balance"}, "output": {"n": 1}, "error": None}
LOST = {**DONE, "id": "tell", "status": run.FAILED, "output": None, "error": {"type": "throttled", "message": "step tell: HTTP 429"}}


def result(*steps: dict[str, Any], status: str = run.COMPLETED, **more: Any) -> dict[str, Any]:
    """A result of a run."""
    made = [{"attempts": 1, **step} for step in steps]
    return {
        "run_id": "r-1",
        "status": status,
        "nominal_time": "2026-11-23T18:00:00+02:00",
        "steps": made,
        "error": None,
        "warnings": [],
        **more,
    }


def plain(text: str) -> str:
    """Without colours."""
    return click.unstyle(text)


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        pytest.param(
            errors.Problem("unknown-key", "unknown key 'x'", "x", 2, 3, "did you mean 'y'?"),
            "a.json:2:3: error: unknown key 'x' [unknown-key] at x\n    hint: did you mean 'y'?",
            id="all of it",
        ),
        pytest.param(
            errors.Problem("empty", "the document is empty", "", 1, 1), "a.json:1:1: error: the document is empty [empty]", id="no path"
        ),
        pytest.param(
            errors.Problem("cannot-open", "cannot open 'a.json'", severity="warning"),
            "a.json: warning: cannot open 'a.json' [cannot-open]",
            id="no place",
        ),
    ],
)
def test_problem_is_a_line_that_editors_can_jump_from(problem: errors.Problem, expected: str) -> None:
    assert plain(output.problem_line("a.json", problem)) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param(
            {**DONE, "attempts": 1}, "  ✓ bank                         maib.banking get_balance                 completed", id="done"
        ),
        pytest.param(
            {**DONE, "attempts": 3},
            "  ✓ bank                         maib.banking get_balance                 completed, 3 attempts",
            id="attempts",
        ),
        pytest.param(
            {**LOST, "attempts": 1},
            "  ✗ tell                         maib.banking get_balance                 failed\n      throttled: HTTP 429",
            id="failed",
        ),
        pytest.param(
            {**DONE, "with": None, "status": run.SKIPPED, "attempts": 0},
            "  - bank                         maib.banking                             skipped",
            id="skipped",
        ),
        pytest.param(
            {**DONE, "with": {"action": ["odd"]}, "status": run.WAITING, "attempts": 0},
            "  … bank                         maib.banking                             waiting",
            id="action that is no text",
        ),
    ],
)
def test_step_is_a_line_with_its_mark(step: dict[str, Any], expected: str) -> None:
    assert plain(output.step_line(step)) == expected


def test_result_shows_every_step_and_what_belongs_to_none(capfd: pytest.CaptureFixture[str]) -> None:
    output.result(result(DONE, status=run.FAILED, error={"type": "template error", "message": "params", "step": None}, warnings=["mind"]))
    assert plain(capfd.readouterr().out).splitlines() == [
        "r-1  failed  due 2026-11-23T18:00:00+02:00",
        "  ✓ bank                         maib.banking get_balance                 completed",
        "  template error: params",
        "  warning: mind",
    ]


def test_outcome_counts_the_steps_and_says_where_it_failed(capfd: pytest.CaptureFixture[str]) -> None:
    output.outcome(
        result(
            DONE, LOST, status=run.FAILED, error={"type": "throttled", "message": "step tell: HTTP 429", "step": "tell"}, warnings=["mind"]
        )
    )
    assert plain(capfd.readouterr().out).splitlines() == [
        "r-1  failed  due 2026-11-23T18:00:00+02:00  (1 completed, 1 failed)",
        "  throttled at tell: HTTP 429",
        "  warning: mind",
    ]


def test_outcome_of_a_run_without_steps_counts_none(capfd: pytest.CaptureFixture[str]) -> None:
    failure = {"type": errors.TEMPLATE_ERROR, "message": "step a: in with.template: the expression ends too early", "step": None}
    output.outcome(result(status=run.FAILED, error=failure))
    first, second = plain(capfd.readouterr().out).splitlines()
    assert first == "r-1  failed  due 2026-11-23T18:00:00+02:00"
    assert second == "  template error: step a: in with.template: the expression ends too early"


def test_details_show_what_each_step_was_given_and_gave_in_short(capfd: pytest.CaptureFixture[str]) -> None:
    output.details(result({**DONE, "output": {"text": "x" * 300}}, LOST, {**DONE, "id": "never", "with": None}))
    assert capfd.readouterr().out.splitlines() == [
        "",
        "  bank",
        '      with    {"action":"get_balance"}',
        f'      output  {{"text":"{"x" * 151}... (311 characters)',
        "  tell",
        '      with    {"action":"get_balance"}',
        "",
        "'--json' shows everything in full length",
    ]


def test_details_of_a_run_that_did_nothing_are_none(capfd: pytest.CaptureFixture[str]) -> None:
    output.details(result({**DONE, "with": None}))
    assert capfd.readouterr().out == ""


def test_document_keeps_order_and_digits_and_holds_only_what_utf8_can(capfd: pytest.CaptureFixture[str]) -> None:
    output.json_document({"b": Decimal("1234.50"), "a": "ț", "half": "\ud83d"})
    assert capfd.readouterr() == ('{"b":1234.50,"a":"ț","half":"\ufffd"}\n', "")
