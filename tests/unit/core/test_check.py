"""The checker as a whole: severities, tools, conditions, timeouts, zones, schedules, the size of a plan."""

from __future__ import annotations

from typing import Any

import pytest

from tests import language
from workflows.core import check, model

STEP = {"id": "a", "uses": "system.transform", "with": {"template": 1}}


def told(*steps: dict[str, Any], **more: Any) -> list[tuple[str, str, str, str]]:
    made = language.checked(language.document(*steps, **more))
    return [(one.severity, one.code, one.message, one.hint) for one in made.problems]


def test_a_sound_document_has_a_plan_and_no_problem() -> None:
    made = language.checked(language.document(STEP))
    assert made.ok and made.problems == () and made.plan is not None and made.pipeline is not None


def test_an_error_leaves_no_plan_a_warning_does() -> None:
    broken = language.checked(language.document({**STEP, "uses": "nope"}))
    assert not broken.ok and broken.plan is None and broken.pipeline is not None
    warned = language.checked(language.document({**STEP, "if": "1 + 1"}))
    assert warned.ok and [one.severity for one in warned.problems] == ["warning"]


def test_a_document_that_cannot_be_read_has_neither() -> None:
    made = language.checked('{"title": ')
    assert (made.ok, made.pipeline, made.plan) == (False, None, None)
    assert [(one.code, one.line) for one in made.problems] == [("unclosed", 1)]


def test_yaml_is_checked_alike() -> None:
    text = "timezone: Europe/Chisinau\npayload:\n  pipeline:\n    - uses: system.transform\n      with: {template: '${today}'}\n    - uses: nope\n"
    made = language.checked(text, filename="x.yaml")
    assert [(one.code, one.path, one.line) for one in made.problems] == [("unknown-tool", "payload.pipeline[1].uses", 6)]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"uses": "slack.post_mesage"}, ("error", "unknown-tool", "no tool 'slack.post_mesage' in the catalog", "did you mean 'slack.post_message'?")),
        ({"if": "a >"}, ("error", "template-syntax", "the expression ends too early", "write what stands behind the '>'")),
        ({"if": "x ${params.y} z"}, ("error", "template-syntax", "'x ${params.y} z' is text around a template, no condition", "write a bare expression, or one in ${...} with nothing around it")),
        ({"if": []}, ("error", "wrong-type", "expected an expression or a boolean, found a list", "")),
        ({"if": 5}, ("error", "wrong-type", "expected an expression or a boolean, found the number 5", "")),
        ({"if": "[1] | length"}, ("warning", "not-boolean", "the condition gives a number, no boolean; it holds where that is not 0, empty or null", "compare it: | length > 0")),
        ({"timeout_seconds": 0}, ("error", "wrong-duration", "the duration must be longer than 0 seconds: the number 0", 'give a number of seconds (90), "90s", "1h30m", "2d", "1w" or "PT1H30M"')),
    ],
)  # fmt: skip
def test_problems_of_a_step(step: dict[str, Any], expected: tuple[str, str, str, str]) -> None:
    assert told({**STEP, **step}) == [expected]


@pytest.mark.parametrize("condition", [True, False, "true", "${true}", "{{ 1 > 0 }}", "1 > 0"])
def test_conditions_that_are_none_of_a_problem(condition: Any) -> None:
    assert told({**STEP, "if": condition}) == []


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"timezone": "Europe/Chisinu"}, "unknown-time-zone", "timezone"), ({"timezone": "EST5"}, "unknown-time-zone", "timezone"),
        ({"schedule_kind": "rrule", "schedule_expr": "FREQ=OFTEN"}, "wrong-schedule", "schedule_expr"), ({"schedule_kind": "rrule", "schedule_expr": "nonsense"}, "wrong-schedule", "schedule_expr"),
    ],
)  # fmt: skip
def test_problems_of_the_document(more: dict[str, Any], code: str, path: str) -> None:
    assert (code, path) in language.problems(language.document(STEP, **more))


def test_a_zone_is_suggested() -> None:
    made = language.checked(language.document(STEP, timezone="Europe/Chisinu"))
    assert "Europe/Chisinau" in made.problems[0].message + made.problems[0].hint


def test_a_plan_above_the_limit_of_a_run_is_refused() -> None:
    steps = [{"id": f"s{number}", "uses": "system.transform", "with": {"template": "\u2028" * 90_000}} for number in range(9)]
    made = language.checked('{"timezone": "UTC", "payload": {"pipeline": ' + language.exact(steps).replace("\u2028", "€") + "}}")
    codes = [one.code for one in made.problems]
    assert codes == ["too-large"]
    assert not made.ok


def test_too_many_templates_are_refused() -> None:
    made = language.checked(language.document({**STEP, "with": {"template": [f"${{{number} + 1}}" for number in range(2_001)]}}))
    assert [(one.code, one.path, one.message) for one in made.problems] == [
        ("too-large", "payload", "the document has 2,001 templates; a run can have at most 2,000 (MAX_TEMPLATES)")
    ]


def test_a_tool_on_a_transport_of_another_version_does_not_pass() -> None:
    class Tools:
        def get(self, address: str) -> model.Tool | None:
            found = language.tools().get("slack.post_message")
            assert found is not None
            return model.Tool(address, "telepathy", "mind", dict(found.definition), found.digest, found.timeout_seconds)

        def near(self, address: str) -> list[str]:
            return []

    document = b'{"payload": {"pipeline": [{"uses": "mind.read"}]}}'
    made = check.document(document, "x.json", Tools())
    assert [one.code for one in made.problems] == ["unavailable-tool"]
    assert "'mind.read' is reached by 'telepathy', which this version cannot" in made.problems[0].message


def test_checking_twice_gives_the_same() -> None:
    document = language.document({**STEP, "uses": "nope", "if": "x +", "with": {"a": "${y}"}}, STEP)
    assert language.checked(document).problems == language.checked(document).problems


def test_all_problems_of_a_document_come_at_once() -> None:
    document = language.document(
        {"id": "a", "uses": "slack.post_message", "with": {"chanel": "${nope}", "message": "${1 +}"}},
        {"id": "a", "uses": "nope", "with": {"x": "${steps.z}"}},
        timezone="Mars",
    )
    assert sorted(code for code, _ in language.problems(document)) == [
        "duplicate-id", "missing-argument", "template-syntax", "unknown-argument", "unknown-name", "unknown-output", "unknown-time-zone", "unknown-tool",
    ]  # fmt: skip
