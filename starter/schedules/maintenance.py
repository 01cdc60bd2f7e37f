"""The schedule that starts the maintenance of the others each day; apply makes it where one is told up to a horizon."""

from __future__ import annotations

import datetime
from typing import Final

from temporalio import client

from workflows import contract

ID: Final = "ordinaut-maintenance"


async def ensure(temporal: client.Client, task_queue: str = contract.TASK_QUEUE) -> None:
    """Creates it where it is not there; one that is there is left as it is."""
    day = client.ScheduleCalendarSpec(
        hour=[client.ScheduleRange(3)], minute=[client.ScheduleRange(17)], comment="each day, when least is due"
    )
    made = client.Schedule(
        action=client.ScheduleActionStartWorkflow(
            contract.MAINTENANCE, id=ID, task_queue=task_queue, static_summary="Schedules told further ahead"
        ),
        spec=client.ScheduleSpec(calendars=[day]),
        # After weeks without a worker or a server one run is enough.
        policy=client.SchedulePolicy(overlap=client.ScheduleOverlapPolicy.SKIP, catchup_window=datetime.timedelta(days=365)),
        state=client.ScheduleState(note="made by ordinaut apply: some rules cannot be told to Temporal for ever"),
    )
    try:
        await temporal.create_schedule(ID, made)
    except client.ScheduleAlreadyRunningError:
        return
