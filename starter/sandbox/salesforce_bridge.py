"""Salesforce behind a bridge, for catalogs that still have one: three opportunities nobody touched for weeks, and their report."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import vendor

_COLUMNS: Final = ("Id", "Name", "StageName", "LastModifiedDate", "Amount", "CloseDate", "OwnerId")
_OPPORTUNITIES: Final = (
    ("0065A000001", "Orhei Logistic - fleet", "Qualification", "2026-01-05T10:00:00.000+0000", 120_000, "2026-12-18", "0055A0000A1"),
    ("0065A000002", "Nistru Foods - stock", "Needs Analysis", "2026-01-07T12:30:00.000+0000", 84_500, "2026-12-22", "0055A0000A2"),
    (
        "0065A000003",
        "Codru Construct - sites",
        "Proposal/Price Quote",
        "2026-01-09T08:15:00.000+0000",
        240_000,
        "2026-12-30",
        "0055A0000A1",
    ),
)
_PIPELINE_VALUE: Final = 1_284_500
_PIPELINE_COUNT: Final = 37


def query_records(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Whole records of the stale opportunities, whatever the query selects; other objects have none."""
    query = vendor.need(arguments, "query")
    found = _OPPORTUNITIES if "opportunity" in query.lower() else ()
    records = [dict(zip(_COLUMNS, opportunity, strict=True)) for opportunity in found]
    return {"totalSize": len(records), "done": True, "records": records}


def run_report(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The pipeline by stage."""
    return {
        "report_id": vendor.need(arguments, "report_id"),
        "total_value": _PIPELINE_VALUE,
        "opportunities_count": _PIPELINE_COUNT,
        "data": {
            "Qualification": {"count": 12, "value": 310_000},
            "Needs Analysis": {"count": 11, "value": 284_500},
            "Proposal/Price Quote": {"count": 9, "value": 440_000},
            "Negotiation": {"count": 5, "value": 250_000},
        },
    }


def query_reports(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Sales of a period, by week."""
    return {
        "report_type": vendor.need(arguments, "report_type"),
        "date_range": arguments.get("date_range"),
        "data": [{"region": "North", "deals_won": 6, "revenue": 182_000}, {"region": "South", "deals_won": 3, "revenue": 74_500}],
    }


def bulk_import(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Many records of one type."""
    kind, rows = vendor.need(arguments, "sobject_type"), vendor.need(arguments, "bulk_data", list)
    created = [_create(kind, row, memory) for row in rows]
    return {"successCount": len(created), "failureCount": 0, "results": created}


def create_record(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """One record."""
    return _create(vendor.need(arguments, "sobject_type"), vendor.need(arguments, "fields", dict), memory)


def create_task(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A task."""
    return _create("Task", vendor.need(arguments, "fields", dict), memory)


def update_record(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Fields of a record."""
    return {"id": vendor.need(arguments, "record_id"), "success": True}


def send_email(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """An email made from a template."""
    recipients = vendor.need(arguments, "recipients", list)
    return {"id": f"email-{memory.number('salesforce.email'):06}", "sent_count": len(recipients), "success": True}


def sync_contacts(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Contacts brought in line."""
    return {"synced_count": len(arguments.get("bulk_data", []))}


def _create(kind: str, fields: Any, memory: vendor.Memory) -> dict[str, Any]:
    identity = f"{kind[:3].upper():0>3}5A{memory.number(f'salesforce.{kind}'):08}"
    memory.things(f"salesforce.{kind}")[identity] = fields
    return {"id": identity, "success": True, "errors": []}


TOOLS: Final[vendor.Tools] = {
    "enterprise": {
        "query_records": query_records,
        "create_record": create_record,
        "update_record": update_record,
        "run_report": run_report,
        "send_email": send_email,
        "create_task": create_task,
        "update_opportunity": update_record,
        "bulk_import": bulk_import,
        "sync_contacts": sync_contacts,
    },
    "query_reports": query_reports,
}
