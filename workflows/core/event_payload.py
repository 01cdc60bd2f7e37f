"""An event's payload as pipelines read it, for runs and for waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def seen(event_type: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """GitLab's `object_attributes` also appear at the top where the top has no such name.

    >>> seen("gitlab.merge_request.opened", {"object_attributes": {"iid": 7}})["iid"]
    7
    """
    attributes = payload.get("object_attributes") if isinstance(payload, Mapping) else None
    if not event_type.startswith("gitlab.") or not isinstance(attributes, Mapping):
        return payload
    return {**payload, **{key: value for key, value in attributes.items() if key not in payload}}
