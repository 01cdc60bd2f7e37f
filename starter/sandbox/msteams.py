"""Microsoft Graph for Teams: messages and cards are kept and can be listed, meetings are deduplicated, a team takes a moment."""

from __future__ import annotations

import re
from typing import Any, Final

from activities import json_text
from starter.sandbox import api, msteams_bridge, vendor
from workflows.core import errors

SERVICE: Final = "msteams"
TOOLS: Final[vendor.Tools] = msteams_bridge.TOOLS

_CARD: Final = "application/vnd.microsoft.card.adaptive"
_CREATED: Final = 201
_MAX_BYTES: Final = 28 * 1024  # of a message with its attachments
_MAX_MEMBERS: Final = 200
_CODES: Final = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    422: "UnprocessableEntity",
    429: "TooManyRequests",
    500: "InternalServerError",
}
_PLACED: Final = re.compile(r'<attachment id="([^"]+)"></attachment>')
_BOUND: Final = re.compile(r"https://graph\.microsoft\.com/v1\.0/users(\('([^']+)'\)|/([^/]+))")


def refusal(status: int, words: str) -> api.Answer:
    """Graph's form of an error."""
    inner = {"date": "2026-01-01T00:00:00", "request-id": "sandbox", "client-request-id": "sandbox"}
    return api.Answer({"error": {"code": _CODES.get(status, "UnknownError"), "message": words, "innerError": inner}}, status)


