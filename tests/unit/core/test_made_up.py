"""Made-up outputs: from schemas, and from the arguments where these name the members."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from tests import language
from workflows.core import made_up

DATABASE = language.tools()["database.query"].output_schema
PROMETHEUS = language.tools()["prometheus.query"].output_schema
SALESFORCE = language.tools()["salesforce.enterprise"].output_schema_of("query_records")


def test_an_output_is_made_from_its_schema() -> None:
    schema = {"type": "object", "properties": {"balance": {"type": "number", "examples": [Decimal("12450.00")]}, "tags": {"type": "array"}}}
    assert language.exact(made_up.output(schema, {"action": "get_balance"})) == '{"balance":12450.00,"tags":[{}]}'


def test_the_row_of_a_query_has_the_columns_of_its_select_list() -> None:
    query = "SELECT transaction_id, amount, currency, created_at, reference_number FROM financial_transactions WHERE created_at >= :p1"
    made = made_up.output(DATABASE, {"query": query})
    row = {
        "transaction_id": 1,
        "amount": Decimal("1250.00"),
        "currency": "MDL",
        "created_at": "2026-01-15T09:00:00+00:00",
        "reference_number": "reference_number",
    }
    assert made == {"rows": [row], "count": 1}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "1"), ("OwnerId", "1"), ("total_amount", "1250.00"), ("social_contrib", "1250.00"), ("medical_contribution", "1250.00"),
        ("gross_salary", "1250.00"), ("error_rate", "1250.00"), ("new_count", "12"), ("COUNT(*)", "12"), ("COUNT(*) AS signups", "12"),
        ("SUM(x) AS y", "1250.00"), ("hire_date", '"2026-01-15"'), ("LastModifiedDate", '"2026-01-15"'),
        ("created_at", '"2026-01-15T09:00:00+00:00"'), ("is_active", "true"), ("email", '"someone@example.com"'), ("currency", '"MDL"'),
        ("amount_date", '"2026-01-15"'), ("position", '"position"'), ("account_number", '"account_number"'), ('"сумма"', '"сумма"'),
    ],
)  # fmt: skip
def test_the_name_of_a_column_tells_what_it_holds(column: str, value: str) -> None:
    (row,) = made_up.output(DATABASE, {"query": f"SELECT {column} FROM t"})["rows"]
    assert language.exact(list(row.values())) == f"[{value}]"


def test_a_star_gives_one_row_all_the_same() -> None:
    assert made_up.output(DATABASE, {"query": "SELECT * FROM t"}) == {"rows": [{"id": 1, "name": "name"}], "count": 1}


def test_a_statement_that_writes_gives_no_rows_but_a_count() -> None:
    assert made_up.output(DATABASE, {"query": "INSERT INTO t (a) VALUES (:p1)"}) == {"rows": [], "count": 1}


def test_several_queries_give_a_row_for_each_name() -> None:
    queries = [
        {"name": "signups", "query": "SELECT COUNT(*) AS count FROM users"},
        {"name": "revenue", "query": "SELECT COALESCE(SUM(amount), 0) AS amount FROM t"},
        {"name": "gone", "query": "DELETE FROM t"},
    ]
    assert made_up.output(DATABASE, {"queries": queries}) == {
        "signups": {"count": 12},
        "revenue": {"amount": Decimal("1250.00")},
        "gone": None,
    }


def test_queries_of_another_language_give_what_the_schema_has_for_each() -> None:
    made = made_up.output(PROMETHEUS, {"queries": [{"name": "error_rate", "query": "a / b"}, {"name": "users", "query": "c"}]})
    assert list(made) == ["error_rate", "users"]
    assert made["users"] == {"value": Decimal("1.25"), "samples": [{"labels": {}, "value": Decimal("1.25")}]}


def test_records_of_soql_have_the_fields_that_are_selected() -> None:
    made = made_up.output(SALESFORCE, {"action": "query_records", "query": "SELECT Id, Name, Amount FROM Opportunity"})
    assert made == {"totalSize": 1, "done": True, "records": [{"Id": 1, "Name": "Name", "Amount": Decimal("1250.00")}]}


@pytest.mark.parametrize(
    ("arguments", "schema"),
    [
        pytest.param({"query": "open tickets"}, {"properties": {"rows": {"type": "array"}}}, id="a query that is no SQL"),
        pytest.param({"query": "SELECT a FROM t"}, {"properties": {"rows": {"type": "array", "items": {"type": "string"}}}}, id="texts"),
        pytest.param(
            {"query": "SELECT a FROM t"},
            {"properties": {"rows": {"type": "array", "items": {"type": "object", "properties": {"x": {}}}}}},
            id="declared members",
        ),
        pytest.param({"query": "SELECT a FROM t"}, {"properties": {"rows": {"type": "array", "examples": [[7]]}}}, id="an example"),
        pytest.param({"query": 5}, {"properties": {"rows": {"type": "array"}}}, id="no text"),
        pytest.param(
            {"queries": [{"name": "n", "query": "open tickets"}]},
            {"properties": {"found": {"type": "array"}}},
            id="queries that are no SQL",
        ),
        pytest.param({"queries": []}, {"properties": {"rows": {"type": "array"}}}, id="no queries"),
        pytest.param({"queries": ["a"]}, {"properties": {"rows": {"type": "array"}}}, id="queries without names"),
    ],
)
def test_arguments_of_another_kind_leave_the_output_as_the_schema_has_it(arguments: dict[str, Any], schema: dict[str, Any]) -> None:
    assert made_up.output(schema, arguments) == made_up.output(schema, {})


def test_the_schema_is_left_as_it_was() -> None:
    schema = {"examples": [{"rows": []}], "properties": {"rows": {"type": "array"}}}
    before = copy.deepcopy(schema)
    assert made_up.output(schema, {"query": "SELECT id FROM t"}) == {"rows": [{"id": 1}]}
    assert schema == before
