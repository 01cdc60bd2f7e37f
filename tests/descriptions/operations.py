"""The operations that are kept of each vendor's description: path and methods, as the vendor spells them."""

from __future__ import annotations

from typing import Final

GITHUB: Final = {
    "/app/installations/{installation_id}/access_tokens": ("post",),
    "/orgs/{org}/projectsV2/{project_number}/items": ("get", "post"),
    "/orgs/{org}/projectsV2/{project_number}/items/{item_id}": ("get", "patch", "delete"),
    "/rate_limit": ("get",),
    "/repos/{owner}/{repo}/actions/runs": ("get",),
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches": ("post",),
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs": ("get",),
    "/repos/{owner}/{repo}/check-runs": ("post",),
    "/repos/{owner}/{repo}/issues": ("get", "post"),
    "/repos/{owner}/{repo}/issues/comments": ("get",),
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ("get", "post"),
    "/repos/{owner}/{repo}/issues/{issue_number}/labels": ("get", "post", "put", "delete"),
    "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": ("delete",),
    "/repos/{owner}/{repo}/labels": ("get", "post"),
    "/repos/{owner}/{repo}/labels/{name}": ("get", "patch", "delete"),
    "/repos/{owner}/{repo}/pulls": ("get", "post"),
    "/repos/{owner}/{repo}/pulls/comments": ("get",),
    "/repos/{owner}/{repo}/pulls/{pull_number}": ("get", "patch"),
    "/repos/{owner}/{repo}/pulls/{pull_number}/comments": ("get", "post"),
    "/repos/{owner}/{repo}/pulls/{pull_number}/files": ("get",),
    "/repos/{owner}/{repo}/pulls/{pull_number}/merge": ("get", "put"),
    "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": ("get", "post"),
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews": ("get", "post"),
    "/repos/{owner}/{repo}/releases": ("get", "post"),
    "/repos/{owner}/{repo}/releases/tags/{tag}": ("get",),
    "/repos/{owner}/{repo}/stats/code_frequency": ("get",),
    "/repos/{owner}/{repo}/stats/commit_activity": ("get",),
    "/repos/{owner}/{repo}/stats/contributors": ("get",),
    "/repos/{owner}/{repo}/stats/participation": ("get",),
    "/repos/{owner}/{repo}/statuses/{sha}": ("post",),
    "/repos/{owner}/{repo}/traffic/clones": ("get",),
    "/repos/{owner}/{repo}/traffic/views": ("get",),
    "/search/issues": ("get",),
    "/user": ("get",),
}

JIRA: Final = {
    "/rest/api/3/issue": ("post",),
    "/rest/api/3/issue/bulk": ("post",),
    "/rest/api/3/issue/{issueIdOrKey}": ("get", "put"),
    "/rest/api/3/issue/{issueIdOrKey}/comment": ("get", "post"),
    "/rest/api/3/issue/{issueIdOrKey}/properties/{propertyKey}": ("get", "put"),
    "/rest/api/3/issue/{issueIdOrKey}/transitions": ("get", "post"),
    "/rest/api/3/issueLink": ("post",),
    "/rest/api/3/myself": ("get",),
    "/rest/api/3/project/{projectIdOrKey}/versions": ("get",),
    "/rest/api/3/version": ("post",),
}

GRAPH: Final = {
    "/chats/{chat-id}/messages": ("get", "post"),
    "/me": ("get",),
    "/me/events": ("get", "post"),
    "/me/onlineMeetings": ("post",),
    "/organization": ("get",),
    "/teams": ("post",),
    "/teams/{team-id}/channels/{channel-id}/messages": ("get", "post"),
    "/teams/{team-id}/members": ("get", "post"),
    "/teams/{team-id}/members/microsoft.graph.add": ("post",),
    "/teams/{team-id}/operations/{teamsAsyncOperation-id}": ("get",),
    "/users/{user-id}/events": ("get", "post"),
    "/users/{user-id}/teamwork/microsoft.graph.sendActivityNotification": ("post",),
}

OPENAI: Final = {"/chat/completions": ("post",), "/models": ("get",)}

ANTHROPIC: Final = {"/v1/messages": ("post",), "/v1/models": ("get",)}

#: Slack publishes no description that fits its API of today; its own SDK's argument types are the nearest thing.
SLACK: Final = {
    "auth.test": "AuthTestArguments",
    "chat.postMessage": "ChatPostMessageArguments",
    "chat.scheduleMessage": "ChatScheduleMessageArguments",
    "chat.scheduledMessages.list": "ChatScheduledMessagesListArguments",
    "conversations.create": "ConversationsCreateArguments",
    "conversations.history": "ConversationsHistoryArguments",
    "conversations.invite": "ConversationsInviteArguments",
    "conversations.list": "ConversationsListArguments",
    "conversations.members": "ConversationsMembersArguments",
    "conversations.replies": "ConversationsRepliesArguments",
    "pins.add": "PinsAddArguments",
    "pins.list": "PinsListArguments",
    "reactions.add": "ReactionsAddArguments",
    "reactions.get": "ReactionsGetArguments",
    "reminders.add": "RemindersAddArguments",
    "reminders.list": "RemindersListArguments",
    "users.profile.get": "UsersProfileGetArguments",
    "users.profile.set": "UsersProfileSetArguments",
}

#: HubSpot publishes no description in a package; its own SDK is generated from one: the module, the types of its bodies, the query.
HUBSPOT: Final = {
    "/crm/v3/objects/contacts": (
        "get",
        "contacts",
        "",
        {"limit": "integer", "after": "string", "properties": "string", "archived": "boolean"},
    ),
    "/crm/v3/objects/contacts/search": ("post", "contacts", "PublicObjectSearchRequest", {}),
    "/crm/v3/objects/contacts/batch/update": ("post", "contacts", "BatchInputSimplePublicObjectBatchInput", {}),
    "/crm/v3/lists/{listId}/memberships/add": ("put", "lists", "Array<string>", {}),
}

#: The Berlin Group's NextGenPSD2 in its Swiss edition, the only one in a package: what banks have in common, which is what maib's interface has.
NEXTGENPSD2: Final = {
    "/v1/accounts": ("get",),
    "/v1/accounts/{account-id}/transactions": ("get",),
    "/v1/consents/{consentId}/status": ("get",),
    "/v1/{payment-service}/{payment-product}": ("post",),
    "/v1/{payment-service}/{payment-product}/{paymentId}": ("get",),
}

#: What no description in a package holds, but the types of a client for the vendor's API: path, method, module, types of body and query.
JIRA_CLIENT: Final = {
    "/rest/agile/1.0/board": ("get", "agile", "", "GetAllBoards"),
    "/rest/agile/1.0/board/{boardId}/sprint": ("get", "agile", "", "GetAllSprints"),
    "/rest/agile/1.0/sprint/{sprintId}/issue": ("get", "agile", "", "GetIssuesForSprint"),
    "/rest/api/3/bulk/issues/fields": ("post", "version3", "SubmitBulkEdit", ""),
    "/rest/api/3/bulk/queue/{taskId}": ("get", "version3", "", "GetBulkOperationProgress"),
}

#: Grafana publishes no description in a package; its own SDK has the types of what is written by files and by its API alike.
GRAFANA: Final = {
    "/api/dashboards/db": "{ dashboard: Partial<Dashboard>; folderUid?: string; message?: string; overwrite?: boolean }",
    "/api/v1/provisioning/alert-rules": "Rule",
}
