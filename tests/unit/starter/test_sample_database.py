"""The sample database: what the shipped pipelines read from it, and that it agrees with the stand-in of the bank."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from starter import sample_database, sample_day
from starter.sandbox import reconciliation
from tests import postgres

DAY = datetime.date(2026, 11, 23)

BOOKS = """SELECT transaction_id, amount, currency, created_at, reference_number FROM financial_transactions
           WHERE DATE(created_at) = '2026-11-23' AND status = 'completed' ORDER BY created_at"""
EMPLOYEES = """SELECT employee_id, full_name FROM employees
               WHERE (hire_date <= '2026-10-31' OR hire_date IS NULL) AND (termination_date >= '2026-10-01' OR termination_date IS NULL)
               ORDER BY employee_id"""
PAYROLL = "SELECT employee_id, salary_gross, social_contribution, medical_contribution FROM payroll WHERE payroll_month = '2026-10'"
REPORT = """INSERT INTO compliance_reports
              (report_type, reporting_period, submission_date, status, reference_number, total_employees, total_contributions)
            VALUES ('sia_employment', '2026-10', '2026-11-20T14:00:00+02:00', 'accepted', 'SIA-2026-10-000001', 4, '35591.82')"""


@pytest.fixture
def sqlite_rows(tmp_path: Path) -> Iterator[Any]:
    """A function that runs SQL in the SQLite file."""
    sample_database.create(tmp_path / "sample.db", DAY)
    with contextlib.closing(sqlite3.connect(tmp_path / "sample.db")) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def test_the_day_s_books_hold_money_as_text_and_times_as_wall_clock(sqlite_rows: Any) -> None:
    assert sqlite_rows(BOOKS) == [
        (982301, "12450.00", "MDL", "2026-11-23T09:05:00", "INV-20261123-001"),
        (982302, "3200.50", "MDL", "2026-11-23T09:40:00", "INV-20261123-002"),
        (982303, "-1875.25", "MDL", "2026-11-23T10:15:00", "INV-20261123-003"),
        (982304, "450.00", "EUR", "2026-11-23T11:20:00", "INV-20261123-004"),
        (982305, "-0.30", "MDL", "2026-11-23T12:00:00", "INV-20261123-005"),
        (982306, "5340.00", "MDL", "2026-11-23T13:30:00", "INV-20261123-006"),
        (982308, "740.40", "MDL", "2026-11-23T16:10:00", "INV-20261123-008"),
    ]


def test_the_day_s_times_lie_between_its_dates_as_text(sqlite_rows: Any) -> None:
    sql = "SELECT COUNT(*) FROM financial_transactions WHERE created_at >= '2026-11-23' AND created_at < '2026-11-24'"
    assert sqlite_rows(sql) == [(8,)]  # one of them is pending


def test_an_hour_of_sign_ups_sales_and_tickets(sqlite_rows: Any) -> None:
    hour = "created_at >= '2026-11-23T17:00:00+02:00' AND created_at < '2026-11-23T18:00:00+02:00'"
    counts = [sqlite_rows(f"SELECT COUNT(*) FROM {table} WHERE {hour}")[0][0] for table in ("users", "transactions", "support_tickets")]
    assert counts == [3, 4, 1]


def test_the_employees_of_last_month_are_those_with_a_payroll(sqlite_rows: Any) -> None:
    assert sqlite_rows(EMPLOYEES) == [(1, "Ana Munteanu"), (2, "Victor Ceban"), (3, "Elena Rotaru"), (4, "Ion Lungu")]
    assert sqlite_rows(PAYROLL) == [
        (1, "32000.00", "7680.00", "2880.00"),
        (2, "24500.50", "5880.12", "2205.04"),
        (3, "21750.25", "5220.06", "1957.52"),
        (4, "29300.00", "7032.00", "2637.00"),
    ]


def test_a_compliance_report_can_be_added(sqlite_rows: Any) -> None:
    sqlite_rows(REPORT)
    assert sqlite_rows("SELECT report_id, status, total_contributions FROM compliance_reports") == [(1, "accepted", "35591.82")]


def test_bank_and_books_of_a_day_differ_in_three_things() -> None:
    bank = [{"reference": entry.reference, "amount": entry.amount, "currency": entry.currency} for entry in sample_day.bank(DAY)]
    books = [
        {"reference_number": entry.reference, "amount": str(entry.amount), "currency": entry.currency}
        for entry in sample_day.books(DAY)
        if entry.status == "completed"
    ]
    found = reconciliation.reconcile(bank, books)
    assert found["matched_count"] == 5
    assert [(discrepancy["type"], discrepancy["amount"]) for discrepancy in found["discrepancies"]] == [
        ("amount-mismatch", Decimal("90.00")),
        ("missing-in-system", Decimal("1250.00")),
        ("missing-in-bank", Decimal("740.40")),
    ]


def test_no_two_days_share_a_transaction() -> None:
    days = [DAY + datetime.timedelta(days=number) for number in range(400)]
    ids = [entry.id for day in days for entry in (*sample_day.bank(day), *sample_day.books(day))]
    assert len(ids) == len(set(ids))


def test_a_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "sample.db"
    for day in (DAY, DAY + datetime.timedelta(days=1)):
        sample_database.create(path, day)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT MAX(DATE(created_at)) FROM financial_transactions").fetchone() == ("2026-11-24",)
    assert [entry.name for entry in tmp_path.iterdir()] == ["sample.db"]


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(sample_database.SampleDatabaseError) as refused:
        sample_database.create(tmp_path / "none" / "sample.db", DAY)
    assert str(refused.value) == f"cannot write the sample database {tmp_path}/none/sample.db: unable to open database file"


@pytest.mark.parametrize("day", [datetime.date(2026, 1, 31), datetime.date(2028, 2, 29), datetime.date(2026, 12, 31)], ids=str)
def test_every_day_of_the_calendar_has_a_database(tmp_path: Path, day: datetime.date) -> None:
    sample_database.create(tmp_path / "sample.db", day)
    with contextlib.closing(sqlite3.connect(tmp_path / "sample.db")) as connection:
        assert connection.execute(
            "SELECT COUNT(*) FROM financial_transactions WHERE DATE(created_at) = ?", [day.isoformat()]
        ).fetchone() == (8,)


def test_postgresql_has_the_same_rows_with_exact_decimals_and_real_times() -> None:
    with postgres.running() as url, psycopg.connect(url, autocommit=True) as connection:
        for statement in sample_database.postgres_statements(DAY):
            connection.execute(statement)  # type: ignore[call-overload]
        rows = connection.execute(BOOKS).fetchall()
        assert [row[1] for row in rows] == [
            Decimal(text) for text in ("12450.00", "3200.50", "-1875.25", "450.00", "-0.30", "5340.00", "740.40")
        ]
        assert rows[0][3].isoformat() == "2026-11-23T09:05:00+02:00"
        assert [row[0] for row in connection.execute(EMPLOYEES).fetchall()] == [1, 2, 3, 4]
        connection.execute(REPORT)
        assert connection.execute("SELECT report_id, total_contributions FROM compliance_reports").fetchall() == [(1, Decimal("35591.82"))]
