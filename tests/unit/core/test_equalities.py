"""Equalities that an expression demands: found where they must hold, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.core import equalities, errors, scope

NAMES = scope.Scope({"params": {"n": 5}, "steps": {"create": {"key": "SHOP-7"}}})


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("event.issue.key == steps.create.key", {("issue", "key"): "SHOP-7"}),
        ("steps.create.key == event.issue.key", {("issue", "key"): "SHOP-7"}),
        ("event['issue']['key'] == 'a b'", {("issue", "key"): "a b"}),
        ("event.a == 1 and event.b == params.n + 1", {("a",): 1, ("b",): 6}),
        ("event.a == 1 && (event.b == 2 and event.c == null)", {("a",): 1, ("b",): 2, ("c",): None}),
        ("event.a == 1 and (event.b == 2 or event.c == 3)", {("a",): 1}),
        ("event.a == (params.n > 3)", {("a",): True}),
        ("event.a == 1 or event.b == 2", {}),
        ("not (event.a == 1)", {}),
        ("event.a != 1", {}),
        ("event.a == event.b", {}),
        ("event.a == 1 ? event.b : event.c", {}),
        ("(event.a | upper) == 'X'", {}),
        ("event.items[0].id == 1", {}),
        ("event == 1", {}),
        ("event[params.n] == 1", {}),
        ("events.a == 1", {}),
        ("(event.a | default(1)) == 1", {}),
        ("event.open", {}),
        ("true", {}),
    ],
)
def test_equalities_of_an_expression(source: str, found: dict[tuple[str, ...], Any]) -> None:
    assert {one.path: one.value(NAMES) for one in equalities.of(source, "event")} == found


def test_a_value_that_is_not_there_is_an_error_that_names_it() -> None:
    (one,) = equalities.of("event.a == steps.create.kye", "event")
    with pytest.raises(errors.MissingValue, match=r"^'kye' is missing in 'steps.create'; there is: key \(did you mean 'key'\?\)$"):
        one.value(NAMES)


def test_an_expression_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(errors.EvaluationError, match="the expression ends too early"):
        equalities.of("event.a ==", "event")
