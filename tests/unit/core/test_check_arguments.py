"""Arguments against their tool's schema, before a run."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from activities import catalog
from tests import language
from workflows.core import check, model


def told(uses: str, with_: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    made = language.checked(language.document({"id": "a", "uses": uses, "with": with_}, params={"x": 1}))
    return [(one.severity, one.code, one.path.removeprefix("payload.pipeline[0].with."), one.hint) for one in made.problems]


@pytest.mark.parametrize(
    ("with_", "expected"),
    [
        ({"message": "x"}, [("error", "missing-argument", "channel", "add \"channel\" to 'with'")]),
        ({"chanel": "c", "message": "x"}, [("error", "missing-argument", "channel", "found 'chanel': is that what is meant?"), ("error", "unknown-argument", "chanel", "did you mean 'channel'?")]),
        ({"channel": "c", "message": "x", "extra": 1}, [("error", "unknown-argument", "extra", "it takes: channel, message, thread_ts, blocks, attachments")]),
        ({"channel": 5, "message": "x"}, [("warning", "converted-argument", "channel", "")]),
        ({"channel": "${params.x}", "message": "${params.x}"}, []),
        ({"channel": "c", "message": "x", "blocks": [{"kind": "x"}]}, [("error", "wrong-argument", "blocks[0].type", None)]),
    ],
)  # fmt: skip
def test_arguments_of_a_tool(with_: dict[str, Any], expected: list[tuple[str, str, str, str]]) -> None:
    found = sorted(told("slack.post_message", with_))
    assert [one[:3] for one in found] == sorted(one[:3] for one in expected)
    for one, other in zip(found, sorted(expected, key=lambda item: item[:3]), strict=True):
        assert other[3] is None or one[3] == other[3]


def own_schema_tools() -> dict[str, model.Tool]:
    """One tool whose action `post` has a schema of its own."""
    post = {
        "type": "object",
        "required": ["channel"],
        "properties": {"channel": {"type": "string"}, "text": {"type": "string"}, "blocks": {"type": "array"}},
        "anyOf": [{"required": ["text"]}, {"required": ["blocks"]}],
        "additionalProperties": False,
    }
    names = {"action": {"type": "string", "enum": ["post", "list"]}, "channel": {}, "text": {}, "blocks": {}, "limit": {}}
    definition = {
        "input_schema": {"type": "object", "required": ["action"], "properties": names, "additionalProperties": False},
        "actions": {"post": {"effect": "unsafe", "input_schema": post}, "list": {"effect": "safe"}},
    }
    made = model.Tool("chat.main", "rest", "chat", definition, "0" * 12, Decimal(5), actions={"post": "unsafe", "list": "safe"})
    return {"chat.main": made}


@pytest.mark.parametrize(
    ("with_", "expected"),
    [
        pytest.param({"action": "post", "channel": "c", "text": "t"}, [], id="fits"),
        pytest.param({"action": "list", "limit": 5}, [], id="an action without a schema of its own"),
        pytest.param({"action": "${params.x}", "limit": 5}, [], id="an action that is not known yet"),
        pytest.param({"action": "post", "channel": "${params.x}", "blocks": "${params.x}"}, [], id="templates are left to the run"),
        pytest.param({"action": "post", "text": "t"}, [("missing-argument", "channel", "'chat.main' post needs the argument 'channel'")], id="missing"),
        pytest.param({"action": "post", "channel": "c", "text": "t", "limit": 5}, [("unknown-argument", "limit", "'chat.main' post has no argument 'limit'")], id="of another action"),
        pytest.param({"action": "post", "channel": "c", "chanel": "t"}, [("unknown-argument", "chanel", "'chat.main' has no argument 'chanel'")], id="unknown to the tool is told once"),
        pytest.param({"action": "post", "channel": ["c"], "text": "t"}, [("wrong-argument", "channel", 'found list ["c"], expected text')], id="wrong"),
        pytest.param({"action": "post", "channel": 5, "text": "t"}, [("converted-argument", "channel", "with: converted from number to text")], id="converted"),
        pytest.param({"action": "post", "channel": "c"}, [("wrong-argument", "", "'chat.main' post: missing, expected text or blocks")], id="one of two"),
    ],
)  # fmt: skip
def test_the_arguments_of_an_action_with_a_schema_of_its_own(with_: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    document = json.dumps(language.document({"id": "a", "uses": "chat.main", "with": with_}, params={"x": 1}))
    made = check.document(document.encode(), "test.json", catalog.Catalog(own_schema_tools()))
    path = "payload.pipeline[0].with"
    assert [(one.code, one.path.removeprefix(path).lstrip("."), one.message) for one in made.problems] == expected


def test_actions() -> None:
    severity, code, path, hint = told("msteams.enterprise", {"action": "send_mesage"})[0]
    assert (severity, code, path, hint) == ("error", "unknown-action", "action", "did you mean 'send_message'?")
    assert told("msteams.enterprise", {"action": "${params.x}"}) == []


def test_a_list_that_would_be_spliced_is_said() -> None:
    found = told("msteams.enterprise", {"action": "schedule_meeting", "meeting": {"attendees": ["${params.x}"]}})
    assert found == [("warning", "converted-argument", "meeting.attendees", 'write "attendees": "${params.x}" without the brackets')]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("SELECT CURRENT_DATE", ["database-clock"]), ("SELECT NOW ( )", ["database-clock"]), ("SELECT LOCALTIMESTAMP, ${params.x}", ["database-clock"]), ("SELECT '${params.x}'", ["sql-from-text"]),
        ("SELECT '{{ today }}', CURRENT_TIMESTAMP", ["database-clock", "sql-from-text"]), ("SELECT ${params.x}", []), ("SELECT 'a', ${params.x}, 'b'", []), ("SELECT ${params.x | date('%Y')}, 'b'", []), ("SELECT 'it''s ${params.x}'", ["sql-from-text"]), ("SELECT known, nowhere FROM t", []),
    ],
)  # fmt: skip
def test_statements(query: str, codes: list[str]) -> None:
    assert sorted(code for _, code, _, _ in told("database.query", {"query": query})) == codes
    listed = told("database.query", {"queries": [{"name": "a", "query": query}]})
    assert sorted(code for _, code, _, _ in listed) == codes
    assert all(path == "queries[0].query" for _, _, path, _ in listed)


def test_blocks_in_arguments_are_left_to_the_run() -> None:
    text = (
        '{"payload": {"pipeline": [{"uses": "slack.post_message", "with": { {% if 1 > 0 %} "channel": "c", {% endif %} "message": "m"}}]}}'
    )
    assert language.checked(text).problems == ()
