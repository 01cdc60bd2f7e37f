"""Jira Cloud's REST API: issues are kept and have keys, so that updates, comments, links and transitions find them."""

from __future__ import annotations

import re
from typing import Any, Final

from starter.sandbox import api, jira_bridge, jira_sprints, vendor

SERVICE: Final = "jira"
TOOLS: Final[vendor.Tools] = jira_bridge.TOOLS
_SITE: Final = "https://company.atlassian.net"
_CREATED: Final = 201
_NO_CONTENT: Final = 204
_MAX_CREATED: Final = 50  # issues in one request
_KEY: Final = re.compile(r"[A-Z][A-Z0-9_]+-[0-9]+")
#: Transitions that every issue has: id, and the status it leads to.
_TRANSITIONS: Final = {"11": "To Do", "21": "In Progress", "31": "Done"}
_LIMITS: Final = {"x-ratelimit-limit": "350", "x-ratelimit-remaining": "349"}


def refusal(status: int, words: str) -> api.Answer:
    """Jira's form of an error; `field: words` of a field is told beside it."""
    field, _, said = words.partition(": ")
    if status == vendor.BAD_REQUEST and said and field.isalpha():
        return api.Answer({"errorMessages": [], "errors": {field: said}}, status, _LIMITS)
    return api.Answer({"errorMessages": [words], "errors": {}}, status, _LIMITS)


