"""What a step asks: arguments that fit, and every one that does not in its sentence."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from workflows.core import errors
from workflows.core.approvals import deadlines, request

HOURS = datetime.timedelta(hours=1)
NOW = datetime.datetime(2026, 11, 23, 18, tzinfo=datetime.UTC)


def asked(**more: Any) -> request.Request:
    """A question."""
    return request.of_arguments({"title": "Go on?", **more}, "ask")


def test_what_is_left_out_has_its_default() -> None:
    made = asked()
    assert (made.name, made.approvers, made.quorum, made.timeout, made.on_timeout, made.on_reject) == (
        "ask",
        (),
        1,
        datetime.timedelta(days=3),
        "reject",
        "error",
    )
    assert (made.remind_every, made.escalate_after, made.notify, made.exclude, made.payload) == (None, None, (), (), None)


def test_one_name_may_stand_without_its_list_and_counts_once() -> None:
    assert asked(approvers="finance").approvers == ("finance",)
    assert asked(approvers=["ana", " ana ", "ion"]).approvers == ("ana", "ion")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param({"title": " "}, "'title' is text \" \", expected the question in a few words", id="title"),
        pytest.param({"quorum": 21}, "'quorum' is the number 21, expected a number from 1 to 20", id="quorum"),
        pytest.param({"quorum": True}, "'quorum' is true, expected a number from 1 to 20", id="quorum true"),
        pytest.param({"approvers": ["ana", 5]}, "'approvers' holds the number 5, expected names of people and roles", id="approvers"),
        pytest.param({"details": 5}, "'details' is the number 5, expected text", id="details"),
        pytest.param({"on_timeout": "ignore"}, "'on_timeout' is text \"ignore\", expected 'reject' or 'approve'", id="on_timeout"),
        pytest.param({"remind_every": 5}, "'remind_every' is 5 s, expected at least 60 s", id="remind_every"),
        pytest.param({"aprovers": ["a"]}, f"there is no argument 'aprovers'; there are {', '.join(request._KEYS)}", id="unknown"),
    ],
)
def test_what_does_not_fit_is_told(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(errors.ToolError) as caught:
        asked(**arguments)
    assert (caught.value.kind, caught.value.message) == ("invalid input", f"system.approval: {sentence}")


def test_notify_holds_calls() -> None:
    with pytest.raises(errors.ToolError, match=r"'notify' holds .*, expected calls of tools"):
        asked(notify=[{"with": {}}])


@pytest.mark.parametrize(
    ("more", "reminders", "escalated", "what", "hours"),
    [
        pytest.param({}, 0, False, "timeout", 72, id="nothing but the end"),
        pytest.param({"remind_every": "5h"}, 2, False, "remind", 15, id="third reminder"),
        pytest.param({"escalate_to": "director"}, 0, False, "escalate", 36, id="escalation at half time"),
        pytest.param({"escalate_to": "director"}, 0, True, "timeout", 72, id="escalated"),
        pytest.param({"remind_every": "5h", "escalate_to": "director", "escalate_after": "5h"}, 0, False, "escalate", 5, id="at one time"),
        pytest.param({"remind_every": "1h", "timeout": "2h"}, 1, False, "timeout", 2, id="end before a reminder"),
        pytest.param({"remind_every": "60s"}, 100, False, "timeout", 72, id="no more than 100 reminders"),
    ],
)
def test_what_is_due_next(more: dict[str, Any], reminders: int, escalated: bool, what: str, hours: int) -> None:
    assert deadlines.following(asked(**more), NOW, reminders, escalated) == deadlines.Due(what, NOW + hours * HOURS)
