"""Who is behind a run: by hand, by schedule, triggered, backfilled, by an event; and what is said where nobody knows."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from workflows.core.approvals import origin, people

DUE = datetime.datetime(2026, 11, 23, 16, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def trigger(who: str, first: datetime.datetime, last: datetime.datetime) -> dict[str, str]:
    """An entry of a schedule."""
    return {"who": who, "from": first.isoformat(), "to": last.isoformat()}


@pytest.mark.parametrize(
    ("given", "due", "expected"),
    [
        pytest.param({"started_by": "ion"}, None, origin.Origin("ion", "ion"), id="by hand: author of the document too"),
        pytest.param({"started_by": "github/acme", "author": "ana"}, None, origin.Origin("github/acme", "ana"), id="by an event"),
        pytest.param({"author": "ana"}, DUE, origin.Origin(None, "ana", True), id="by its schedule"),
        pytest.param({"author": "ana", "triggers": [trigger("ion", DUE, DUE)]}, DUE, origin.Origin("ion", "ana"), id="triggered"),
        pytest.param(
            {"author": "ana", "triggers": [trigger("ion", DUE - 2 * HOUR, DUE - HOUR)]},
            DUE,
            origin.Origin(None, "ana", True),
            id="somebody triggered another run",
        ),
        pytest.param(
            {"triggers": [trigger("ion", DUE - HOUR, DUE + HOUR), trigger("olga", DUE - HOUR, DUE + HOUR)]},
            DUE,
            origin.Origin("olga"),
            id="backfilled twice: the last",
        ),
        pytest.param({"triggers": [{"who": "ion"}, 5, {"from": "x", "to": "y"}]}, DUE, origin.Origin(scheduled=True), id="spoilt"),
        pytest.param({"started_by": " "}, None, origin.Origin(), id="nobody"),
    ],
)
def test_who_is_behind_a_run(given: dict[str, Any], due: datetime.datetime | None, expected: origin.Origin) -> None:
    assert origin.of_run(given, due) == expected


def test_a_trigger_is_remembered_and_old_ones_go() -> None:
    given: dict[str, Any] = {"plan": {"name": "pay"}}
    for number in range(origin.MAX_TRIGGERS + 1):
        given = origin.with_trigger(given, f"person {number}", DUE + number * HOUR, DUE + number * HOUR)
    assert given["plan"] == {"name": "pay"}
    assert [one["who"] for one in given["triggers"]] == [f"person {number}" for number in range(1, origin.MAX_TRIGGERS + 1)]
    assert origin.of_run(given, DUE + 5 * HOUR).starter == "person 5"
    assert origin.of_run(given, DUE) == origin.Origin(scheduled=True)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param({"order": 5}, "generic/shop", id="no person: the source"),
        pytest.param([], "generic/shop", id="no object"),
        pytest.param({"sender": {"login": "ana"}, "pusher": {"email": "ana@company.com"}}, "ana@company.com", id="GitHub push"),
        pytest.param({"sender": {"login": "ana"}}, "ana", id="GitHub"),
        pytest.param({"user": {"username": "ana", "email": "[REDACTED]"}}, "ana", id="GitLab, address hidden"),
        pytest.param({"user_email": "ana@company.com", "user_username": "ana"}, "ana@company.com", id="GitLab push"),
        pytest.param({"user": {"name": "", "email": 5}}, "generic/shop", id="empty"),
    ],
)
def test_an_event_is_by_the_person_that_it_names_else_by_its_source(payload: Any, expected: str) -> None:
    assert origin.of_event("generic/shop", payload) == expected


def test_who_emits_an_event_by_hand_is_its_person_whatever_its_payload_says() -> None:
    assert origin.of_event(origin.emitted_by("ana"), {"sender": {"login": "ion"}}) == "ana"
    assert origin.of_event(origin.emitted_by(None), {"sender": {"login": "ion"}}) == "ion"


FACTS = people.Facts({"Ana": ("finance",), "ion": ("finance",)})


@pytest.mark.parametrize(
    ("behind", "exclude", "expected"),
    [
        pytest.param(origin.Origin("ana", "ion"), ["starter", "author"], [], id="both known"),
        pytest.param(origin.Origin(), [], [], id="nobody is to be excluded"),
        pytest.param(
            origin.Origin(),
            ["starter", "author"],
            [
                "who started the run is not known, so 'exclude': 'starter' excludes nobody",
                "who applied the pipeline is not known, so 'exclude': 'author' excludes nobody",
            ],
            id="nobody known",
        ),
        pytest.param(
            origin.Origin(None, "ana", True),
            ["starter", "author"],
            ["its schedule started the run, so 'exclude': 'starter' excludes nobody"],
            id="by its schedule",
        ),
        pytest.param(
            origin.Origin("github/acme", "ana"),
            ["starter"],
            ["'github/acme' started the run and is nobody of the policy, so 'exclude': 'starter' excludes only a person of that name"],
            id="by an event of nobody",
        ),
    ],
)
def test_what_excludes_nobody_is_said(behind: origin.Origin, exclude: list[str], expected: list[str]) -> None:
    assert behind.warnings(exclude, FACTS) == expected


def test_without_a_policy_a_name_is_believed() -> None:
    assert origin.Origin("github/acme").warnings(["starter"], people.Facts(open=True)) == []
