"""HubSpot's own API: contacts that can be searched and changed in batches, a static list, workflows that contacts are enrolled in."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any, Final

from starter.sandbox import api, hubspot_bridge, vendor

SERVICE: Final = "hubspot"
TOOLS: Final[vendor.Tools] = hubspot_bridge.TOOLS

_COLUMNS: Final = ("firstname", "lastname", "email", "company", "jobtitle", "lead_source", "phone")
_CONTACTS: Final = (
    ("501", "Ana", "Munteanu", "ana.munteanu@codrusoft.example", "CodruSoft", "CTO", "webinar", "+373 22 000 501"),
    ("502", "Victor", "Ceban", "victor.ceban@vinaria.example", "Vinaria Cahul", "Accountant", "website", "+373 22 000 502"),
    ("503", "Elena", "Rotaru", "elena.rotaru@datapark.example", "DataPark", "CEO", "download", "+373 22 000 503"),
    ("504", "Ion", "Lungu", "ion.lungu@moara.example", "Moara Noua", "Assistant", "website", "+373 22 000 504"),
)
_CREATED: Final = "2026-11-22T09:00:00.000Z"
#: What is read where the caller names no properties.
_USUAL: Final = ("createdate", "email", "firstname", "lastname")
_MOST_INPUTS: Final = 100
_MOST_FILTERS: Final = 6
_PARTLY: Final = 207
_TOO_MANY: Final = 429
_CATEGORIES: Final = {
    400: "VALIDATION_ERROR",
    401: "INVALID_AUTHENTICATION",
    403: "MISSING_SCOPES",
    404: "OBJECT_NOT_FOUND",
    409: "CONFLICT",
    422: "VALIDATION_ERROR",
    429: "RATE_LIMITS",
}
_TESTS: Final[dict[str, Callable[[str, Mapping[str, Any]], bool]]] = {
    "EQ": lambda found, wanted: found == wanted["value"],
    "NEQ": lambda found, wanted: found != wanted["value"],
    "LT": lambda found, wanted: found < wanted["value"],
    "LTE": lambda found, wanted: found <= wanted["value"],
    "GT": lambda found, wanted: found > wanted["value"],
    "GTE": lambda found, wanted: found >= wanted["value"],
    "BETWEEN": lambda found, wanted: wanted["value"] <= found <= wanted["highValue"],
    "IN": lambda found, wanted: found in wanted["values"],
    "NOT_IN": lambda found, wanted: found not in wanted["values"],
    "HAS_PROPERTY": lambda found, wanted: bool(found),
    "NOT_HAS_PROPERTY": lambda found, wanted: not found,
    "CONTAINS_TOKEN": lambda found, wanted: wanted["value"].lower().strip("*") in found.lower(),
    "NOT_CONTAINS_TOKEN": lambda found, wanted: wanted["value"].lower().strip("*") not in found.lower(),
}


def refusal(status: int, words: str) -> api.Answer:
    """HubSpot's form of an error; one who calls too often gets another."""
    identity = "aeb5f871-7f07-4993-9211-075dc63e7cbf"
    if status == _TOO_MANY:
        limit = {"status": "error", "message": "You have reached your ten_secondly_rolling limit.", "errorType": "RATE_LIMIT"}
        return api.Answer({**limit, "correlationId": identity, "policyName": "TEN_SECONDLY_ROLLING"}, status)
    body = {"status": "error", "message": words, "correlationId": identity, "category": _CATEGORIES.get(status, "INTERNAL_ERROR")}
    return api.Answer(body, status)


