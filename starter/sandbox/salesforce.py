"""Salesforce's own API: records, queries, reports, bulk jobs, emails; what was written can be read, external ids are natural keys."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from activities import json_text
from starter.sandbox import api, salesforce_bridge, vendor

SERVICE: Final = "salesforce"
TOOLS: Final[vendor.Tools] = salesforce_bridge.TOOLS

_COLUMNS: Final = ("Id", "Name", "StageName", "LastModifiedDate", "Amount", "CloseDate", "OwnerId")
_OPPORTUNITIES: Final = (
    (
        "0065A000001AbCd",
        "Orhei Logistic - fleet",
        "Qualification",
        "2026-01-05T10:00:00.000+0000",
        120_000,
        "2026-12-18",
        "0055A000001OwnA",
    ),
    ("0065A000002AbCd", "Nistru Foods - stock", "Needs Analysis", "2026-01-07T12:30:00.000+0000", 84_500, "2026-12-22", "0055A000001OwnB"),
    (
        "0065A000003AbCd",
        "Codru Construct - sites",
        "Proposal/Price Quote",
        "2026-01-09T08:15:00.000+0000",
        240_000,
        "2026-12-30",
        "0055A000001OwnA",
    ),
)
#: Stage, number and value of opportunities: 37 of 1,284,500.
_STAGES: Final = (
    ("Qualification", 12, 310_000),
    ("Needs Analysis", 11, 284_500),
    ("Proposal/Price Quote", 9, 440_000),
    ("Negotiation", 5, 250_000),
)
_CREATED: Final = 201
_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429
_MOST_RECORDS: Final = 200
_PAGE: Final = 2_000
_MOST_JOB_CHARS: Final = 100_000
_REQUIRED: Final = {"Lead": ("LastName", "Company"), "Contact": ("LastName",), "Opportunity": ("Name", "StageName", "CloseDate")}
_QUERY: Final = re.compile(r"\s*SELECT\s+(.+?)\s+FROM\s+(\w+)\b", re.IGNORECASE | re.DOTALL)
_LITERAL: Final = re.compile(r"'(?:[^'\\]|\\.)*'")
_CODES: Final = {
    400: "INVALID_FIELD",
    401: "INVALID_SESSION_ID",
    403: "REQUEST_LIMIT_EXCEEDED",
    404: "NOT_FOUND",
    422: "FIELD_INTEGRITY_EXCEPTION",
    500: "UNKNOWN_EXCEPTION",
}
_SEPARATOR: Final = ": "


def refusal(status: int, words: str) -> api.Answer:
    """Salesforce's form of an error, a list; who calls too often gets 403. Words may begin with the code: `NOT_FOUND: ...`."""
    status = _FORBIDDEN if status == _TOO_MANY else status
    code, separator, message = words.partition(_SEPARATOR)
    if not separator or not code.isupper():
        code, message = _CODES.get(status, "UNKNOWN_EXCEPTION"), words
    return api.Answer([{"message": message, "errorCode": code}], status)


