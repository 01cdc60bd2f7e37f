"""The vendors' descriptions judge: for each operation with a body a right one is let through and a wrong one is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.descriptions import check, operations

REPOSITORY = "/repos/ana/desk"
MEETING = {
    "subject": "Review",
    "start": {"dateTime": "2026-11-23T10:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2026-11-23T11:00:00", "timeZone": "UTC"},
}
MEMBER = {
    "@odata.type": "#microsoft.graph.aadUserConversationMember",
    "roles": ["owner"],
    "user@odata.bind": "https://graph.microsoft.com/v1.0/users('u1')",
}
MESSAGE = {"body": {"contentType": "html", "content": "Hello"}}
WRONG_MESSAGE = {"body": {"contentType": "octopus", "content": "Hello"}}
QUESTION = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}

CTO = {"propertyName": "jobtitle", "operator": "EQ", "value": "CTO"}

ORDER = {
    "endToEndIdentification": "INV-1",
    "instructedAmount": {"currency": "MDL", "amount": "12450.00"},
    "creditorAccount": {"iban": "MD24AG000225100013104168"},
    "creditorName": "Nistru Foods SA",
}
PAYMENT = {**ORDER, "debtorAccount": {"iban": "MD24AG000000022951234567"}}
BULK_EDIT = {
    "selectedActions": ["labels"],
    "selectedIssueIdsOrKeys": ["FIN-1"],
    "editedFieldsInput": {"labelsFields": [{"fieldId": "labels", "bulkEditMultiSelectFieldOption": "ADD", "labels": [{"name": "bug"}]}]},
}
RULE = {
    **{"title": "Errors", "ruleGroup": "api", "folderUID": "f1", "orgID": 1, "condition": "A", "for": "5m"},
    **{"noDataState": "NoData", "execErrState": "Error"},
    "data": [{"refId": "A", "datasourceUid": "prometheus", "relativeTimeRange": {"from": 600, "to": 0}, "model": {"expr": "errors"}}],
}

#: vendor, method and path, a right body, a wrong one
BODIES: list[tuple[str, str, str, Any, Any]] = [
    ("github", "POST", "/app/installations/5/access_tokens", {"permissions": {"issues": "write"}}, {"permissions": {"issues": "own"}}),
    ("github", "POST", "/orgs/acme/projectsV2/2/items", {"type": "Issue", "id": 5}, {"type": "Octopus", "id": 5}),
    ("github", "PATCH", "/orgs/acme/projectsV2/2/items/7", {"fields": [{"id": 1, "value": "Done"}]}, {"fields": [{"value": "Done"}]}),
    ("github", "POST", f"{REPOSITORY}/actions/workflows/release.yml/dispatches", {"ref": "main", "inputs": {"tag": "1"}}, {"inputs": {"tag": "1"}}),
    ("github", "POST", f"{REPOSITORY}/check-runs", {"name": "quality", "head_sha": "a1"}, {"name": "quality", "head_sha": "a1", "status": "octopus"}),
    ("github", "POST", f"{REPOSITORY}/issues", {"title": "A bug", "labels": ["bug"]}, {"title": "A bug", "labels": "bug"}),
    ("github", "POST", f"{REPOSITORY}/issues/4/comments", {"body": "Seen"}, {"text": "Seen"}),
    ("github", "POST", f"{REPOSITORY}/issues/4/labels", {"labels": ["bug"]}, {"labels": 5}),
    ("github", "PUT", f"{REPOSITORY}/issues/4/labels", {"labels": ["bug"]}, {"labels": 5}),
    ("github", "POST", f"{REPOSITORY}/labels", {"name": "bug", "color": "ff0000"}, {"color": "ff0000"}),
    ("github", "PATCH", f"{REPOSITORY}/labels/bug", {"new_name": "defect"}, {"new_name": 5}),
    ("github", "POST", f"{REPOSITORY}/pulls", {"title": "Fix", "head": "fix", "base": "main"}, {"title": "Fix", "head": "fix"}),
    ("github", "PATCH", f"{REPOSITORY}/pulls/3", {"state": "closed"}, {"state": "octopus"}),
    ("github", "POST", f"{REPOSITORY}/pulls/3/comments", {"body": "Why?", "commit_id": "a1", "path": "a.py", "line": 4, "side": "RIGHT"}, {"body": "Why?"}),
    ("github", "PUT", f"{REPOSITORY}/pulls/3/merge", {"merge_method": "squash", "sha": "a1"}, {"merge_method": "octopus"}),
    ("github", "POST", f"{REPOSITORY}/pulls/3/requested_reviewers", {"reviewers": ["ion"]}, {"reviewers": "ion"}),
    ("github", "POST", f"{REPOSITORY}/pulls/3/reviews", {"event": "COMMENT", "body": "Fine"}, {"event": "SHRUG"}),
    ("github", "POST", f"{REPOSITORY}/releases", {"tag_name": "v1", "draft": False}, {"name": "one"}),
    ("github", "POST", f"{REPOSITORY}/statuses/a1", {"state": "success"}, {"state": "fine"}),
    ("jira", "POST", "/rest/api/3/issue", {"fields": {"summary": "A bug"}}, {"fields": "A bug"}),
    ("jira", "POST", "/rest/api/3/issue/bulk", {"issueUpdates": [{"fields": {"summary": "A bug"}}]}, {"issueUpdates": {"fields": {}}}),
    ("jira", "PUT", "/rest/api/3/issue/FIN-1", {"fields": {"summary": "A bug"}}, {"fields": "A bug"}),
    ("jira", "POST", "/rest/api/3/issue/FIN-1/comment", {"body": {"type": "doc", "version": 1, "content": []}}, {"visibility": {"type": "octopus"}}),
    ("jira", "POST", "/rest/api/3/issue/FIN-1/transitions", {"transition": {"id": "31"}}, {"transition": {"id": 31}}),
    ("jira", "POST", "/rest/api/3/issueLink", {"type": {"name": "Blocks"}, "inwardIssue": {"key": "A-1"}, "outwardIssue": {"key": "A-2"}}, {"type": {"name": "Blocks"}}),
    ("jira", "POST", "/rest/api/3/version", {"name": "1.0", "projectId": 10000}, {"name": "1.0", "projectId": "FIN"}),
    ("graph", "POST", "/chats/c1/messages", MESSAGE, WRONG_MESSAGE),
    ("graph", "POST", "/teams/t1/channels/c1/messages", MESSAGE, WRONG_MESSAGE),
    ("graph", "POST", "/me/events", MEETING, {**MEETING, "start": "10:00"}),
    ("graph", "POST", "/users/u1/events", MEETING, {**MEETING, "start": "10:00"}),
    ("graph", "POST", "/me/onlineMeetings", {"subject": "Review", "startDateTime": "2026-11-23T10:00:00Z"}, {"subject": 5}),
    ("graph", "POST", "/teams", {"displayName": "Desk", "members": [MEMBER]}, {"displayName": 5}),
    ("graph", "POST", "/teams/t1/members", MEMBER, {"roles": "owner"}),
    ("graph", "POST", "/teams/t1/members/microsoft.graph.add", {"values": [MEMBER]}, {"values": MEMBER}),
    ("graph", "POST", "/users/u1/teamwork/microsoft.graph.sendActivityNotification", {"activityType": "approval", "previewText": {"content": "Look"}}, {"activityType": 5}),
    ("openai", "POST", "/chat/completions", {**QUESTION, "temperature": 0.2}, {**QUESTION, "temperature": 9}),
    ("anthropic", "POST", "/v1/messages", {**QUESTION, "max_tokens": 100}, QUESTION),
    ("nextgenpsd2", "POST", "/v1/payments/domestic-credit-transfers", PAYMENT, {**PAYMENT, "instructedAmount": {"currency": "MDL", "amount": 12450}}),
    ("jira-client", "POST", "/rest/api/3/bulk/issues/fields", BULK_EDIT, {**BULK_EDIT, "editedFieldsInput": {"labelsFields": {"labels": []}}}),
    ("grafana", "POST", "/api/dashboards/db", {"dashboard": {"title": "Desk", "id": None, "panels": []}}, {"dashboard": {"title": "Desk", "panels": {}}}),
    ("grafana", "POST", "/api/v1/provisioning/alert-rules", RULE, {**RULE, "noDataState": "Octopus"}),
    ("hubspot", "POST", "/crm/v3/objects/contacts/search", {"filterGroups": [{"filters": [CTO]}], "limit": 100}, {"filterGroups": [{"filters": [{**CTO, "operator": "LIKE"}]}]}),
    ("hubspot", "POST", "/crm/v3/objects/contacts/batch/update", {"inputs": [{"id": "501", "properties": {"phone": "1"}}]}, {"inputs": [{"id": 501}]}),
    ("hubspot", "PUT", "/crm/v3/lists/77/memberships/add", ["501"], [501]),
    ("slack", "POST", "/chat.postMessage", {"channel": "C1", "text": "Hello"}, {"channel": "C1"}),
    ("slack", "POST", "/chat.scheduleMessage", {"channel": "C1", "text": "Hello", "post_at": 1768467600}, {"channel": "C1", "text": "Hello"}),
    ("slack", "POST", "/chat.scheduledMessages.list", {"channel": "C1"}, {"channel": 5}),
    ("slack", "POST", "/conversations.create", {"name": "desk", "is_private": True}, {"is_private": True}),
    ("slack", "POST", "/conversations.history", {"channel": "C1", "limit": 20}, {"limit": 20}),
    ("slack", "POST", "/conversations.invite", {"channel": "C1", "users": "U1,U2"}, {"channel": "C1", "users": ["U1"]}),
    ("slack", "POST", "/conversations.list", {"types": "public_channel"}, {"limit": "all"}),
    ("slack", "POST", "/conversations.members", {"channel": "C1"}, {}),
    ("slack", "POST", "/conversations.replies", {"channel": "C1", "ts": "1.2"}, {"channel": "C1"}),
    ("slack", "POST", "/pins.add", {"channel": "C1", "timestamp": "1.2"}, {"timestamp": "1.2"}),
    ("slack", "POST", "/pins.list", {"channel": "C1"}, {}),
    ("slack", "POST", "/reactions.add", {"channel": "C1", "timestamp": "1.2", "name": "eyes"}, {"channel": "C1", "timestamp": "1.2"}),
    ("slack", "POST", "/reactions.get", {"channel": "C1", "timestamp": "1.2"}, {"channel": "C1"}),
    ("slack", "POST", "/reminders.add", {"text": "Tea", "time": "in 20 minutes"}, {"text": "Tea"}),
    ("slack", "POST", "/reminders.list", {"team_id": "T1"}, {"team_id": 5}),
    ("slack", "POST", "/auth.test", {}, {"token": 5}),
    ("slack", "POST", "/users.profile.get", {"user": "U1"}, {"user": 5}),
    ("slack", "POST", "/users.profile.set", {"profile": {"status_text": "away"}}, {"profile": 5}),
]  # fmt: skip


def judged(vendor: str, method: str, path: str, body: Any) -> list[str]:
    headers = {"content-type": "application/json", "anthropic-version": "2023-06-01"}
    headers |= {"x-request-id": "99391c7e-ad88-49ec-a2ad-99ddcb1f7721", "psu-ip-address": "192.0.2.10"}
    return check.problems(vendor, check.Request(method, path, headers=headers, body=json.dumps(body).encode()))


@pytest.mark.parametrize(("vendor", "method", "path", "right", "wrong"), BODIES, ids=[" ".join(row[:3]) for row in BODIES])
def test_a_right_body_passes_and_a_wrong_one_is_refused(vendor: str, method: str, path: str, right: Any, wrong: Any) -> None:
    assert judged(vendor, method, path, right) == []
    assert judged(vendor, method, path, wrong) != []


def test_no_body_goes_unjudged() -> None:
    described = {
        (vendor, method.upper(), path)
        for vendor in check.VENDORS
        for path, item in json.loads((check.HERE / f"{vendor}.json").read_text(encoding="utf-8"))["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "requestBody" in operation
    }
    tried = {(vendor, method, template(vendor, path)) for vendor, method, path, _, _ in BODIES}
    assert described - tried - PASSES_ANYTHING == set()


def template(vendor: str, path: str) -> str:
    """The described path that a path belongs to; words win over parameters."""
    found, _ = min(
        (item, item.count("{"))
        for item in json.loads((check.HERE / f"{vendor}.json").read_text(encoding="utf-8"))["paths"]
        if item.count("/") == path.count("/")
        and all(a == b or a.startswith("{") for a, b in zip(item.split("/"), path.split("/"), strict=True))
    )
    return found


#: A property of an issue is any JSON value.
PASSES_ANYTHING = {("jira", "PUT", "/rest/api/3/issue/{issueIdOrKey}/properties/{propertyKey}")}


@pytest.mark.parametrize(
    ("vendor", "method", "path", "query", "said"),
    [
        ("github", "GET", f"{REPOSITORY}/pullz", "", "Path not found for /repos/ana/desk/pullz"),
        ("github", "DELETE", f"{REPOSITORY}/pulls", "", "Operation delete not found for /repos/ana/desk/pulls"),
        ("github", "GET", f"{REPOSITORY}/pulls", "per_page=many", "Failed to cast value to integer type: many"),
        ("github", "POST", f"{REPOSITORY}/issues", "", "Missing required request body"),
        ("nextgenpsd2", "GET", "/v1/accounts", "", "Missing required header parameter: X-Request-ID"),
        ("github", "GET", f"{REPOSITORY}/pulls", "perpage=5&state=open", "no query parameter 'perpage' is described"),
        ("jira-client", "GET", "/rest/agile/1.0/board", "maxResults=all", "Failed to cast value to number type: all"),
    ],
)
def test_what_is_not_described_is_refused(vendor: str, method: str, path: str, query: str, said: str) -> None:
    assert check.problems(vendor, check.Request(method, path, query)) == [said]


def test_every_operation_asked_for_is_kept() -> None:
    asked = {
        "github": operations.GITHUB,
        "jira": operations.JIRA,
        "graph": operations.GRAPH,
        "openai": operations.OPENAI,
        "anthropic": operations.ANTHROPIC,
        "hubspot": {path: (operation[0],) for path, operation in operations.HUBSPOT.items()},
        "nextgenpsd2": operations.NEXTGENPSD2,
        "jira-client": {path: (operation[0],) for path, operation in operations.JIRA_CLIENT.items()},
        "grafana": dict.fromkeys(operations.GRAFANA, ("post",)),
    }
    for vendor, paths in asked.items():
        kept = json.loads((check.HERE / f"{vendor}.json").read_text(encoding="utf-8"))["paths"]
        assert {path: set(methods) for path, methods in paths.items()} == {path: set(item) - {"parameters"} for path, item in kept.items()}
