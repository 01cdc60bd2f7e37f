"""Whether the server's time zones change their clocks when ours do, for apply: calendars follow the server's, single moments ours."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Final

from temporalio import client

from starter.schedules import matching
from workflows.core import zones
from workflows.core.schedules import clock

_YEARS: Final = 3
_DAY: Final = datetime.timedelta(days=1)


async def differences(temporal: client.Client, names: Iterable[str], now: datetime.datetime) -> list[str]:
    """A sentence for each zone whose noon is another moment on the server than here, in the next three years."""
    found = []
    for name in sorted(set(names)):
        first = await _first_difference(temporal, name, now)
        if first is not None:
            found.append(
                f"the server's clocks of {name} differ from ours (tzdata {zones.version()}) on {first:%Y-%m-%d}, so runs near a change of"
                " clocks may be due an hour off; give the server the same database (its variable ZONEINFO), then apply again"
            )
    return found


async def _first_difference(temporal: client.Client, name: str, now: datetime.datetime) -> datetime.date | None:
    """Asks by a paused schedule, due each noon, that lives for the question only."""
    zone = zones.load(name)
    noon = client.ScheduleCalendarSpec(hour=[client.ScheduleRange(12)])
    action = client.ScheduleActionStartWorkflow("Nothing", id="ordinaut-zone", task_queue="ordinaut-nothing")
    identity = f"ordinaut-zone-{uuid.uuid4()}"
    handle = await temporal.create_schedule(
        identity,
        client.Schedule(action, client.ScheduleSpec(calendars=[noon], time_zone_name=name), state=client.ScheduleState(paused=True)),
    )
    try:
        theirs = await matching.between(temporal, identity, now, now + 365 * _YEARS * _DAY, 400 * _YEARS)
    finally:
        await handle.delete()
    days = (clock.shown(now, zone).date() + number * _DAY for number in range(365 * _YEARS - 1))
    ours = (clock.instant(datetime.datetime.combine(day, datetime.time(12)), zone) for day in days)
    expected = {moment for moment in ours if moment > now}
    wrong = sorted(expected - set(theirs))
    return clock.shown(wrong[0], zone).date() if wrong else None