def myself(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rest/api/3/myself."""
    return {"accountId": "5b10a2844c20165700ede21g", "displayName": "Ordinaut", "active": True}


def create_issue(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /rest/api/3/issue."""
    return api.Answer(_made(request.fields, memory), _CREATED, _LIMITS)


def create_issues(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /rest/api/3/issue/bulk: those that are right are made, the others told; 400 where none is right."""
    updates = vendor.need(request.fields, "issueUpdates", list)
    if len(updates) > _MAX_CREATED:
        raise vendor.Refused(f"The number of issues is more than {_MAX_CREATED}", vendor.BAD_REQUEST)
    made, failed = [], []
    for number, update in enumerate(updates):
        try:
            made.append(_made(update, memory))
        except vendor.Refused as refused:
            body = refusal(refused.status, refused.message).body
            failed.append({"status": refused.status, "elementErrors": body, "failedElementNumber": number})
    return api.Answer({"issues": made, "errors": failed}, _CREATED if made or not updates else vendor.BAD_REQUEST, _LIMITS)


def read_issue(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rest/api/3/issue/{key}."""
    issue = _issue(request.path["key"], memory)
    answer = {"id": issue["id"], "key": request.path["key"], "fields": {"status": {"name": issue["status"]}, **issue["fields"]}}
    return {**answer, **(list_transitions(request, memory) if "transitions" in request.query.get("expand", "") else {})}


def edit_issue(request: api.Request, memory: vendor.Memory) -> Any:
    """PUT /rest/api/3/issue/{key}."""
    fields = vendor.need(request.fields, "fields", dict)
    _check(fields)
    _issue(request.path["key"], memory)["fields"].update(fields)
    return api.Answer(None, _NO_CONTENT, _LIMITS)


def move_issue(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /rest/api/3/issue/{key}/transitions: one that leads where the issue is already is not available."""
    issue = _issue(request.path["key"], memory)
    status = _TRANSITIONS.get(vendor.need(vendor.need(request.fields, "transition", dict), "id"))
    if status is None or status == issue["status"]:
        raise vendor.Refused("It seems that you have tried to perform an illegal workflow operation.", vendor.BAD_REQUEST)
    issue["status"] = status
    return api.Answer(None, _NO_CONTENT, _LIMITS)


def list_transitions(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rest/api/3/issue/{key}/transitions: those that are available."""
    now = _issue(request.path["key"], memory)["status"]
    return {"transitions": [{"id": one, "name": name, "to": {"name": name}} for one, name in _TRANSITIONS.items() if name != now]}


def comment(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /rest/api/3/issue/{key}/comment."""
    issue, body = _issue(request.path["key"], memory), vendor.need(request.fields, "body", dict)
    _check_document(body, "comment")
    made = {"id": str(20_000 + memory.number("jira.comment")), "body": body, "properties": request.fields.get("properties", [])}
    issue["comments"].append(made)
    return api.Answer({name: value for name, value in made.items() if name != "properties"}, _CREATED, _LIMITS)


def list_comments(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rest/api/3/issue/{key}/comment: properties only where they are asked for."""
    shown = "properties" in request.query.get("expand", "")
    comments = list(_issue(request.path["key"], memory)["comments"])
    if request.query.get("orderBy") == "-created":
        comments.reverse()
    kept = [one if shown else {name: value for name, value in one.items() if name != "properties"} for one in comments]
    size = int(request.query.get("maxResults", 100))
    return {"comments": kept[:size], "startAt": 0, "maxResults": size, "total": len(kept)}


def link(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /rest/api/3/issueLink: the same link again is the same link."""
    ends = [vendor.need(vendor.need(request.fields, end, dict), "key") for end in ("inwardIssue", "outwardIssue")]
    name = vendor.need(vendor.need(request.fields, "type", dict), "name")
    for key in ends:
        _issue(key, memory)
    memory.things("jira.link")[f"{name} {ends}"] = ends
    return api.Answer(None, _CREATED, _LIMITS)


def create_version(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /rest/api/3/version: a name once a project."""
    name, project = vendor.need(request.fields, "name"), str(request.fields.get("projectId") or vendor.need(request.fields, "project"))
    versions = memory.things(f"jira.version.{project}")
    if name in versions:
        raise vendor.Refused("name: A version with this name already exists in this project.", vendor.BAD_REQUEST)
    versions[name] = {**request.fields, "id": str(10_100 + memory.number("jira.version")), "self": f"{_SITE}/rest/api/3/version/1"}
    return api.Answer(versions[name], _CREATED, _LIMITS)


def list_versions(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rest/api/3/project/{project}/versions."""
    return list(memory.things(f"jira.version.{request.path['project']}").values())


def edit_issues(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /rest/api/3/bulk/issues/fields: a task; which fields are edited is said twice, and both must agree."""
    keys, wanted = vendor.need(request.fields, "selectedIssueIdsOrKeys", list), vendor.need(request.fields, "selectedActions", list)
    given = vendor.need(request.fields, "editedFieldsInput", dict)
    if not wanted or len(given) != len(wanted):
        raise vendor.Refused("selectedActions and editedFieldsInput do not agree", vendor.BAD_REQUEST)
    known = [key for key in keys if _KEY.fullmatch(key) and not key.startswith("NONE-")]
    task = str(30_000 + memory.number("jira.task"))
    memory.things("jira.task")[task] = {
        "taskId": task,
        "status": "COMPLETE",
        "progressPercent": 100,
        "processedAccessibleIssues": [int(_issue(key, memory)["id"]) for key in known],
        "failedAccessibleIssues": {},
        "invalidOrInaccessibleIssueCount": len(keys) - len(known),
        "totalIssueCount": len(keys),
    }
    return api.Answer({"taskId": task}, _CREATED, _LIMITS)


def task_progress(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rest/api/3/bulk/queue/{task}."""
    return vendor.known(memory.things("jira.task"), request.path["task"], "task")


def _issue(key: str, memory: vendor.Memory) -> Any:
    """An issue; one that nobody made before is there all the same, as in a site that is in use, but for the project NONE."""
    issues = memory.things("jira.rest.issue")
    if key not in issues:
        if not _KEY.fullmatch(key) or key.startswith("NONE-"):
            raise vendor.Refused("Issue does not exist or you do not have permission to see it.", vendor.NOT_FOUND)
        issues[key] = {"id": str(10_000 + memory.number("jira.issue")), "status": "To Do", "fields": {}, "comments": []}
    return issues[key]


def _made(update: Any, memory: vendor.Memory) -> dict[str, str]:
    fields = vendor.need(update, "fields", dict)
    project = vendor.need(vendor.need(fields, "project", dict), "key")
    vendor.need(vendor.need(fields, "issuetype", dict), "name")
    if not isinstance(fields.get("summary"), str) or not fields["summary"].strip():
        raise vendor.Refused("summary: You must specify a summary of the issue.", vendor.BAD_REQUEST)
    _check(fields)
    key = f"{project}-{memory.number(f'jira.{project}')}"
    issue = _issue(key, memory)
    issue["fields"].update(fields)
    return {"id": issue["id"], "key": key, "self": f"{_SITE}/rest/api/3/issue/{issue['id']}"}


def _check(fields: Any) -> None:
    for label in fields.get("labels") or []:
        if not isinstance(label, str) or " " in label:
            raise vendor.Refused(f"labels: The label '{label}' contains spaces which is invalid.", vendor.BAD_REQUEST)
    if len(fields.get("summary") or "") > 255 or "\n" in (fields.get("summary") or ""):
        raise vendor.Refused("summary: The summary is invalid because it is too long or has more than one line.", vendor.BAD_REQUEST)
    if fields.get("description") is not None:
        _check_document(fields["description"], "description")


def _check_document(body: Any, field: str) -> None:
    """An Atlassian Document: paragraphs of texts that are not empty."""
    right = isinstance(body, dict) and (body.get("type"), body.get("version")) == ("doc", 1) and isinstance(body.get("content"), list)
    texts = [text for part in body.get("content", []) for text in part.get("content", [])] if right else []
    if not right or not all(text.get("text") for text in texts):
        raise vendor.Refused(
            f"{field}: Operation value must be an Atlassian Document (see the Atlassian Document Format)", vendor.BAD_REQUEST
        )


API: Final[api.Routes] = {
    **jira_sprints.API,
    "GET /rest/api/3/bulk/queue/{task}": task_progress,
    "GET /rest/api/3/issue/{key}": read_issue,
    "GET /rest/api/3/issue/{key}/comment": list_comments,
    "GET /rest/api/3/issue/{key}/transitions": list_transitions,
    "GET /rest/api/3/myself": myself,
    "GET /rest/api/3/project/{project}/versions": list_versions,
    "POST /rest/api/3/bulk/issues/fields": edit_issues,
    "POST /rest/api/3/issue": create_issue,
    "POST /rest/api/3/issue/bulk": create_issues,
    "POST /rest/api/3/issue/{key}/comment": comment,
    "POST /rest/api/3/issue/{key}/transitions": move_issue,
    "POST /rest/api/3/issueLink": link,
    "POST /rest/api/3/version": create_version,
    "PUT /rest/api/3/issue/{key}": edit_issue,
}
