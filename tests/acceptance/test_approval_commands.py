"""Approvals from the command line, on a real `up` with its stand-in of the bank: seen, decided, paid once."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import test_run_live

pytestmark = pytest.mark.server

ACCOUNT = "MD24AG000225100013104168"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[test_run_live.Up]:
    """One `up` with a policy."""
    folder = tmp_path_factory.mktemp("approvals")
    policy = folder / "policy.yaml"
    policy.write_text("people:\n  ana: [finance]\n  ion: [finance]\n  vera: [hr]\n")
    running = test_run_live.start_up(folder, variables={"ORDINAUT_POLICY": str(policy)})
    yield running
    assert running.background.ends(signal.SIGINT).code == 0


def until(holds: Callable[[], bool]) -> None:
    """Waits for what takes a moment."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


def payment(folder: Path, amount: str) -> Path:
    """A pipeline whose author forgot that people should be asked."""
    details = {
        "amount": "AMOUNT",
        "currency": "MDL",
        "creditor_iban": "MD24AG000000022951234567",
        "creditor_name": "Nistru Foods SA",
        "reference": "INV-1",
    }
    step = {
        "id": "pay",
        "uses": "maib.banking",
        "with": {"action": "create_payment", "account_number": ACCOUNT, "payment_details": details},
    }
    document = json.dumps({"title": "Pay", "schedule_kind": "manual", "payload": {"pipeline": [step]}}).replace('"AMOUNT"', amount)
    file = folder / f"pay-{amount.replace('.', '-')}.json"
    file.write_text(document)
    return file


def started(up: test_run_live.Up, folder: Path, amount: str) -> tuple[str, dict[str, Any]]:
    """A run by vera that waits, and what it asks."""
    run_id = up.ordinaut("run", payment(folder, amount), "--no-wait", "--as", "vera", "--json").json["run_id"]
    until(lambda: any(one["run_id"] == run_id for one in up.ordinaut("approvals", "--json").json["approvals"]))
    (asked,) = [one for one in up.ordinaut("approvals", "--json").json["approvals"] if one["run_id"] == run_id]
    return run_id, asked


def test_a_payment_is_seen_and_approved(up: test_run_live.Up, tmp_path: Path) -> None:
    run_id, asked = started(up, tmp_path, "12.50")
    assert str(asked["payload"]["payment_details"]["amount"]) == "12.50"
    assert (asked["name"], asked["tool"], asked["people"], asked["quorum"]) == ("pay", "maib.banking", ["ana", "ion"], 1)
    shown = up.ordinaut("approvals").out
    for line in (
        "  maib.banking create_payment",
        "  asks      finance (ana, ion)",
        "      amount: 12.50",
        f"  digest    {asked['digest'][:12]}",
    ):
        assert line in shown.splitlines()
    refused = up.ordinaut("approve", run_id, "pay", "--as", "vera")
    assert (refused.code, refused.err) == (
        1,
        "ordinaut: 'vera' started the run and may not decide 'pay': four eyes are asked for\n",
    )
    other = up.ordinaut("approve", run_id, "pay", "--as", "ana", "--digest", "0" * 12)
    assert (other.code, other.err) == (
        1,
        f"ordinaut: the decision is for 000000000000, but 'pay' waits for {asked['digest'][:12]}: it is not what was seen;"
        " look at it again: ordinaut approvals\n",
    )
    decided = up.ordinaut("approve", run_id, "pay", "--as", "ana", "--digest", asked["digest"][:12], "--json")
    assert decided.json == {"run_id": run_id, "step": "pay", "status": "approved", "approvals": 1, "quorum": 1}
    until(lambda: up.ordinaut("show", run_id, "--json").json["status"] == "completed")
    again = up.ordinaut("approve", run_id, "pay", "--as", "ion")
    assert (again.code, again.err) == (1, f"ordinaut: no run '{run_id}' waits here; 'ordinaut approvals' lists those that do\n")


def test_a_large_payment_needs_two_and_one_who_rejects_ends_it(up: test_run_live.Up, tmp_path: Path) -> None:
    run_id, asked = started(up, tmp_path, "10000.01")
    assert asked["quorum"] == 2
    first = up.ordinaut("approve", run_id, "pay", "--as", "ana")
    assert first.out == f"{run_id}  pay  waiting  1 of 2 approvals\n"
    rejected = up.ordinaut("reject", run_id, "pay", "--as", "ion", "--comment", "paid already")
    assert rejected.out == f"{run_id}  pay  rejected\n"
    until(lambda: up.ordinaut("show", run_id, "--json").json["status"] == "failed")
    error = up.ordinaut("show", run_id, "--json").json["error"]
    assert (error["type"], error["message"]) == ("not approved", "'maib.banking create_payment' was rejected by ion: paid already")


def test_what_does_not_wait_cannot_be_decided(up: test_run_live.Up) -> None:
    ended = up.ordinaut("approve", "nothing", "pay", "--as", "ana")
    assert (ended.code, ended.err) == (1, "ordinaut: no run 'nothing' waits here; 'ordinaut approvals' lists those that do\n")
    nobody = up.ordinaut("approve", "nothing", "pay")
    assert nobody.code == 2
    assert "name the person whose decision it is: --as WHO" in nobody.err
