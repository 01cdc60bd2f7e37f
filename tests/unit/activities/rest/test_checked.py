"""The part of an answer that has to be JSON of a form: read, checked, asked for once more with what was wrong, and then given up."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests import calls, vendors
from workflows.core import model

SCHEMA = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number", "maximum": 100}}}
AGAIN = {"messages": "${body.messages + [said, 'Wrong: ' ~ wrong]}"}
CHECK = {"value": "${answer.text}", "schema": SCHEMA, "again": AGAIN}
REST = {"path": "/ask", "body": {"model": "m", "messages": ["${arguments.question}"]}}
RESULT = {"total": "${checked.total}", "tokens": "${answers | sum(attribute='tokens')}", "last": "${answer.tokens}"}


def said(text: Any, tokens: int = 10) -> vendors.Reply:
    return vendors.reply({"text": text, "tokens": tokens})


def asked(replies: Any, check: dict[str, Any] | None = None, **more: Any) -> vendors.Called:
    rest = {**REST, "check": {**CHECK, **(check or {})}, **more}
    return vendors.call(rest, {"/ask": replies}, {"question": "How much is ${key}?", "schema": SCHEMA}, effect=model.SAFE)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"total": 12.50, "more": [1]}', id="text"),
        pytest.param(' \n{"total": 12.50, "more": [1]}\n', id="blanks around"),
        pytest.param('```json\n{"total": 12.50, "more": [1]}\n```\n', id="Markdown"),
        pytest.param('```\n{"total": 12.50, "more": [1]}```', id="Markdown of no language"),
    ],
)
def test_what_fits_is_the_output_with_all_its_members(text: str) -> None:
    found = asked(said(text))
    assert found.output == {"total": Decimal("12.50"), "more": [1]}
    assert len(found.requests) == 1 and "warnings" not in found.whole


def test_a_value_that_is_no_text_is_checked_as_it_stands() -> None:
    assert asked(said({"total": 5})).output == {"total": 5}


def test_what_does_not_fit_is_asked_for_once_more_with_what_was_wrong() -> None:
    found = asked([said('{"sum": 5}', 10), said('{"total": 5}', 30)], result=RESULT)
    assert found.output == {"total": 5, "tokens": 40, "last": 30}
    first, second = (json.loads(request.body) for request in found.requests)
    assert first == {"model": "m", "messages": ["How much is ${key}?"]}
    wrong = "answer.total: missing, expected a number"
    assert second == {"model": "m", "messages": ["How much is ${key}?", '{"sum": 5}', f"Wrong: {wrong}"]}
    assert found.whole["warnings"] == [f"the first answer did not fit and was asked for once more, so two answers were used: {wrong}"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param("I think it is 5.", "it is not JSON: line 1, column 1: Expecting value", id="prose"),
        pytest.param("", "it is not JSON: it is empty", id="nothing"),
        pytest.param('{"total": 5, "total": 6}', 'it has the name "total" twice in one object', id="a name twice"),
        pytest.param('{"total": 101}', "answer.total: found 101, expected at most 100", id="too much"),
        pytest.param("[5]", "answer: found list [5], expected an object", id="a list"),
    ],
)
def test_what_never_fits_is_told_after_the_second_time(text: str, wrong: str) -> None:
    found = asked(said(text))
    assert found.failure == (
        "bad output",
        True,
        f"what was answered does not fit, also when it was asked for again: {wrong}{calls.UNCHANGED}",
    )
    assert found.error is not None and found.error.details[0]["answer"] == text
    assert len(found.requests) == 2


def test_without_again_it_is_asked_once() -> None:
    rest = {**REST, "check": {"value": "${answer.text}"}}
    found = vendors.call(rest, {"/ask": said("5 or 6")}, {"question": "?"}, effect=model.SAFE)
    assert found.failure == (
        "bad output",
        True,
        "what was answered does not fit: it is not JSON: line 1, column 3: Extra data" + calls.UNCHANGED,
    )
    assert len(found.requests) == 1


def test_without_a_schema_any_json_fits() -> None:
    rest = {**REST, "check": {"value": "${answer.text}"}}
    assert vendors.call(rest, {"/ask": said("[1]")}, {"question": "?"}, effect=model.SAFE).output == [1]


def test_json_may_be_written_by_blocks_over_the_answer() -> None:
    value = '{ {% for name, found in answer.text | items %}{{ name | json }}: { "doubled": {{ found * 2 }} }{% if not loop.last %}, {% endif %}{% endfor %} }'
    answer = {"text": {'a "b"': 1, "c": 0.5}}
    found = vendors.call({**REST, "check": {"value": value}}, {"/ask": vendors.reply(answer)}, {"question": "?"}, effect=model.SAFE)
    assert found.output == {'a "b"': {"doubled": 2}, "c": {"doubled": 1}}


def test_the_schema_may_come_from_an_argument() -> None:
    found = asked(said('{"total": "5"}'), {"schema": "${arguments.schema}"})
    assert found.failure[2].endswith('answer.total: found text "5", expected a number' + calls.UNCHANGED)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"type": "octopus"}, "type", id="no type"),
        pytest.param({"$ref": "https://a.example/s.json"}, "found the reference 'https://a.example/s.json'", id="from elsewhere"),
        pytest.param({"pattern": "("}, "found the pattern '('", id="pattern"),
        pytest.param("text", "expected", id="text"),
    ],
)
def test_a_schema_that_is_none_is_refused_before_anything_is_sent(given: Any, message: str) -> None:
    rest = {**REST, "check": {**CHECK, "schema": "${arguments.schema}"}}
    found = vendors.call(rest, {"/ask": said("{}")}, {"question": "?", "schema": given}, effect=model.SAFE)
    kind, final, text = found.failure
    assert (kind, final) == ("invalid input", True)
    assert text.startswith("the schema that the answer has to fit is no usable JSON Schema: schema") and message in text
    assert found.requests == []


def test_an_error_of_the_second_request_is_told_as_what_it_is() -> None:
    found = asked([said("no"), vendors.reply({}, 429, retry_after="5")])
    assert found.failure[0] == "throttled" and found.wait_seconds == 5


def test_an_answer_that_lacks_the_part_is_bad_output() -> None:
    assert asked(vendors.reply({"other": 1})).failure[0] == "bad output"
