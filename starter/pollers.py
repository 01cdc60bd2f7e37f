"""Whether a worker is there for the task queues that a run needs, for `run` and `apply`: a call without one waits and says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from temporalio import client
from temporalio.api.enums import v1 as enums
from temporalio.api.taskqueue import v1 as queue_messages
from temporalio.api.workflowservice import v1 as service_messages
from temporalio.service import RPCError

from starter import output
from workflows import contract

_SECONDS: Final = 1.0


async def warn(temporal: client.Client, queues: Iterable[str]) -> None:
    """Says on stderr which of the queues no worker takes work from. It is no error: a worker may come."""
    lacking = await without_worker(temporal, queues)
    if lacking:
        word = "the task queue" if len(lacking) == 1 else "the task queues"
        output.note(
            f"warning: no worker polls {word} {', '.join(lacking)}: what is to run there waits; start one: ordinaut worker"
            " (ORDINAUT_TASK_QUEUES, where it is set, must name them)"
        )


async def without_worker(temporal: client.Client, queues: Iterable[str]) -> list[str]:
    """Those of the queues that no worker asked for work in the last five minutes; [] where the service does not tell in time."""
    names = list(dict.fromkeys(queues))
    try:
        async with asyncio.timeout(_SECONDS):
            polled = await asyncio.gather(*(_is_polled(temporal, name) for name in names))
    except (RPCError, TimeoutError):
        return []
    return [name for name, found in zip(names, polled, strict=True) if not found]


async def _is_polled(temporal: client.Client, name: str) -> bool:
    activities = name.startswith(contract.TOOLS_QUEUE_PREFIX)
    kind = enums.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY if activities else enums.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    answer = await temporal.workflow_service.describe_task_queue(
        service_messages.DescribeTaskQueueRequest(
            namespace=temporal.namespace, task_queue=queue_messages.TaskQueue(name=name), task_queue_type=kind
        )
    )
    return bool(answer.pollers)
