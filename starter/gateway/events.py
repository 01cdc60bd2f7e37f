"""`POST /events/TYPE` with a bearer token, for everything that signs nothing: a CloudEvent or plain JSON."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from activities import environment_names as names
from activities import settings as settings_module
from starter.gateway import answers, body, cloud_events, delivery, event_types, handing_on, headers, keys, refusals, tally
from starter.gateway.kinds import base
from starter.gateway.signatures import comparing

SOURCE: Final = "events"
_ID_HEADER: Final = "Idempotency-Key"


@dataclass(frozen=True)
class Events:
    """The endpoint. `clock` gives seconds since 1970."""

    settings: settings_module.Settings
    delivery: delivery.Delivery
    clock: Callable[[], float]

    async def __call__(self, request: Request) -> Response:
        """Answers 200 only after the event is kept.

        Raises:
            Refused: whatever is wrong.
        """
        data = await body.read(request)
        sent = headers.Headers(request.scope["headers"])
        await self._check_token(sent)
        tally.known_source(request, SOURCE)
        event_type, identifier, payload = _read(data, sent, request.path_params.get("type"))
        received_at = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC)
        event = delivery.Incoming(event_type, identifier, SOURCE, payload, received_at)
        receipt = await handing_on.kept(self.delivery, event, base.DEADLINE_SECONDS)
        tally.outcome(request, tally.DUPLICATE if receipt.duplicate else tally.ACCEPTED)
        return answers.reply(base.told(receipt, event.event_type))

    async def _check_token(self, sent: headers.Headers) -> None:
        live = await keys.named(self.settings, names.EVENTS_TOKEN)
        given = sent.get("Authorization")
        if not comparing.any_fits([given], live, lambda key: f"Bearer {key.reveal()}"):
            raise refusals.Refused(
                refusals.UNSIGNED,
                f"send the header Authorization: Bearer with the value of {names.EVENTS_TOKEN}",
                {"WWW-Authenticate": "Bearer"},
            )


def _read(data: bytes, sent: headers.Headers, named: str | None) -> tuple[str, str, dict[str, object]]:
    """Type, id and payload of an event; `named` is the type in the address."""
    event = cloud_events.found(data, sent)
    if event is not None:
        own = event_types.checked(event.attributes["type"])
        if named is not None and named != own:
            raise refusals.Refused(refusals.MALFORMED, "the address names another type than the CloudEvent; post it to /events")
        return own, _cloud_event_id(event), event.payload
    if named is None:
        raise refusals.Refused(
            refusals.MALFORMED, "name the type, /events/TYPE, or send a CloudEvent (Content-Type: application/cloudevents+json)"
        )
    # Two plain events may well be the same bytes, so that only a sender that gives an id can send one again.
    return event_types.checked(named), sent.get(_ID_HEADER) or uuid.uuid4().hex, body.json_object(data)


def _cloud_event_id(event: cloud_events.CloudEvent) -> str:
    """`source` and `id` together name a CloudEvent."""
    pair = f"{len(event.attributes['source'])}:{event.attributes['source']}{event.attributes['id']}"
    return f"cloudevent-{hashlib.sha256(pair.encode('utf-8', 'surrogatepass')).hexdigest()}"
