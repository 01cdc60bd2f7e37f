"""`POST /webhooks/KIND/SOURCE`, for vendors: checked on the bytes as they came, named, handed on."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from activities import settings as settings_module
from starter.gateway import answers, body, decisions, delivery, handing_on, headers, keys, refusals, tally
from starter.gateway.kinds import base, known
from workflows.core import problems


@dataclass(frozen=True)
class Webhooks:
    """The endpoint. `clock` gives seconds since 1970."""

    settings: settings_module.Settings
    delivery: delivery.Delivery
    clock: Callable[[], float]
    decisions: decisions.Decisions | None = None

    async def __call__(self, request: Request) -> Response:
        """Answers 200 only after the event is kept.

        Raises:
            Refused: whatever is wrong.
        """
        data = await body.read(request)  # before anything else: an answer to a body that still comes would be lost with the connection
        kind = _kind(request.path_params["kind"])
        source = keys.checked_source(request.path_params["source"])
        sent = headers.Headers(request.scope["headers"])
        live = await keys.of(self.settings, kind.secrets, source, shared=kind.shared)
        now = self.clock()
        kind.check(data, sent, live, now)
        name = f"{kind.name}/{source}"
        tally.known_source(request, name)
        found = kind.read(data, sent, source)
        if isinstance(found, base.Reply):
            tally.outcome(request, tally.ANSWERED)
            return answers.reply(found)
        if self.decisions is not None and (said := await self.decisions.taken(kind.name, found.payload)) is not None:
            tally.outcome(request, tally.ANSWERED)
            return answers.reply(said)
        received_at = datetime.datetime.fromtimestamp(now, datetime.UTC)
        event = delivery.Incoming(found.event_type, found.delivery_id, name, found.payload, received_at)
        receipt = await handing_on.kept(self.delivery, event, kind.deadline_seconds)
        tally.outcome(request, tally.DUPLICATE if receipt.duplicate else tally.ACCEPTED)
        return answers.reply(kind.answer(receipt, event.event_type))


def _kind(name: str) -> base.Kind:
    if name not in known.KINDS:
        hint = problems.did_you_mean(name[:100], known.KINDS, f"there are {', '.join(known.KINDS)}")
        raise refusals.Refused(refusals.UNKNOWN, f"no kind of webhook has this name; {hint}")
    return known.KINDS[name]
