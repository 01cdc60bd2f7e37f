"""What the checker says of misspelt optional arguments, which an open input schema lets through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import language, reference_cases
from workflows.core import check


def told(uses: str, arguments: dict[str, Any] | str) -> list[tuple[str, str, str, str]]:
    """(code, path, message, hint) of every problem of one call."""
    document = json.dumps(language.document({"id": "call", "uses": uses, "with": arguments}))
    if isinstance(arguments, str):
        document = f'{{"payload": {{"pipeline": [{{"id": "call", "uses": "{uses}", "with": {arguments}}}]}}}}'
    # The bridges' definitions: their schemas are open, while each action of a direct tool has a closed one.
    checked = check.document(document.encode(), "test.json", reference_cases.BRIDGES, language.ZONE, now=language.NOMINAL)
    return [(problem.code, problem.path, problem.message, problem.hint) for problem in checked.problems]


def test_a_misspelt_optional_argument_is_told() -> None:
    assert told("slack.enterprise", {"action": "post_message", "channel": "#ops", "mesage": "${'hi'}"}) == [
        (
            "unlikely-argument",
            "payload.pipeline[0].with.mesage",
            "'slack.enterprise' declares no 'mesage' here and is sent it as it is; 'message', which it declares, is not given",
            "did you mean 'message'?",
        )
    ]


def test_one_inside_an_object_is_told() -> None:
    meeting = {"subject": "s", "start_time": "2026-11-27T15:00:00+02:00", "atendees": []}
    assert told("msteams.enterprise", {"action": "schedule_meeting", "meeting": meeting}) == [
        (
            "unlikely-argument",
            "payload.pipeline[0].with.meeting.atendees",
            "'msteams.enterprise' declares no 'atendees' here and is sent it as it is; 'attendees', which it declares, is not given",
            "did you mean 'attendees'?",
        )
    ]


@pytest.mark.parametrize(
    ("uses", "name", "near"),
    [
        ("slack.enterprise", "Message", "message"),
        ("slack.enterprise", "schedule_time", "scheduled_time"),
        ("maib.banking", "account_nummer", "account_number"),
        ("jira.enterprise", "assigne", "assignee"),
        ("salesforce.enterprise", "recipient", "recipients"),
        ("grafana.enterprise", "dashboard_cfg", "dashboard_config"),
        ("slack.enterprise", "thread_id", ""),
        ("slack.enterprise", "text", ""),
        ("jira.enterprise", "issues", ""),
        ("github.enterprise", "inputs", ""),
        ("salesforce.enterprise", "parameters", ""),
        ("salesforce.enterprise", "merge_fields", ""),
    ],
)
def test_only_a_name_that_is_very_near_is_told(uses: str, name: str, near: str) -> None:
    arguments = {"action": next(iter(reference_cases.BRIDGES[uses].actions)), "repository": "a/b", name: "${1}"}
    found = [hint for code, _, _, hint in told(uses, arguments) if code == "unlikely-argument"]
    assert found == ([f"did you mean '{near}'?"] if near else [])


@pytest.mark.parametrize(
    ("uses", "arguments", "codes"),
    [
        pytest.param("slack.enterprise", {"action": "post_message", "message": "a", "mesage": "b"}, [], id="the near one is given too"),
        pytest.param("slack.post_message", {"channel": "#a", "message": "b", "tread_ts": "c"}, ["unknown-argument"], id="a closed schema"),
        pytest.param(
            "github.enterprise", {"action": "get_metrics", "repositry": "a/b"}, ["missing-argument"], id="a required one is missing"
        ),
        pytest.param(
            "slack.enterprise",
            '{"action": "post_message", "mesage": "a", {% if true %}"message": "b"{% endif %} }',
            [],
            id="what a block gives is not known",
        ),
        pytest.param(
            "github.enterprise",
            {"action": "run_workflow", "repository": "a/b", "workflow_inputs": {"titel": 1}},
            [],
            id="names of their own",
        ),
    ],
)
def test_what_is_told_elsewhere_or_may_be_meant(uses: str, arguments: dict[str, Any] | str, codes: list[str]) -> None:
    assert [code for code, *_ in told(uses, arguments)] == codes


def test_where_the_actions_schema_is_closed_a_name_is_told_once() -> None:
    step = {
        "id": "call",
        "uses": "slack.enterprise",
        "with": {"action": "post_message", "channel": "#ops", "message": "a", "tread_ts": "b"},
    }
    found = [(problem.code, problem.hint) for problem in language.checked(language.document(step)).problems]
    assert found == [("unknown-argument", "did you mean 'thread_ts'?")]


def test_the_reference_pipelines_and_the_shipped_ones_have_none() -> None:
    for case in (*reference_cases.REFERENCE_CASES, *reference_cases.CORRECTED_CASES):
        assert [problem for problem in reference_cases.checked(case).problems if problem.code == "unlikely-argument"] == []
