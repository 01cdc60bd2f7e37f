"""Only given names become parameters, and a position in the bound text leads back to the author's."""

from __future__ import annotations

from typing import Any

import pytest

from activities import sql_binding
from workflows.core import errors


def mark(value: Any, stores: bool) -> tuple[str, Any]:
    return ("<store>" if stores else "<compare>"), value


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("SELECT :a", "SELECT <compare>"),
        ("SELECT :a::date, b::text", "SELECT <compare>::date, b::text"),
        ("SELECT ':a', \":a\", $$:a$$ /* :a */, :a -- :a", "SELECT ':a', \":a\", $$:a$$ /* :a */, <compare> -- :a"),
        ("SELECT '12:30:00', :a", "SELECT '12:30:00', <compare>"),
        ("SELECT :aa, :a, x[1:a2]", "SELECT :aa, <compare>, x[1:a2]"),
        ("SELECT (:a,:a)", "SELECT (<compare>,<compare>)"),
        ("INSERT INTO t VALUES (:a)", "INSERT INTO t VALUES (<store>)"),
        ("UPDATE t SET x = :a WHERE y > :a", "UPDATE t SET x = <store> WHERE y > <compare>"),
        ("INSERT INTO t SELECT :a FROM s JOIN r ON s.id = :a", "INSERT INTO t SELECT <store> FROM s JOIN r ON s.id = <compare>"),
    ],
)
def test_given_names_are_bound(text: str, bound: str) -> None:
    found = sql_binding.bind(text, {"a": 5}, mark, str)
    assert found.text == bound
    assert found.values == [5] * (bound.count("<store>") + bound.count("<compare>"))


def test_the_rest_is_escaped_for_the_driver() -> None:
    assert sql_binding.bind("SELECT 5 % :a, '100%'", {"a": 3}, mark, lambda text: text.replace("%", "%%")).text == (
        "SELECT 5 %% <compare>, '100%%'"
    )


@pytest.mark.parametrize("text", ["SELECT 1", "SELECT ':a'", "SELECT 1 -- :a", "SELECT b::a"])
def test_a_parameter_that_is_nowhere_is_told(text: str) -> None:
    with pytest.raises(errors.ToolError) as caught:
        sql_binding.bind(text, {"a": 5}, mark, str)
    assert caught.value.message == (
        "with.parameters.a: the statement has no `:a` outside quotes and comments; write it there, without quotes, or leave it out"
    )


@pytest.mark.parametrize(
    ("position", "place"),
    [
        pytest.param(1, (1, 1), id="begin"),
        pytest.param(8, (1, 8), id="parameter"),  # SELECT $1
        pytest.param(9, (1, 9), id="inside-parameter"),
        pytest.param(11, (2, 1), id="second-line"),
        pytest.param(999, None, id="beyond"),
    ],
)
def test_a_position_leads_back(position: int, place: tuple[int, int] | None) -> None:
    assert sql_binding.place("SELECT :first\nFROM t", {"first": 1}, position) == place
