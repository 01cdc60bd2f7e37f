"""Rules of approvals: what would fail a run, guard nothing, or hold always, is a problem of the catalog with file, place and hint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from activities import catalog
from tests.unit.activities.test_catalog_rest import actions, get, told

AMOUNT = {"type": "object", "properties": {"amount": {"type": "number"}, "lines": {"type": "array", "items": {"type": "object"}}}}


def ruled(approval: Any, **more: Any) -> dict[str, Any]:
    """A tool whose action `list` has this rule."""
    own = {"type": "object", "properties": {"payment": AMOUNT, "size": {"type": "integer"}, "urgent": {"type": "boolean"}, "open": {}}}
    made = actions(rest=get(), approval=approval, input_schema=own, **more)
    made["input_schema"]["properties"] |= {name: {} for name in own["properties"]}
    return made


def case(condition: str, **more: Any) -> dict[str, Any]:
    """A rule with one case."""
    return {"approvers": ["finance"], "when": [{"if": condition, "quorum": 2, **more}]}


@pytest.mark.parametrize(
    "approval",
    [
        pytest.param(True, id="whoever may"),
        pytest.param(case("arguments.payment.amount > 10000"), id="a member"),
        pytest.param(case("${arguments.payment.lines | sum(attribute='amount') > 10000}"), id="a sum"),
        pytest.param(case("arguments.payment.lines[0].amount > 10000"), id="an item"),
        pytest.param(case("arguments.open.anything.at.all"), id="an argument of which nothing is declared"),
        pytest.param(case("arguments.urgent"), id="a boolean"),
        pytest.param(case("arguments.action == 'list'"), id="the action"),
        pytest.param({"timeout": "2d", "remind_every": 3600, "escalate_to": ["director"], "escalate_after": "PT4H"}, id="durations"),
        pytest.param(
            {"escalate_to": ["director"], "when": [{"if": "arguments.urgent", "escalate_after": "1h"}]}, id="escalation of the rule"
        ),
    ],
)
def test_rules_that_can_be_asked_are_taken(tmp_path: Path, approval: Any) -> None:
    assert told(tmp_path, ruled(approval)) == []


RULE = "actions.list.approval"
WHEN = f"{RULE}.when[0]"
KEYS = "title, approvers, quorum, timeout, remind_every, escalate_to, escalate_after, exclude"


@pytest.mark.parametrize(
    ("approval", "path", "message", "hint"),
    [
        pytest.param(
            case("arguments.payment.amout > 10000"),
            f"{WHEN}.if",
            "reads the argument 'payment.amout', which the input schema does not declare",
            "did you mean 'amount'?",
            id="a misspelt member",
        ),
        pytest.param(
            case("arguments.paymant.amount > 10000"),
            f"{WHEN}.if",
            "reads the argument 'paymant', which the input schema does not declare",
            "did you mean 'payment'?",
            id="a misspelt argument",
        ),
        pytest.param(
            case("arguments.payment.currency == 'MDL'"),
            f"{WHEN}.if",
            "reads the argument 'payment.currency', which the input schema does not declare",
            "it declares amount, lines",
            id="a member that is not there",
        ),
        pytest.param(
            case("payment.amount > 10000"),
            f"{WHEN}.if",
            "reads 'payment', expected 'arguments': a rule sees the arguments of the call alone",
            "write arguments.payment.amount",
            id="without its root",
        ),
        pytest.param(
            case("argument.size > 1"),
            f"{WHEN}.if",
            "reads 'argument', expected 'arguments': a rule sees the arguments of the call alone",
            "did you mean 'arguments'?",
            id="a misspelt root",
        ),
        pytest.param(
            case("more than ${arguments.size}"),
            f"{WHEN}.if",
            'found text "more than ${arguments.size}", expected one expression, like arguments.amount > 10000',
            "",
            id="text around",
        ),
        pytest.param(
            case("arguments.size"),
            f"{WHEN}.if",
            "gives a number, expected true or false",
            "compare it, as in arguments.amount > 10000",
            id="a number",
        ),
        pytest.param(
            case("arguments.payment.lines | length"),
            f"{WHEN}.if",
            "gives a number, expected true or false",
            "compare it, as in arguments.amount > 10000",
            id="a length",
        ),
        pytest.param({"remind_every": "30s"}, f"{RULE}.remind_every", "found 30 s, expected at least 60 s", "", id="reminders too often"),
        pytest.param(
            {"escalate_after": "1d"},
            f"{RULE}.escalate_after",
            "found it without 'escalate_to', expected both: who may decide then",
            "",
            id="escalation to nobody",
        ),
        pytest.param(
            {"title": "Pay ${arguments.size}?"},
            f"{RULE}.title",
            'found a template "Pay ${arguments.size}?", expected plain text',
            "",
            id="a template in the title",
        ),
    ],
)
def test_a_rule_that_would_not_do_what_it_says_is_told(tmp_path: Path, approval: Any, path: str, message: str, hint: str) -> None:
    assert told(tmp_path, ruled(approval)) == [("catalog-approval", path, message, hint)]


def test_a_condition_that_cannot_be_read_and_a_duration_that_is_none_are_told(tmp_path: Path) -> None:
    found = told(tmp_path, ruled({"timeout": "soon", "when": [{"if": "arguments.size >", "quorum": 2}]}))
    assert [(code, path) for code, path, _, _ in found] == [("catalog-approval", f"{RULE}.timeout"), ("catalog-approval", f"{WHEN}.if")]
    assert all(message for _, _, message, _ in found)


@pytest.mark.parametrize(
    ("approval", "path", "message", "hint"),
    [
        pytest.param({"quorum": 0}, f"{RULE}.quorum", "found 0, expected at least 1", "", id="nobody"),
        pytest.param({"quorum": 21}, f"{RULE}.quorum", "found 21, expected at most 20", "", id="too many"),
        pytest.param(
            {"aprovers": ["finance"]},
            f"{RULE}.aprovers",
            f"unknown, expected one of {KEYS}, when",
            "did you mean 'approvers'?",
            id="a misspelt key",
        ),
        pytest.param(
            case("arguments.urgent", on_timeout="approve"),
            f"{WHEN}.on_timeout",
            f"unknown, expected one of if, {KEYS}",
            "did you mean 'timeout'?",
            id="never by a timeout",
        ),
    ],
)
def test_the_form_of_a_rule_is_checked(tmp_path: Path, approval: Any, path: str, message: str, hint: str) -> None:
    ((_, found_path, found, found_hint),) = told(tmp_path, ruled(approval))
    assert (found_path, found, found_hint) == (path, message, hint)


def test_an_approval_beside_actions_would_guard_none_of_them(tmp_path: Path) -> None:
    message = "found an approval beside actions, expected it at the actions that need one: here it guards none of them"
    assert told(tmp_path, {**ruled(False), "approval": True}) == [("catalog-approval", "approval", message, "")]


def test_a_tool_without_actions_has_its_rule_checked_with_file_and_line(tmp_path: Path) -> None:
    definition = {
        "address": "shop.pay",
        "transport": "http",
        "endpoint": "http://127.0.0.1:9000",
        "input_schema": {"type": "object", "properties": {"amount": {"type": "number"}}},
        "approval": {"when": [{"if": "arguments.ammount > 5", "quorum": 2}]},
    }
    file = tmp_path / "pay.json"
    file.write_text(json.dumps(definition, indent=1))
    with pytest.raises(catalog.CatalogError) as caught:
        catalog.load([tmp_path])
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if '"if"' in text)
    assert str(caught.value) == (
        f"{file}:{line}:5: approval.when[0].if: reads the argument 'ammount', which the input schema does not declare"
        " (did you mean 'amount'?)"
    )
