"""`GET /health`, for load balancers and people: whether an event could be taken now."""

from __future__ import annotations

import time
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from starter.gateway import answers, delivery

#: So long an answer is kept, so that nobody can make the gateway ask Temporal all the time.
KEPT_SECONDS: Final = 1.0


class Health:
    """The endpoint: {"ok": true, "temporal": "reached"}; 503 where it is not."""

    def __init__(self, to: delivery.Delivery) -> None:
        self._delivery = to
        self._asked_at = -KEPT_SECONDS
        self._reached = False

    async def __call__(self, request: Request) -> Response:
        """200 or 503."""
        if time.monotonic() - self._asked_at >= KEPT_SECONDS:
            self._asked_at = time.monotonic()
            self._reached = await self._delivery.is_reached()
        content = {"ok": self._reached, "temporal": "reached" if self._reached else "not reached"}
        return answers.json_answer(content, 200 if self._reached else 503)
