"""The worker: joins settings, catalog, client and Temporal's Worker, and runs until it is told to stop. No logic lives here."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import client
from temporalio import worker as temporal_worker

from activities import approvals, authentication, counter, metrics, service_limits, tools
from activities import settings as settings_module
from activities.events import handing_on, waits
from activities.schedules import extending
from starter import connection, documents, logs, metrics_server, output, session, task_queues
from workflows import contract, events, maintenance, pipeline
from workflows import counter as counter_workflow
from workflows.core import errors


@asynccontextmanager
async def running(
    temporal: client.Client,
    settings: settings_module.Settings,
    task_queue: str = contract.TASK_QUEUE,
    kept: metrics.ToolMetrics | None = None,
) -> AsyncIterator[list[str]]:
    """A worker for as long as the block lasts; gives the task queues that it takes work from. Its calls are counted in `kept`.

    Raises:
        SettingsError: see `task_queues.taken`.
    """
    catalog = documents.catalog(settings)
    queues = task_queues.taken(catalog.limits.values(), settings)
    activities = tools.ToolActivities(catalog, settings, kept=kept)
    asking = approvals.ApprovalActivities(catalog, settings)
    if kept is not None:
        door = authentication.Door(settings)
        kept.watch(activities.rate_limits, lambda: door.certificate_ends(catalog.values()))
    limits = [service_limits.limited(limit, settings.rate_limits) for limit in catalog.limits.values() if limit.task_queue in queues]
    workers = [task_queues.service_worker(temporal, limit, activities.call_tool) for limit in limits]
    if contract.TASK_QUEUE in queues:
        workers.append(_main_worker(temporal, task_queue, activities, asking))
    try:
        async with task_queues.together(workers):
            yield queues
    finally:
        await activities.close()


def _main_worker(
    temporal: client.Client, task_queue: str, activities: tools.ToolActivities, asking: approvals.ApprovalActivities
) -> temporal_worker.Worker:
    """The worker of all runs, and of the calls of services without a limit.

    Unsandboxed: the sandbox imports workflow modules anew for each run and costs 1.7 to 2.8 times the CPU (docs/benchmarks.md);
    determinism of our one interpreter is held by the architecture, replay and sandboxed tests instead.
    """
    event_waits = waits.Waits(temporal)
    return temporal_worker.Worker(
        temporal,
        task_queue=task_queue,
        workflows=[
            pipeline.PipelineWorkflow,
            counter_workflow.CounterWorkflow,
            maintenance.MaintenanceWorkflow,
            events.EventWorkflow,
            events.EventRouterWorkflow,
        ],
        activities=[
            activities.call_tool,
            asking.ask_approval,
            asking.keep_approval,
            counter.CounterActivities(temporal).next_version,
            extending.Extending(temporal).extend_schedules,
            handing_on.HandingOn(temporal).hand_on_event,
            event_waits.begin_event_wait,
            event_waits.look_back,
        ],
        workflow_runner=temporal_worker.UnsandboxedWorkflowRunner(),
        graceful_shutdown_timeout=task_queues.GRACEFUL_SHUTDOWN,
    )


async def main() -> None:
    """Connects, works until SIGINT or SIGTERM, ends cleanly."""
    logs.set_up()
    settings = documents.settings()
    temporal = await session.ready()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with metrics_server.of(settings) as shown, running(temporal, settings, kept=shown.metrics if shown else None) as queues:
        output.note(f"worker on {temporal.service_client.config.target_host}, {task_queues.shown(queues)}; Ctrl-C ends it")
        if shown is not None:
            output.note(f"metrics at {shown.url}")
        await stop.wait()
        output.note("worker ends; calls under way may finish")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except errors.OrdinautError as error:
        output.note(f"worker: {error}")
        sys.exit(3 if isinstance(error, connection.Unreachable) else 2)
    sys.stdout.flush()
    os._exit(0)  # a plain exit sometimes aborts in the SDK's native threads (exit code 134) after all work is done
