"""Composed actions in catalog files: every mistake in their steps is told where it is, the calls are checked like those of a pipeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from activities import catalog

INNER: dict[str, Any] = {
    "address": "shop.order",
    "transport": "rest",
    "endpoint": "https://shop.example",
    "input_schema": {
        "type": "object",
        "required": ["action"],
        "properties": {"action": {"enum": ["create", "tag", "find"]}, "order": {"type": "integer"}, "tags": {"type": "array"}},
        "additionalProperties": False,
    },
    "actions": {
        "create": {"effect": "unsafe", "rest": {"path": "/orders"}},
        "tag": {"effect": "idempotent", "input_schema": {"required": ["order"]}, "rest": {"path": "/tags", "method": "PUT"}},
        "find": {"effect": "safe", "rest": {"path": "/orders", "method": "GET"}},
    },
}
STEPS: list[dict[str, Any]] = [
    {"id": "open", "uses": "shop.order", "with": {"action": "create"}, "save_as": "opened"},
    {"id": "tag", "uses": "shop.order", "if": "${arguments.tags}", "with": {"action": "tag", "order": "${opened.id}"}},
]
OUTER: dict[str, Any] = {
    "address": "shop.orders",
    "transport": "pipeline",
    "effect": "unsafe",
    "input_schema": {"type": "object", "properties": {"tags": {"type": "array"}}, "additionalProperties": False},
    "steps": STEPS,
    "output": {"order": "${opened.id}", "day": "${today}"},
}


def problems(tmp_path: Path, *definitions: dict[str, Any]) -> list[str]:
    (tmp_path / "shop.json").write_text(json.dumps(list(definitions), indent=1), encoding="utf-8")
    try:
        catalog.load([tmp_path])
    except catalog.CatalogError as error:
        return [
            str(problem.path) + ": " + problem.message + (f" ({problem.hint})" if problem.hint else "") for _, problem in error.problems
        ]
    return []


def changed(step: int = 0, **more: Any) -> dict[str, Any]:
    steps = [dict(one) for one in STEPS]
    steps[step] = {key: value for key, value in {**steps[step], **more}.items() if value is not None}
    return {**OUTER, "steps": steps}


def test_a_tool_of_steps_loads(tmp_path: Path) -> None:
    assert problems(tmp_path, OUTER, INNER) == []


def test_an_action_may_be_steps_beside_others_that_are_requests(tmp_path: Path) -> None:
    action = {key: OUTER[key] for key in ("effect", "steps", "output")}
    schema = {"type": "object", "properties": {"action": {"enum": ["open", "list"]}, "tags": {"type": "array"}}}
    actions = {"open": {**action, "example": {"tags": ["a"]}}, "list": {"effect": "safe", "rest": {"path": "/", "method": "GET"}}}
    mixed = {"address": "shop.all", "transport": "rest", "endpoint": "https://shop.example", "input_schema": schema, "actions": actions}
    assert problems(tmp_path, mixed, INNER) == []


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        pytest.param(changed(uses="shop.ordr"), "[0].steps[0].uses: no tool 'shop.ordr' in the catalog (did you mean 'shop.order'?)", id="unknown tool"),
        pytest.param(
            changed(with_=None, **{"with": {"action": "creat"}}),
            "[0].steps[0].with.action: 'shop.order' has no action 'creat' (did you mean 'create'?)",
            id="unknown action",
        ),
        pytest.param(
            changed(1, **{"with": {"action": "tag"}}),
            "[0].steps[1].with.order: 'shop.order' tag needs the argument 'order' (add \"order\" to 'with')",
            id="missing argument",
        ),
        pytest.param(
            changed(1, **{"with": {"action": "tag", "order": "seven"}}),
            '[0].steps[1].with.order: found text "seven", expected an integer',
            id="wrong argument",
        ),
        pytest.param(
            changed(1, **{"with": {"action": "tag", "order": "${opend.id}"}}),
            "[0].steps[1].with.order: reads 'opend', expected one of arguments, steps, opened (did you mean 'opened'?)",
            id="unknown name",
        ),
        pytest.param(
            changed(1, **{"if": "arguments.tag"}),
            "[0].steps[1].if: reads the argument 'tag', which the input schema does not let through (did you mean 'tags'?)",
            id="unknown argument in a condition",
        ),
        pytest.param(changed(1, id="open"), "[0].steps[1].id: the id 'open' is that of an earlier step, expected another", id="id twice"),
        pytest.param(
            changed(1, save_as="opened"), "[0].steps[1].save_as: 'opened' means something else already, expected another name", id="name twice"
        ),
        pytest.param({**OUTER, "effect": "safe"}, "[0].effect: found the effect safe, expected unsafe: that of its steps", id="effect"),
        pytest.param(
            {**OUTER, "rest": {"path": "/"}}, "[0].rest: found steps and rest, expected one of them", id="a request too"
        ),
        pytest.param(
            {key: part for key, part in OUTER.items() if key != "output"}, "[0]: the output is missing, expected it beside 'steps'", id="no output"
        ),
        pytest.param(
            {key: part for key, part in OUTER.items() if key not in ("steps", "output")},
            "[0]: the steps are missing, expected them under 'steps'",
            id="no steps",
        ),
        pytest.param(
            {**OUTER, "output": "${opened.id + }"},
            "[0].output: the expression ends too early (write what stands behind the '+')",
            id="a template that cannot be read",
        ),
        pytest.param(
            changed(uses="system.sleep", **{"with": {"duration_seconds": 1}}),
            "[0].steps[0].uses: no tool 'system.sleep' in the catalog",
            id="a built-in tool that is not there",
        ),
        pytest.param(changed(1, us="x"), "[0].steps[1].us: unknown, expected one of id, uses, with, save_as, if", id="unknown key"),
    ],
)  # fmt: skip
def test_mistakes_are_told_where_they_are(tmp_path: Path, definition: dict[str, Any], sentence: str) -> None:
    found = problems(tmp_path, definition, INNER)
    assert sentence in found, found


def test_steps_of_steps_are_refused(tmp_path: Path) -> None:
    outermost = {**OUTER, "address": "shop.more", "steps": [{"id": "a", "uses": "shop.orders"}], "output": None}
    sentence = "[0].steps[0].uses: 'shop.orders' is made of steps itself, expected an action that is one call"
    assert problems(tmp_path, outermost, OUTER, INNER) == [sentence]


def test_a_built_in_tool_that_waits_cannot_stand_in_an_action(tmp_path: Path) -> None:
    sleep = {"address": "system.sleep", "transport": "system", "input_schema": {"type": "object"}}
    sentence = "[0].steps[0].uses: 'system.sleep' cannot stand in an action, expected a tool that is called, or system.transform"
    assert problems(tmp_path, changed(uses="system.sleep", **{"with": {}}), INNER, sleep) == [sentence]


def test_only_transports_that_call_vendors_know_steps(tmp_path: Path) -> None:
    bridge = {**OUTER, "transport": "http", "endpoint": "https://shop.example"}
    assert "[0].steps: only the transports rest and pipeline know steps, expected them left out" in problems(tmp_path, bridge, INNER)


def test_the_problem_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(json.dumps([changed(uses="shop.ordr"), INNER], indent=1), encoding="utf-8")
    with pytest.raises(catalog.CatalogError) as caught:
        catalog.load([tmp_path])
    lines = (tmp_path / "shop.json").read_text(encoding="utf-8").splitlines()
    line = caught.value.problems[0][1].line
    assert '"uses": "shop.ordr"' in lines[line - 1]
