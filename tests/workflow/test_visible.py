"""What the Web UI shows of a run: search attributes, titles, summaries of calls and waits, the state of the steps."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import client as temporal_client
from temporalio import common
from temporalio.api.history import v1 as histories

from activities import run_attributes
from tests import plans, runs
from workflows import contract


async def _attributes(handle: temporal_client.WorkflowHandle[Any, Any]) -> dict[str, Any]:
    described = await handle.describe()
    return {pair.key.name: pair.value for pair in described.typed_search_attributes if pair.key.name.startswith("Ordinaut")}


async def test_search_attributes_of_a_completed_run(client: temporal_client.Client) -> None:
    plan = plans.plan_of([plans.call("call"), plans.transform("t", 1)], name="visible", event_type="desk.opened")
    ended = await runs.run(client, plan, event={"id": 7})
    assert await _attributes(client.get_workflow_handle(ended.run_id)) == {
        "OrdinautPipeline": "visible",
        "OrdinautStatus": "completed",
        "OrdinautTools": ["desk.tickets", "system.transform"],
        "OrdinautEventType": "desk.opened",
    }


async def test_status_of_a_failed_and_of_a_cancelled_run(client: temporal_client.Client) -> None:
    failed = await runs.run(client, plans.plan_of([plans.transform("t", "${params.nothing}")]))
    assert (await _attributes(client.get_workflow_handle(failed.run_id)))["OrdinautStatus"] == "failed"
    lost = await runs.run(client, {**plans.plan_of([plans.call("call")]), "title": "altered"})
    assert (await _attributes(client.get_workflow_handle(lost.run_id)))["OrdinautStatus"] == "failed"
    async with runs.worker(client) as queue:
        handle = await runs.started(client, plans.plan_of([plans.sleep("wait", 600)]), queue)
        assert (await _attributes(handle))["OrdinautStatus"] == "running"
        await handle.cancel()
        await runs.ended(client, handle)
    assert (await _attributes(handle))["OrdinautStatus"] == "cancelled"


async def test_a_run_that_starts_shows_nothing_that_costs_an_event(client: temporal_client.Client) -> None:
    """The attributes of the start travel with it; one event at the end changes the status."""
    ended = await runs.run(client, plans.plan_of([plans.call("call")]))
    assert ended.count("UpsertWorkflowSearchAttributes") == 1


async def test_title_and_description_are_the_runs_summary_and_details(client: temporal_client.Client) -> None:
    plan = {**plans.plan_of([plans.call("call")], title="Tickets of the day"), "description": "Reads *all* tickets."}
    ended = await runs.run(client, plan)
    described = await client.get_workflow_handle(ended.run_id).describe()
    assert await described.static_summary() == "Tickets of the day"
    assert await described.static_details() == "Reads *all* tickets."


async def _summaries(client: temporal_client.Client, events: list[histories.HistoryEvent]) -> list[str]:
    payloads = [event.user_metadata.summary for event in events if event.user_metadata.HasField("summary")]
    return [str((await client.data_converter.decode([payload]))[0]) for payload in payloads]


async def test_calls_and_waits_have_summaries(client: temporal_client.Client) -> None:
    steps = [plans.call("fetch"), plans.call("post", "x", uses="desk.plain"), plans.sleep("pause", 1)]
    plan = plans.plan_of(steps, {"version": "{{auto_increment_version}}"}, name="summaries", title="Summaries")
    ended = await runs.run(client, plan)
    assert await _summaries(client, ended.events) == [
        "Summaries",
        "next auto_increment_version of summaries",
        "fetch: desk.tickets read",
        "post: desk.plain",
        "pause: sleep",
    ]


async def test_current_details_show_each_step_with_its_state(client: temporal_client.Client) -> None:
    steps = [plans.call("fetch"), plans.call("never", "refund", if_="false"), plans.sleep("pause", 600), plans.call("post", "create")]
    async with runs.worker(client) as queue:
        handle = await runs.started(client, plans.plan_of(steps, title="Help desk"), queue, nominal=None)
        async with asyncio.timeout(runs.SECONDS):
            while (await handle.query(contract.QUERY_PROGRESS))["steps"][2]["status"] != "waiting":
                await asyncio.sleep(0.05)
        details = await _details(handle)
        await handle.cancel()
        await runs.ended(client, handle)
        cancelled = await _details(handle)
    lines = details.splitlines()
    assert lines[0] == "### Help desk"
    assert lines[2].startswith("due 20") and lines[2].endswith(" · **running**")
    assert lines[4:] == [
        "- ✓ **fetch** `desk.tickets read` completed",
        "- – **never** `desk.tickets` skipped",
        "- ◐ **pause** `system.sleep` waiting",
        "- ○ **post** `desk.tickets` pending",
    ]
    assert "**cancelled**" in cancelled and "- ✗ **pause** `system.sleep` failed" in cancelled


async def test_current_details_of_a_failed_run_name_the_reason(client: temporal_client.Client) -> None:
    tools = runs.Tools({"call": runs.failure("rejected by the vendor", "no such ticket", False, tool="desk.tickets", attempt=1)})
    async with runs.worker(client, tools) as queue:
        handle = await runs.started(client, plans.plan_of([plans.call("call")]), queue)
        await runs.ended(client, handle)
        details = await _details(handle)
    assert details.endswith("- ✗ **call** `desk.tickets read` failed\n\n> **rejected by the vendor**: `no such ticket`")


async def test_a_long_pipeline_shows_the_steps_around_the_present_one(client: temporal_client.Client) -> None:
    steps = [
        *(plans.transform(f"s{n}", n) for n in range(300)),
        plans.sleep("pause", 600),
        *(plans.transform(f"t{n}", n) for n in range(200)),
    ]
    async with runs.worker(client) as queue:
        handle = await runs.started(client, plans.plan_of(steps), queue)
        async with asyncio.timeout(runs.SECONDS):
            while "waiting" not in (details := await _details(handle)):
                await asyncio.sleep(0.05)
        await handle.terminate()
    lines = details.splitlines()[4:]
    assert lines[0] == "- 250 steps before"
    assert lines[1] == "- ✓ **s250** `system.transform` completed"
    assert "- ◐ **pause** `system.sleep` waiting" in lines
    assert lines[-1] == "- 151 steps after"
    assert len(lines) == 102


async def _details(handle: temporal_client.WorkflowHandle[Any, Any]) -> str:
    """The current details, asked for as the Web UI does."""
    metadata = await handle.query("__temporal_workflow_metadata")
    return str(metadata["currentDetails"]) if isinstance(metadata, dict) else str(metadata.current_details)


async def test_a_run_in_a_list_can_be_found_by_its_pipeline(client: temporal_client.Client) -> None:
    plan = plans.plan_of([plans.call("call")], name="found-by-name")
    ended = await runs.run(client, plan)
    async with asyncio.timeout(runs.SECONDS):
        found: list[str] = []
        while not found:
            query = 'OrdinautPipeline = "found-by-name" AND OrdinautStatus = "completed"'
            found = [one.id async for one in client.list_workflows(query)]
            await asyncio.sleep(0.05)
    assert found == [ended.run_id]


def test_attributes_of_the_start_are_of_the_declared_types() -> None:
    pairs = run_attributes.of(plans.plan_of([plans.call("call")], event_type="desk.opened"))
    assert {pair.key.name: type(pair.key) for pair in pairs} == {
        name: type(common.SearchAttributeKey.for_keyword_list("x") if kind == "KeywordList" else common.SearchAttributeKey.for_keyword("x"))
        for name, kind in contract.SEARCH_ATTRIBUTES.items()
        if name != contract.ATTRIBUTE_STEP
    }
