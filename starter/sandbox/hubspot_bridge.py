"""HubSpot behind a bridge, for catalogs that still have one: four contacts, two of them worth a call."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import vendor

_COLUMNS: Final = ("firstname", "lastname", "email", "company", "jobtitle", "lead_source", "phone")
_CONTACTS: Final = (
    ("501", "Ana", "Munteanu", "ana.munteanu@codrusoft.example", "CodruSoft", "CTO", "webinar", "+373 22 000 501"),
    ("502", "Victor", "Ceban", "victor.ceban@vinaria.example", "Vinaria Cahul", "Accountant", "website", "+373 22 000 502"),
    ("503", "Elena", "Rotaru", "elena.rotaru@datapark.example", "DataPark", "CEO", "download", "+373 22 000 503"),
    ("504", "Ion", "Lungu", "ion.lungu@moara.example", "Moara Noua", "Assistant", "website", "+373 22 000 504"),
)


def get_contacts(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The contacts, whatever the filters; fields stand under `properties`, as HubSpot gives them."""
    results = [{"id": contact[0], "properties": dict(zip(_COLUMNS, contact[1:], strict=True))} for contact in _CONTACTS]
    return {"results": results, "total": len(results)}


def bulk_update_contacts(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Properties of several contacts."""
    updates = vendor.need(arguments, "updates", list)
    for update in updates:
        memory.things("hubspot.contact").setdefault(str(update["id"]), {}).update(update["properties"])
    return {"updated_count": len(updates), "status": "COMPLETE"}


def enroll_in_workflow(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Contacts in a workflow; one that is in it already counts no second time."""
    contacts = set(vendor.need(arguments, "contact_ids", list))
    enrolled = memory.things("hubspot.workflow").setdefault(vendor.need(arguments, "workflow_id"), set())
    new = contacts - enrolled
    enrolled |= contacts
    return {"enrolled_count": len(contacts), "newly_enrolled_count": len(new)}


TOOLS: Final[vendor.Tools] = {
    "enterprise": {"get_contacts": get_contacts, "bulk_update_contacts": bulk_update_contacts, "enroll_in_workflow": enroll_in_workflow}
}
