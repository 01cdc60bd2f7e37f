"""Four eyes on applied pipelines, on a real server: who applied, triggered or backfilled a run may not approve it."""

from __future__ import annotations

import asyncio
import datetime
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from temporalio import client as temporal_client

import worker
from activities import settings as settings_module
from starter import cli, embedded
from tests import commands
from workflows import contract

pytestmark = pytest.mark.server

POLICY = {"people": {who: ["finance"] for who in ("ana", "ion", "olga", "vera")}}


async def ordinaut(*arguments: str | Path) -> None:
    """A command in this process."""
    assert await asyncio.to_thread(cli.run, [*map(str, arguments), "--json"]) == 0, arguments


async def asked(temporal: temporal_client.Client, run_id: str) -> dict[str, Any]:
    """What the run asks."""
    async with asyncio.timeout(30):
        while True:
            try:
                if found := await temporal.get_workflow_handle(run_id).query(contract.QUERY_APPROVALS):
                    return dict(found[0])
            except Exception:  # it is not there yet
                pass
            await asyncio.sleep(0.1)


async def refused(temporal: temporal_client.Client, run_id: str, who: str) -> str:
    """The sentence of a refusal."""
    with pytest.raises(temporal_client.WorkflowUpdateFailedError) as caught:
        await temporal.get_workflow_handle(run_id).execute_update("approve", {"step": "ask", "who": who})
    return str(getattr(caught.value.cause, "message", ""))


async def test_the_author_and_who_triggers_or_backfills_are_known_to_approvals(
    client: temporal_client.Client, embedded_server: embedded.EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(POLICY))
    settings = {"ORDINAUT_POLICY": str(file), "ORDINAUT_TRUST_LOCAL_APPROVERS": "1"}
    for key, value in {**settings, "TEMPORAL_ADDRESS": embedded_server.address}.items():
        monkeypatch.setenv(key, value)
    name = f"four-eyes-{uuid.uuid4().hex[:6]}"
    ask = {"id": "ask", "uses": "system.approval", "with": {"title": "Go on?", "approvers": ["finance"], "exclude": ["starter", "author"]}}
    document = {"name": name, "schedule_kind": "rrule", "schedule_expr": "FREQ=DAILY;BYHOUR=3", "overlap": "allow_all"}
    path = commands.document(tmp_path, "pay.json", commands.steps(ask, **document))
    handle = client.get_schedule_handle(name)
    async with worker.running(client, settings_module.Settings.from_mapping(settings), contract.TASK_QUEUE):
        try:
            await ordinaut("apply", path, "--as", "ana")
            await ordinaut("trigger", name, "--as", "ion")
            triggered = await newest(client, name)
            shown = await asked(client, triggered)
            assert (shown["started_by"], shown["author"], shown["people"]) == ("ion", "ana", ["olga", "vera"])
            assert await refused(client, triggered, "ion") == "'ion' started the run and may not decide 'ask': four eyes are asked for"
            said = "'ana' is the author of the pipeline and may not decide 'ask': four eyes are asked for"
            assert await refused(client, triggered, "ana") == said
            await client.get_workflow_handle(triggered).execute_update("approve", {"step": "ask", "who": "olga"})

            commands.document(tmp_path, "pay.json", commands.steps(ask, **{**document, "schedule_expr": "FREQ=DAILY;BYHOUR=4"}))
            await ordinaut("apply", path, "--as", "vera")
            assert [one["who"] for one in await triggers(handle)] == ["ion"]  # a run of that trigger could still be to come
            day = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=3)
            await ordinaut("backfill", name, "--from", f"{day:%Y-%m-%d}", "--to", f"{day:%Y-%m-%d}", "--as", "olga")
            of_a_day = await newest(client, name, triggered)
            backfilled = await asked(client, of_a_day)
            assert (backfilled["started_by"], backfilled["author"], backfilled["people"]) == ("olga", "vera", ["ana", "ion"])

            before = day - datetime.timedelta(days=5)
            await handle.backfill(temporal_client.ScheduleBackfill(before, before + datetime.timedelta(days=1)))
            by_itself = await asked(client, await newest(client, name, triggered, of_a_day))
            assert (by_itself["started_by"], by_itself["people"]) == (None, ["ana", "ion", "olga"])
            assert by_itself["notices"] == ["its schedule started the run, so 'exclude': 'starter' excludes nobody"]
        finally:
            async for one in client.list_workflows(f"TemporalScheduledById = '{name}' AND ExecutionStatus = 'Running'"):
                await client.get_workflow_handle(one.id).terminate()
            await handle.delete()


async def newest(temporal: temporal_client.Client, name: str, *known: str) -> str:
    """A run of the schedule that is not known yet."""
    async with asyncio.timeout(30):
        while True:
            for result in (await temporal.get_schedule_handle(name).describe()).info.recent_actions:
                action = result.action
                assert isinstance(action, temporal_client.ScheduleActionExecutionStartWorkflow)
                if action.workflow_id not in known:
                    return action.workflow_id
            await asyncio.sleep(0.1)


async def triggers(handle: temporal_client.ScheduleHandle) -> list[dict[str, str]]:
    """Who asked for runs, as the schedule remembers it."""
    description = await handle.describe()
    action = description.schedule.action
    assert isinstance(action, temporal_client.ScheduleActionStartWorkflow)
    (given,) = await description.data_converter.decode(list(action.args))
    found: list[dict[str, str]] = given["triggers"]
    return found
