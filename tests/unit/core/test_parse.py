"""Documents to pipelines: every problem of their shape, each with its place and what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workflows.core import model, parse, problems, source


def parsed(document: Any, stem: str = "daily-report") -> tuple[model.Pipeline | None, problems.Gathered]:
    text = document if isinstance(document, str) else json.dumps(document)
    return parse.parse(source.read_document(text.encode(), "x.json"), stem)


def told(document: Any) -> list[tuple[str, str, str, str]]:
    return [(one.code, one.path, one.message, one.hint) for one in parsed(document)[1].sorted()]


STEP = {"id": "a", "uses": "system.transform", "with": {"template": 1}}


def with_step(**changes: Any) -> dict[str, Any]:
    step = {**STEP, **changes}
    return {"payload": {"pipeline": [{key: value for key, value in step.items() if value is not ...}]}}


def test_a_whole_document() -> None:
    made, gathered = parsed(
        {
            "name": "close-the-day", "title": "Close the day", "description": "d", "schedule_kind": "rrule", "schedule_expr": "FREQ=DAILY", "timezone": "Europe/Chisinau",
            "payload": {"params": {"x": "${today}"}, "pipeline": [{**STEP, "save_as": "out", "if": "a > 1", "timeout_seconds": "30s"}, {"uses": "system.sleep"}]},
        }
    )  # fmt: skip
    assert gathered.problems == []
    assert made is not None
    assert (made.name, made.title, made.schedule_kind, made.schedule_expr, made.timezone) == (
        "close-the-day",
        "Close the day",
        "rrule",
        "FREQ=DAILY",
        "Europe/Chisinau",
    )
    first, second = made.steps
    assert (first.id, first.uses, first.save_as, first.path) == ("a", "system.transform", "out", "payload.pipeline[0]")
    assert (second.id, second.save_as, second.condition, second.timeout, second.with_.entries) == ("step_1", None, None, None, ())


def test_what_may_be_left_out() -> None:
    made, gathered = parsed({"payload": {"pipeline": []}})
    assert gathered.problems == []
    assert made is not None
    assert (made.name, made.title, made.schedule_kind, made.timezone, made.steps) == ("daily-report", "daily-report", "manual", None, ())


@pytest.mark.parametrize(
    ("stem", "name"), [("daily-report", "daily-report"), ("Daily Report", "daily-report"), ("a_b.c", "a-b-c"), ("-x-", "x")]
)
def test_the_name_comes_from_the_file_where_none_is_given(stem: str, name: str) -> None:
    made, _ = parsed({"payload": {"pipeline": []}}, stem)
    assert made is not None and made.name == name


@pytest.mark.parametrize("name", ["Daily", "a b", "a_b", "", "a" * 65, "é"])
def test_wrong_names(name: str) -> None:
    assert [one[0] for one in told({"name": name, "payload": {"pipeline": []}})] == ["wrong-name"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, ("missing-key", "payload", "'payload' is missing", "")),
        ({"payload": {}}, ("missing-key", "payload.pipeline", "payload has no 'pipeline': the list of steps", 'add "pipeline": [{"id": "...", "uses": "...", "with": {...}}]')),
        ({"payload": 5}, ("wrong-type", "payload", "expected an object, found the number 5", "")),
        ({"payload": {"pipeline": {}}}, ("wrong-type", "payload.pipeline", "expected a list of steps, found an object", "")),
        ({"payload": {"pipeline": [5]}}, ("wrong-type", "payload.pipeline[0]", "expected a step: an object with 'uses', found the number 5", 'write {"id": "...", "uses": "...", "with": {}}, or take it out')),
        ({"payload": {"pipeline": [], "params": []}}, ("wrong-type", "payload.params", "expected an object, found a list", "")),
        ({"payload": {"pipeline": [], "steps": []}}, ("unknown-key", "payload.steps", "unknown key 'steps'", "the steps are called 'pipeline'")),
        ({"titel": "x", "payload": {"pipeline": []}}, ("unknown-key", "titel", "unknown key 'titel'", "did you mean 'title'?")),
        ({"title": 5, "payload": {"pipeline": []}}, ("wrong-type", "title", "expected text, found the number 5", 'put it into quotes: "title": "5"')),
        ({"title": "${today}", "payload": {"pipeline": []}}, ("wrong-type", "title", "'title' takes plain text, no templates", "")),
        ({"condition": "x", "payload": {"pipeline": []}}, ("unknown-key", "condition", "unknown key 'condition'", "use event_type, and an 'if' on the first step")),
        ({"schedule_kind": "weekly", "payload": {"pipeline": []}}, ("wrong-value", "schedule_kind", "schedule_kind is 'weekly'", "one of: rrule, cron, once, event, manual")),
        ({"schedule_kind": "rule", "payload": {"pipeline": []}}, ("wrong-value", "schedule_kind", "schedule_kind is 'rule'", "did you mean 'rrule'?")),
        ({"schedule_kind": "cron", "payload": {"pipeline": []}}, ("missing-key", "schedule_expr", "schedule_kind 'cron' needs 'schedule_expr'", "")),
        ({"schedule_kind": "event", "payload": {"pipeline": []}}, ("missing-key", "event_type", "schedule_kind 'event' needs 'event_type'", "")),
        ({"priority": 1, "payload": {"pipeline": []}}, ("no-effect-yet", "priority", "'priority' is read but has no effect in this version", "")),
        (with_step(uses=...), ("missing-key", "payload.pipeline[0].uses", "a step needs 'uses': the address of a tool", "'ordinaut catalog' lists the tools")),
        (with_step(uses=5), ("wrong-type", "payload.pipeline[0].uses", "expected text, found the number 5", "")),
        (with_step(uses="${params.t}"), ("wrong-type", "payload.pipeline[0].uses", "'uses' takes plain text, no templates", "")),
        (with_step(id="a b"), ("wrong-id", "payload.pipeline[0].id", "'a b' cannot be used as id", "letters, digits, _ and -, beginning with a letter")),
        (with_step(save_as="1a"), ("wrong-id", "payload.pipeline[0].save_as", "'1a' cannot be used as save_as", "letters, digits, _ and -, beginning with a letter")),
        (with_step(when="x"), ("unknown-key", "payload.pipeline[0].when", "unknown key 'when'", "the condition of a step is 'if'")),
        (with_step(timeout=5), ("unknown-key", "payload.pipeline[0].timeout", "unknown key 'timeout'", "write timeout_seconds")),
        (with_step(**{"with": []}), ("wrong-type", "payload.pipeline[0].with", "expected an object, found a list", "")),
        ({"payload": {"pipeline": [STEP, STEP]}}, ("duplicate-id", "payload.pipeline[1].id", "the id 'a' is already that of payload.pipeline[0]", "give one of the two another id")),
    ],
)  # fmt: skip
def test_problems_of_the_shape(document: Any, expected: tuple[str, str, str, str]) -> None:
    assert expected in told(document)


def test_every_problem_is_reported_at_once_in_the_order_of_the_document() -> None:
    document = '{\n "titel": 1,\n "payload": {"pipeline": [\n  {"id": "1", "use": "x"},\n  5]}\n}'
    assert [(one.code, one.line) for one in parsed(document)[1].sorted()] == [
        ("unknown-key", 2), ("missing-key", 4), ("wrong-id", 4), ("unknown-key", 4), ("wrong-type", 5),
    ]  # fmt: skip


def test_places_are_those_of_the_keys() -> None:
    problem = parsed('{"payload": {"pipeline": [\n    {"uses": "x",\n     "idd": 1}]}}')[1].sorted()[0]
    assert (problem.line, problem.column) == (3, 6)


def test_blocks_stand_only_where_values_are() -> None:
    assert told('{"payload": {"pipeline": [{% if true %} {"uses": "system.sleep"} {% endif %}]}}')[0][0] == "blocks-not-here"
    assert told('{ {% if true %} "title": "x", {% endif %} "payload": {"pipeline": []}}')[0][:3] == (
        "blocks-not-here",
        "document",
        "only plain keys can stand here",
    )
