"""GitLab's webhooks: `gitlab.merge_request.opened`, `gitlab.pipeline.success`.

https://docs.gitlab.com/user/project/integrations/webhook_events/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starter.gateway import body as body_module
from starter.gateway import event_types, headers, refusals
from starter.gateway.kinds import base
from starter.gateway.signatures import gitlab, standard_webhooks

#: GitLab says what is to be done, an event's name says what was done; a word that is not here stays as it is (`approved`).
DONE: Final = {
    "open": "opened",
    "close": "closed",
    "reopen": "reopened",
    "update": "updated",
    "merge": "merged",
    "create": "created",
    "delete": "deleted",
    "award": "awarded",
    "revoke": "revoked",
}
#: Members that say what happened, where there is no action: of pipelines and deployments, and of jobs.
_STATES: Final = ("status", "build_status")


def read(body: bytes, headers: headers.Headers, source: str) -> base.Found | base.Reply:
    """See `base.Kind`. `object_kind` (of system hooks `event_name`) and the action make the type."""
    payload = body_module.json_object(body)
    kind = payload.get("object_kind") or payload.get("event_name")
    if not isinstance(kind, str):
        raise refusals.Refused(refusals.MALFORMED, "the body has neither object_kind nor event_name; GitLab's webhooks have")
    return base.Found(event_types.joined("gitlab", kind, _done(payload)), _delivery_id(body, headers), payload)


def _done(payload: Mapping[str, Any]) -> str | None:
    """What happened: `opened`, `success`; None where the payload does not say."""
    attributes = payload.get("object_attributes")
    places = [payload, attributes] if isinstance(attributes, Mapping) else [payload]
    for place in reversed(places):  # the object itself knows best
        if isinstance(action := place.get("action"), str):
            return DONE.get(action, action)
    if payload.get("object_kind") == "emoji" and isinstance(event := payload.get("event_type"), str):
        return DONE.get(event, event)
    return next((place[name] for place in places for name in _STATES if isinstance(place.get(name), str)), None)


def _delivery_id(body: bytes, headers: headers.Headers) -> str:
    """What stays the same when GitLab sends an event again.

    X-Gitlab-Event-UUID alone does not do: an event that another webhook set off has the UUID of that one.
    """
    given = headers.get(standard_webhooks.ID_HEADER) or headers.get("Idempotency-Key")
    if given:
        return given
    event = headers.get("X-Gitlab-Event-UUID")
    return f"{event}:{body_module.digest(body)[-32:]}" if event else body_module.digest(body)


KIND: Final = base.Kind("gitlab", (gitlab.SIGNING_NAME, gitlab.TOKEN_NAME), gitlab.check, read)
