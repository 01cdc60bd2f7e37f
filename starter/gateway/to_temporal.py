"""Hands events to Temporal, for the gateway: an answer comes only when Temporal has stored the event."""

from __future__ import annotations

import datetime
from typing import Final

from temporalio import client, service

from activities.events import sending
from starter.gateway import delivery
from workflows.core import errors

_HEALTH_TIMEOUT: Final = datetime.timedelta(seconds=1.5)


class ToTemporal:
    """See `delivery.Delivery`."""

    def __init__(self, temporal: client.Client) -> None:
        self._temporal = temporal

    async def deliver(self, event: delivery.Incoming) -> delivery.Receipt:
        """See `delivery.Delivery`."""
        given = sending.event(event.event_type, event.event_id, event.source, event.payload, event.received_at)
        try:
            is_new = await sending.send(self._temporal, given)
        except service.RPCError as error:
            raise delivery.NotDelivered(f"Temporal did not take it: {error}") from None
        except errors.LimitExceeded as error:
            raise delivery.TooLarge(str(error)) from None
        return delivery.Receipt(event.event_id, duplicate=not is_new)

    async def is_reached(self) -> bool:
        """See `delivery.Delivery`."""
        try:
            return await self._temporal.service_client.check_health(timeout=_HEALTH_TIMEOUT)
        except service.RPCError:
            return False
