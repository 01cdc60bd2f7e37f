"""Unsafe calls that may have been done already: looked up first, sent only where the vendor knows nothing of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests import servers, vendors

REST = {"path": "/payments", "body": {"amount": "${arguments.amount}", "reference": "${key}"}}
LOOK_UP = {"rest": {"path": "/payments/${key}", "accept": [404]}, "found": "${ {'id': answer.id} if status == 200 else null }"}
MADE = vendors.reply({"id": "new"}, 201)
FOUND = f"/payments/{vendors.KEY}"
WARNING = "was done by an earlier try: it was found at the vendor, and not sent again"


def called(look: Any, pay: Any = MADE, attempt: int = 2, look_up: dict[str, Any] | None = None, **more: Any) -> vendors.Called:
    return vendors.call(REST, {"/payments": pay, FOUND: look}, {"amount": 5}, attempt=attempt, look_up=look_up or LOOK_UP, **more)


def test_a_first_try_is_sent_at_once() -> None:
    found = called(vendors.reply({}, 500), attempt=1)
    assert (found.output, found.targets) == ({"id": "new"}, ["POST /payments"])


def test_a_later_try_that_finds_it_gives_what_was_found_and_sends_nothing() -> None:
    found = called(vendors.reply({"id": "old", "state": "paid"}))
    assert found.whole == {"output": {"id": "old"}, "warnings": [WARNING], "attempts": 2}
    assert found.targets == [f"GET {FOUND}"]


def test_a_later_try_that_finds_nothing_sends() -> None:
    found = called(vendors.reply({"message": "no such payment"}, 404))
    assert (found.output, found.targets) == ({"id": "new"}, [f"GET {FOUND}", "POST /payments"])


def test_a_retried_run_looks_first_too() -> None:
    assert called(vendors.reply({"id": "old"}), attempt=1, given={"run": "payday-1"}).targets == ["POST /payments"]  # the run itself
    key = "8da49e210d457397e1df7768007f4337"  # printf payday-0/pay | sha256sum | cut -c-32
    replies = {"/payments": MADE, f"/payments/{key}": vendors.reply({"id": "old"})}
    found = vendors.call(REST, replies, {"amount": 5}, look_up=LOOK_UP, given={"run": "payday-0"})
    assert (found.output, found.targets) == ({"id": "old"}, [f"GET /payments/{key}"])


FAILING = [
    pytest.param(vendors.reply({}, 500), "HTTP 500", id="server error"),
    pytest.param(vendors.reply({}, 429, retry_after="9"), "HTTP 429", id="throttled"),
    pytest.param(vendors.reply({}, 401), "HTTP 401", id="secret refused"),
    pytest.param(vendors.reply(b"<html>"), "the answer is not JSON", id="no JSON"),
    pytest.param(vendors.reply({"state": "paid"}), "in look_up.found", id="another answer than expected"),
]


@pytest.mark.parametrize(("look", "reason"), FAILING)
def test_a_look_up_that_fails_leaves_it_unknown_and_nothing_is_sent(look: vendors.Reply, reason: str) -> None:
    found = called(look)
    kind, final, message = found.failure
    assert (kind, final) == ("unknown outcome", False)  # the next try looks again
    assert message.startswith("whether an earlier try was done could not be looked up: ") and reason in message
    assert "POST /payments" not in found.targets


def test_the_vendor_s_pause_is_kept_by_a_look_up() -> None:
    assert called(vendors.reply({}, 429, retry_after="9")).wait_seconds == 9


def test_a_look_up_that_takes_too_long_leaves_it_unknown() -> None:
    look_up = {"rest": {"path": "/stall"}, "found": "${answer}"}
    found = vendors.call(REST, {"/payments": MADE}, {"amount": 5}, attempt=2, look_up=look_up, timeout=0.5)
    assert found.failure[:2] == ("unknown outcome", False)
    assert found.targets == ["GET /stall"]


@pytest.mark.parametrize(("path", "looks"), [("/reset", True), ("/500", True)])
def test_an_unknown_outcome_may_be_tried_again_only_with_a_look_up(path: str, looks: bool) -> None:
    rest = {"path": path, "body": {}}
    with_look_up = vendors.call(rest, {}, look_up=LOOK_UP).failure
    without = vendors.call(rest, {}).failure
    assert (with_look_up[:2], without[:2]) == (("unknown outcome", False), ("unknown outcome", True))
    assert with_look_up[2].endswith("; it is looked up at the vendor before it is sent again")
    assert "look up in bank whether" in without[2]


def test_a_definition_that_lost_its_look_up_sends_nothing_twice() -> None:
    found = vendors.call(REST, {"/payments": MADE}, {"amount": 5}, attempt=2, given={"look_up": True})
    assert found.failure[:2] == ("unknown outcome", True)
    assert found.failure[2].startswith(
        "an earlier try may have been done, and the definition of bank.accounts no longer says how to look that up; nothing was sent"
    )
    assert found.requests == []
    assert vendors.call(REST, {"/payments": MADE}, {"amount": 5}, attempt=1, given={"look_up": True}).output == {"id": "new"}


def test_a_look_up_of_an_action() -> None:
    actions = {"pay": {"effect": "unsafe", "rest": REST, "look_up": LOOK_UP}, "list": {"effect": "safe", "rest": {"path": "/x"}}}
    arguments = {"action": "pay", "amount": 5}
    found = vendors.call(None, {FOUND: vendors.reply({"id": "old"})}, arguments, attempt=2, actions=actions)
    assert found.output == {"id": "old"}


def test_a_search_that_finds_the_mark() -> None:
    look_up = {
        "rest": {"method": "POST", "path": "/search", "body": {"mark": "${key}"}},
        "found": "${answer.issues[0] if answer.issues else null}",
    }

    def search(request: servers.Request, url: str) -> vendors.Reply:
        return vendors.reply({"issues": [{"id": 1}] if request.json == {"mark": vendors.KEY} else []})

    found = vendors.call(REST, {"/payments": MADE, "/search": search}, {"amount": 5}, attempt=2, look_up=look_up)
    assert found.output == {"id": 1}
