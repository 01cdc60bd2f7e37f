"""Plans: what is in them, their digest, what a worker refuses, who advances the counter."""

from __future__ import annotations

import copy
import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests import language, plans
from workflows import converter
from workflows.core import errors, model, plan


def test_a_plan_reads_like_its_document() -> None:
    made = plans.plan_of(
        [plans.call("fetch", save_as="tickets", if_="true", timeout_seconds="30s", with_={"since": "{{yesterday}}", "n": 5})],
        {"a": "${1}", "b": 2},
    )
    assert made["format"] == plan.FORMAT
    assert made["params"] == {"a": {"$text": "${1}"}, "b": 2}
    assert made["steps"] == [
        {
            "id": "fetch",
            "uses": "desk.tickets",
            "with": {"action": "read", "since": {"$text": "{{yesterday}}"}, "n": 5},
            "save_as": "tickets",
            "if": "true",
            "timeout_seconds": "30s",
        }
    ]
    assert made["tools"]["desk.tickets"]["actions"]["refund"] == "unsafe"
    assert len(made["digest"]) == 64


def test_endpoints_schemas_and_secrets_are_not_in_a_plan() -> None:
    step = {"id": "a", "uses": "slack.post_message", "with": {"channel": "c", "message": "x"}}
    made = language.checked(language.document(step)).plan
    text = language.exact(made)
    assert made is not None
    for word in ("http://", "https://", "schema", "token", "oauth"):
        assert word not in text


@pytest.mark.parametrize(
    ("definition", "actions", "facts"),
    [
        pytest.param({"actions": {"pay": {"look_up": {}}, "read": {}}}, {"pay": "unsafe", "read": "safe"}, {"look_ups": ["pay"]}, id="of actions"),
        pytest.param({"look_up": {}}, {}, {"look_up": True}, id="of a tool without actions"),
        pytest.param({"actions": {"pay": {}}}, {"pay": "unsafe"}, {}, id="none"),
        pytest.param({}, {}, {}, id="none, without actions"),
    ],
)  # fmt: skip
def test_a_plan_says_what_is_looked_up_before_it_is_tried_again(definition: Any, actions: dict[str, str], facts: dict[str, Any]) -> None:
    tool = model.Tool("a.b", "rest", "a", definition, "0" * 12, Decimal(5), effect="unsafe", actions=actions)
    assert {key: value for key, value in plan.policy(tool).items() if key.startswith("look_up")} == facts


def test_a_plan_survives_its_journey_as_json() -> None:
    made = plans.everything()
    again = converter.decode(converter.encode(made))
    assert plan.digest_of(again) == made["digest"]
    assert [step.id for step in plan.load(again).steps] == [step["id"] for step in made["steps"]]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda made: made["steps"][0].update(uses="desk.plain"), id="a tool"),
        pytest.param(lambda made: made["params"].update(x=1), id="a parameter"),
        pytest.param(lambda made: made["tools"]["desk.tickets"].update(timeout_seconds=Decimal("30.0")), id="digits of a number"),
        pytest.param(lambda made: made.update(title="b"), id="the title"),
        pytest.param(lambda made: made.update(digest="0" * 64), id="the digest"),
    ],
)
def test_an_altered_plan_is_refused(change: Any) -> None:
    made = copy.deepcopy(plans.everything())
    change(made)
    with pytest.raises(errors.EvaluationError) as caught:
        plan.load(made)
    assert str(caught.value) == "the plan was altered after it was checked: its digest does not fit (check and start the pipeline again)"


@pytest.mark.parametrize("version", [4, 99, None, "1"])
def test_a_plan_of_a_newer_format_is_refused(version: Any) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        plan.load({**plans.everything(), "format": version})
    assert str(caught.value) == f"the plan has format {version}, this worker runs formats up to 3 (upgrade the worker)"


def test_equal_plans_are_compiled_once() -> None:
    assert plan.load(plans.everything("same")) is plan.load(plans.everything("same"))
    assert plan.load(plans.everything("same")) is not plan.load(plans.everything("other"))


