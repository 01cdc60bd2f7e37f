"""Slack behind a bridge, for catalogs that still have one: messages, reminders, channels."""

from __future__ import annotations

import datetime
from typing import Any, Final

from starter.sandbox import vendor

_FIRST_TS: Final = 1_767_225_600  # seconds; Slack's message ids look like times


def post_message(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """chat.postMessage."""
    channel, text = vendor.need(arguments, "channel"), vendor.need(arguments, "message")
    return _keep(channel, text, arguments.get("thread_ts"), memory)


def post_to_thread(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """chat.postMessage with thread_ts, which must be there."""
    vendor.need(arguments, "thread_ts")
    return post_message(arguments, memory)


def schedule_message(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """chat.scheduleMessage."""
    channel, text, when = (vendor.need(arguments, name) for name in ("channel", "message", "scheduled_time"))
    try:
        post_at = int(datetime.datetime.fromisoformat(when).timestamp())
    except ValueError:
        raise vendor.Refused(f"invalid_time: {when!r} is not ISO 8601") from None
    identity = f"Q{memory.number('slack.scheduled'):010}"
    return {"ok": True, "channel": channel, "scheduled_message_id": identity, "post_at": post_at, "message": {"text": text}}


def set_reminder(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """reminders.add."""
    text, when = vendor.need(arguments, "text"), vendor.need(arguments, "time")
    return {"ok": True, "reminder": {"id": f"Rm{memory.number('slack.reminder'):08}", "text": text, "time": when}}


def update_status(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """users.profile.set."""
    return {"ok": True, "profile": {"status_text": arguments.get("message", "")}}


def create_channel(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """conversations.create."""
    name = str(arguments.get("name") or vendor.need(arguments, "channel")).removeprefix("#")
    channels = memory.things("slack.channel")
    if name in channels:
        raise vendor.Refused("name_taken")
    channels[name] = {"id": f"C{memory.number('slack.channel'):08}", "name": name}
    return {"ok": True, "channel": channels[name]}


def invite_users(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """conversations.invite."""
    return {"ok": True, "channel": {"id": vendor.need(arguments, "channel")}}


def react_to_message(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """reactions.add; pins.add has the same answer."""
    vendor.need(arguments, "channel")
    return {"ok": True}


def _keep(channel: str, text: str, thread: Any, memory: vendor.Memory) -> dict[str, Any]:
    number = memory.number("slack.message")
    ts = f"{_FIRST_TS + number}.{number:06}"
    message = {"type": "message", "text": text, "ts": ts, **({"thread_ts": thread} if thread else {})}
    memory.things("slack.message")[ts] = message
    return {"ok": True, "channel": channel, "ts": ts, "message": message}


TOOLS: Final[vendor.Tools] = {
    "enterprise": {
        "post_message": post_message,
        "schedule_message": schedule_message,
        "update_status": update_status,
        "create_channel": create_channel,
        "invite_users": invite_users,
        "set_reminder": set_reminder,
        "post_to_thread": post_to_thread,
        "react_to_message": react_to_message,
        "pin_message": react_to_message,
    },
    "post_message": post_message,
}
