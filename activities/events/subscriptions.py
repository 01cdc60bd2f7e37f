"""What the runs of a subscribed pipeline are given: read from its schedule, which `ordinaut apply` wrote. For handing events on."""

from __future__ import annotations

import asyncio
import datetime
import time
from dataclasses import dataclass
from typing import Any, Final

from temporalio import client, service

from activities.schedules import memo
from workflows.core.schedules import timing

#: So long what was read is used again, unless apply, pause or resume said a new revision: a pause in the Web UI acts that late.
KEPT_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Subscription:
    """How an event starts runs of one pipeline."""

    given: dict[str, Any]  # contract.RunInput without the event
    task_queue: str
    timeout: datetime.timedelta | None
    paused: bool


class Subscriptions:
    """Reads subscriptions, each at most once in some seconds. One object for a worker."""

    def __init__(self, temporal: client.Client) -> None:
        self._temporal = temporal
        self._kept: dict[tuple[str, str, str], tuple[float, asyncio.Task[Subscription | None]]] = {}

    async def find(self, event_type: str, name: str, revision: str) -> Subscription | None:
        """The subscription of a pipeline; None where it is applied no longer, or to another type.

        Raises:
            RPCError: the service does not answer.
            ToolError: somebody spoilt what the schedule remembers.
        """
        key, now = (event_type, name, revision), time.monotonic()
        read_at, reading = self._kept.get(key, (-KEPT_SECONDS, None))
        if reading is None or now - read_at >= KEPT_SECONDS or _failed(reading):
            # one reads for all events that come at the same time: the service answers for a schedule slowly
            reading = asyncio.create_task(self._read(event_type, name))
            self._kept = {one: entry for one, entry in self._kept.items() if now - entry[0] < KEPT_SECONDS}
            self._kept[key] = (now, reading)
        return await asyncio.shield(reading)

    async def _read(self, event_type: str, name: str) -> Subscription | None:
        try:
            description = await self._temporal.get_schedule_handle(name).describe()
        except service.RPCError as error:
            if error.status == service.RPCStatusCode.NOT_FOUND and "amespace" not in error.message:
                return None
            raise
        kept, action = await memo.read(description), description.schedule.action
        if kept is None or not isinstance(action, client.ScheduleActionStartWorkflow):
            return None
        if kept.timing.kind != timing.EVENT or kept.timing.expr != event_type:
            return None
        (given,) = await description.data_converter.decode(list(action.args))
        return Subscription(given, action.task_queue, action.execution_timeout, description.schedule.state.paused)


def _failed(reading: asyncio.Task[Subscription | None]) -> bool:
    return reading.done() and (reading.cancelled() or reading.exception() is not None)
