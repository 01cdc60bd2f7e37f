"""Senders that keep to Standard Webhooks: `generic.SOURCE.TYPE`, where the payload has a `type`."""

from __future__ import annotations

from typing import Final

from starter.gateway import body as body_module
from starter.gateway import event_types, headers
from starter.gateway.kinds import base
from starter.gateway.signatures import standard_webhooks


def read(body: bytes, headers: headers.Headers, source: str) -> base.Found | base.Reply:
    """See `base.Kind`. The source's name is in the type, so that no sender speaks for another."""
    payload = body_module.json_object(body)
    return base.Found(event_types.joined("generic", source, payload.get("type")), headers.get(standard_webhooks.ID_HEADER), payload)


KIND: Final = base.Kind("generic", (standard_webhooks.NAME,), standard_webhooks.check, read, shared=False)
