"""The decision book: every refusal in its sentence, and when an approval is decided."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given, strategies

from workflows.core import errors
from workflows.core.approvals import book, decision, origin, people, request

NOW = datetime.datetime(2026, 11, 23, 18, tzinfo=datetime.UTC)
PEOPLE = {"ana@company.com": ("finance",), "ion@company.com": ("finance", "operations"), "vera@company.com": ("hr",)}
TRUSTING = people.Facts(PEOPLE, trust_local=True)
PAYLOAD = {"action": "create_payment", "amount": 5}


def asked(**more: Any) -> request.Request:
    """A question to finance."""
    return request.of_arguments({"title": "Pay 5 MDL?", "payload": PAYLOAD, "approvers": ["finance"], **more}, "ask")


def opened(facts: people.Facts = TRUSTING, started_by: str | None = None, **more: Any) -> book.Book:
    """A book of such a question."""
    return book.Book(asked(**more), facts, "pay-1", NOW, origin.Origin(started_by))


def one(who: str = "ana@company.com", **more: str) -> decision.Given:
    """A decision as it comes in."""
    return decision.Given("ask", who=who, **more)


def claims(**more: Any) -> decision.Claims:
    """What a gateway signed."""
    facts = {"run": "pay-1", "step": "ask", "digest": asked().digest, "decision": "approve", "who": "ana@company.com"}
    return decision.Claims(**{**facts, "expires": int(NOW.timestamp()) + 60, **more})


def refusal(made: book.Book, given_: decision.Given, claimed: decision.Claims | None = None, verb: str = "approve") -> str:
    """The sentence of a refusal; the book is as it was."""
    before = made.record()
    with pytest.raises(book.Refused) as caught:
        made.take(verb, given_, claimed, NOW)
    assert made.record() == before
    return str(caught.value)


def test_one_of_finance_approves() -> None:
    made = opened()
    made.take("approve", one(comment="seen"), None, NOW)
    assert made.over
    assert made.record() == {
        "status": "approved",
        "approved": True,
        "name": "ask",
        "title": "Pay 5 MDL?",
        "digest": asked().digest,
        "quorum": 1,
        "approvers": ["finance"],
        "decisions": [
            {
                "who": "ana@company.com",
                "decision": "approve",
                "comment": "seen",
                "at": "2026-11-23T18:00:00+00:00",
                "identified": "self-asserted",
                "roles": ["finance"],
            }
        ],
        "asked_at": "2026-11-23T18:00:00+00:00",
        "decided_at": "2026-11-23T18:00:00+00:00",
        "started_by": None,
        "default_approvers": [],
        "reminders": 0,
        "escalated": False,
    }


@pytest.mark.parametrize(
    ("made", "given_", "sentence"),
    [
        pytest.param(
            opened(),
            one("bob"),
            "nobody is called 'bob' in the policy; it is for finance (ana@company.com, ion@company.com)",
            id="unknown person",
        ),
        pytest.param(
            opened(),
            one("vera@company.com"),
            "'vera@company.com' may not decide 'ask': vera@company.com has hr; it is for finance (ana@company.com, ion@company.com)",
            id="wrong role",
        ),
        pytest.param(
            opened(people.Facts({"eve": ()}, trust_local=True)),
            one("eve"),
            "'eve' may not decide 'ask': eve has no role; it is for finance",
            id="no role",
        ),
        pytest.param(opened(), one(" "), "the decision does not say whose it is; name the person: --as WHO", id="nobody"),
        pytest.param(
            opened(),
            one(digest="abcdef0123456789"),
            f"the decision is for abcdef012345, but 'ask' waits for {asked().digest[:12]}:"
            " it is not what was seen; look at it again: ordinaut approvals",
            id="other digest",
        ),
        pytest.param(
            opened(started_by="Ana@company.com", exclude=["starter"]),
            one(),
            "'ana@company.com' started the run and may not decide 'ask': four eyes are asked for",
            id="starter",
        ),
        pytest.param(
            opened(exclude=["ANA@company.com "]),
            one(),
            "'ana@company.com' is excluded from 'ask': four eyes are asked for",
            id="author",
        ),
        pytest.param(
            opened(people.Facts(PEOPLE)),
            one(),
            "'ana@company.com' is self-asserted, and that does not count here: decide on the approvals page, or set"
            " ORDINAUT_TRUST_LOCAL_APPROVERS=1 for the worker, on a machine of your own only",
            id="self-asserted",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_who_may_not_decide_is_told_why(made: book.Book, given_: decision.Given, sentence: str, verb: str) -> None:
    assert refusal(made, given_, verb=verb) == sentence


@pytest.mark.parametrize("again", ["ana@company.com", " ANA@company.com", "ana＠company.com"])
def test_nobody_counts_twice(again: str) -> None:
    made = opened(quorum=2)
    made.take("approve", one(), None, NOW)
    assert refusal(made, one(again)) == f"'{again.strip()}' has decided 'ask' already, and nobody counts twice"
    assert refusal(made, one(again), verb="reject") == f"'{again.strip()}' has decided 'ask' already, and nobody counts twice"
    made.take("approve", one("ion@company.com"), None, NOW)
    assert made.status == "approved"


def test_after_the_end_nothing_counts() -> None:
    made = opened()
    made.take("approve", one(), None, NOW)
    sentence = "the approval 'ask' is decided already: approved by ana@company.com"
    assert refusal(made, one("ion@company.com"), verb="reject") == sentence
    late = opened()
    late.time_out(NOW)
    assert refusal(late, one()) == "the approval 'ask' is decided already: timed out"


def test_one_who_rejects_ends_it() -> None:
    made = opened(quorum=2)
    made.take("approve", one(), None, NOW)
    made.take("reject", one("ion@company.com", comment="twice"), None, NOW)
    assert (made.status, made.record()["approved"]) == ("rejected", False)
    assert refusal(made, one("ion@company.com")) == "the approval 'ask' is decided already: rejected by ion@company.com"


def test_time_that_runs_out_counts_as_rejected_unless_it_is_to_approve() -> None:
    made, granted = opened(), opened(on_timeout="approve")
    made.time_out(NOW)
    granted.time_out(NOW)
    assert (made.status, made.record()["approved"]) == ("timed out", False)
    assert (granted.status, granted.record()["approved"], granted.record()["decisions"]) == ("approved", True, [])


def test_after_the_escalation_others_may_decide_too() -> None:
    made = opened(escalate_to=["hr"])
    assert refusal(made, one("vera@company.com")).startswith("'vera@company.com' may not decide 'ask'")
    made.escalated = True
    made.take("approve", one("vera@company.com"), None, NOW)
    assert (made.status, made.record()["approvers"]) == ("approved", ["finance", "hr"])


def test_a_person_may_be_named_in_place_of_a_role() -> None:
    made = opened(approvers=["Vera@Company.com"])
    assert refusal(made, one()).startswith("'ana@company.com' may not decide 'ask'")
    made.take("approve", one("vera@company.com"), None, NOW)
    assert made.status == "approved"


def test_whom_the_policy_names_decides_where_the_step_names_nobody() -> None:
    made = opened(people.Facts(PEOPLE, trust_local=True, approvers=("hr",)), approvers=[])
    assert refusal(made, one()).endswith("; it is for hr (vera@company.com)")
    made.take("approve", one("vera@company.com"), None, NOW)
    assert made.status == "approved"


def test_without_a_policy_everybody_has_every_role_where_local_approvers_are_trusted() -> None:
    made = opened(people.Facts(trust_local=True, open=True))
    made.take("approve", one("anybody"), None, NOW)
    assert made.record()["decisions"][0]["roles"] == ["*"]


def test_a_signed_decision_needs_no_trust_and_brings_roles_along() -> None:
    made = opened(people.Facts())
    made.take("approve", decision.Given("ask", token="t"), claims(who="olga@company.com", roles=("finance",), method="oidc"), NOW)
    (kept,) = made.record()["decisions"]
    assert (made.status, kept["who"], kept["identified"], kept["roles"], kept["method"], kept["token"]) == (
        "approved",
        "olga@company.com",
        "gateway",
        ["finance"],
        "oidc",
        "t",
    )


@pytest.mark.parametrize(
    ("claimed", "given_", "sentence"),
    [
        pytest.param({"run": "pay-2"}, one(), "the token is for 'ask' of the run 'pay-2', not for 'ask' of 'pay-1'", id="other run"),
        pytest.param({"step": "other"}, one(), "the token is for 'other' of the run 'pay-1', not for 'ask' of 'pay-1'", id="other step"),
        pytest.param({"decision": "reject"}, one(), "the token says reject, not approve", id="other decision"),
        pytest.param(
            {"digest": "0" * 64},
            one(),
            f"the decision is for 000000000000, but 'ask' waits for {asked().digest[:12]}:"
            " it is not what was seen; look at it again: ordinaut approvals",
            id="other digest",
        ),
        pytest.param({}, one("ion@company.com"), "the token is of 'ana@company.com', not of 'ion@company.com'", id="other person"),
        pytest.param({"who": " "}, one(""), "the token does not say whose it is", id="nobody"),
        pytest.param({"expires": int(NOW.timestamp())}, one(), "the token has expired; decide again on the approvals page", id="expired"),
    ],
)
def test_a_token_holds_for_one_decision(claimed: dict[str, Any], given_: decision.Given, sentence: str) -> None:
    assert refusal(opened(people.Facts(PEOPLE)), given_, claims(**claimed)) == sentence


def test_what_people_are_asked_is_shown_whole() -> None:
    made = opened(started_by="ana@company.com", exclude=["starter"], details="Invoice 7", quorum=1)
    shown = made.shown()
    assert shown["payload"] == PAYLOAD
    assert (shown["details"], shown["until"], shown["people"]) == ("Invoice 7", "2026-11-26T18:00:00+00:00", ["ion@company.com"])
    assert made.words() == "asks finance (0 of 1 approvals) until 2026-11-26T18:00:00+00:00"


_NAMES = [*PEOPLE, "ANA@company.com ", " Ion@company.com", "bob", "", "starter", "*", "finance"]


@given(
    decisions=strategies.lists(
        strategies.tuples(
            strategies.sampled_from(["approve", "reject"]),
            strategies.sampled_from(_NAMES),
            strategies.sampled_from(["", asked().digest, "0" * 64]),
        ),
        max_size=12,
    ),
    quorum=strategies.integers(1, 4),
    exclude=strategies.sampled_from([[], ["starter"], ["ion@company.com"]]),
)
def test_no_sequence_approves_without_enough_different_people_who_may(
    decisions: list[tuple[str, str, str]], quorum: int, exclude: list[str]
) -> None:
    made = opened(started_by="ana@company.com", quorum=quorum, exclude=exclude)
    rejected = False
    for verb, who, digest in decisions:
        try:
            made.take(verb, one(who, digest=digest), None, NOW)
            rejected |= verb == "reject"
        except errors.OrdinautError as error:
            assert str(error)
    allowed = {"ana@company.com", "ion@company.com"} - ({"ana@company.com"} if "starter" in exclude else set(exclude))
    approved = {
        who.strip().casefold()
        for verb, who, digest in decisions
        if verb == "approve" and who.strip().casefold() in allowed and digest != "0" * 64
    }
    if made.status == "approved":
        assert not rejected
        assert len(approved) >= quorum
        assert {one_["who"].casefold() for one_ in made.record()["decisions"]} <= allowed
    if len(approved) >= quorum and not any(verb == "reject" for verb, _, _ in decisions):
        assert made.status == "approved"


def test_the_author_may_be_excluded_and_then_the_starter_may_decide() -> None:
    behind = origin.Origin("ion@company.com", "ana@company.com")
    made = book.Book(asked(exclude=["author"]), TRUSTING, "pay-1", NOW, behind)
    assert refusal(made, one("Ana@company.com")) == (
        "'Ana@company.com' is the author of the pipeline and may not decide 'ask': four eyes are asked for"
    )
    assert made.shown()["people"] == ["ion@company.com"]
    made.take("approve", one("ion@company.com"), None, NOW)
    assert (made.status, made.record()["started_by"], made.record()["author"]) == ("approved", "ion@company.com", "ana@company.com")


def test_where_the_starter_is_not_known_the_approval_says_so_and_goes_by_the_policy() -> None:
    made = book.Book(asked(exclude=["starter"]), TRUSTING, "pay-1", NOW)
    said = "who started the run is not known, so 'exclude': 'starter' excludes nobody"
    assert made.shown()["notices"] == [said]
    assert refusal(made, one("vera@company.com")).startswith("'vera@company.com' may not decide 'ask': vera@company.com has hr")
    made.take("approve", one("ana@company.com"), None, NOW)
    assert (made.status, made.record()["notices"]) == ("approved", [said])
