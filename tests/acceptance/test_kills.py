"""A worker killed at each step, a server killed at each step: the run goes on, and the vendor sees each effect once.

A real `python worker.py`, the embedded server on a file, and a vendor over real HTTP that counts calls by `Idempotency-Key`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from temporalio import client as temporal_client
from temporalio import service

from activities import catalog, run_starting
from starter import embedded, following, starting
from starter.sandbox import server as asgi
from tests import plans
from workflows import contract, converter

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]

ROOT: Final = Path(__file__).resolve().parent.parent.parent
ACTIONS: Final = {"read": "safe", "assign": "idempotent", "create": "key", "refund": "unsafe"}
TOOL: Final[dict[str, Any]] = {
    "address": "desk.tickets",
    "transport": "http",
    "endpoint": "http://desk-bridge:8099/tools/desk",
    "actions": {
        **{name: {"effect": effect} for name, effect in ACTIONS.items()},
        "pay": {"effect": "key", "approval": {"approvers": ["finance"]}},
    },
    "input_schema": {"type": "object", "required": ["action"], "properties": {"action": {"type": "string", "enum": [*ACTIONS, "pay"]}}},
    "timeout_seconds": 60,
    "retry": {"attempts": 10, "first_wait_seconds": 0.2, "factor": 1, "longest_wait_seconds": 1},
}
#: Temporal's heartbeat timeout of a call is 10 s; the rest is for the next try and a busy machine.
NOTICED_SECONDS: Final = (8.0, 25.0)
ENDED_SECONDS: Final = 90.0


@dataclass
class Vendor:
    """The vendor's side: every call with its key; a step in `held` is not answered until it is taken out."""

    calls: list[tuple[str, str, float]] = field(default_factory=list)  # step, key, time
    held: set[str] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        step, key = request.headers["x-ordinaut-step"], request.headers["idempotency-key"]
        await request.body()
        self.calls.append((step, key, time.monotonic()))
        while step in self.held:
            await asyncio.sleep(0.02)
        await JSONResponse({"ticket": step})(scope, receive, send)

    def tries(self, step: str) -> int:
        """How often a step's call arrived."""
        return sum(called == step for called, _, _ in self.calls)

    def effects(self) -> dict[str, int]:
        """How many effects each step had: a vendor that keeps keys takes calls with the same one for the same."""
        return {step: len({key for called, key, _ in self.calls if called == step}) for step, _, _ in self.calls}

    async def called(self, step: str, tries: int = 1) -> None:
        """Waits until a step's call has arrived so often."""
        async with asyncio.timeout(ENDED_SECONDS):
            while self.tries(step) < tries:
                await asyncio.sleep(0.01)


