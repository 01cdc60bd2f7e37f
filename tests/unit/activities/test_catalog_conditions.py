"""Conditions of `cases`: what is surely no boolean is found when the catalog is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.activities.test_catalog_rest import actions, get, told


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        pytest.param("${arguments.id}", "text", id="a text"),
        pytest.param("${ arguments.size }", "a number", id="a number"),
        pytest.param("${arguments.size + 1}", "a number", id="a sum"),
        pytest.param("${arguments.id | length}", "a number", id="a length"),
        pytest.param("${'list'}", "a constant", id="a constant"),
        pytest.param("${arguments.flag}", None, id="a boolean"),
        pytest.param("${arguments.either}", None, id="one of several types"),
        pytest.param("${arguments.size > 1}", None, id="a comparison"),
        pytest.param("${not arguments.id}", None, id="a negation"),
    ],
)
def test_a_condition_that_is_surely_no_boolean_is_told(tmp_path: Path, condition: str, kind: str | None) -> None:
    given = {"id": {"type": "string"}, "size": {"type": "integer"}, "flag": {"type": "boolean"}, "either": {"type": ["string", "null"]}}
    definition = actions(cases=[{"if": condition, "rest": get()}, {"rest": get()}], input_schema={"properties": given})
    definition["input_schema"]["properties"] |= {name: {} for name in given}
    message = f"gives {kind}, expected true or false; compare it, as in ${{arguments.operation == 'list'}}"
    expected = [("catalog-rest", "actions.list.cases[0].if", message)] if kind else []
    assert [found[:3] for found in told(tmp_path, definition)] == expected
