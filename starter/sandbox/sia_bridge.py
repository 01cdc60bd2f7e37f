"""The state's reporting behind a bridge: a report is really checked, and has a reference number once it is handed in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from starter.sandbox import vendor

_IDENTITY_DIGITS: Final = 13
_WEIGHTS: Final = (7, 3, 1)


def validate_data(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Whether the report would be taken, and why not."""
    issues = issues_of(arguments)
    return {"is_valid": not issues, "issues": issues}


def submit_report(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Hands the report in; refuses one that is not valid."""
    if issues := issues_of(arguments):
        raise vendor.Refused(f"the report is not valid: {'; '.join(issues)}")
    period = vendor.need(arguments, "reporting_period")
    reference = f"SIA-{period}-{memory.number('sia.report'):06}"
    report = {"reference_number": reference, "status": "accepted", "report_type": arguments["report_type"], "reporting_period": period}
    memory.things("sia.report")[reference] = report
    return report


def get_status(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The state of a report that was handed in, by `data.reference_number`."""
    reference = vendor.need(vendor.need(arguments, "data", dict), "reference_number")
    return vendor.known(memory.things("sia.report"), reference, "report")


def download_form(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The members that a report has."""
    fields = ["company_idno", "reporting_period", "total_employees", "employees"]
    return {"report_type": vendor.need(arguments, "report_type"), "fields": fields}


def issues_of(arguments: vendor.Arguments) -> list[str]:
    """What is wrong with the report, in words; [] where nothing is."""
    data = vendor.need(arguments, "data", dict)
    issues = []
    for name in ("company_idno", "reporting_period"):
        if data.get(name) != arguments.get(name):
            issues.append(f"{name}: the report says {data.get(name)!r}, the call says {arguments.get(name)!r}")
    if not _has_digits(data.get("company_idno")):
        issues.append(f"company_idno: found {data.get('company_idno')!r}, expected {_IDENTITY_DIGITS} digits")
    employees = data.get("employees")
    if not isinstance(employees, list):
        return [*issues, "employees: expected a list"]
    if data.get("total_employees") != len(employees):
        issues.append(f"total_employees: found {data.get('total_employees')!r}, but {len(employees)} are listed")
    return issues + [issue for number, employee in enumerate(employees, 1) for issue in _employee_issues(number, employee)]


def _employee_issues(number: int, employee: Any) -> list[str]:
    if not isinstance(employee, dict):
        return [f"employee {number}: expected an object"]
    issues = []
    if not _is_idnp(employee.get("idnp")):
        issues.append(
            f"employee {number}: idnp: found {employee.get('idnp')!r}, expected {_IDENTITY_DIGITS} digits with a right check digit"
        )
    for name in ("salary_gross", "social_contribution", "medical_contribution"):
        amount = employee.get(name)
        if not isinstance(amount, int | Decimal) or isinstance(amount, bool) or amount < 0:
            issues.append(f"employee {number}: {name}: found {amount!r}, expected an amount from 0")
    return issues


def _has_digits(text: Any) -> bool:
    return isinstance(text, str) and len(text) == _IDENTITY_DIGITS and text.isascii() and text.isdigit()


def _is_idnp(text: Any) -> bool:
    """Weights 7, 3, 1 again and again over the first 12 digits; the last one is their sum's last."""
    if not _has_digits(text):
        return False
    total = sum(int(digit) * _WEIGHTS[index % 3] for index, digit in enumerate(text[:-1]))
    return total % 10 == int(text[-1])


TOOLS: Final[vendor.Tools] = {
    "reporting": {"submit_report": submit_report, "get_status": get_status, "download_form": download_form, "validate_data": validate_data}
}
