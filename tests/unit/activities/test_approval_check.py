"""The last check before a guarded call is sent: what somebody made up is refused, whatever it says."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from activities import approval_check
from activities import settings as settings_module
from starter.approvals import signing
from workflows.core import errors, model
from workflows.core.approvals import decision, digest

ARGUMENTS = {"action": "pay", "amount": 20000}
DIGEST = digest.of(ARGUMENTS)
KEY, OTHER = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
RULE = {"approvers": ["finance"], "when": [{"if": "arguments.amount > 10000", "quorum": 2}]}
BANK = model.Tool(
    "bank.payments",
    "rest",
    "bank",
    {"endpoint": "https://bank.example", "actions": {"pay": {"effect": "unsafe", "approval": RULE}, "read": {"effect": "safe"}}},
    "0123456789ab",
    Decimal(30),
    actions={"pay": "unsafe", "read": "safe"},
)


def settings(folder: Path, **variables: str) -> settings_module.Settings:
    """A worker's settings with a policy that names one gateway."""
    file = folder / "policy.json"
    file.write_text(
        json.dumps({"people": {"ana": ["finance"], "ion": ["finance"], "vera": ["hr"]}, "gateway_keys": [signing.public_key(KEY)]})
    )
    return settings_module.Settings.from_mapping({"ORDINAUT_POLICY": str(file), **variables})


def one(who: str, key: ed25519.Ed25519PrivateKey | None = KEY, **more: Any) -> dict[str, Any]:
    """A decision in a record, signed unless `key` is None."""
    kept = {"who": who, "decision": "approve", "roles": ["finance"]}
    if key is None:
        return kept
    facts = {"run": "pay-1", "step": "pay", "digest": DIGEST, "decision": "approve", "who": who, "expires": int(time.time()) - 60}
    return {**kept, "token": signing.token(decision.Claims(**{**facts, **more}), key)}


def record(*decisions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A record that says it is approved."""
    return {"approved": True, "status": "approved", "name": "pay", "digest": DIGEST, "decisions": list(decisions), **more}


def refusal(folder: Path, given: Any, **variables: str) -> str:
    """Why the call is not sent; "" where it is."""
    try:
        approval_check.check(BANK, ARGUMENTS, given, "pay-1", settings(folder, **variables))
    except errors.ToolError as error:
        assert error.kind == "invalid input"
        return error.message.removeprefix("pay needs an approval, ").partition(";")[0]
    return ""


def test_two_signed_decisions_let_it_through(tmp_path: Path) -> None:
    """A token that has expired since still says what was decided then."""
    assert refusal(tmp_path, record(one("ana"), one("ion"))) == ""


TOO_FEW = "and the one that was given is not by enough of the people who may give it"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(None, "and this call carries none", id="none"),
        pytest.param("yes", "and the one that was given is for other arguments than these", id="no record"),
        pytest.param(
            record(one("ana"), one("ion"), digest="0" * 64),
            "and the one that was given is for other arguments than these",
            id="other bytes",
        ),
        pytest.param(record(one("ana")), TOO_FEW, id="one of two"),
        pytest.param(record(one("ana"), one("ana")), TOO_FEW, id="one twice"),
        pytest.param(record(one("ana"), one("Ana ")), TOO_FEW, id="one in two spellings"),
        pytest.param(record(one("ana"), one("vera")), TOO_FEW, id="wrong role, whatever the record says"),
        pytest.param(record(one("ana"), one("ion", None)), TOO_FEW, id="self-asserted"),
        pytest.param(record(one("ana"), one("ion", OTHER)), TOO_FEW, id="signed by somebody else"),
        pytest.param(record(one("ana"), one("ion", run="pay-2")), TOO_FEW, id="of another run"),
        pytest.param(record(one("ana"), one("ion", step="other")), TOO_FEW, id="of another step"),
        pytest.param(record(one("ana"), one("ion", digest="0" * 64)), TOO_FEW, id="for other bytes"),
        pytest.param(record(one("ana"), one("ion", decision="reject")), TOO_FEW, id="a rejection"),
        pytest.param(record(one("ana"), {**one("ion"), "who": "olga"}), TOO_FEW, id="of another person"),
        pytest.param(record(), TOO_FEW, id="approved by nobody"),
        pytest.param(record(one("ana"), one("ion"), approved=False), TOO_FEW, id="not approved"),
        pytest.param(record({}), "and the one that was given is not by enough of the people who may give it", id="empty decision"),
        pytest.param({"digest": DIGEST}, "and the one that was given cannot be checked ('decisions')", id="no decisions"),
    ],
)
def test_what_does_not_hold_is_not_sent(tmp_path: Path, given: Any, reason: str) -> None:
    assert refusal(tmp_path, given).startswith(reason)
    assert refusal(tmp_path, given) != ""


def test_self_asserted_decisions_hold_where_this_worker_trusts_them(tmp_path: Path) -> None:
    trusting = {"ORDINAUT_TRUST_LOCAL_APPROVERS": "1"}
    assert refusal(tmp_path, record(one("ana", None), one("ion", None)), **trusting) == ""
    assert refusal(tmp_path, record(one("ana", None), one("vera", None)), **trusting) == TOO_FEW


def test_a_stand_in_takes_calls_without_an_approval_but_none_with_a_wrong_one(tmp_path: Path) -> None:
    local = {"ORDINAUT_ENDPOINT_BANK": "http://127.0.0.1:9000"}
    assert refusal(tmp_path, None, **local) == ""
    assert refusal(tmp_path, record(one("ana")), **local) == TOO_FEW


def test_other_actions_need_none(tmp_path: Path) -> None:
    approval_check.check(BANK, {"action": "read"}, None, "pay-1", settings(tmp_path))
