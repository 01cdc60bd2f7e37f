"""Constant arguments that no schema refuses and no run could use."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language

ALLOWED = "SELECT, WITH, VALUES, EXPLAIN, INSERT, UPDATE, DELETE and MERGE"
DURATION_HINT = 'give a number of seconds (90), "90s", "1h30m", "2d", "1w" or "PT1H30M"'


def errors_of(uses: str, with_: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """(code, path inside the step, message, hint) of each error."""
    made = language.checked(language.document({"id": "a", "uses": uses, "with": with_}, params={"n": 1}))
    found = [one for one in made.problems if one.severity == "error"]
    return [(one.code, one.path.removeprefix("payload.pipeline[0]."), one.message, one.hint) for one in found]


@pytest.mark.parametrize(
    ("uses", "with_", "expected"),
    [
        ("system.sleep", {}, ("missing-argument", "with", "'system.sleep' needs either 'duration_seconds' or 'until'", "add one of them to 'with'")),
        ("system.sleep", {"duration_seconds": 1, "until": "${now}"}, ("wrong-argument", "with.until", "'system.sleep' takes either 'duration_seconds' or 'until', not both", "leave out 'until'")),
        ("database.query", {}, ("missing-argument", "with", "'database.query' needs either 'query' or 'queries'", "add one of them to 'with'")),
        ("sonarqube.quality_gate", {}, ("missing-argument", "with", "'sonarqube.quality_gate' needs either 'project_key' or 'analysis_id'", "add one of them to 'with'")),
    ],
)  # fmt: skip
def test_one_of_two_arguments_is_given(uses: str, with_: dict[str, Any], expected: tuple[str, str, str, str]) -> None:
    assert errors_of(uses, with_) == [expected]


def test_where_any_of_two_arguments_will_do_both_may_be_given() -> None:
    assert errors_of("sonarqube.quality_gate", {"project_key": "a", "analysis_id": "b"}) == []


def test_arguments_in_a_block_are_left_to_the_run() -> None:
    text = '{"timezone": "UTC", "payload": {"pipeline": [{"uses": "system.sleep", "with": { {% if true %}"duration_seconds": 1{% endif %} }}]}}'
    assert language.checked(text).problems == ()


@pytest.mark.parametrize(
    ("with_", "expected"),
    [
        ({"duration_seconds": "abc"}, ("wrong-duration", "with.duration_seconds", 'no duration: text "abc"', DURATION_HINT)),
        ({"duration_seconds": 10**30}, ("wrong-duration", "with.duration_seconds", f"the number {10**30} is longer than MAX_WAIT_DAYS, 3,653 days", "a bare number counts seconds")),
        ({"duration_seconds": "999999999d"}, ("wrong-duration", "with.duration_seconds", 'text "999999999d" is longer than MAX_WAIT_DAYS, 3,653 days', "a bare number counts seconds")),
        ({"duration_seconds": -1}, ("wrong-argument", "with.duration_seconds", "found -1, expected at least 0", "")),
        ({"until": "soon"}, ("wrong-argument", "with.until", 'text "soon" is not a time with its offset', "write it like 2026-11-23T18:00:00+02:00, or ${now + 2h}")),
        ({"until": "2026-11-24"}, ("wrong-argument", "with.until", 'text "2026-11-24" is not a time with its offset', "write it like 2026-11-23T18:00:00+02:00, or ${now + 2h}")),
    ],
)  # fmt: skip
def test_a_wait_that_cannot_be(with_: dict[str, Any], expected: tuple[str, str, str, str]) -> None:
    assert errors_of("system.sleep", with_) == [expected]


@pytest.mark.parametrize(
    "with_", [{"duration_seconds": 0}, {"duration_seconds": "PT1H"}, {"until": "2026-11-24T10:00:00Z"}, {"until": "${params.n}"}]
)
def test_a_wait_that_can_be(with_: dict[str, Any]) -> None:
    assert errors_of("system.sleep", with_) == []


@pytest.mark.parametrize(
    ("query", "message", "hint"),
    [
        ("SELEC 1", f"SELEC is not allowed here; {ALLOWED} are", "did you mean 'SELECT'?"),
        ("DROP TABLE x", f"DROP is not allowed here; {ALLOWED} are", ""),
        ("SELECT 1; DROP TABLE x", "only one statement can run at a time; a `;` stands between two", ""),
        ("SELECT ${params.n}; DROP TABLE x", "only one statement can run at a time; a `;` stands between two", ""),
        ("SELECT 'x", "a quote or a comment is not closed", ""),
    ],
)
def test_a_statement_that_no_database_is_sent(query: str, message: str, hint: str) -> None:
    assert errors_of("database.query", {"query": query}) == [("wrong-statement", "with.query", message, hint)]
    queries = [{"name": "first", "query": "SELECT 1"}, {"name": "second", "query": query}]
    assert errors_of("database.query", {"queries": queries}) == [("wrong-statement", "with.queries[1].query", message, hint)]


def test_a_list_of_statements_only_reads() -> None:
    made = errors_of("database.query", {"queries": [{"name": "gone", "query": "DELETE FROM t"}]})
    hint = "give it a step of its own, with `query`"
    assert made == [("wrong-statement", "with.queries[0].query", "DELETE changes data, and `queries` only reads", hint)]


@pytest.mark.parametrize(
    "query",
    ["SELECT 1;", "DELETE FROM t WHERE id = ${params.n}", "SELECT {% if params.n %}1; {% endif %}", "WITH a AS (SELECT 1) SELECT * FROM a"],
)
def test_a_statement_that_may_run(query: str) -> None:
    assert errors_of("database.query", {"query": query}) == []


@pytest.mark.parametrize(
    ("with_", "expected"),
    [
        ({"timeout": "soon"}, ("wrong-duration", "with.timeout", "'timeout': no duration: text \"soon\"", DURATION_HINT)),
        ({"timeout": 0}, ("wrong-duration", "with.timeout", "'timeout': the duration must be longer than 0 seconds: the number 0", DURATION_HINT)),
        ({"within": "2d"}, ("wrong-duration", "with.within", "'within' is 2d, expected at most 1d", "")),
        ({"on_timeout": "value"}, ("wrong-argument", "with.on_timeout", "'on_timeout' is text \"value\", expected \"error\" or {\"value\": ...}, the output where no event came", "")),
        ({"event_type": "a b"}, ("wrong-argument", "with.event_type", "found text \"a b\", expected text that matches ^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$", "")),
        ({"on_timout": 1}, ("unknown-argument", "with.on_timout", "'system.wait_for_event' has no argument 'on_timout'", "did you mean 'on_timeout'?")),
        ({"match": 5}, ("wrong-type", "with.match", "expected an expression or a boolean, found the number 5", "")),
        ({"match": None}, ("wrong-type", "with.match", "expected an expression or a boolean, found null", "")),
        ({"match": "evnt.n == 1"}, ("unknown-name", "with.match", "nothing is called 'evnt'", "did you mean 'event'?")),
        ({"match": "event.n =="}, ("template-syntax", "with.match", "the expression ends too early", "write what stands behind the '=='")),
        ({"match": "${event.n} == 1"}, ("template-syntax", "with.match", "'${event.n} == 1' is text around a template, no condition", "write a bare expression, or one in ${...} with nothing around it")),
    ],
)  # fmt: skip
def test_a_wait_for_an_event_that_cannot_be(with_: dict[str, Any], expected: tuple[str, str, str, str]) -> None:
    assert errors_of("system.wait_for_event", {"event_type": "jira.issue_updated", **with_}) == [expected]


@pytest.mark.parametrize(
    "with_",
    [
        {"match": "event.n == params.n"},
        {"match": "${event.n == params.n}"},
        {"match": True},
        {"timeout": "${params.n * 60}", "within": 0},
        {"on_timeout": {"value": "${params.n}"}},
        {"timeout": "PT2H", "within": "24h", "on_timeout": "error", "event_type": "jira.${params.n}"},
    ],
)
def test_a_wait_for_an_event_that_can_be(with_: dict[str, Any]) -> None:
    assert errors_of("system.wait_for_event", {"event_type": "jira.issue_updated", **with_}) == []
