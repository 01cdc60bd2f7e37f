"""A gateway for reports to the state, in the form that the catalog's own envelope has: reports are really checked, forms are files."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import api, sia_bridge, vendor

SERVICE: Final = "sia"
TOOLS: Final[vendor.Tools] = sia_bridge.TOOLS

#: A report that was handed in before: the one of the catalog's examples.
_EARLIER: Final = {
    "reference_number": "SIA-2026-01-000001",
    "document_number": "0" * 32,
    "status": "accepted",
    "report_type": "monthly_employment",
    "reporting_period": "2026-01",
}
_FORMS: Final = {
    "monthly_employment": "idnp,full_name,position,salary_gross,social_contribution,medical_contribution,employment_status",
    "quarterly_tax": "row,amount",
    "annual_financial": "row,amount",
    "vat_declaration": "box,amount",
}
_CODES: Final = {
    400: "bad_request",
    401: "not_signed",
    404: "not_found",
    409: "duplicate",
    422: "invalid_report",
    429: "too_many",
    500: "failed",
}
_DUPLICATE: Final = 409


def refusal(status: int, words: str) -> api.Answer:
    """A word and a sentence."""
    return api.Answer({"error": {"code": _CODES.get(status, "bad_request"), "message": words}}, status)


def submit(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /reports: a valid report gets a reference number; a document number is taken once."""
    fields = request.fields
    number = vendor.need(fields, "document_number")
    if any(report["document_number"] == number for report in _reports(memory).values()):
        raise vendor.Refused(f"document {number} was handed in before", _DUPLICATE)
    if issues := sia_bridge.issues_of(fields):
        raise vendor.Refused(f"the report is not valid: {'; '.join(issues)}")
    period = vendor.need(fields, "reporting_period")
    reference = f"SIA-{period}-{memory.number('sia.report'):06}"
    report = {
        "reference_number": reference,
        "document_number": number,
        "status": "accepted",
        "report_type": vendor.need(fields, "report_type"),
        "reporting_period": period,
    }
    memory.things("sia.handed_in")[reference] = report
    return api.Answer(report, 201)


def find(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /reports: those of a document number."""
    number = request.query.get("document_number")
    return {"reports": [report for report in _reports(memory).values() if report["document_number"] == number]}


def state(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /reports/{reference}."""
    return vendor.known(_reports(memory), request.path["reference"], "report")


def validate(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /reports/validate: what is wrong with a report."""
    issues = sia_bridge.issues_of(request.fields)
    return {"is_valid": not issues, "issues": issues}


def form(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /forms/{type}: an empty form."""
    kind = request.path["kind"]
    content = f"{vendor.known(_FORMS, kind, 'form')}\n"
    return api.Answer(content, headers={"content-disposition": f'attachment; filename="{kind}.csv"'})


def _reports(memory: vendor.Memory) -> dict[str, Any]:
    return {str(_EARLIER["reference_number"]): _EARLIER, **memory.things("sia.handed_in")}


API: Final[api.Routes] = {
    "POST /reports": submit,
    "GET /reports": find,
    "POST /reports/validate": validate,
    "GET /reports/{reference}": state,
    "GET /forms/{kind}": form,
}
