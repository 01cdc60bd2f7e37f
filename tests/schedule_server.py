"""Schedules on a real server, for the tests: a neutral spec is created there, and the server says when it would fire."""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import AsyncIterator

from google.protobuf import timestamp_pb2
from temporalio import client
from temporalio.api.workflowservice import v1 as service

from activities.schedules import temporal_spec
from workflows.core.schedules import spec

_MOST = 1_000  # times that the server lists in one answer


@contextlib.asynccontextmanager
async def created(temporal: client.Client, made: spec.Spec) -> AsyncIterator[client.ScheduleHandle]:
    """A paused schedule of the spec; deleted at the end."""
    identity = f"exact-{uuid.uuid4()}"
    action = client.ScheduleActionStartWorkflow("Nothing", id=identity, task_queue="nothing")
    handle = await temporal.create_schedule(
        identity, client.Schedule(action=action, spec=temporal_spec.of(made), state=client.ScheduleState(paused=True))
    )
    try:
        yield handle
    finally:
        await handle.delete()


async def times(
    temporal: client.Client, handle: client.ScheduleHandle, after: datetime.datetime, until: datetime.datetime
) -> list[datetime.datetime]:
    """When the server would fire the schedule, in (after, until]."""
    found: list[datetime.datetime] = []
    while True:
        request = service.ListScheduleMatchingTimesRequest(
            namespace=temporal.namespace, schedule_id=handle.id, start_time=_stamp(found[-1] if found else after), end_time=_stamp(until)
        )
        answer = await temporal.workflow_service.list_schedule_matching_times(request)
        page = [stamp.ToDatetime(datetime.UTC) for stamp in answer.start_time]
        found += page
        if len(page) < _MOST:
            return found


def _stamp(moment: datetime.datetime) -> timestamp_pb2.Timestamp:
    made = timestamp_pb2.Timestamp()
    made.FromDatetime(moment.astimezone(datetime.UTC))
    return made
