"""The pipelines that read databases, on a real Temporal server and real databases: exact money, parameters bound, effects once."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import zoneinfo
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from temporalio import client as temporal_client
from temporalio import service, testing

from starter import sample_database
from starter.sandbox import server as sandbox_server
from tests import reference_cases
from tests.acceptance import test_reference_server as server_runs
from workflows import converter

CHISINAU = zoneinfo.ZoneInfo("Europe/Chisinau")
#: The reference pipelines read the database's clock, so their nominal time has to be today.
NOW = datetime.datetime.now(CHISINAU).replace(microsecond=0)
ORIGINALS = reference_cases.REFERENCE / "pipelines"
EDITIONS = reference_cases.ROOT / "pipelines"


@pytest.fixture(scope="module")
def books(postgres_url: str) -> str:
    """The sample database on PostgreSQL, with the session's clock in the company's zone; gives its URL."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for statement in sample_database.postgres_statements(NOW.date()):
            connection.execute(statement)
    return postgres_url


@pytest.fixture
async def vendors() -> AsyncIterator[sandbox_server.Running]:
    """A vendor sandbox that has not been called yet."""
    async with sandbox_server.sandbox_server() as running:
        yield running


async def run(temporal: temporal_client.Client, file: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Runs a file at NOW; gives its result."""
    facts = {"nominal_time": NOW.isoformat(), "params": {}, "event": None}
    return await server_runs.run_case(temporal, reference_cases.Case(file, "now", facts), environment)


def outputs(result: dict[str, Any]) -> dict[str, Any]:
    """Outputs by step id, after a look that all is well."""
    assert result["status"] == "completed", result["error"]
    return {step["id"]: step["output"] for step in result["steps"]}


@pytest.mark.server
@pytest.mark.parametrize("folder", [ORIGINALS, EDITIONS], ids=["byte for byte", "corrected"])
async def test_reconciliation_finds_what_differs_between_bank_and_books(
    client: temporal_client.Client, vendors: sandbox_server.Running, books: str, folder: Path
) -> None:
    environment = {**vendors.endpoints, "ORDINAUT_DATABASE_URL": books}
    found = outputs(await run(client, folder / "daily-financial-reconciliation.json", environment))
    amounts = [row["amount"] for row in found["get_system_transactions"]["rows"]]
    assert Decimal("3200.50") in amounts and all(isinstance(amount, Decimal) for amount in amounts)
    discrepancies = found["reconcile_transactions"]["discrepancies"]
    # by hand, from the sample day: 5430.00 at the bank and 5340.00 in the books; 1250.00 only at the bank; 740.40 only in the books
    assert [(one["type"], one["amount"]) for one in discrepancies] == [
        ("amount-mismatch", Decimal("90.00")),
        ("missing-in-system", Decimal("1250.00")),
        ("missing-in-bank", Decimal("740.40")),
    ]
    assert found["create_discrepancy_tickets"]["created_count"] == 3
    assert found["reconcile_transactions"]["matched_count"] == 5


@pytest.mark.server
@pytest.mark.parametrize("folder", [ORIGINALS, EDITIONS], ids=["byte for byte", "corrected"])
async def test_sia_report_sums_contributions_exactly_and_records_the_submission_once(
    client: temporal_client.Client, vendors: sandbox_server.Running, books: str, folder: Path
) -> None:
    with psycopg.connect(books, autocommit=True) as connection:
        connection.execute("DELETE FROM compliance_reports")
    environment = {**vendors.endpoints, "ORDINAUT_DATABASE_URL": books}
    result = await run(client, folder / "sia-monthly-employment.json", environment)
    found = outputs(result)
    employees = found["prepare_sia_data"]["employees"]
    total = sum((one["social_contribution"] + one["medical_contribution"] for one in employees), Decimal(0))
    with psycopg.connect(books) as connection:
        rows = connection.execute(
            "SELECT reporting_period, status, reference_number, total_employees, total_contributions FROM compliance_reports"
        ).fetchall()
    last_month = (NOW.date().replace(day=1) - datetime.timedelta(days=1)).strftime("%Y-%m")
    assert [(row[0], row[2], row[3]) for row in rows] == [(last_month, found["submit_report"]["reference_number"], len(employees))]
    assert rows[0][4] == total > 0
    message = next(step for step in result["steps"] if step["id"] == "notify_compliance_team")["with"]["message"]
    assert f"{total:f} MDL" in message or f"{total} MDL" in message


@pytest.mark.server
@pytest.mark.parametrize("folder", [ORIGINALS, EDITIONS], ids=["byte for byte", "corrected"])
async def test_metrics_are_collected_pushed_and_judged(
    client: temporal_client.Client, vendors: sandbox_server.Running, books: str, folder: Path
) -> None:
    environment = {**vendors.endpoints, "ORDINAUT_DATABASE_URL": books}
    result = await run(client, folder / "business-metrics.json", environment)
    found = outputs(result)
    business = found["collect_business_metrics"]
    assert isinstance(business["new_signups"]["count"], int)
    pushed = next(step for step in result["steps"] if step["id"] == "push_custom_metrics")["with"]["metrics"]
    assert [metric["value"] for metric in pushed] == [
        business["new_signups"]["count"],
        business["revenue_hourly"]["amount"],
        business["support_tickets"]["count"],
    ]
    assert len(found["check_thresholds"]["all"]) == 3


@pytest.mark.server
async def test_reconciliation_on_sqlite_gives_the_same_report(
    client: temporal_client.Client, vendors: sandbox_server.Running, tmp_path: Path
) -> None:
    sample_database.create(tmp_path / "books.db", NOW.date())
    environment = {**vendors.endpoints, "ORDINAUT_DATABASE_URL": f"sqlite:///{tmp_path}/books.db"}
    found = outputs(await run(client, EDITIONS / "daily-financial-reconciliation.json", environment))
    assert [(one["type"], one["amount"]) for one in found["reconcile_transactions"]["discrepancies"]] == [
        ("amount-mismatch", Decimal("90.00")),
        ("missing-in-system", Decimal("1250.00")),
        ("missing-in-bank", Decimal("740.40")),
    ]


RELEASES = [case for case in server_runs.mock_runs.ALL if case.file.stem == "automated-release"]


async def pass_sleep(environment: testing.WorkflowEnvironment, handle: temporal_client.WorkflowHandle[Any, Any]) -> None:
    """Lets the server's clock pass the run's sleep as soon as the run waits for it."""
    while (await handle.describe()).status == temporal_client.WorkflowExecutionStatus.RUNNING:
        steps = (await handle.query("progress"))["steps"]
        if any(step["uses"] == "system.sleep" and step["status"] == "waiting" for step in steps):
            await environment.sleep(datetime.timedelta(seconds=1_800))
        await asyncio.sleep(0.05)


@pytest.mark.server
@pytest.mark.parametrize("case", RELEASES, ids=lambda case: f"{case.file.parent.name}: {case.name}")
async def test_release_waits_its_time_on_the_time_skipping_server(
    skipping: testing.WorkflowEnvironment, case: reference_cases.Case
) -> None:
    address = skipping.client.service_client.config.target_host
    temporal = await temporal_client.Client.connect(address, data_converter=converter.DATA_CONVERTER)  # one that does not skip by itself
    async with server_runs.answering(case) as (recorded, environment):
        result = await server_runs.run_case(temporal, case, environment, functools.partial(pass_sleep, skipping))
    # the counter lives on the task queue of the case's own worker; the next case counts from 1 again
    with contextlib.suppress(service.RPCError):
        await temporal.get_workflow_handle("counter-automated-release").terminate()
    server_runs.mock_runs.assert_expected(result, case.facts["expected"])
    assert len({key for _, key, _ in recorded.seen}) == len(recorded.seen)
