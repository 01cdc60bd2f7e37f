"""The task queues of one worker process, for `worker.py` and tests: a worker each, started and ended together."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from temporalio import client
from temporalio import worker as temporal_worker

from activities import environment_names, service_limits
from activities import settings as settings_module
from workflows import contract
from workflows.core import fit_words

#: Calls under way get this long to end when the worker is told to stop.
GRACEFUL_SHUTDOWN: Final = datetime.timedelta(seconds=10)
#: What Temporal takes where no worker ever said a limit. Said all the same: a limit that was lifted holds on at the server otherwise.
UNLIMITED_PER_SECOND: Final = 100_000.0
#: One poller hands over hundreds of calls a second, and there are many queues.
_POLLERS: Final = 1
_MAX_NAMED: Final = 3


def taken(limits: Iterable[service_limits.ServiceLimit], settings: settings_module.Settings) -> list[str]:
    """The task queues that this worker takes work from, all of them or those of ORDINAUT_TASK_QUEUES: ["pipelines", "tools.slack"].

    Raises:
        SettingsError: there is no such queue, or a rate limit for a service that has none of its own.
    """
    limits = list(limits)
    known = [contract.TASK_QUEUE, *sorted(limit.task_queue for limit in limits)]
    problems = [_unknown(name, known) for name in settings.task_queues if name not in known]
    problems += _unlimited(settings, limits)
    if problems:
        raise settings_module.SettingsError(problems)
    return [name for name in known if not settings.task_queues or name in settings.task_queues]


def _unknown(name: str, known: Sequence[str]) -> str:
    near = fit_words.near(name, known)
    hint = f"did you mean '{near}'?" if near else f"there are {', '.join(known)}"
    return f"{environment_names.TASK_QUEUES}: the catalog has no task queue '{name}'; {hint}"


def _unlimited(settings: settings_module.Settings, limits: Sequence[service_limits.ServiceLimit]) -> Iterator[str]:
    """A sentence for each ORDINAUT_RATE_LIMIT_ variable of a service whose calls have no queue of their own."""
    known = [service_limits.variable_of(limit.service) for limit in limits]
    for key in settings.rate_limits:
        if key not in known:
            near = fit_words.near(key, known)
            hint = f"did you mean {environment_names.RATE_LIMIT_PREFIX}{near}?" if near else f"there are {', '.join(known)}"
            yield f"{environment_names.RATE_LIMIT_PREFIX}{key}: services.json of the catalog has no such service; {hint}"


def service_worker(temporal: client.Client, limit: service_limits.ServiceLimit, call_tool: Callable[..., Any]) -> temporal_worker.Worker:
    """The worker of one service's queue: the server holds the rate over all workers; slots of its own, so that it starves nobody."""
    return temporal_worker.Worker(
        temporal,
        task_queue=limit.task_queue,
        activities=[call_tool],
        max_concurrent_activities=limit.calls_at_once,
        max_concurrent_activity_task_polls=_POLLERS,
        max_task_queue_activities_per_second=limit.rate.per_second if limit.rate else UNLIMITED_PER_SECOND,
        graceful_shutdown_timeout=GRACEFUL_SHUTDOWN,
    )


@asynccontextmanager
async def together(workers: Sequence[temporal_worker.Worker]) -> AsyncIterator[None]:
    """All of them for as long as the block lasts; they end at the same time, within the grace of one."""
    async with AsyncExitStack() as stack:
        for one in workers:
            await stack.enter_async_context(one)
        try:
            yield
        finally:
            await asyncio.gather(*(one.shutdown() for one in workers))


def shown(queues: Sequence[str]) -> str:
    """The queues in a line: "task queue 'pipelines'", "task queues 'pipelines' and 15 of services"."""
    services = [name for name in queues if name != contract.TASK_QUEUE]
    if len(services) > _MAX_NAMED and len(queues) > len(services):
        return f"task queues '{contract.TASK_QUEUE}' and {len(services)} of services"
    return f"task queue{'s' if len(queues) != 1 else ''} " + ", ".join(f"'{name}'" for name in queues)


def of_plan(plan: Mapping[str, Any]) -> list[str]:
    """The task queues that a run of the plan needs: ["pipelines", "tools.slack"]."""
    found = {facts["task_queue"] for facts in plan["tools"].values() if "task_queue" in facts}
    return [contract.TASK_QUEUE, *sorted(found)]
