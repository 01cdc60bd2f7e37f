"""Microsoft Teams behind a bridge, for catalogs that still have one: messages, cards, meetings, teams."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import vendor


def send_adaptive_card(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A card in a channel; Teams refuses what is no Adaptive Card."""
    team, channel = vendor.need(arguments, "team_id"), vendor.need(arguments, "channel_id")
    card = vendor.need(arguments, "adaptive_card", dict)
    if card.get("type") != "AdaptiveCard" or not isinstance(card.get("body"), list):
        raise vendor.Refused("the attachment is no Adaptive Card: `type` must be AdaptiveCard and `body` a list")
    for fact in (fact for element in card["body"] if element.get("type") == "FactSet" for fact in element["facts"]):
        if not isinstance(fact.get("value"), str):
            raise vendor.Refused(f"fact {fact.get('title')!r}: `value` must be text")
    return _message(memory, {"team_id": team, "channel_id": channel})


def post_to_channel(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A message in a channel."""
    vendor.need(arguments, "message")
    return _message(memory, {"team_id": vendor.need(arguments, "team_id"), "channel_id": vendor.need(arguments, "channel_id")})


def send_message(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A chat message, notification or poll."""
    vendor.need(arguments, "message")
    return _message(memory, {})


def schedule_meeting(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """An online meeting."""
    meeting = vendor.need(arguments, "meeting", dict)
    for name in ("subject", "start_time", "end_time"):
        vendor.need(meeting, name)
    number = memory.number("msteams.meeting")
    join_url = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{number:06}%40thread.v2/0"
    return {"id": f"meeting-{number:06}", "join_url": join_url, **meeting}


def create_team(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A new team."""
    return {"team_id": f"team-{memory.number('msteams.team'):06}", "status": "created"}


def add_members(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Members of a team."""
    return {"team_id": vendor.need(arguments, "team_id"), "status": "added"}


def _message(memory: vendor.Memory, where: dict[str, Any]) -> dict[str, Any]:
    identity = f"msg-{memory.number('msteams.message'):06}"
    return {"id": identity, "web_url": f"https://teams.microsoft.com/l/message/{identity}", **where}


TOOLS: Final[vendor.Tools] = {
    "enterprise": {
        "send_message": send_message,
        "schedule_meeting": schedule_meeting,
        "send_notification": send_message,
        "create_team": create_team,
        "add_members": add_members,
        "post_to_channel": post_to_channel,
        "send_adaptive_card": send_adaptive_card,
        "create_poll": send_message,
    }
}