def post_to_chat(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /chats/{chat}/messages."""
    return _posted(request, memory, request.path["chat"], {"chatId": request.path["chat"], "channelIdentity": None, "webUrl": None})


def post_to_channel(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /teams/{team}/channels/{channel}/messages."""
    where = {"teamId": request.path["team"], "channelId": request.path["channel"]}
    link = f"https://teams.microsoft.com/l/message/{request.path['channel']}/{{}}?groupId={request.path['team']}"
    return _posted(request, memory, _channel(request), {"chatId": None, "channelIdentity": where, "webUrl": link})


def list_chat(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /chats/{chat}/messages, the last first."""
    return _listed(request, memory, request.path["chat"])


def list_channel(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /teams/{team}/channels/{channel}/messages, the last first."""
    return _listed(request, memory, _channel(request))


def create_event(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /me/events and /users/{user}/events: the same transactionId again makes no second event and answers 201 like the first."""
    fields = request.fields
    subject = fields.get("subject", "")
    for name in ("start", "end"):
        moment = vendor.need(fields, name, dict)
        vendor.need(moment, "dateTime"), vendor.need(moment, "timeZone")
    if fields["end"]["dateTime"] < fields["start"]["dateTime"]:
        raise vendor.Refused("The request is invalid: the end is before the start.", vendor.BAD_REQUEST)
    for attendee in fields.get("attendees") or []:
        vendor.need(vendor.need(attendee, "emailAddress", dict), "address")
    events, transaction = memory.things("msteams.event"), fields.get("transactionId")
    known = next((event for event in events.values() if transaction and event["transactionId"] == transaction), None)
    if known is not None:
        return api.Answer(known, _CREATED)
    number = memory.number("msteams.meeting")
    identity = f"AAMkAGI{number:06}"
    meeting = {"joinUrl": f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{number:06}%40thread.v2/0"}
    events[identity] = {
        **{name: fields[name] for name in ("start", "end", "attendees", "body") if name in fields},
        **{"id": identity, "subject": subject, "transactionId": transaction, "isOnlineMeeting": fields.get("isOnlineMeeting", False)},
        **{"onlineMeeting": meeting if fields.get("isOnlineMeeting") else None},
        "webLink": f"https://outlook.office365.com/owa/?itemid={identity}",
    }
    return api.Answer(events[identity], _CREATED)


def notify(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /users/{user}/teamwork/sendActivityNotification."""
    fields = request.fields
    topic, activity = vendor.need(fields, "topic", dict), vendor.need(fields, "activityType")
    if topic.get("source") == "text" and not str(topic.get("webUrl", "")).startswith("https://teams."):
        raise vendor.Refused("Topic.webUrl must be a Teams link when the source is text.", vendor.BAD_REQUEST)
    given = {one.get("name") for one in fields.get("templateParameters") or []}
    if activity == "systemDefault" and given != {"systemDefaultText"}:
        raise vendor.Refused("systemDefault needs the template parameter systemDefaultText and no other.", vendor.BAD_REQUEST)
    return api.Answer(None, 204)


def create_team(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /teams: 202, and an operation to be followed."""
    fields = request.fields
    vendor.need(fields, "displayName"), vendor.need(fields, "template@odata.bind")
    for member in fields.get("members") or []:
        _user(member)
    number = memory.number("msteams.team")
    team, operation = f"02bd9fd6-0000-4000-8000-{number:012}", f"6f9c3b2a-0000-4000-8000-{number:012}"
    memory.things("msteams.operation")[operation] = {
        **{"id": operation, "operationType": "createTeam", "status": "inProgress", "attemptsCount": 1},
        **{"targetResourceId": team, "targetResourceLocation": f"/teams('{team}')", "error": None},
    }
    headers = {"location": f"/teams('{team}')/operations('{operation}')", "content-location": f"/teams('{team}')"}
    return api.Answer(None, 202, headers)


def operation(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /teams('{team}')/operations('{operation}'): under way at the first look, then done."""
    kept = vendor.known(memory.things("msteams.operation"), request.path["operation"], "operation")
    shown = dict(kept)
    kept["status"] = "succeeded"
    return shown


def add_members(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /teams/{team}/members/add: 200, or 207 where only some could be added."""
    given = vendor.need(request.fields, "values", list)
    if not 0 < len(given) <= _MAX_MEMBERS:
        raise vendor.Refused(f"Between 1 and {_MAX_MEMBERS} members can be added.", vendor.BAD_REQUEST)
    members, parts = memory.things("msteams.members").setdefault(request.path["team"], {}), []
    for one in given:
        user = _user(one)
        unknown = {"code": "NotFound", "message": "Failed to find user"} if user.startswith("nobody") else None
        parts.append({"@odata.type": "#microsoft.graph.aadUserConversationMemberResult", "userId": user, "error": unknown})
        if unknown is None:
            members[user] = one["roles"]
    return api.Answer({"value": parts}, 207 if any(part["error"] for part in parts) else 200)


def me(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /me."""
    return {"id": "8b081ef6-4792-4def-b2c9-c363a1bf41d5", "displayName": "Ordinaut", "userPrincipalName": "ordinaut@company.com"}


def _user(member: Any) -> str:
    found = _BOUND.fullmatch(str(member.get("user@odata.bind"))) if isinstance(member, dict) else None
    if found is None or not str(member.get("@odata.type", "")).endswith("microsoft.graph.aadUserConversationMember"):
        raise vendor.Refused("Bad Request: a member needs @odata.type and user@odata.bind.", vendor.BAD_REQUEST)
    if not isinstance(member.get("roles"), list):
        raise vendor.Refused("Bad Request: roles must be a list.", vendor.BAD_REQUEST)
    return found[2] or found[3]


def _channel(request: api.Request) -> str:
    return f"{request.path['team']}/{request.path['channel']}"


def _posted(request: api.Request, memory: vendor.Memory, place: str, where: dict[str, Any]) -> api.Answer:
    fields = request.fields
    body = vendor.need(fields, "body", dict)
    content = vendor.need(body, "content")
    if body.get("contentType", "text") not in ("text", "html"):
        raise vendor.Refused("Invalid contentType.", vendor.BAD_REQUEST)
    attachments = fields.get("attachments") or []
    if len(json_text.encode(fields)) > _MAX_BYTES:
        raise vendor.Refused("Message size is over the allowed limit.", 413)
    if {one.get("id") for one in attachments} != set(_PLACED.findall(content)):
        raise vendor.Refused("Each attachment has its <attachment id> in the body, and each of these its attachment.", vendor.BAD_REQUEST)
    for one in attachments:
        _check_card(one)
    identity = str(1_768_467_600_000 + memory.number("msteams.message"))
    link = {"webUrl": where["webUrl"].format(identity) if where["webUrl"] else None}
    message = {"id": identity, "messageType": "message", "subject": fields.get("subject"), "body": body, "attachments": attachments}
    memory.things("msteams.message").setdefault(place, []).insert(0, {**message, **where, **link})
    return api.Answer({**message, **where, **link}, _CREATED)


def _check_card(attachment: Any) -> None:
    if attachment.get("contentType") != _CARD:
        return
    try:
        card = json_text.decode(vendor.need(attachment, "content"), "the card")
    except errors.ToolError as error:
        raise vendor.Refused(error.message, vendor.BAD_REQUEST) from None
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard" or not isinstance(card.get("body"), list):
        raise vendor.Refused("The attachment is no Adaptive Card: type must be AdaptiveCard and body a list.", vendor.BAD_REQUEST)
    for fact in (fact for element in card["body"] if element.get("type") == "FactSet" for fact in element["facts"]):
        if not isinstance(fact.get("value"), str):
            raise vendor.Refused(f"fact {fact.get('title')!r}: value must be text", vendor.BAD_REQUEST)


def _listed(request: api.Request, memory: vendor.Memory, place: str) -> Any:
    size = int(request.query.get("$top") or 20)
    if size > 50:
        raise vendor.Refused("Invalid value for $top: at most 50.", vendor.BAD_REQUEST)
    return {"value": memory.things("msteams.message").get(place, [])[:size]}


def organization(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /organization."""
    return {"value": [{"id": "84841066-274d-4ec0-a5c1-276be684bdd3", "displayName": "Sandbox"}]}


API: Final[api.Routes] = {
    "GET /v1.0/organization": organization,
    "GET /v1.0/me": me,
    "POST /v1.0/me/events": create_event,
    "POST /v1.0/users/{user}/events": create_event,
    "GET /v1.0/chats/{chat}/messages": list_chat,
    "POST /v1.0/chats/{chat}/messages": post_to_chat,
    "GET /v1.0/teams/{team}/channels/{channel}/messages": list_channel,
    "POST /v1.0/teams/{team}/channels/{channel}/messages": post_to_channel,
    "POST /v1.0/teams": create_team,
    "GET /v1.0/teams('{team}')/operations('{operation}')": operation,
    "POST /v1.0/teams/{team}/members/add": add_members,
    "POST /v1.0/teams/{team}/members/microsoft.graph.add": add_members,
    "POST /v1.0/users/{user}/teamwork/sendActivityNotification": notify,
    "POST /v1.0/users/{user}/teamwork/microsoft.graph.sendActivityNotification": notify,
}
