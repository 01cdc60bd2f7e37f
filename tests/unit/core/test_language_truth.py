"""The fine print "Equality and truth" of the language."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import language
from workflows.core import values

EQUAL = [
    (1, Decimal("1.0")), (Decimal("1.50"), Decimal("1.5")), ("a", "a"), (None, None), (None, values.Skipped("why")), (True, True), ([1, "a"], [Decimal("1.0"), "a"]),
    ({"a": 1, "b": 2}, {"b": 2, "a": Decimal("1")}), ([], []), ({}, {}), ([None], [None]),
]  # fmt: skip
DIFFERENT = [
    (True, 1), (False, 0), (True, Decimal("1.0")), (1, "1"), ("a", "A"), (None, 0), (None, ""), (None, False), ([], {}), ([1], [1, 2]), ([True], [1]),
    ({"a": 1}, {"a": 1, "b": 2}), ({"a": True}, {"a": 1}), ("", 0), ("true", True), ([], None),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_equal_values(left: Any, right: Any) -> None:
    for source in (
        "params.l == params.r",
        "params.r == params.l",
        "params.l === params.r",
        "!(params.l != params.r)",
        "!(params.l !== params.r)",
    ):
        assert language.value("${" + source + "}", l=left, r=right) is True, source


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_values(left: Any, right: Any) -> None:
    for source in ("params.l != params.r", "params.r !== params.l", "!(params.l == params.r)", "!(params.r === params.l)"):
        assert language.value("${" + source + "}", l=left, r=right) is True, source


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_in_and_contains_look_for_equal_values(left: Any, right: Any) -> None:
    assert language.value("${params.l in [7, params.r]}", l=left, r=right) is True
    assert language.value("${[7, params.r] | contains(params.l)}", l=left, r=right) is True
    assert language.value("${params.l not in [7, params.r]}", l=left, r=right) is False


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_in_tells_different_values_apart(left: Any, right: Any) -> None:
    assert language.value("${params.l in [7, params.r]}", l=left, r=right) is False


FALSE: list[Any] = ["", [], {}, 0, None, False, Decimal("0.00"), values.Skipped("why")]
TRUE: list[Any] = ["a", "false", "0", " ", [0], {"a": None}, 1, -1, Decimal("0.01"), True, [[]]]


@pytest.mark.parametrize(("given", "truth"), [*((one, False) for one in FALSE), *((one, True) for one in TRUE)])
def test_truth_in_every_kind_of_condition(given: Any, truth: bool) -> None:
    word = "yes" if truth else "no"
    for source in (
        "${params.x ? 'yes' : 'no'}", "${'yes' if params.x else 'no'}", "{% if params.x %}yes{% else %}no{% endif %}", "${!params.x ? 'no' : 'yes'}",
        "${not params.x ? 'no' : 'yes'}", "${(params.x && 'yes') || 'no'}", "{% for a in [1] if params.x %}yes{% else %}no{% endfor %}",
    ):  # fmt: skip
        assert language.value(source, x=given) == word, source
    assert language.relaxed("[{% if params.x %} 'yes' {% else %} 'no' {% endif %}]".replace("'", '"'), x=given) == [word]


@pytest.mark.parametrize(
    ("given", "truth"),
    [("", False), ([], False), ({}, False), (0, False), (None, False), (False, False), ("x", True), ([0], True), (1, True)],
)
def test_truth_of_a_step(given: Any, truth: bool) -> None:
    result = language.ran(
        language.document({"id": "a", "uses": "system.transform", "with": {"template": 1}, "if": "params.x"}, params={"x": None}),
        given={"x": given},
    )
    assert language.statuses(result) == ["completed" if truth else "skipped"]


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("params.xs | length", "a number"),
        ("${params.xs | length}", "a number"),
        ("params.xs | join(',')", "text"),
        ("1 + 1", "a number"),
        ("'yes'", "a constant"),
        ("1", "a constant"),
    ],
)
def test_the_checker_warns_of_a_condition_that_is_no_boolean(condition: str, kind: str) -> None:
    made = language.checked(
        language.document({"id": "a", "uses": "system.transform", "with": {"template": 1}, "if": condition}, params={"xs": [1]})
    )
    assert [(one.code, one.severity, one.message) for one in made.problems] == [
        ("not-boolean", "warning", f"the condition gives {kind}, no boolean; it holds where that is not 0, empty or null")
    ]
    assert made.ok


@pytest.mark.parametrize("condition", ["params.xs | length > 0", "true", "params.xs == null", "params.flag", "!params.flag"])
def test_the_checker_says_nothing_of_other_conditions(condition: str) -> None:
    made = language.checked(
        language.document(
            {"id": "a", "uses": "system.transform", "with": {"template": 1}, "if": condition}, params={"xs": [1], "flag": True}
        )
    )
    assert made.problems == ()


def test_dates_equal_their_iso_text() -> None:
    assert language.value("${today == '2026-11-23'}") is True
    assert language.value("${today === tomorrow}") is False
    assert language.value("${today == 'no date'}") is False
    assert language.value("${today == null}") is False
