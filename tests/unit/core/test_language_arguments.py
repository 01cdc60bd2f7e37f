"""The fine print "Arguments" of the language, in mock runs and in the checker; the fitting itself is in test_fit.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language

SENT = {"ok": True, "channel": "c", "ts": "1"}


def _message(with_: dict[str, Any], params: dict[str, Any] | None = None) -> dict[str, Any]:
    return language.document({"id": "send", "uses": "slack.post_message", "with": with_}, params=params or {})


def _sent(with_: dict[str, Any], params: dict[str, Any] | None = None, given: dict[str, Any] | None = None) -> dict[str, Any]:
    return language.ran(_message(with_, params), {"send": SENT}, given)


def test_arguments_are_checked_after_evaluation_in_mock_runs_too() -> None:
    result = _sent({"channel": "${params.c}", "message": "x"}, {"c": "#a"}, {"c": ""})
    assert result["status"] == "failed"
    assert result["error"]["type"] == "invalid input"
    assert result["error"]["message"].startswith("with.channel")


def test_a_number_where_text_is_wanted_is_converted() -> None:
    result = _sent({"channel": "${params.n}", "message": "${params.m}"}, {"n": 5, "m": 1234.5})
    assert language.arguments(result, "send") == {"channel": "5", "message": "1234.5"}


def test_a_date_word_that_leaves_an_expression_is_text() -> None:
    result = _sent({"channel": "${today}", "message": "${now}"})
    assert language.arguments(result, "send") == {"channel": "2026-11-23", "message": "2026-11-23T20:00:00+02:00"}


@pytest.mark.parametrize("wrong", [True, None, ["a"], {"a": 1}])
def test_nothing_else_is_converted(wrong: Any) -> None:
    result = _sent({"channel": "${params.c}", "message": "x"}, {"c": "#a"}, {"c": wrong})
    assert result["status"] == "failed"
    assert result["error"]["type"] == "invalid input"


def test_a_lone_list_among_items_is_spliced_in() -> None:
    with_ = {
        "action": "schedule_meeting",
        "meeting": {
            "subject": "All hands",
            "start_time": "${next_friday_3pm}",
            "end_time": "${next_friday_3pm + 1h}",
            "attendees": ["${params.team}"],
        },
    }
    document = language.document({"id": "meet", "uses": "msteams.enterprise", "with": with_}, params={"team": ["a@x.md", "b@x.md"]})
    assert ("converted-argument", "payload.pipeline[0].with.meeting.attendees") in language.problems(document)
    result = language.ran(document, {"meet": {}})
    assert language.arguments(result, "meet")["meeting"]["attendees"] == ["a@x.md", "b@x.md"]


def test_facts_of_an_adaptive_card_are_text() -> None:
    card = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "FactSet", "facts": [{"title": "Sum", "value": "${params.n}"}]}]}
    document = language.document(
        {
            "id": "card",
            "uses": "msteams.enterprise",
            "with": {"action": "send_adaptive_card", "team_id": "t", "channel_id": "c", "adaptive_card": card},
        },
        params={"n": 5},
    )
    result = language.ran(document, {"card": {}})
    assert language.arguments(result, "card")["adaptive_card"]["body"][0]["facts"] == [{"title": "Sum", "value": "5"}]


@pytest.mark.parametrize(
    ("with_", "found"),
    [
        ({"channel": "c", "mesage": "x"}, [("unknown-argument", "mesage"), ("missing-argument", "message")]),
        ({"channel": 5, "message": "x"}, [("converted-argument", "channel")]),
        ({"channel": [], "message": "x"}, [("wrong-argument", "channel")]),
        ({"channel": "c", "message": "${params.m}"}, []),
    ],
)
def test_the_checker_judges_what_is_constant(with_: dict[str, Any], found: list[tuple[str, str]]) -> None:
    expected = [(code, f"payload.pipeline[0].with.{name}") for code, name in found]
    assert sorted(language.problems(_message(with_, {"m": "x"}))) == sorted(expected)


def test_params_given_at_the_start_are_data_and_replace_declared_ones() -> None:
    with_ = {"channel": "${params.a}", "message": "${params.b}"}
    declared = {"a": "#${today}", "b": "declared ${1 + 1}"}
    assert language.arguments(_sent(with_, declared), "send") == {"channel": "#2026-11-23", "message": "declared 2"}
    given = _sent(with_, declared, {"b": "given ${1 + 1} {% if %}"})
    assert language.arguments(given, "send") == {"channel": "#2026-11-23", "message": "given ${1 + 1} {% if %}"}


def test_outputs_and_events_are_data() -> None:
    steps = (
        {"id": "q", "uses": "database.query", "with": {"query": "SELECT 1"}, "save_as": "q"},
        {"id": "t", "uses": "system.transform", "with": {"template": ["${q.rows[0].a}", "x ${q.rows[0].a}", "${event.b}"]}},
    )
    result = language.ran(language.document(*steps), {"q": {"rows": [{"a": "${today} {{ x }}"}], "count": 1}}, event={"b": "{% for %}"})
    assert result["steps"][1]["output"] == ["${today} {{ x }}", "x ${today} {{ x }}", "{% for %}"]


def test_members_of_object_attributes_of_a_gitlab_event_appear_at_the_top() -> None:
    step = {"id": "t", "uses": "system.transform", "with": {"template": "${event.iid} ${event.user} ${event.object_attributes.user}"}}
    document = language.document(step, schedule_kind="event", event_type="gitlab.merge_request.opened")
    result = language.ran(document, event={"user": "top", "object_attributes": {"iid": 7, "user": "inner"}})
    assert result["steps"][0]["output"] == "7 top inner"
