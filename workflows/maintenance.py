"""The workflow that keeps schedules told far enough ahead; a schedule of its own starts it each day."""

from __future__ import annotations

import datetime
from typing import Any, Final

from temporalio import common, workflow

from workflows import contract

_LONGEST: Final = datetime.timedelta(hours=1)
_HEARTBEAT: Final = datetime.timedelta(minutes=2)  # one schedule may take long to compile


@workflow.defn(name=contract.MAINTENANCE)
class MaintenanceWorkflow:
    """Extends every schedule that is told up to a horizon; its result names what was done."""

    @workflow.run
    async def run(self) -> dict[str, Any]:
        """{"extended": [...], "failed": {"name": "reason"}, "looked_at": 12}."""
        done: dict[str, Any] = await workflow.execute_activity(
            contract.EXTEND_SCHEDULES,
            start_to_close_timeout=_LONGEST,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=common.RetryPolicy(initial_interval=datetime.timedelta(minutes=1), maximum_attempts=10),
            summary="tell schedules further ahead",
        )
        return done
