"""The fine print "Rows" of the language: outputs of queries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import language
from workflows.core import values

ROWS = [{"region": "north", "sum": Decimal("10.50")}, {"region": "south", "sum": Decimal("20.00")}, {"region": "7", "sum": Decimal("1.00")}]


def _names(rows: list[dict[str, Any]] | None = None, key_by: str | None = None) -> Any:
    found = ROWS if rows is None else rows
    return language.names({"k": "south"}, {"sales": values.Rows({"rows": found, "count": len(found)}, key_by)})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${steps.sales.rows}", ROWS), ("${steps.sales.count}", 3), ("${steps.sales.rows[0].sum}", Decimal("10.50")), ("${steps.sales['north'].sum}", Decimal("10.50")),
        ("${steps.sales.south.sum}", Decimal("20.00")), ("${steps.sales[params.k].sum}", Decimal("20.00")), ("${steps.sales[7].sum}", Decimal("1.00")),
        ("${steps.sales['7'].sum}", Decimal("1.00")), ("${steps.sales.west.sum | default(0)}", 0), ("${steps.sales}", {"rows": ROWS, "count": 3}),
        ("${steps.sales.rows | sum(attribute='sum')}", Decimal("31.50")), ("${sales.rows | length}", 3),
    ],
)  # fmt: skip
def test_rows_of_a_query(source: str, expected: Any) -> None:
    assert language.exact(language.value(source, _names())) == language.exact(expected)


def test_rows_and_count_win_over_a_row_of_that_name() -> None:
    scope = _names([{"key": "rows", "n": 1}, {"key": "count", "n": 2}])
    assert language.value("${steps.sales.count}", scope) == 2
    assert language.value("${steps.sales.rows[1].n}", scope) == 2


def test_a_row_that_is_not_there_is_an_error_that_lists_the_keys() -> None:
    assert (
        language.error("${steps.sales.west}", _names())
        == "no row 'west' in 'steps.sales'; there is: north, south, 7 (give it a | default(...))"
    )


def test_a_key_found_twice_is_an_error() -> None:
    scope = _names([{"region": "north", "n": 1}, {"region": "north", "n": 2}])
    assert language.error("${steps.sales.north.n}", scope) == (
        "'steps.sales' has 2 rows with the key 'north' (make the first column (or key_by) unique, for example with GROUP BY)"
    )


@pytest.mark.parametrize("key", [7, Decimal("7.5"), True, None])
def test_keys_are_compared_as_text(key: Any) -> None:
    scope = language.names({"k": key}, {"q": values.Rows({"rows": [{"id": key, "n": 1}], "count": 1})})
    assert language.value("${steps.q[params.k].n}", scope) == 1


def test_key_by_names_another_column() -> None:
    assert language.value("${steps.sales['20.00'].region}", _names(key_by="sum")) == "south"


def test_in_a_bare_list_an_index_is_a_position() -> None:
    scope = language.names({}, {"q": {"rows": [{"id": 1}, {"id": 0}]}})
    assert language.value("${steps.q.rows[1].id} ${steps.q.rows[0].id}", scope) == "0 1"


QUERY: dict[str, Any] = {"id": "q", "uses": "database.query", "save_as": "q"}


def _shown(with_: dict[str, Any], output: dict[str, Any], source: str) -> Any:
    steps = ({**QUERY, "with": with_}, {"id": "s", "uses": "system.transform", "with": {"template": source}})
    result = language.ran(language.document(*steps), {"q": output})
    return result["steps"][1]["output"] if result["status"] == "completed" else result["error"]["message"]


def test_a_run_finds_rows_by_key() -> None:
    output = {"rows": [{"region": "north", "total": 5}], "count": 1}
    assert _shown({"query": "SELECT 1"}, output, "${steps.q.north.total} of ${steps.q.count}") == "5 of 1"
    assert _shown({"query": "SELECT 1", "key_by": "total"}, output, "${steps.q[5].region}") == "north"


def test_with_queries_the_output_holds_the_first_row_of_each() -> None:
    with_ = {"queries": [{"name": "business", "query": "SELECT 1"}, {"name": "empty", "query": "SELECT 2"}]}
    output = {"business": {"count": 3, "total": 7}, "empty": None}
    assert _shown(with_, output, "${steps.q.business.count} ${steps.q.business.total} ${steps.q.empty}") == "3 7 null"
    assert _shown(with_, output, "${steps.q.empty.total}").startswith(
        "in with.template: 'steps.q.empty' is null, so 'total' cannot be read"
    )


def test_a_null_of_a_prometheus_query_says_why() -> None:
    scope = language.names(
        {},
        {
            "m": {
                "errors": {"value": None, "reason": "no sample", "samples": []},
                "many": {"samples": [1, 2], "reason": "2 samples; read samples"},
            }
        },
    )
    assert language.value("${steps.m.errors.value}", scope) is None
    assert language.error("${steps.m.many.value}", scope) == (
        "'value' is missing in 'steps.m.many'; there is: samples, reason (2 samples; read samples)"
    )