@dataclass
class Scene:
    """Server, vendor and at most one worker process."""

    server: embedded.EmbeddedServer
    client: temporal_client.Client
    vendor: Vendor
    folder: Path
    environment: dict[str, str]
    worker: subprocess.Popen[bytes] | None = None

    async def start_worker(self) -> None:
        """Starts `python worker.py` and waits until it polls."""
        log = self.folder / f"worker-{uuid.uuid4()}.log"
        with log.open("wb") as file:
            self.worker = subprocess.Popen(
                [sys.executable, str(ROOT / "worker.py")], cwd=self.folder, env=self.environment, stdout=file, stderr=file
            )
        async with asyncio.timeout(30):
            while b"Ctrl-C ends it" not in log.read_bytes():
                assert self.worker.poll() is None, log.read_text()
                await asyncio.sleep(0.05)

    def kill_worker(self) -> None:
        """SIGKILL: nothing is said to anybody."""
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()
        self.worker = None

    async def restart_server(self) -> None:
        """SIGKILL, and the same server again on its file and ports."""
        self.server.kill()
        await asyncio.sleep(0.5)
        await self.server.start()

    async def start(self, *steps: dict[str, Any], name: str = "kills") -> str:
        """Starts a run of these steps; its id."""
        tools = {**plans.TOOLS, "desk.tickets": catalog.load([self.folder / "catalog"])["desk.tickets"]}
        given = starting.run_input(plans.plan_of(steps, name=name, tools=tools), {}, None, None)
        return (await run_starting.start(self.client, given, f"{name}-{uuid.uuid4()}")).id

    async def ended(self, run_id: str) -> dict[str, Any]:
        """The result of a run that has ended."""
        async with asyncio.timeout(ENDED_SECONDS):
            told = await following.follow(self.client, run_id, quiet=True)
        return told.record().as_json(run_id)

    async def waits(self, run_id: str, step: str) -> None:
        """Waits until a run sleeps at a step."""
        async with asyncio.timeout(ENDED_SECONDS):
            while True:
                with contextlib.suppress(service.RPCError):
                    steps = (await following.read(self.client, run_id)).record().steps
                    if {one.id: one.status for one in steps}[step] == "waiting":
                        return
                await asyncio.sleep(0.05)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Everything in a folder of its own, the worker running."""
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "desk.tickets.json").write_text(json.dumps(TOOL))
    vendor = Vendor()
    async with asgi.asgi_server(vendor) as url, embedded.EmbeddedServer(database=tmp_path / "temporal.db", headless=True) as server:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "TEMPORAL_ADDRESS": server.address,
            "ORDINAUT_CATALOG": str(tmp_path / "catalog"),
            "ORDINAUT_ENDPOINT_DESK": url,
            "ORDINAUT_TRUST_LOCAL_APPROVERS": "1",
        }
        temporal = await temporal_client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
        made = Scene(server, temporal, vendor, tmp_path, environment)
        await made.start_worker()
        try:
            yield made
        finally:
            vendor.held.clear()
            if made.worker is not None:
                made.kill_worker()


async def test_a_worker_killed_while_calls_wait_for_their_answer(scene: Scene) -> None:
    """One run for each effect class, all with a call under way when the worker dies."""
    vendor = scene.vendor
    vendor.held |= set(ACTIONS)
    run_ids = {action: await scene.start(plans.call(action, action, save_as="ticket"), plans.call(f"after-{action}")) for action in ACTIONS}
    for action in ACTIONS:
        await vendor.called(action)
    scene.kill_worker()
    killed = time.monotonic()
    vendor.held.clear()
    await scene.start_worker()
    results = {action: await scene.ended(run_id) for action, run_id in run_ids.items()}

    for action in ("read", "assign", "create"):
        assert results[action]["status"] == "completed", results[action]
        assert vendor.tries(action) == 2
        assert results[action]["steps"][0]["output"] == {"ticket": action}
        assert results[action]["steps"][0]["attempts"] == 2
    noticed = [at - killed for step, _, at in vendor.calls if step in ("read", "assign", "create") and at > killed]
    assert all(NOTICED_SECONDS[0] <= seconds <= NOTICED_SECONDS[1] for seconds in noticed), noticed

    assert vendor.tries("refund") == 1
    assert vendor.tries("after-refund") == 0
    assert results["refund"]["status"] == "failed"
    assert results["refund"]["error"] == {
        "type": "unknown outcome",
        "message": "desk.tickets refund: the worker stopped or hung while the call was under way, so it may or may not have been done; "
        "look it up at the vendor before you run this step again",
        "step": "refund",
    }
    assert set(vendor.effects().values()) == {1}


async def test_a_worker_killed_at_each_step_of_one_run(scene: Scene) -> None:
    """Right after an answer, during a sleep, and while a call waits for its answer."""
    vendor = scene.vendor
    run_id = await scene.start(
        plans.call("first", "create", save_as="first"),
        plans.call("second", "create", save_as="second"),
        plans.sleep("pause", 3),
        plans.call("third", "create", save_as="third"),
        plans.transform("all", ["${first.ticket}", "${second.ticket}", "${third.ticket}"]),
    )
    await vendor.called("first")  # its answer is on its way; perhaps Temporal knows it, perhaps not
    scene.kill_worker()
    await scene.start_worker()
    await scene.waits(run_id, "pause")
    scene.kill_worker()
    vendor.held.add("third")
    await asyncio.sleep(3.5)  # the pause ends while no worker is there
    assert vendor.tries("third") == 0
    await scene.start_worker()
    await vendor.called("third")
    scene.kill_worker()
    vendor.held.clear()
    await scene.start_worker()
    result = await scene.ended(run_id)
    assert result["status"] == "completed", result["error"]
    assert result["steps"][-1]["output"] == ["first", "second", "third"]
    assert vendor.effects() == {"first": 1, "second": 1, "third": 1}
    assert vendor.tries("second") == 1
    assert vendor.tries("third") == 2


async def test_a_worker_killed_in_each_moment_after_an_answer(scene: Scene) -> None:
    """Between two steps: from before the answer is recorded to after the next call has left."""
    vendor = scene.vendor
    run_ids = []
    for number, delay in enumerate((0.0, 0.005, 0.02, 0.05)):
        run_ids.append(await scene.start(*(plans.call(f"{step}{number}", "create", save_as=step) for step in ("a", "b", "c"))))
        await vendor.called(f"a{number}")
        await asyncio.sleep(delay)
        scene.kill_worker()
        await scene.start_worker()
    results = [await scene.ended(run_id) for run_id in run_ids]
    assert [result["status"] for result in results] == ["completed"] * 4
    assert vendor.effects() == {f"{step}{number}": 1 for number in range(4) for step in "abc"}


async def _asked(scene: Scene, run_id: str) -> dict[str, Any]:
    """What a run asks people, once a worker tells."""
    async with asyncio.timeout(ENDED_SECONDS):
        while True:
            with contextlib.suppress(service.RPCError):
                if found := await scene.client.get_workflow_handle(run_id).query(contract.QUERY_APPROVALS):
                    return dict(found[0])
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("delay", [0.0, 0.03], ids=["at once", "a moment later"])
async def test_a_worker_killed_while_people_are_asked_and_right_after_they_decided(scene: Scene, delay: float) -> None:
    """The decision holds, the call goes out once."""
    run_id = await scene.start(plans.call("pay", "pay", save_as="paid"))
    asked = await _asked(scene, run_id)
    scene.kill_worker()
    assert scene.vendor.calls == []
    await scene.start_worker()
    assert await _asked(scene, run_id) == asked
    decision = {"step": "pay", "who": "ana", "digest": asked["digest"]}
    assert (await scene.client.get_workflow_handle(run_id).execute_update("approve", decision))["status"] == "approved"
    await asyncio.sleep(delay)
    scene.kill_worker()
    await scene.start_worker()
    result = await scene.ended(run_id)
    assert result["status"] == "completed", result["error"]
    assert scene.vendor.effects() == {"pay": 1}


async def test_a_server_killed_at_each_step_of_one_run(scene: Scene) -> None:
    """While a call waits for its answer, while the answer comes back, during a sleep; the worker lives on."""
    vendor = scene.vendor
    vendor.held |= {"first", "third"}
    run_id = await scene.start(
        plans.call("first", "create", save_as="first"),
        plans.call("second", "create", save_as="second"),
        plans.sleep("pause", 2),
        plans.call("third", "refund", save_as="third"),
        plans.transform("all", ["${first.ticket}", "${second.ticket}", "${third.ticket}"]),
    )
    await vendor.called("first")
    await scene.restart_server()
    vendor.held.discard("first")
    await scene.waits(run_id, "pause")
    await scene.restart_server()
    await vendor.called("third")
    scene.server.kill()
    vendor.held.clear()  # the answer of a call that must not be sent twice comes while nobody can take it
    await asyncio.sleep(1)
    await scene.server.start()
    result = await scene.ended(run_id)
    assert result["status"] == "completed", result["error"]
    assert result["steps"][-1]["output"] == ["first", "second", "third"]
    assert vendor.effects() == {"first": 1, "second": 1, "third": 1}
    assert vendor.tries("third") == 1
    assert scene.worker is not None and scene.worker.poll() is None


async def test_server_and_worker_killed_together(scene: Scene) -> None:
    """The machine lost its process group: all that was recorded is there again."""
    vendor = scene.vendor
    vendor.held.add("second")
    run_id = await scene.start(
        plans.call("first", "create", save_as="first"), plans.call("second", "create", save_as="second"), plans.call("third", "read")
    )
    await vendor.called("second")
    scene.kill_worker()
    await scene.restart_server()
    vendor.held.clear()
    await scene.start_worker()
    result = await scene.ended(run_id)
    assert result["status"] == "completed", result["error"]
    assert vendor.effects() == {"first": 1, "second": 1, "third": 1}
    assert vendor.tries("first") == 1
