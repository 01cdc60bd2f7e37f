"""Handing an event on within the time that its sender waits, for the endpoints."""

from __future__ import annotations

import asyncio
import logging

from starter.gateway import delivery, refusals
from workflows.core import errors

_LOG = logging.getLogger(__name__)


async def kept(to: delivery.Delivery, event: delivery.Incoming, deadline_seconds: float) -> delivery.Receipt:
    """The receipt of an event that cannot be lost any more.

    Raises:
        Refused: 503 with Retry-After, nobody has the event for sure; sent again it is still taken once. 413, it is too large for Temporal.
    """
    try:
        async with asyncio.timeout(deadline_seconds):
            return await to.deliver(event)
    except delivery.TooLarge as error:
        raise refusals.Refused(refusals.TOO_LARGE, str(error)) from None
    except TimeoutError:
        reason = f"no answer within {deadline_seconds:g} s"
    except errors.OrdinautError as error:
        reason = str(error)
    _LOG.warning("an event of %s was not handed on, its sender is told to send it again: %s", event.source, reason)
    raise refusals.Refused(
        refusals.UNDELIVERED,
        "the event could not be handed on; send it again, it is taken once",
        {"Retry-After": str(delivery.RETRY_SECONDS)},
    )
