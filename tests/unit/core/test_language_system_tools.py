"""The system tools of the language, and durations where a step takes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language


def _evaluated(*conditions: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    document = language.document({"id": "e", "uses": "system.evaluate", "with": {"conditions": list(conditions)}}, params=params)
    result = language.ran(document)
    assert result["status"] == "completed", result["error"]
    output: dict[str, Any] = result["steps"][0]["output"]
    return output


def test_evaluate_lists_what_holds_in_the_given_order() -> None:
    output = _evaluated(
        {"name": "high", "condition": "${params.n > 3}", "severity": "critical"},
        {"name": "low", "condition": "params.n < 3", "severity": "info"},
        {"name": "even", "condition": "{{ params.n is even }}", "severity": "warning"},
        {"name": "some", "condition": "params.n", "severity": "info"},
        params={"n": 5},
    )
    high, some = {"name": "high", "severity": "critical", "value": True}, {"name": "some", "severity": "info", "value": True}
    low, even = {"name": "low", "severity": "info", "value": False}, {"name": "even", "severity": "warning", "value": False}
    assert output == {"triggered": [high, some], "all": [high, low, even, some], "unknown": []}


def test_a_condition_that_cannot_be_evaluated_is_listed_with_its_reason_and_the_step_goes_on() -> None:
    output = _evaluated(
        {"name": "null", "condition": "${params.x > 3}", "severity": "critical"},
        {"name": "missing", "condition": "params.o.b == 1", "severity": "info"},
        {"name": "fine", "condition": "${true}", "severity": "info"},
        params={"x": None, "o": {"a": 1}},
    )
    assert output == {
        "triggered": [{"name": "fine", "severity": "info", "value": True}],
        "all": [
            {"name": "null", "severity": "critical", "value": None},
            {"name": "missing", "severity": "info", "value": None},
            {"name": "fine", "severity": "info", "value": True},
        ],
        "unknown": [
            {"name": "null", "severity": "critical", "reason": "null and the number 3 have no order (give null a value with | default(0))"},
            {"name": "missing", "severity": "info", "reason": "'b' is missing in 'params.o'; there is: a"},
        ],
    }


def test_the_result_shows_an_unknown_condition_as_null() -> None:
    document = language.document(
        {
            "id": "e",
            "uses": "system.evaluate",
            "with": {"conditions": [{"name": "a", "condition": "${params.x > 3}"}, {"name": "b", "condition": "${1 > 0}"}]},
        },
        params={"x": None},
    )
    assert language.arguments(language.ran(document), "e") == {
        "conditions": [{"name": "a", "condition": None}, {"name": "b", "condition": True}]
    }


def _checked(condition: Any, params: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    with_ = {"conditions": [{"name": "first", "condition": True}, {"name": "a", "condition": condition}]}
    step: dict[str, Any] = {"id": "e", "uses": "system.evaluate", "with": with_}
    made = language.checked(language.document(step, {**step, "id": "b", "with": {"conditions": []}, "save_as": "later"}, params=params))
    assert {one.path for one in made.problems} <= {"payload.pipeline[0].with.conditions[1].condition"}
    return [(one.severity, one.code, one.message, one.hint) for one in made.problems]


@pytest.mark.parametrize("condition", ["${params.n} > 0", "{{ params.n }} > 0", "${params.n} > 5 and false", "x ${params.n:,}"])
def test_the_checker_refuses_text_around_a_template_as_a_condition(condition: str) -> None:
    hint = "write a bare expression, or one in ${...} with nothing around it"
    assert _checked(condition, {"n": 0}) == [("error", "template-syntax", f"'{condition}' is text around a template, no condition", hint)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("((", ("error", "template-syntax", "the expression ends too early", "write what stands behind the '('")),
        ("params.n >", ("error", "template-syntax", "the expression ends too early", "write what stands behind the '>'")),
        ("hello", ("error", "unknown-name", "nothing is called 'hello'", "known here: later, steps, params, event")),
        (
            "params.zz == 1",
            (
                "warning",
                "undeclared-parameter",
                "the parameter 'zz' is not declared",
                "declare it in payload.params, or give it at the start: --params zz=...",
            ),
        ),
        (
            "later.x > 1",
            (
                "error",
                "forward-reference",
                "'later' is the output of payload.pipeline[1] ('b'); a step cannot read its own or a later output",
                "move the step, or read an earlier one",
            ),
        ),
        (5, ("error", "wrong-type", "expected an expression or a boolean, found the number 5", "")),
        (None, ("error", "wrong-type", "expected an expression or a boolean, found null", "")),
        (["${params.n}"], ("error", "wrong-type", "expected an expression or a boolean, found a list", "")),
        ("${params.n > 1", ("error", "template-syntax", "'${' at character 1 is not closed", "close it with '}'")),
        ("params.n", None),
        ("{{ params.n > 1 }}", None),
        (False, None),
    ],
)
def test_the_checker_reads_bare_conditions(condition: Any, expected: tuple[str, str, str, str] | None) -> None:
    assert _checked(condition, {"n": 0}) == ([expected] if expected else [])


def test_a_bare_condition_sees_the_variables_of_a_loop() -> None:
    loop = '{"conditions": [{% for item in params.items %}{"name": "a", "condition": "item.n > 1"}{% endfor %}, {"name": "b", "condition": "item"}]}'
    made = language.checked(
        f'{{"timezone": "UTC", "payload": {{"params": {{"items": []}}, "pipeline": [{{"id": "e", "uses": "system.evaluate", "with": {loop}}}]}}}}'
    )
    assert [(one.code, one.path) for one in made.problems] == [("unknown-name", "payload.pipeline[0].with.conditions[0].condition")]


def test_a_text_that_a_template_gives_is_no_condition() -> None:
    document = language.document(
        {"id": "e", "uses": "system.evaluate", "with": {"conditions": "${params.rules}"}},
        params={"rules": [{"name": "a", "condition": "1 > 2"}]},
    )
    result = language.ran(document)
    assert result["error"] == {
        "type": "invalid input",
        "message": "system.evaluate: the condition 'a' is text \"1 > 2\", which a template gave; a condition is written in the document,"
        " a template gives its values",
        "step": "e",
    }


@pytest.mark.parametrize("made", [1, "text", None, True, [1, {"a": None}], {"b": 1, "a": [2]}])
def test_transform_gives_the_evaluated_template(made: Any) -> None:
    result = language.ran(
        language.document({"id": "t", "uses": "system.transform", "with": {"template": "${params.x}"}}, params={"x": None}),
        given={"x": made},
    )
    assert language.exact(result["steps"][0]["output"]) == language.exact(made)


@pytest.mark.parametrize(
    ("with_", "seconds"),
    [
        ({"duration_seconds": 90}, 90), ({"duration_seconds": "90s"}, 90), ({"duration_seconds": "1h30m"}, 5400), ({"duration_seconds": "PT1H30M"}, 5400), ({"duration_seconds": "2d"}, 172800),
        ({"duration_seconds": "${params.n * 60}"}, 300), ({"duration_seconds": "${params.n}m"}, 300), ({"until": "${now + 1h}"}, 3600), ({"until": "${next_friday_3pm}"}, 327600),
        ({"until": "${now - 1h}"}, 0), ({"until": "2026-11-23T20:00:30+02:00"}, 30), ({"duration_seconds": 0}, 0),
    ],
)  # fmt: skip
def test_sleep_takes_a_duration_or_a_time(with_: dict[str, Any], seconds: int) -> None:
    result = language.ran(language.document({"id": "s", "uses": "system.sleep", "with": with_}, params={"n": 5}))
    assert result["steps"][0]["output"] == {"slept_seconds": seconds}


@pytest.mark.parametrize(
    ("with_", "given", "message"),
    [
        ({"duration_seconds": "${params.n}"}, "soon", "'duration_seconds': no duration: text \"soon\""),
        ({"duration_seconds": "${params.n}"}, -5, "'duration_seconds': a duration cannot be negative: the number -5"),
        ({"until": "${params.n}"}, "soon", "'until' is text \"soon\", not a time with its offset"),
        ({"until": "${params.n}"}, "2026-11-24", "'until' is text \"2026-11-24\", not a time with its offset"),
    ],
)
def test_sleep_says_what_it_cannot_take(with_: dict[str, Any], given: Any, message: str) -> None:
    result = language.ran(language.document({"id": "s", "uses": "system.sleep", "with": with_}, params={"n": 1}), given={"n": given})
    assert result["status"] == "failed"
    assert result["error"]["type"] == "invalid input"
    assert result["error"]["message"].startswith(f"system.sleep: {message}")


@pytest.mark.parametrize("timeout", [5, 2.5, "90s", "1h30m", "PT5M", "${params.n}", "${params.n}m", "{{ params.n * 60 }}"])
def test_a_timeout_takes_every_duration(timeout: Any) -> None:
    step = {"id": "q", "uses": "database.query", "with": {"query": "SELECT 1"}, "timeout_seconds": timeout}
    assert language.ran(language.document(step, params={"n": 5}), {"q": {"rows": [], "count": 0}})["status"] == "completed"


@pytest.mark.parametrize(
    ("timeout", "hint"),
    [("5 minutes", "did you mean '5m'?"), (0, None), (-1, None), ("1mo", "their length varies; use days: 30d"), (True, None)],
)
def test_the_checker_refuses_a_timeout_that_is_none(timeout: Any, hint: str | None) -> None:
    made = language.checked(
        language.document({"id": "q", "uses": "database.query", "with": {"query": "SELECT 1"}, "timeout_seconds": timeout})
    )
    assert [(one.code, one.path) for one in made.problems] == [("wrong-duration", "payload.pipeline[0].timeout_seconds")]
    assert hint is None or made.problems[0].hint == hint