def search(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /crm/v3/objects/contacts/search: one group that holds is enough, in it all filters must hold."""
    fields = request.fields
    groups = fields.get("filterGroups") or [{"filters": []}]
    found = [one for one in _contacts(memory).items() if any(_matches(one[1], group.get("filters") or []) for group in groups)]
    page = _page(found, fields.get("limit", 10), fields.get("after"), fields.get("properties"))
    return _answer({"total": len(found), **page})


def list_contacts(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /crm/v3/objects/contacts, in pages."""
    wanted = request.query.get("properties")
    names = wanted.split(",") if wanted else None
    limit = request.query.get("limit", "10")
    return _answer(_page(list(_contacts(memory).items()), int(limit), request.query.get("after"), names))


def update_batch(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /crm/v3/objects/contacts/batch/update: 207 where some are not there."""
    inputs = vendor.need(request.fields, "inputs", list)
    if not 1 <= len(inputs) <= _MOST_INPUTS:
        raise vendor.Refused(f"inputs: found {len(inputs)}, expected 1 to {_MOST_INPUTS}", vendor.BAD_REQUEST)
    contacts, results, missing = _contacts(memory), [], []
    for one in inputs:
        identity, properties = vendor.need(one, "id"), vendor.need(one, "properties", dict)
        if identity not in contacts:
            missing.append(identity)
            continue
        contacts[identity].update(properties)
        results.append({"id": identity, "properties": properties, "createdAt": _CREATED, "updatedAt": _CREATED, "archived": False})
    done = {"status": "COMPLETE", "results": results, "startedAt": _CREATED, "completedAt": _CREATED}
    if not missing:
        return _answer(done)
    error = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": "Could not get some CONTACT objects, they may be deleted or not exist.",
    }
    return _answer({**done, "numErrors": 1, "errors": [{**error, "context": {"ids": missing}}]}, _PARTLY)


def add_to_list(request: api.Request, memory: vendor.Memory) -> Any:
    """PUT /crm/v3/lists/{list}/memberships/add: who is in it already stays in it and is not told."""
    if not isinstance(request.body, list) or not request.body:
        raise vendor.Refused("expected a list of record ids", vendor.BAD_REQUEST)
    members: set[str] = memory.things("hubspot.list").setdefault(request.path["list"], set())
    known = [identity for identity in request.body if identity in _contacts(memory)]
    added = [identity for identity in known if identity not in members]
    members.update(added)
    missing = [identity for identity in request.body if identity not in known]
    return _answer({"recordsIdsAdded": added, "recordIdsRemoved": [], "recordIdsMissing": missing})


def enroll(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /automation/v2/workflows/{workflow}/enrollments/contacts/{email}: 204."""
    email = request.path["email"]
    if not any(contact["email"] == email for contact in _contacts(memory).values()):
        raise vendor.Refused(f"contact with email {email} does not exist", vendor.NOT_FOUND)
    memory.things("hubspot.workflow").setdefault(request.path["workflow"], set()).add(email)
    return _answer(None, 204)


def _contacts(memory: vendor.Memory) -> dict[str, Any]:
    """Properties of every contact by id."""
    kept = memory.things("hubspot.own_contact")
    for contact in _CONTACTS if not kept else ():
        usual = {"createdate": _lately(), "lifecyclestage": "lead"}
        kept[contact[0]] = {**dict(zip(_COLUMNS, contact[1:], strict=True)), **usual}
    return kept


def _lately() -> str:
    """Two hours ago: leads of a pipeline that asks for those of the last day."""
    return (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=2)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _matches(contact: Mapping[str, Any], filters: list[Any]) -> bool:
    if len(filters) > _MOST_FILTERS:
        raise vendor.Refused(f"at most {_MOST_FILTERS} filters in a group", vendor.BAD_REQUEST)
    return all(_holds(contact, one) for one in filters)


def _holds(contact: Mapping[str, Any], wanted: Any) -> bool:
    name, test = vendor.need(wanted, "propertyName"), _TESTS.get(vendor.need(wanted, "operator"))
    if test is None:
        raise vendor.Refused(f"Invalid operator {wanted['operator']}", vendor.BAD_REQUEST)
    try:
        return test(_comparable(contact.get(name)), {key: _comparable(value) for key, value in wanted.items()})
    except KeyError as error:
        raise vendor.Refused(f"operator {wanted['operator']} requires {error.args[0]}", vendor.BAD_REQUEST) from None


def _comparable(value: Any) -> Any:
    """A value as it is compared: times in UTC whatever their offset, lists item by item, everything else as text."""
    if isinstance(value, list):
        return [_comparable(one) for one in value]
    try:
        moment = datetime.datetime.fromisoformat(str(value)) if "T" in str(value) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        return str(value or "")
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S}"


def _page(found: list[tuple[str, Any]], limit: int, after: Any, names: Any) -> dict[str, Any]:
    start = int(after or 0)
    wanted = names or _USUAL
    results = [
        {
            "id": identity,
            "properties": {name: contact.get(name) for name in wanted},
            "createdAt": _CREATED,
            "updatedAt": _CREATED,
            "archived": False,
        }
        for identity, contact in found[start : start + limit]
    ]
    more = start + limit < len(found)
    return {"results": results, **({"paging": {"next": {"after": str(start + limit)}}} if more else {})}


def _answer(body: Any, status: int = 200) -> api.Answer:
    limits = {
        "x-hubspot-ratelimit-max": "190",
        "x-hubspot-ratelimit-remaining": "189",
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
    }
    return api.Answer(body, status, limits)


def account(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /account-info/v3/details."""
    return api.Answer({"portalId": 62515, "accountType": "DEVELOPER_TEST", "timeZone": "Europe/Chisinau", "uiDomain": "app.hubspot.com"})


API: Final[api.Routes] = {
    "GET /account-info/v3/details": account,
    "GET /crm/v3/objects/contacts": list_contacts,
    "POST /automation/v2/workflows/{workflow}/enrollments/contacts/{email}": enroll,
    "POST /crm/v3/objects/contacts/batch/update": update_batch,
    "POST /crm/v3/objects/contacts/search": search,
    "PUT /crm/v3/lists/{list}/memberships/add": add_to_list,
}
