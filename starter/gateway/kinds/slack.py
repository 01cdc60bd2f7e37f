"""Slack's events, interactions and slash commands: `slack.message`, `slack.block_actions`, `slack.slash_command.deploy`.

https://docs.slack.dev/apis/events-api/
"""

from __future__ import annotations

from typing import Any, Final

from starter.gateway import body as body_module
from starter.gateway import event_types, headers, refusals
from starter.gateway.kinds import base
from starter.gateway.signatures import slack

_MAX_CHALLENGE_CHARS: Final = 1_000
#: Slack asks again after three seconds.
_DEADLINE_SECONDS: Final = 2.5


def read(body: bytes, headers: headers.Headers, source: str) -> base.Found | base.Reply:
    """See `base.Kind`. Events are JSON; interactions are a form with JSON in `payload`; slash commands are a form."""
    if not body_module.is_form(headers.get("Content-Type")):
        return _event(body_module.json_object(body), body)
    fields = body_module.form(body)
    if "payload" in fields:
        payload = body_module.json_object(fields["payload"])
        return base.Found(_type(payload), body_module.digest(body), payload)
    if fields.get("ssl_check") == "1":
        return base.Reply()
    command = fields.get("command", "")
    if not command.strip("/"):
        raise refusals.Refused(refusals.MALFORMED, "the form has neither payload nor command; Slack's have")
    return base.Found(event_types.joined("slack", "slash_command", command.strip("/")), body_module.digest(body), dict(fields))


def _event(payload: dict[str, Any], body: bytes) -> base.Found | base.Reply:
    """An event of the Events API, which wraps it in an envelope; the payload is the whole envelope."""
    if payload.get("type") == "url_verification":
        return _challenge(payload.get("challenge"))
    inner = payload.get("event") if payload.get("type") == "event_callback" else payload
    event_type = _type(inner if isinstance(inner, dict) else {})
    given = payload.get("event_id")
    return base.Found(event_type, given if isinstance(given, str) and given else body_module.digest(body), payload)


def _challenge(challenge: Any) -> base.Reply:
    """Slack asks whether the address is ours, by a text that we give back."""
    if not isinstance(challenge, str) or not 0 < len(challenge) <= _MAX_CHALLENGE_CHARS:
        raise refusals.Refused(
            refusals.MALFORMED, f"url_verification without a challenge: expected a text of at most {_MAX_CHALLENGE_CHARS:,} characters"
        )
    return base.Reply(challenge)


def _type(said: dict[str, Any]) -> str:
    name = said.get("type")
    if not isinstance(name, str) or not name:
        raise refusals.Refused(refusals.MALFORMED, "the body has no type; Slack's events and interactions have")
    return event_types.joined("slack", name)


KIND: Final = base.Kind("slack", (slack.NAME,), slack.check, read, base.silent, _DEADLINE_SECONDS)
