"""The fine print "Names" of the language: what a bare name means, and where an output is found."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language


def _step(id_: str, template: Any, **more: Any) -> dict[str, Any]:
    return {"id": id_, "uses": "system.transform", "with": {"template": template}, **more}


def _output(*steps: dict[str, Any], **more: Any) -> Any:
    result = language.ran(language.document(*steps, **more))
    assert result["status"] == "completed", result["error"]
    return result["steps"][-1]["output"]


def test_an_output_is_reached_by_its_save_as() -> None:
    assert _output(_step("a", {"n": 1}, save_as="facts"), _step("b", "${steps.facts.n} ${facts.n}")) == "1 1"


def test_the_id_works_where_no_save_as_has_that_name() -> None:
    assert _output(_step("a", {"n": 1}), _step("b", "${steps.a.n}")) == 1
    assert _output(_step("a", {"n": 1}, save_as="facts"), _step("b", "${steps.a.n}")) == 1


def test_a_save_as_wins_over_an_id_of_that_name() -> None:
    assert _output(_step("a", 1, save_as="b"), _step("b", 2, save_as="c"), _step("last", "${steps.b} ${steps.c} ${steps.a}")) == "1 2 1"


def test_a_bare_id_is_no_name() -> None:
    assert language.problems(language.document(_step("first", 1), _step("b", "${first}"))) == [
        ("unknown-name", "payload.pipeline[1].with.template")
    ]


def test_the_same_save_as_again_overwrites_and_the_checker_says_so() -> None:
    document = language.document(_step("a", 1, save_as="x"), _step("b", 2, save_as="x"), _step("c", "${steps.x}"))
    assert language.problems(document) == [("overwritten-output", "payload.pipeline[1].save_as")]
    assert language.ran(document)["steps"][2]["output"] == 2


def test_loop_variables_come_first() -> None:
    scope = language.names({"xs": [1]}, {"x": "output"})
    assert language.value("{% for x in params.xs %}{{ x }}{% endfor %} {{ x }}", scope) == "1 output"
    assert language.value("{% for today in params.xs %}{{ today }}{% endfor %}", scope) == "1"
    assert language.value("{% for params in params.xs %}{{ params }}{% endfor %}", scope) == "1"
    assert language.value("{% set steps = 5 %}{{ steps }}", scope) == "5"


def test_roots_and_date_words_come_before_outputs() -> None:
    scope = language.names({"n": 1}, {"params": "p", "today": "t", "length": "l"}, {"n": 2})
    assert language.value("${params.n} ${today} ${event.n}", scope) == "1 2026-11-23 2"
    assert language.value("${steps.params} ${steps.today}", scope) == "p t"
    assert language.value("${length}", scope) == "l"


@pytest.mark.parametrize(
    "name", ["steps", "params", "event", "today", "now", "next_friday_3pm", "last_month_end", "auto_increment_version"]
)
def test_the_checker_says_which_save_as_is_hidden(name: str) -> None:
    made = language.checked(language.document(_step("a", 1, save_as=name)))
    assert [(one.code, one.severity, one.message) for one in made.problems] == [
        ("shadowed-output", "warning", f"'{name}' already means something; this output is reached as steps.{name} only")
    ]
    assert _output(_step("a", 1, save_as=name), _step("b", "${steps." + name + "}")) == 1


def test_a_step_without_id_is_named_by_its_place() -> None:
    first, second = _step("", 5), _step("", "${steps.step_0}")
    del first["id"], second["id"]
    assert _output(first, second) == 5


@pytest.mark.parametrize(
    ("source", "code", "hint"),
    [
        ("${steps.fact}", "unknown-output", "did you mean 'facts'?"),
        ("${facs}", "unknown-name", "did you mean 'facts'?"),
        ("${params.nam}", "missing-parameter", "did you mean 'name'?"),
        ("${next_fryday}", "unknown-name", "did you mean 'next_friday'?"),
    ],
)
def test_the_checker_finds_names_that_nothing_has(source: str, code: str, hint: str) -> None:
    made = language.checked(language.document(_step("a", 1, save_as="facts"), _step("b", source), params={"name": 1}))
    assert [(one.code, one.hint) for one in made.problems] == [(code, hint)]


def test_a_later_output_cannot_be_read() -> None:
    document = language.document(_step("a", "${steps.b}"), _step("b", 1), _step("c", "${steps.c}"))
    assert language.problems(document) == [
        ("forward-reference", "payload.pipeline[0].with.template"),
        ("forward-reference", "payload.pipeline[2].with.template"),
    ]


def test_names_that_a_template_gives_itself_are_no_problem_for_the_checker() -> None:
    source = (
        "{% set a = 1 %}{% if a %}{% set b = 2 %}{% else %}{% set b = 3 %}{% endif %}{{ a + b }}{% with c = b %}{{ c }}{% endwith %}"
        "{% for d, e in params.o | items %}{{ d }}{{ e }}{{ forloop.index }}{% endfor %}{% set f %}x{% endset %}{{ f }}{% filter upper %}{{ f }}{% endfilter %}"
        "{{ not_null(nope, 1) }}{{ nope | default(2) }}{{ nope is defined }}{{ range(2) | length }}"
    )
    assert language.problems(language.document(_step("a", source), params={"o": {"k": 1}})) == []
    assert _output(_step("a", source), params={"o": {"k": 1}}) == "32k11xX12false2"


@pytest.mark.parametrize(
    "source",
    [
        "{% for x in [1] %}{% endfor %}{{ x }}",
        "{% with a = 1 %}{% endwith %}{{ a }}",
        "${nope | length | default(0)}",
        "${(nope + 1) | default(0)}",
        "${1 + nope}",
    ],
)
def test_names_that_no_longer_hold_are_found(source: str) -> None:
    assert language.problems(language.document(_step("a", source))) == [("unknown-name", "payload.pipeline[0].with.template")]