@pytest.mark.parametrize(
    ("step", "params", "given", "counts"),
    [
        ({"template": "x"}, {}, {}, False), ({"template": "${auto_increment_version}"}, {}, {}, True), ({"template": "x"}, {"v": "v${auto_increment_version}"}, {}, True),
        ({"template": "x"}, {"v": "v${auto_increment_version}"}, {"v": "2"}, False), ({"template": "${steps.auto_increment_version | default(1)}"}, {}, {}, False),
        ({"template": {"$": ["a", {"b": "{% if auto_increment_version %}x{% endif %}"}]}}, {}, {}, True), ({"template": "auto_increment_version"}, {}, {}, False),
        ({"conditions": [{"name": "a", "condition": "auto_increment_version > 3"}]}, {}, {}, True), ({"conditions": [{"name": "auto_increment_version", "condition": True}]}, {}, {}, False),
    ],
)  # fmt: skip
def test_who_advances_the_counter(step: dict[str, Any], params: dict[str, Any], given: dict[str, Any], counts: bool) -> None:
    uses = "system.evaluate" if "conditions" in step else "system.transform"
    made = plans.plan_of([{"id": "a", "uses": uses, "with": step}], params)
    assert plan.load(made).needs_counter(given) is counts


@pytest.mark.parametrize(
    ("with_", "counts"),
    [
        pytest.param({"match": "event.n == auto_increment_version"}, True, id="match"),
        pytest.param(
            {"match": "event.n == 1", "on_timeout": {"value": {"match": "((", "condition": "(("}}}, False, id="a value's own text"
        ),
    ],
)
def test_a_match_advances_the_counter(with_: dict[str, Any], counts: bool) -> None:
    step = {"id": "w", "uses": "system.wait_for_event", "with": {"event_type": "a.b", **with_}}
    assert plan.load(plans.plan_of([step])).needs_counter({}) is counts


def test_a_bare_condition_of_a_step_advances_the_counter() -> None:
    assert plan.load(plans.plan_of([plans.transform("a", 1, **{"if": "auto_increment_version > 3"})])).needs_counter({})


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (
            {"uses": "system.evaluate", "with": {"conditions": [{"condition": "(("}]}},
            "in with.conditions[0].condition: the expression ends too early",
        ),
        ({"uses": "system.transform", "with": {"template": {"a": ["x ${1 +}"]}}}, "in with.template.a[0]: the expression ends too early"),
        ({"uses": "system.wait_for_event", "with": {"match": "(("}}, "in with.match: the expression ends too early"),
        ({"uses": "system.transform", "with": {}, "if": "1 >"}, "in if: the expression ends too early"),
        ({"uses": "system.transform", "with": {}, "timeout_seconds": "${1 +}"}, "in timeout_seconds: the expression ends too early"),
    ],
    ids=["condition", "template", "match", "if", "timeout"],
)
def test_what_cannot_be_compiled_is_named(step: dict[str, Any], sentence: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        plan.load(plans.plan_of([plans.transform("first", 1), {"id": "wrong", **step}]))
    assert str(caught.value) == f"step wrong: {sentence}"


@pytest.mark.parametrize(("timeout", "seconds"), [(None, 30), ("${params.n}m", 300), (Decimal("2.5"), 2.5), ("1h", 3600)])
def test_timeouts(timeout: Any, seconds: float) -> None:
    step = plans.call("a", **({} if timeout is None else {"timeout_seconds": timeout}))
    compiled = plan.load(plans.plan_of([step]))
    assert plan.timeout_of(compiled.steps[0], language.names({"n": 5})) == datetime.timedelta(seconds=seconds)


@pytest.mark.parametrize(("condition", "text"), [("a > 1", "a > 1"), (True, "true"), ({"$text": "${a}"}, "${a}"), ({"$value": "a"}, "a")])
def test_the_text_of_a_condition(condition: Any, text: str) -> None:
    assert plan.condition_text(condition) == text
