"""`check` warns of approvals that nobody of the policy could give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from starter import cli
from starter.approvals import answerable
from tests import language, reference_cases
from workflows.core.approvals import policy

FINANCE = {"ana": ["finance"]}
KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
HINT = "the run would fail when it asks; change the file that ORDINAUT_POLICY names"


def document(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"title": "Pay", "payload": {"pipeline": list(steps)}}


def refund(action: str = "refund_payment") -> dict[str, Any]:
    """A step whose call finance approves."""
    return {"id": "pay", "uses": "maib.merchants", "with": {"action": action, "payment_id": "${params.id}", "reason": "twice"}}


ASK = {"id": "ask", "uses": "system.approval", "with": {"title": "Go on?"}}


@pytest.mark.parametrize(
    ("step", "given", "expected"),
    [
        pytest.param(refund(), {"people": FINANCE}, [], id="somebody of finance"),
        pytest.param(
            refund(),
            {"people": {"vera": ["hr"]}},
            ["'maib.merchants refund_payment' needs an approval, and nobody in the policy is, or has the role, finance"],
            id="nobody of finance",
        ),
        pytest.param(refund(), {"gateway_keys": [KEY]}, [], id="a gateway may vouch for somebody"),
        pytest.param(ASK, {"people": FINANCE, "may": {"approve": ["finance"]}}, [], id="the policy says who"),
        pytest.param(
            ASK,
            {"people": FINANCE},
            ["'ask' needs an approval, and neither it nor the policy (may.approve) says who may give it"],
            id="nobody says who",
        ),
        pytest.param({**ASK, "with": {**ASK["with"], "approvers": "${params.who}"}}, {"people": FINANCE}, [], id="the run says who"),
        pytest.param(refund("get_payment"), {}, [], id="an action that asks nobody"),
    ],
)
def test_what_nobody_could_approve_is_warned_of(step: dict[str, Any], given: dict[str, Any], expected: list[str]) -> None:
    checked = language.checked(document(step))
    found = answerable.problems(checked, reference_cases.TOOLS, policy.read(given))
    assert [(one.code, one.severity, one.path, one.message, one.hint) for one in found] == [
        ("nobody-approves", "warning", "payload.pipeline[0].uses", message, HINT) for message in expected
    ]


def test_an_action_that_only_the_run_knows_may_be_any_of_them() -> None:
    step = {**refund(), "with": {"action": "${params.action}"}}
    found = answerable.problems(language.checked(document(step)), reference_cases.TOOLS, policy.read({}))
    assert [one.message for one in found] == [
        "'maib.merchants refund_payment' needs an approval, and nobody in the policy is, or has the role, finance"
    ]


def test_without_a_policy_nothing_is_said() -> None:
    assert answerable.problems(language.checked(document(ASK)), reference_cases.TOOLS, None) == []


def test_check_shows_the_warning_and_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.json").write_text(json.dumps({"people": FINANCE}))
    monkeypatch.setenv("ORDINAUT_POLICY", str(tmp_path / "policy.json"))
    file = tmp_path / "ask.json"
    file.write_text(json.dumps(document(ASK)))
    assert cli.run(["check", str(file)]) == 0
    column = json.dumps(document(ASK)).index('"uses"') + 1
    assert capfd.readouterr().out.splitlines()[:2] == [
        f"{file}:1:{column}: warning: 'ask' needs an approval, and neither it nor the policy (may.approve) says who may give it"
        " [nobody-approves] at payload.pipeline[0].uses",
        f"    hint: {HINT}",
    ]