def query(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /query: the columns selected of every record of the type; conditions are not evaluated, only read."""
    statement = request.query.get("q", "")
    found = _QUERY.match(_LITERAL.sub("''", statement))
    if found is None or "'" in _LITERAL.sub("", statement):
        raise vendor.Refused(f"MALFORMED_QUERY: unexpected token: '{statement[:40]}'", vendor.BAD_REQUEST)
    columns, kind = [column.strip() for column in found[1].split(",")], found[2]
    version = request.path["version"]
    records = [
        {
            "attributes": {"type": kind, "url": f"/services/data/{version}/sobjects/{kind}/{identity}"},
            **{column: record.get(column) for column in columns},
        }
        for identity, record in _records(kind, memory).items()
    ]
    locator = f"01g5A{memory.number('salesforce.query'):010}"
    memory.things("salesforce.query")[locator] = records
    return _answer(_page(locator, 0, records, version))


def query_more(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /query/{locator}-{start}: the next page."""
    locator, _, start = request.path["locator"].partition("-")
    queries = memory.things("salesforce.query")
    if locator not in queries:
        raise vendor.Refused("INVALID_QUERY_LOCATOR: invalid query locator", vendor.BAD_REQUEST)
    return _answer(_page(locator, int(start), queries[locator], request.path["version"]))


def create(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /sobjects/{type}."""
    return _answer(_create(request.path["type"], request.fields, memory), _CREATED)


def update(request: api.Request, memory: vendor.Memory) -> Any:
    """PATCH /sobjects/{type}/{id}: 204."""
    kind, identity = request.path["type"], request.path["id"]
    records = _records(kind, memory)
    if identity not in records:
        raise vendor.Refused("NOT_FOUND: Provided external ID field does not exist or is not accessible: " + identity, vendor.NOT_FOUND)
    records[identity].update(request.fields)
    return _answer(None, 204)


def upsert(request: api.Request, memory: vendor.Memory) -> Any:
    """PATCH /sobjects/{type}/{field}/{value}: 201 where it was made, else 200."""
    field, value = request.path["field"], request.path["value"]
    if field in request.fields:
        raise vendor.Refused(f"INVALID_FIELD: The requested external id field {field} must not be in the body", vendor.BAD_REQUEST)
    made = _upsert(request.path["type"], field, {**request.fields, field: value}, memory)
    return _answer(made, _CREATED if made["created"] else 200)


def create_many(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /composite/sobjects: a result for each record."""
    return _answer([_tried(lambda one=one: _create(_type(one), _fields(one), memory)) for one in _given(request)])


def upsert_many(request: api.Request, memory: vendor.Memory) -> Any:
    """PATCH /composite/sobjects/{type}/{field}: a result for each record."""
    field = request.path["field"]
    return _answer([_tried(lambda one=one: _upsert(_type(one), field, _fields(one), memory)) for one in _given(request)])


def report(request: api.Request, memory: vendor.Memory) -> Any:
    """GET and POST /analytics/reports/{id}: opportunities by stage, with rows where details are asked for."""
    identity = request.path["report"]
    if not re.fullmatch(r"00O\w{12,15}", identity):
        raise vendor.Refused(f"NOT_FOUND: The report {identity} isn't available.", vendor.NOT_FOUND)
    wanted = request.body["reportMetadata"] if isinstance(request.body, dict) else {}
    details = request.query.get("includeDetails") == "true"
    facts = {f"{number}!T": _fact(count, value) for number, (_, count, value) in enumerate(_STAGES)}
    facts["T!T"] = _fact(sum(stage[1] for stage in _STAGES), sum(stage[2] for stage in _STAGES))
    if details:
        facts["0!T"]["rows"] = [{"dataCells": [_cell(row[1], row[1]), _cell(f"${row[4]:,}", row[4])]} for row in _OPPORTUNITIES]
    metadata = {"id": identity, "aggregates": ["s!AMOUNT", "RowCount"], "detailColumns": ["OPPORTUNITY_NAME", "AMOUNT"], **wanted}
    groups = [{"key": str(number), "label": stage[0], "value": stage[0], "groupings": []} for number, stage in enumerate(_STAGES)]
    down = {"groupings": groups}
    return _answer({"allData": True, "hasDetailRows": details, "factMap": facts, "groupingsDown": down, "reportMetadata": metadata})


def email(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /actions/standard/emailSimple: a result for each input."""
    inputs = vendor.need(request.fields, "inputs", list)
    results = []
    for one in inputs:
        plain = {"emailAddresses", "emailSubject", "emailBody"} <= set(one)
        if not plain and not {"emailTemplateId", "recipientId"} <= set(one):
            raise vendor.Refused("REQUIRED_FIELD_MISSING: Missing required input parameter: emailSubject", vendor.BAD_REQUEST)
        memory.things("salesforce.email")[str(memory.number("salesforce.sent"))] = one
        results.append({"actionName": "emailSimple", "errors": None, "isSuccess": True, "outputValues": None, "version": 1})
    return _answer(results)


def create_job(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /jobs/ingest with the job and its CSV in one request; the job is done at the second look."""
    head, rows = _parts(request)
    identity = f"7505A{memory.number('salesforce.job'):010}"
    job = {**head, "id": identity, "contentType": "CSV", "apiVersion": Decimal("64.0"), "state": "UploadComplete"}
    memory.things("salesforce.job")[identity] = {**job, "rows": len(rows), "looks": 0}
    return _answer(job)


def look_at_job(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /jobs/ingest/{job}."""
    job = vendor.known(memory.things("salesforce.job"), request.path["job"], "job")
    job["looks"] += 1
    job["state"] = "InProgress" if job["looks"] == 1 else "JobComplete"
    done = job["rows"] if job["looks"] > 1 else 0
    shown = {name: value for name, value in job.items() if name not in ("rows", "looks")}
    return _answer({**shown, "numberRecordsProcessed": done, "numberRecordsFailed": 0})


def limits(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /limits."""
    return _answer({"DailyApiRequests": {"Max": 15_000, "Remaining": 14_998}})


def _records(kind: str, memory: vendor.Memory) -> dict[str, Any]:
    kept = memory.things(f"salesforce.own.{kind}")
    if kind == "Opportunity" and not kept:
        kept.update({row[0]: dict(zip(_COLUMNS, row, strict=True)) for row in _OPPORTUNITIES})
    return kept


def _create(kind: str, fields: Mapping[str, Any], memory: vendor.Memory) -> dict[str, Any]:
    missing = [name for name in _REQUIRED.get(kind, ()) if not fields.get(name)]
    if missing:
        raise vendor.Refused(f"REQUIRED_FIELD_MISSING: Required fields are missing: [{', '.join(missing)}]", vendor.BAD_REQUEST)
    identity = f"{kind[:3].upper():0>3}5A{memory.number(f'salesforce.own.{kind}'):010}"
    _records(kind, memory)[identity] = {"Id": identity, **fields}
    return {"id": identity, "success": True, "errors": []}


def _upsert(kind: str, field: str, fields: Mapping[str, Any], memory: vendor.Memory) -> dict[str, Any]:
    value = fields.get(field)
    if value in (None, ""):
        raise vendor.Refused(f"MISSING_ARGUMENT: {field} not specified", vendor.BAD_REQUEST)
    known = [identity for identity, record in _records(kind, memory).items() if record.get(field) == value]
    if not known:
        return {**_create(kind, fields, memory), "created": True}
    _records(kind, memory)[known[0]].update(fields)
    return {"id": known[0], "success": True, "errors": [], "created": False}


def _tried(work: Any) -> Any:
    """The result of one record of many."""
    try:
        return work()
    except vendor.Refused as refused:
        code, _, message = refused.message.partition(_SEPARATOR)
        return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": []}]}


def _given(request: api.Request) -> list[Any]:
    records: list[Any] = vendor.need(request.fields, "records", list)
    if not 1 <= len(records) <= _MOST_RECORDS:
        raise vendor.Refused(f"EXCEEDED_MAX_SIZE_REQUEST: record limit reached, expected 1 to {_MOST_RECORDS}", vendor.BAD_REQUEST)
    return records


def _type(record: Any) -> str:
    return str(vendor.need(vendor.need(record, "attributes", dict), "type"))


def _fields(record: Any) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "attributes"}


def _parts(request: api.Request) -> tuple[Any, list[list[str]]]:
    """The job and the CSV's rows of a multipart body."""
    boundary = request.headers.get("content-type", "").partition("boundary=")[2].strip('"')
    pieces = str(request.body).split(f"--{boundary}")
    if not boundary or len(pieces) != len(("before", "job", "content", "after")):
        raise vendor.Refused("INVALIDREQUEST: the body is no multipart request with a job and its content", vendor.BAD_REQUEST)
    head, content = (piece.partition("\r\n\r\n")[2] for piece in pieces[1:3])
    if len(content) > _MOST_JOB_CHARS:
        raise vendor.Refused(f"INVALIDREQUEST: more than {_MOST_JOB_CHARS:,} characters", vendor.BAD_REQUEST)
    job = json_text.decode(head.strip().encode(), "the job")
    if job.get("operation") == "upsert" and not job.get("externalIdFieldName"):
        raise vendor.Refused("INVALIDJOB: externalIdFieldName is missing", vendor.BAD_REQUEST)
    return job, list(csv.reader(io.StringIO(content.removesuffix("\r\n"), newline="")))[1:]


def _page(locator: str, start: int, records: list[Any], version: str) -> dict[str, Any]:
    end = start + _PAGE
    more = {"nextRecordsUrl": f"/services/data/{version}/query/{locator}-{end}"} if end < len(records) else {}
    return {"totalSize": len(records), "done": not more, **more, "records": records[start:end]}


def _fact(count: int, value: int) -> dict[str, Any]:
    return {"aggregates": [_cell(f"${value:,}", value), _cell(str(count), count)], "rows": []}


def _cell(label: str, value: Any) -> dict[str, Any]:
    return {"label": label, "value": value}


def _answer(body: Any, status: int = 200) -> api.Answer:
    return api.Answer(body, status, {"sforce-limit-info": "api-usage=18/15000"})


_DATA: Final = "/services/data/{version}"
API: Final[api.Routes] = {
    f"GET {_DATA}/analytics/reports/{{report}}": report,
    f"GET {_DATA}/jobs/ingest/{{job}}": look_at_job,
    f"GET {_DATA}/limits": limits,
    f"GET {_DATA}/query": query,
    f"GET {_DATA}/query/{{locator}}": query_more,
    f"PATCH {_DATA}/composite/sobjects/{{type}}/{{field}}": upsert_many,
    f"PATCH {_DATA}/sobjects/{{type}}/{{field}}/{{value}}": upsert,
    f"PATCH {_DATA}/sobjects/{{type}}/{{id}}": update,
    f"POST {_DATA}/actions/standard/emailSimple": email,
    f"POST {_DATA}/analytics/reports/{{report}}": report,
    f"POST {_DATA}/composite/sobjects": create_many,
    f"POST {_DATA}/jobs/ingest": create_job,
    f"POST {_DATA}/sobjects/{{type}}": create,
}
