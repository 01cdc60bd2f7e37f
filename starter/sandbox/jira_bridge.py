"""Jira behind a bridge, for catalogs that still have one: issues are kept and have keys, so that updates, comments and links find them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from starter.sandbox import vendor

_SITE: Final = "https://company.atlassian.net"
_MAX_IMPORT: Final = 50  # issues in one request, as in Jira's own bulk call
_FIRST_SPRINT: Final = 41

#: Story points of the last sprints, oldest first: (committed, completed, changes of scope).
_SPRINTS: Final = ((44, 38, 4), (42, 40, 2), (45, 41, 5), (43, 43, 1), (46, 40, 3))


def create_issue(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """One issue."""
    return _create(vendor.need(arguments, "project_key"), arguments, memory)


def create_epic(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """One epic."""
    return _create(vendor.need(arguments, "project_key"), {**arguments, "issue_type": "Epic"}, memory)


def bulk_import(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Several issues; none is made when one of them is refused."""
    project, issues = vendor.need(arguments, "project_key"), vendor.need(arguments, "issues", list)
    if len(issues) > _MAX_IMPORT:
        raise vendor.Refused(f"`issues` has {len(issues)} members, at most {_MAX_IMPORT} in one call", vendor.BAD_REQUEST)
    for issue in issues:
        _check(issue)
    created = [_create(project, issue, memory) for issue in issues]
    return {"created_count": len(created), "issues": created, "errors": []}


def update_issue(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Fields of an issue."""
    key = vendor.need(arguments, "issue_key")
    fields = {name: value for name, value in arguments.items() if name not in ("action", "issue_key")}
    vendor.known(memory.things("jira.issue"), key, "issue").update(fields)
    return {"key": key, "updated": True}


def add_comment(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A comment on an issue, or its new status."""
    key = vendor.need(arguments, "issue_key")
    vendor.known(memory.things("jira.issue"), key, "issue")
    return {"id": str(10_000 + memory.number("jira.comment")), "key": key}


def link_issues(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A link between two issues."""
    return {"key": vendor.need(arguments, "issue_key"), "linked": True}


def bulk_update(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Fields of several issues."""
    return {"updated_count": len(arguments.get("issues", []))}


def create_release(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A version."""
    return {"id": str(memory.number("jira.version")), "project_key": vendor.need(arguments, "project_key")}


def get_sprint_metrics(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Figures of the last sprint, and the mean of the last `sprint_count` ones (5 where left out)."""
    vendor.need(arguments, "project_key")
    wanted = arguments.get("sprint_count", len(_SPRINTS))
    if not isinstance(wanted, int) or wanted < 1:
        raise vendor.Refused("`sprint_count` must be a whole number from 1", vendor.BAD_REQUEST)
    sprints = _SPRINTS[-wanted:]
    committed, completed, changes = _SPRINTS[-1]
    return {
        "sprint": {"id": _FIRST_SPRINT + len(_SPRINTS) - 1, "name": f"Sprint {_FIRST_SPRINT + len(_SPRINTS) - 1}", "state": "active"},
        "velocity": completed,
        "completion_rate": _percent(completed, committed),
        "scope_changes": changes,
        "average_velocity": _tenth(Decimal(sum(points for _, points, _ in sprints)) / len(sprints)),
        "sprints": [
            {"name": f"Sprint {_FIRST_SPRINT + index}", "committed": planned, "completed": done, "completion_rate": _percent(done, planned)}
            for index, (planned, done, _) in list(enumerate(_SPRINTS))[-wanted:]
        ],
    }


def _check(issue: Any) -> None:
    if not isinstance(issue, dict) or not isinstance(issue.get("summary"), str) or not issue["summary"].strip():
        raise vendor.Refused("summary: you must specify a summary of the issue", vendor.BAD_REQUEST)
    for label in issue.get("labels", []):
        if not isinstance(label, str) or " " in label:
            raise vendor.Refused(f"labels: the label {label!r} contains spaces, which is invalid", vendor.BAD_REQUEST)


def _create(project: str, fields: vendor.Arguments, memory: vendor.Memory) -> dict[str, Any]:
    _check(dict(fields))
    number = memory.number(f"jira.{project}")
    key = f"{project}-{number}"
    memory.things("jira.issue")[key] = {name: value for name, value in fields.items() if name != "action"}
    return {"id": str(10_000 + memory.number("jira.issue")), "key": key, "url": f"{_SITE}/browse/{key}"}


def _percent(part: int, whole: int) -> Decimal:
    return _tenth(Decimal(part) * 100 / whole)


def _tenth(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"))


TOOLS: Final[vendor.Tools] = {
    "enterprise": {
        "create_issue": create_issue,
        "update_issue": update_issue,
        "transition_issue": add_comment,
        "add_comment": add_comment,
        "create_epic": create_epic,
        "link_issues": link_issues,
        "get_sprint_metrics": get_sprint_metrics,
        "bulk_update": bulk_update,
        "create_release": create_release,
        "bulk_import": bulk_import,
    }
}
