"""GitHub's webhooks: `github.pull_request.opened`, `github.push`.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from typing import Final

from starter.gateway import body as body_module
from starter.gateway import event_types, headers, refusals
from starter.gateway.kinds import base
from starter.gateway.signatures import github

EVENT_HEADER: Final = "X-GitHub-Event"
DELIVERY_HEADER: Final = "X-GitHub-Delivery"


def read(body: bytes, headers: headers.Headers, source: str) -> base.Found | base.Reply:
    """See `base.Kind`. The name of the event and the payload's `action` make the type; a ping is answered."""
    name = headers.get(EVENT_HEADER)
    if not name:
        raise refusals.Refused(refusals.MALFORMED, f"the header {EVENT_HEADER} is missing; it names the event")
    payload = body_module.json_object(_json(body, headers.get("Content-Type")))
    if name == "ping":
        return base.Reply({"ok": True, "message": "GitHub's ping came through; events will too"})
    event_type = event_types.joined("github", name, payload.get("action"))
    return base.Found(event_type, headers.get(DELIVERY_HEADER) or body_module.digest(body), payload)


def _json(body: bytes, content_type: str) -> bytes | str:
    """GitHub sends JSON, or a form with the JSON in `payload`, as the webhook's settings say."""
    if not body_module.is_form(content_type):
        return body
    payload = body_module.form(body).get("payload")
    if payload is None:
        raise refusals.Refused(refusals.MALFORMED, "the form has no field payload; choose application/json for the webhook in GitHub")
    return payload


KIND: Final = base.Kind("github", (github.NAME,), github.check, read)
