"""The boards and sprints of Jira's stand-in: one scrum board, six closed sprints and an active one, issues carried over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from starter.sandbox import api, vendor

_BOARD: Final = 7
_FIRST: Final = 40
_PAGE: Final = 50
#: Of each sprint its first and last day.
_DAYS: Final = (
    ("2025-11-03", "2025-11-14"),
    ("2025-11-17", "2025-11-28"),
    ("2025-12-01", "2025-12-12"),
    ("2025-12-15", "2025-12-26"),
    ("2025-12-29", "2026-01-09"),
    ("2026-01-12", "2026-01-23"),
    ("2026-01-26", "2026-02-06"),
)
_POINTS: Final = "customfield_10016"


def boards(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rest/agile/1.0/board: every project but NONE has one."""
    project = request.query.get("projectKeyOrId", "")
    found = [] if project == "NONE" else [{"id": _BOARD, "name": f"{project} board", "type": "scrum"}]
    return {"maxResults": 1, "startAt": 0, "isLast": True, "values": found}


def sprints(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rest/agile/1.0/board/{board}/sprint, oldest first."""
    if request.path["board"] != str(_BOARD):
        raise vendor.Refused("The requested board cannot be viewed because it either does not exist or you do not have permission.", 404)
    wanted = request.query.get("state", "future,active,closed").split(",")
    found = [one for one in _sprints() if one["state"] in wanted]
    start = int(request.query.get("startAt", "0"))
    return {"maxResults": _PAGE, "startAt": start, "isLast": True, "values": found[start : start + _PAGE]}


def issues(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rest/agile/1.0/sprint/{sprint}/issue: those that are in it, and those that were when it was closed."""
    if request.path["sprint"] not in {str(one["id"]) for one in _sprints()}:
        raise vendor.Refused("Sprint with the specified id doesn't exist.", vendor.NOT_FOUND)
    number = int(request.path["sprint"])
    found = [_issue(key, facts) for key, facts in _issues().items() if number in facts["sprints"]]
    return {"startAt": 0, "maxResults": 100, "total": len(found), "issues": found}


def _sprints() -> list[dict[str, Any]]:
    last = len(_DAYS) - 1
    return [
        {
            "id": _FIRST + number,
            "name": f"Sprint {_FIRST + number}",
            "state": "active" if number == last else "closed",
            "startDate": f"{start}T08:00:00.000Z",
            "endDate": f"{end}T16:00:00.000Z",
            "originBoardId": _BOARD,
        }
        for number, (start, end) in enumerate(_DAYS)
    ]


def _issues() -> dict[str, dict[str, Any]]:
    """Each sprint has 34, 5 and 3 points that are done, 5 that are carried over, and an issue without points that came late."""
    made: dict[str, dict[str, Any]] = {}
    for number in range(len(_DAYS)):
        sprint, active = _FIRST + number, number == len(_DAYS) - 1
        for points in (34, 5, 3):
            made[f"PROD-{sprint}{points}"] = {
                "sprints": [sprint],
                "points": Decimal(points),
                "done": not active or points == 34,
                "late": False,
            }
        made[f"PROD-{sprint}9"] = {
            "sprints": [sprint, *([] if active else [sprint + 1])],
            "points": Decimal(5),
            "done": not active,
            "late": False,
        }
        made[f"PROD-{sprint}8"] = {"sprints": [sprint], "points": None, "done": not active, "late": True}
    return made


def _issue(key: str, facts: dict[str, Any]) -> dict[str, Any]:
    known = {one["id"]: one for one in _sprints()}
    inside = [known[number] for number in facts["sprints"]]
    opened = next((one for one in inside if one["state"] == "active"), None)
    came = f"{inside[0]['startDate'][:10]}T12:00:00.000+0200" if facts["late"] else "2025-10-01T09:00:00.000+0200"
    moved = {"created": came, "items": [{"field": "Sprint", "from": "", "to": ", ".join(map(str, facts["sprints"][:1]))}]}
    category = {"key": "done" if facts["done"] else "indeterminate"}
    fields = {
        "status": {"name": "Done" if facts["done"] else "In Progress", "statusCategory": category},
        "created": "2025-09-01T09:00:00.000+0200",
        "sprint": opened,
        "closedSprints": [one for one in inside if one["state"] == "closed"],
        _POINTS: facts["points"],
    }
    return {"id": key.removeprefix("PROD-"), "key": key, "fields": fields, "changelog": {"histories": [moved]}}


API: Final[api.Routes] = {
    "GET /rest/agile/1.0/board": boards,
    "GET /rest/agile/1.0/board/{board}/sprint": sprints,
    "GET /rest/agile/1.0/sprint/{sprint}/issue": issues,
}
