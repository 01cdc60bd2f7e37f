"""Slack's Web API: messages, reminders, channels. What was posted is kept, so that replies, reactions and pins find it."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import api, slack_bridge, vendor

SERVICE: Final = "slack"
TOOLS: Final[vendor.Tools] = slack_bridge.TOOLS
_FIRST_TS: Final = 1_767_225_600  # seconds; Slack's message ids look like times
_BOT: Final = "U0000000BOT"
#: A message that somebody wrote before: the one of the catalog's examples.
_EARLIER: Final = "1768467600.000100"


def refusal(status: int, words: str) -> api.Answer:
    """Slack says no with status 200 and a word; only a caller that is too fast gets another status."""
    code = words if words.replace("_", "").isalpha() else "invalid_arguments"
    return api.Answer({"ok": False, "error": code, "response_metadata": {"messages": [words]}}, status if status in (429, 500) else 200)


def post_message(request: api.Request, memory: vendor.Memory) -> Any:
    """chat.postMessage: channel, and one of text, blocks, attachments."""
    fields = request.fields
    channel = _channel(fields, memory)
    if not any(fields.get(name) for name in ("text", "blocks", "attachments")):
        raise vendor.Refused("no_text")
    thread = fields.get("thread_ts")
    if thread is not None and thread not in _messages(memory):
        raise vendor.Refused("thread_not_found")
    number = memory.number("slack.message")
    ts = f"{_FIRST_TS + number}.{number:06}"
    message = {"type": "message", "user": _BOT, "text": fields.get("text", ""), "ts": ts, **({"thread_ts": thread} if thread else {})}
    _messages(memory)[ts] = {**message, "channel": channel, "reactions": [], "pinned": False}
    return {"ok": True, "channel": channel, "ts": ts, "message": message}


def schedule_message(request: api.Request, memory: vendor.Memory) -> Any:
    """chat.scheduleMessage: post_at in Unix seconds."""
    fields = request.fields
    channel, text, post_at = _channel(fields, memory), _need(fields, "text"), fields.get("post_at")
    if not isinstance(post_at, int) or isinstance(post_at, bool):
        raise vendor.Refused("invalid_time")
    identity = f"Q{memory.number('slack.scheduled'):010}"
    memory.things("slack.scheduled")[identity] = {"id": identity, "channel_id": channel, "post_at": post_at, "text": text}
    return {"ok": True, "channel": channel, "scheduled_message_id": identity, "post_at": post_at, "message": {"text": text}}


def set_profile(request: api.Request, memory: vendor.Memory) -> Any:
    """users.profile.set."""
    profile = request.fields.get("profile")
    if not isinstance(profile, dict):
        raise vendor.Refused("invalid_profile")
    memory.things("slack.profile").update(profile)
    return {"ok": True, "profile": dict(memory.things("slack.profile"))}


def create_channel(request: api.Request, memory: vendor.Memory) -> Any:
    """conversations.create."""
    name = _need(request.fields, "name")
    if name != name.lower() or " " in name or len(name) > 80:
        raise vendor.Refused("invalid_name_specials")
    channels = memory.things("slack.channel")
    if name in channels:
        raise vendor.Refused("name_taken")
    channels[name] = {"id": f"C{memory.number('slack.channel'):010}", "name": name, "is_channel": True}
    return {"ok": True, "channel": channels[name]}


def list_channels(request: api.Request, memory: vendor.Memory) -> Any:
    """conversations.list, in pages."""
    channels, asked = list(memory.things("slack.channel").values()), request.fields if request.body else request.query
    start, size = int(asked.get("cursor") or 0), int(asked.get("limit") or 100)
    following = str(start + size) if start + size < len(channels) else ""
    return {"ok": True, "channels": channels[start : start + size], "response_metadata": {"next_cursor": following}}


def invite(request: api.Request, memory: vendor.Memory) -> Any:
    """conversations.invite: users as one text, with commas."""
    channel, users = _need(request.fields, "channel"), _need(request.fields, "users").split(",")
    members: set[str] = memory.things("slack.members").setdefault(channel, {_BOT})
    if set(users) <= members:
        raise vendor.Refused("already_in_channel")
    members.update(users)
    return {"ok": True, "channel": {"id": channel, "num_members": len(members)}}


def add_reminder(request: api.Request, memory: vendor.Memory) -> Any:
    """reminders.add."""
    text, when = _need(request.fields, "text"), request.fields.get("time")
    if when in (None, ""):
        raise vendor.Refused("cannot_parse")
    identity = f"Rm{memory.number('slack.reminder'):08}"
    return {"ok": True, "reminder": {"id": identity, "creator": _BOT, "user": request.fields.get("user", _BOT), "text": text, "time": when}}


def react(request: api.Request, memory: vendor.Memory) -> Any:
    """reactions.add."""
    message, name = _message(request.fields, memory), _need(request.fields, "name")
    if name in message["reactions"]:
        raise vendor.Refused("already_reacted")
    message["reactions"].append(name)
    return {"ok": True}


def pin(request: api.Request, memory: vendor.Memory) -> Any:
    """pins.add."""
    message = _message(request.fields, memory)
    if message["pinned"]:
        raise vendor.Refused("already_pinned")
    message["pinned"] = True
    return {"ok": True}


def auth_test(request: api.Request, memory: vendor.Memory) -> Any:
    """auth.test."""
    return {"ok": True, "url": "https://sandbox.slack.com/", "team": "Sandbox", "user": "ordinaut", "user_id": _BOT}


def _need(fields: Any, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise vendor.Refused(f"invalid_arguments: {name} is missing or no text")
    return value


def _channel(fields: Any, memory: vendor.Memory) -> str:
    """The channel's id; one that nobody made before is there all the same, as in a workspace that is in use."""
    name = _need(fields, "channel")
    if not name.startswith("#"):
        return name
    channels = memory.things("slack.channel")
    word = name.removeprefix("#")
    if word not in channels:
        channels[word] = {"id": f"C{memory.number('slack.channel'):010}", "name": word, "is_channel": True}
    return str(channels[word]["id"])


def _messages(memory: vendor.Memory) -> dict[str, Any]:
    kept = memory.things("slack.message")
    kept.setdefault(_EARLIER, {"type": "message", "text": "Good morning", "ts": _EARLIER, "reactions": [], "pinned": False})
    return kept


def _message(fields: Any, memory: vendor.Memory) -> Any:
    _need(fields, "channel")
    message = _messages(memory).get(_need(fields, "timestamp"))
    if message is None:
        raise vendor.Refused("message_not_found")
    return message


API: Final[api.Routes] = {
    "POST /api/auth.test": auth_test,
    "POST /api/chat.postMessage": post_message,
    "POST /api/chat.scheduleMessage": schedule_message,
    "POST /api/conversations.create": create_channel,
    "POST /api/conversations.invite": invite,
    "GET /api/conversations.list": list_channels,
    "POST /api/conversations.list": list_channels,
    "POST /api/pins.add": pin,
    "POST /api/reactions.add": react,
    "POST /api/reminders.add": add_reminder,
    "POST /api/users.profile.set": set_profile,
}
