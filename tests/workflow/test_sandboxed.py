"""The interpreter under the SDK's sandbox, which refuses clock, randomness, environment and I/O: the proof that the core needs none.

Workers run it unsandboxed for speed; this test holds what the sandbox would. `workflows.core` is not passed through, so that it is watched.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from temporalio import client as temporal_client
from temporalio.worker import workflow_sandbox

from tests import plans, runs
from workflows.core import plan as plan_module

#: Jinja imports itself again in the code that it generates. `zones` is the one module of the core that reads files: those of the
#: pinned time-zone database, which are the same wherever a run is replayed.
PASSED_THROUGH: Final = ("jinja2", "markupsafe", "workflows.core.zones")

NUMBERS: Final = {f"step_{n}": {"number": n} for n in range(1, 6)}
REJECTED: Final = {"call": runs.failure("rejected by the vendor", "no such ticket", False, tool="desk.tickets", attempt=1)}
PLANS: Final = [
    pytest.param(plans.everything("everything-sandboxed"), {}, "completed", id="every kind of step"),
    pytest.param(plans.five_calls(), NUMBERS, "completed", id="five calls"),
    pytest.param(plans.plan_of([plans.transform("t", "${params.nothing}")]), {}, "failed", id="a template error"),
    pytest.param(plans.plan_of([plans.call("call")]), REJECTED, "failed", id="a rejected call"),
]


def sandboxed() -> workflow_sandbox.SandboxedWorkflowRunner:
    """The SDK's sandbox with its default restrictions."""
    restrictions = workflow_sandbox.SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return workflow_sandbox.SandboxedWorkflowRunner(restrictions=restrictions)


@pytest.mark.parametrize(("plan", "answers", "status"), PLANS)
async def test_the_core_asks_for_nothing_that_the_sandbox_refuses(
    client: temporal_client.Client, plan: dict[str, Any], answers: dict[str, Any], status: str
) -> None:
    ended = await runs.run(client, plan, runs.Tools(answers), runner=sandboxed())
    assert ended.shown["status"] == status, ended.shown["error"]
    assert ended.progress == ended.shown
    assert ended.shown["error"] is None or ended.shown["error"]["type"] in ("template error", "rejected by the vendor")


async def test_the_sandbox_has_a_core_of_its_own(client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the core passed through, this defect would reach the run, and a clock read in the core would not be seen."""

    def defect(document: Any) -> Any:
        raise KeyError("planted")

    monkeypatch.setattr(plan_module, "load", defect)
    async with runs.worker(client, runner=sandboxed()) as queue:
        handle = await runs.started(client, plans.plan_of([plans.call("call")]), queue)
        assert (await handle.result())["status"] == "completed"
