"""Webhooks into a real gateway whose parts are killed: every event reaches every pipeline and every run that waits, once."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio import client as temporal_client

from starter import embedded
from tests import commands, event_flood
from workflows import converter

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]
PIPELINES = 3
WEBHOOKS = 60
PER_SECOND = 10


@pytest.fixture
async def flood(tmp_path: Path) -> AsyncIterator[event_flood.Flood]:
    """A server on a file, with pipelines applied to GitHub's pull requests; gateway and worker run."""
    async with embedded.EmbeddedServer(database=tmp_path / "temporal.db", headless=True) as server:
        temporal = await temporal_client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
        event_flood.pipelines(tmp_path / "pipelines", PIPELINES)
        applied = commands.ordinaut("apply", tmp_path / "pipelines", variables={"TEMPORAL_ADDRESS": server.address})
        assert applied.code == 0, applied.out + applied.err
        with event_flood.running(server, temporal, tmp_path) as made:
            await event_flood.begin(made)
            yield made


async def test_gateway_worker_and_server_killed_lose_nothing_and_double_nothing(flood: event_flood.Flood, tmp_path: Path) -> None:
    async with httpx.AsyncClient(timeout=10) as http:
        began = time.perf_counter()
        sending = [asyncio.create_task(flood.send(http, number, began + number / PER_SECOND)) for number in range(WEBHOOKS)]
        await asyncio.sleep(1)
        flood.worker.kill()
        await asyncio.sleep(1)
        await flood.restart_gateway()
        flood.server.kill()
        await asyncio.sleep(0.5)
        await flood.server.start()
        flood.worker.start()
        await flood.worker.ready()
        await asyncio.gather(*sending)
        again = await http.post(
            f"{flood.url}/webhooks/github/main", content=b"{}", headers={"X-Hub-Signature-256": "sha256=00", "X-GitHub-Event": "push"}
        )
        assert again.status_code == 401
    assert flood.repeated > 0, "nothing was killed while webhooks came"
    await flood.completed(WEBHOOKS * PIPELINES, 90)
    wanted = {f"flood-{pipeline}-event-github.main.flood-{number}" for pipeline in range(PIPELINES) for number in range(WEBHOOKS)}
    executions = await flood.executions()
    assert set(executions) == wanted
    assert set(executions.values()) == {1}


async def test_a_waiting_run_gets_its_event_though_worker_and_gateway_died(flood: event_flood.Flood, tmp_path: Path) -> None:
    variables = {"TEMPORAL_ADDRESS": flood.server.address}
    number = 1_000 + uuid.uuid4().int % 1_000
    step = {
        "id": "wait",
        "uses": "system.wait_for_event",
        "with": {"event_type": event_flood.EVENT_TYPE, "match": f"event.number == {number}"},
    }
    file = commands.document(tmp_path, "waits.json", {"title": "Waits", "schedule_kind": "manual", "payload": {"pipeline": [step]}})
    started = commands.ordinaut("run", file, "--no-wait", "--json", variables=variables)
    assert started.code == 0, started.out + started.err
    run_id = started.json["run_id"]
    async with asyncio.timeout(30):
        while await _waiting(flood.temporal, run_id) != "waiting":
            await asyncio.sleep(0.05)
    flood.worker.kill()
    async with httpx.AsyncClient(timeout=10) as http:
        await flood.send(http, number, time.perf_counter())
        flood.gateway.kill()
    flood.worker.start()
    async with asyncio.timeout(60):
        while await _waiting(flood.temporal, run_id) != "completed":
            await asyncio.sleep(0.1)
    events = commands.ordinaut("events", "--json", variables=variables).json["events"]
    (taken,) = [one for one in events if one["event_id"] == f"github.main.flood-{number}"]
    assert taken["waits"] == [f"{run_id} wait"]
    assert len(taken["runs"]) == PIPELINES


async def _waiting(temporal: temporal_client.Client, run_id: str) -> str:
    """How the step stands."""
    try:
        progress = await temporal.get_workflow_handle(run_id).query("progress", rpc_timeout=None)
    except Exception:  # the worker is away
        return ""
    return str(progress["steps"][0]["status"])
