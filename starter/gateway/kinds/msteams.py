"""Messages to a Teams outgoing webhook, and what a card's Action.Submit sends: `msteams.message`, `msteams.submit`.

https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook
"""

from __future__ import annotations

from typing import Any, Final

from starter.gateway import body as body_module
from starter.gateway import delivery, event_types, headers, refusals
from starter.gateway.kinds import base
from starter.gateway.signatures import msteams

#: Teams waits five seconds for the answer.
_DEADLINE_SECONDS: Final = 4.0


def read(body: bytes, headers: headers.Headers, source: str) -> base.Found | base.Reply:
    """See `base.Kind`. A message with a `value` is what a card's Action.Submit sends."""
    payload = body_module.json_object(body)
    activity = payload.get("type")
    if not isinstance(activity, str) or not activity:
        raise refusals.Refused(refusals.MALFORMED, "the body has no type; Teams' activities have")
    word = "submit" if activity == "message" and _is_submit(payload) else activity
    return base.Found(event_types.joined("msteams", word), body_module.digest(body), payload)


def _is_submit(payload: dict[str, Any]) -> bool:
    return isinstance(payload.get("value"), dict)


def answer(receipt: delivery.Receipt, event_type: str) -> base.Reply:
    """Teams shows what it is answered, and calls anything but a message an error."""
    return base.Reply({"type": "message", "text": "Received."})


KIND: Final = base.Kind("msteams", (msteams.NAME,), msteams.check, read, answer, _DEADLINE_SECONDS)
