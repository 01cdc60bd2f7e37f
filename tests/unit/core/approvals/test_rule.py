"""Rules of the catalog: whose approval a call needs, and whether an earlier one is enough."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import reference_cases
from workflows import converter
from workflows.core import canonical
from workflows.core.approvals import digest, rule

RULE = {"approvers": ["finance"], "exclude": ["starter"], "when": [{"if": "arguments.amount > 10000", "quorum": 2}]}
CALL = {"action": "pay", "amount": 5}


@pytest.mark.parametrize(
    ("amount", "quorum"),
    [
        pytest.param(10000, None, id="at the limit"),
        pytest.param(Decimal("10000.01"), 2, id="above it"),
        pytest.param("much", 2, id="no number: the stricter rule"),
        pytest.param(None, 2, id="null: the stricter rule"),
    ],
)
def test_amounts_above_a_limit_need_more(amount: Any, quorum: int | None) -> None:
    assert rule.applied(RULE, {"amount": amount}).get("quorum") == quorum


def test_a_missing_amount_needs_the_stricter_rule() -> None:
    assert rule.applied(RULE, {})["quorum"] == 2


def record(*decisions: tuple[str, str, list[str]], arguments: Any = None, **more: Any) -> dict[str, Any]:
    """A decision record for the call."""
    made = [{"who": who, "decision": verb, "roles": roles} for who, verb, roles in decisions]
    return {"approved": True, "digest": digest.of(arguments or CALL), "decisions": made, **more}


@pytest.mark.parametrize(
    ("given", "met"),
    [
        pytest.param(record(("ana", "approve", ["finance"])), True, id="enough"),
        pytest.param(record(("ana", "approve", ["*"])), True, id="without a policy"),
        pytest.param(record(("ana", "approve", ["hr"])), False, id="other role"),
        pytest.param(record(("ana", "approve", ["finance"]), started_by="Ana"), False, id="the starter"),
        pytest.param(record(("ana", "approve", ["finance"]), arguments={"amount": 5, "action": "pay"}), False, id="other bytes"),
        pytest.param({**record(("ana", "approve", ["finance"])), "approved": False}, False, id="rejected"),
        pytest.param(record(), False, id="approved by a timeout"),
    ],
)
def test_an_earlier_approval_is_enough_only_for_the_same_bytes_and_people(given: dict[str, Any], met: bool) -> None:
    assert rule.is_met(RULE, CALL, given) is met


def test_an_earlier_approval_by_the_author_is_not_enough_where_the_rule_excludes_authors() -> None:
    own = {"approvers": ["finance"], "exclude": ["author"]}
    given = record(("ana", "approve", ["finance"]), started_by="ion", author="ANA")
    assert (rule.is_met(own, CALL, given), rule.is_met(own, CALL, {**given, "author": "ion"})) == (False, True)


def test_two_spellings_of_one_person_are_no_two() -> None:
    arguments = {"action": "pay", "amount": 20000}
    twice = record(("ana", "approve", ["finance"]), ("ANA", "approve", ["finance"]), arguments=arguments)
    both = record(("ana", "approve", ["finance"]), ("ion", "approve", ["finance"]), arguments=arguments)
    assert (rule.is_met(RULE, arguments, twice), rule.is_met(RULE, arguments, both)) == (False, True)


GUARDED = {
    ("maib.banking", "create_payment"): {"payment_details": {"amount": 10001}},
    ("maib.banking", "bulk_payments"): {"payment_details": {"payments": [{"amount": 5000}, {"amount": Decimal("5000.01")}]}},
    ("maib.banking", "currency_exchange"): {"amount": 10001},
    ("maib.merchants", "refund_payment"): {},
    ("sia.reporting", "submit_report"): {},
}


def test_the_shipped_tools_ask_for_what_moves_money_or_goes_to_the_state() -> None:
    found = {(tool.address, action) for tool in reference_cases.TOOLS.values() for action in rule.planned(tool)}
    assert found == set(GUARDED)


@pytest.mark.parametrize(("address", "action"), GUARDED, ids=".".join)
def test_the_shipped_rules_can_be_evaluated(address: str, action: str) -> None:
    own = rule.declared(reference_cases.TOOLS[address], action)
    assert own is not None
    large = rule.applied(own, GUARDED[address, action])
    assert large.get("quorum", 1) == (2 if address == "maib.banking" else 1)
    for case in own.get("when", ()):
        small = {"amount": 1, "payment_details": {"amount": 1, "payments": [{"amount": 1}]}}
        rule.compiled(case["if"])
        assert rule.applied(own, small).get("quorum", 1) == 1


@pytest.mark.parametrize(
    "value",
    [{"b": Decimal("1.50"), "a": [True, None, 'é " \\ \n \x01 €']}, [], {"": {}}, "x", 10**30, Decimal("-0.30")],
    ids=repr,
)
def test_a_digest_is_of_the_very_bytes_that_are_sent(value: Any) -> None:
    assert canonical.text(value).encode() == converter.encode(value)
