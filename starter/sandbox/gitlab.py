"""GitLab's own API: pipelines, notes and approvals of merge requests. Who approved already is refused, as GitLab does it."""

from __future__ import annotations

import datetime
from typing import Any, Final

from starter.sandbox import api, gitlab_bridge, vendor

SERVICE: Final = "gitlab"
TOOLS: Final[vendor.Tools] = gitlab_bridge.TOOLS
_SITE: Final = "https://gitlab.com"
_CONFLICT: Final = 409
#: The commit of every pipeline.
_HEAD: Final = "a1b2c3"
_BOT: Final = {"id": 1, "username": "ordinaut-bot", "name": "Ordinaut"}


def refusal(status: int, words: str) -> api.Answer:
    """GitLab's form of an error."""
    return _answer({"message": words if status != vendor.UNAUTHORIZED else "401 Unauthorized"}, status)


def run_pipeline(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /projects/{project}/pipeline: variables as a list of key and value."""
    ref = _field(request, "ref")
    for variable in request.fields.get("variables") or []:
        if not isinstance(variable, dict) or not {"key", "value"} <= set(variable) or not isinstance(variable["value"], str):
            raise vendor.Refused("variables is invalid", vendor.BAD_REQUEST)
    number = memory.number("gitlab.own.pipeline")
    project = request.path["project"]
    url = f"{_SITE}/{project}/-/pipelines/{number}"
    return _answer({"id": number, "iid": number, "status": "created", "ref": ref, "sha": _HEAD, "web_url": url}, 201)


def add_note(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /projects/{project}/merge_requests/{iid}/notes."""
    body, number = _field(request, "body"), 9_000 + memory.number("gitlab.own.note")
    made = {"id": number, "body": body, "author": _BOT, "noteable_iid": _iid(request), "created_at": "2026-01-15T09:00:00.000Z"}
    memory.things(_key(request, "note"))[str(number)] = made
    return _answer(made, 201)


def list_notes(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /projects/{project}/merge_requests/{iid}/notes, newest first where it is asked for."""
    notes = list(memory.things(_key(request, "note")).values())
    return _answer(notes[::-1] if request.query.get("sort", "desc") == "desc" else notes)


def approve(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /projects/{project}/merge_requests/{iid}/approve; 409 where another commit came, 401 the second time.

    Which commit is the newest, only the caller's event knows: it is the one that is named first. One of zeros never is.
    """
    named = str((request.body or {}).get("sha") or "")
    newest = memory.things(_key(request, "head")).setdefault("sha", named) if named.strip("0") else _HEAD
    if named and named != newest:
        raise vendor.Refused("SHA does not match HEAD of source branch", _CONFLICT)
    approvals = memory.things(_key(request, "approval"))
    if approvals:
        raise vendor.Refused("401 Unauthorized", vendor.UNAUTHORIZED)
    approvals["ordinaut-bot"] = {"user": _BOT, "approved_at": datetime.datetime.now(datetime.UTC).isoformat()}
    return _answer(_approvals(request, memory), 201)


def approvals(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /projects/{project}/merge_requests/{iid}/approvals."""
    return _answer(_approvals(request, memory))


def user(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /user: whose token it is."""
    return _answer(_BOT)


def _approvals(request: api.Request, memory: vendor.Memory) -> dict[str, Any]:
    given = list(memory.things(_key(request, "approval")).values())
    left = 0 if given else 1
    return {
        "iid": _iid(request),
        "approved": bool(given),
        "approvals_required": 1,
        "approvals_left": left,
        "user_has_approved": bool(given),
    }


def _iid(request: api.Request) -> int:
    if not request.path["iid"].isdigit():
        raise vendor.Refused("404 Not found", vendor.NOT_FOUND)
    return int(request.path["iid"])


def _field(request: api.Request, name: str) -> str:
    value = request.fields.get(name)
    if not isinstance(value, str) or not value:
        raise vendor.Refused(f"{name} is missing", vendor.BAD_REQUEST)
    return value


def _key(request: api.Request, kind: str) -> str:
    return f"gitlab.own.{kind}.{request.path['project']}.{request.path['iid']}"


def _answer(body: Any, status: int = 200) -> api.Answer:
    return api.Answer(body, status, {"ratelimit-limit": "2000", "ratelimit-remaining": "1990", "ratelimit-observed": "10"})


_MERGE_REQUEST: Final = "/api/v4/projects/{project}/merge_requests/{iid}"
API: Final[api.Routes] = {
    f"GET {_MERGE_REQUEST}/approvals": approvals,
    f"GET {_MERGE_REQUEST}/notes": list_notes,
    f"POST {_MERGE_REQUEST}/approve": approve,
    f"POST {_MERGE_REQUEST}/notes": add_note,
    "GET /api/v4/user": user,
    "POST /api/v4/projects/{project}/pipeline": run_pipeline,
}
