"""CloudEvents 1.0 over HTTP, for the endpoint of events: structured and binary mode, data in JSON.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starter.gateway import body as body_module
from starter.gateway import headers as headers_module
from starter.gateway import refusals

STRUCTURED: Final = "application/cloudevents+json"
_BATCH: Final = "application/cloudevents-batch"
_REQUIRED: Final = ("specversion", "id", "source", "type")
_VERSION: Final = "1.0"
_PREFIX: Final = "ce-"
_MAX_CHARS: Final = 1_000  # of an attribute


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """A CloudEvent: its attributes, `id`, `source` and `type` always among them, and its data."""

    attributes: dict[str, Any]
    data: Any

    @property
    def payload(self) -> dict[str, Any]:
        """What pipelines read: the data's members, and the attributes as `cloudevent`; data that is no object is `data`."""
        members = self.data if isinstance(self.data, dict) else {} if self.data is None else {"data": self.data}
        return {**members, "cloudevent": self.attributes} if "cloudevent" not in members else members


def found(body: bytes, headers: headers_module.Headers) -> CloudEvent | None:
    """The CloudEvent of a request; None where it is none.

    Raises:
        Refused: 400, attributes are missing or wrong; 415, its data is no JSON, or it is a batch.
    """
    media_type = headers.get("Content-Type").partition(";")[0].strip().lower()
    if media_type.startswith(_BATCH):
        raise refusals.Refused(refusals.UNREADABLE, "a batch of CloudEvents; send them one by one")
    if media_type == STRUCTURED:
        members = body_module.json_object(body)
        attributes = {name: value for name, value in members.items() if name not in ("data", "data_base64")}
        _check(attributes, str(attributes.get("datacontenttype") or "application/json"))
        if "data_base64" in members:
            raise refusals.Refused(refusals.UNREADABLE, "the CloudEvent's data is binary (data_base64); expected JSON in data")
        return CloudEvent(attributes, members.get("data"))
    attributes = {name: _decoded(value) for name, value in headers.starting(_PREFIX).items()}
    if "specversion" not in attributes:
        return None
    _check(attributes, media_type or "application/json")
    return CloudEvent(attributes, body_module.json_value(body) if body else None)


def _check(attributes: Mapping[str, Any], media_type: str) -> None:
    for name in _REQUIRED:
        value = attributes.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _MAX_CHARS:
            raise refusals.Refused(
                refusals.MALFORMED, f"the CloudEvent's attribute {name} is missing, or no text of 1 to {_MAX_CHARS:,} characters"
            )
    if attributes["specversion"] != _VERSION:
        raise refusals.Refused(refusals.MALFORMED, f"the CloudEvent's specversion is not {_VERSION}, the one that is known here")
    media_type = media_type.partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise refusals.Refused(refusals.UNREADABLE, "the CloudEvent's data is not JSON (datacontenttype); expected application/json")


def _decoded(value: str) -> str:
    """A header's value: the binding has other characters than ASCII percent-encoded."""
    return urllib.parse.unquote(value.strip('"') if value[:1] == '"' else value)
