"""What templates read, judged before a run: names, fields, skipped outputs, parameters."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language
from workflows.core import leaves, plan

SENT = {"id": "send", "uses": "slack.post_message", "with": {"channel": "c", "message": "m"}, "save_as": "sent"}


def _transform(template: Any, **more: Any) -> dict[str, Any]:
    return {"id": "t", "uses": "system.transform", "with": {"template": template}, **more}


def told(source: Any, *before: dict[str, Any], step: dict[str, Any] | None = None, **more: Any) -> list[tuple[str, str, str]]:
    made = language.checked(language.document(*before, _transform(source, **(step or {})), **more))
    return [(one.code, one.message, one.hint) for one in made.problems]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${steps.sent.tss}", ("unknown-field", "'tss' is not in the declared output of 'slack.post_message' (steps.sent); declared: ok, channel, ts", "did you mean 'ts'?")),
        ("${sent.nope}", ("unknown-field", "'nope' is not in the declared output of 'slack.post_message' (sent); declared: ok, channel, ts", "guard it with | default(...) if it may be missing")),
        ("${steps.snt}", ("unknown-output", "no step saves 'snt'", "did you mean 'sent'?")),
        ("${snt}", ("unknown-name", "nothing is called 'snt'", "did you mean 'sent'?")),
        ("${steps.t}", ("forward-reference", "'t' is the output of payload.pipeline[1] ('t'); a step cannot read its own or a later output", "move the step, or read an earlier one")),
        ("${params.x}", ("undeclared-parameter", "the parameter 'x' is not declared", "declare it in payload.params, or give it at the start: --params x=...")),
        ("${tommorow}", ("unknown-name", "nothing is called 'tommorow'", "did you mean 'tomorrow'?")),
    ],
)  # fmt: skip
def test_reads_of_what_is_not_there(source: str, expected: tuple[str, str, str]) -> None:
    assert told(source, SENT) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        "${steps.sent.ts}", "${sent.ts}", "${steps.send.ts}", "${steps.sent}", "${steps.sent.nope | default(0)}", "${steps.snt | default(0)}", "${snt.a.b | default(0)}", "${steps.sent.nope is defined}",
        "${not_null(steps.sent.nope, 1)}", "${params.x | default(1)}", "${length(sent)}", "${range(3)}", "${event.a.b}", "${auto_increment_version}", "${today} ${next_friday_3pm}", "{% for x in [1] %}{{ x.y }}{% endfor %}",
    ],
)  # fmt: skip
def test_reads_that_are_no_problem(source: str) -> None:
    assert told(source, SENT) == []


def test_params_cannot_read_outputs_and_may_read_earlier_params() -> None:
    assert told("x", SENT, params={"a": "${steps.sent.ts}"})[0][:2] == (
        "forward-reference",
        "'sent' is the output of payload.pipeline[0] ('send'); params are evaluated before any step",
    )
    assert told("x", params={"a": 1, "b": "${params.a}"}) == []


def test_parameters_given_at_the_start_count() -> None:
    document = language.document(_transform("${params.x}"))
    assert language.problems(document) == [("undeclared-parameter", "payload.pipeline[0].with.template")]
    assert language.problems(document, {"x": 1}) == []
    assert language.problems(document, {}) == [("missing-parameter", "payload.pipeline[0].with.template")]


SKIPPED = {**SENT, "if": "today > '2026-01-01'"}


def test_reading_inside_an_output_that_may_be_skipped_is_a_warning() -> None:
    assert told("${steps.sent.ts}", SKIPPED) == [
        (
            "unguarded-skip",
            "'send' may be skipped by its if; reading 'ts' inside its null output ends the run",
            "guard it with | default(...), or give this step the same if",
        )
    ]


@pytest.mark.parametrize(
    ("source", "step"),
    [
        ("${steps.sent.ts | default('')}", {}), ("${steps.sent}", {}), ("${steps.sent.ts}", {"if": "today > '2026-01-01'"}), ("${steps.sent.ts}", {"if": "${today > '2026-01-01'}"}),
        ("${steps.sent.ts}", {"if": "steps.sent != null"}), ("{% if steps.sent %}{{ steps.sent.ts }}{% endif %}", {}), ("${steps.sent != null && steps.sent.ts}", {}),
        ("${steps.sent ? steps.sent.ts : ''}", {}), ("${steps.sent.ts}", {"if": "today > '2026-01-01' && true"}),
    ],
)  # fmt: skip
def test_guards_against_a_skipped_output(source: str, step: dict[str, Any]) -> None:
    assert told(source, SKIPPED, step=step) == []


def test_blocks_outside_texts_bind_names_and_guard() -> None:
    text = (
        '{"timezone": "UTC", "payload": {"pipeline": ['
        + language.exact(SKIPPED)
        + ', {"id": "t", "uses": "system.transform", "with": {"template": [{% for x in [1] %} {{ x }}, {{ forloop.index }} {% endfor %}'
        + ' {% set y = 1 %} {{ y }}, {% if steps.sent %} "${steps.sent.ts}" {% endif %}, {{ x }}, {{ steps.sent.ts }}]}}]}}'
    )
    made = language.checked(text)
    assert [(one.code, one.message[:28]) for one in made.problems] == [
        ("unknown-name", "nothing is called 'x'"),
        ("unguarded-skip", "'send' may be skipped by its"),
    ]


def test_each_problem_is_said_once_and_where() -> None:
    made = language.checked(language.document(_transform(["${nope}", {"a": "${nope}"}])))
    assert [(one.code, one.path) for one in made.problems] == [
        ("unknown-name", "payload.pipeline[0].with.template[0]"),
        ("unknown-name", "payload.pipeline[0].with.template[1].a"),
    ]


def test_columns_of_rows_are_not_known_before_a_run() -> None:
    query = {"id": "q", "uses": "database.query", "with": {"query": "SELECT 1"}, "save_as": "q"}
    assert told("${q.north.total} ${q.rows[0].x} ${q.count}", query) == []


def test_event_is_bound_in_a_match_and_nowhere_else_of_its_step() -> None:
    with_ = {"event_type": "a.b", "match": "event.n == params.n", "timeout": "${params.n}"}
    checked = language.checked(language.document({"id": "w", "uses": "system.wait_for_event", "with": with_}, params={"n": 1}))
    assert checked.pipeline is not None and checked.problems == ()
    (step,) = checked.pipeline.steps
    found = leaves.of(step.with_, "with", plan.conditions_of(step.uses), plan.given_to_conditions(step.uses))
    assert {leaf.path: leaf.bound for leaf in found} == {"with.match": frozenset({"event"}), "with.timeout": frozenset()}
