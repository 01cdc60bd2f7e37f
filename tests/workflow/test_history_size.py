"""What a run costs in history, exactly: as many events as the same workflow written by hand, and bytes within the promise."""

from __future__ import annotations

from temporalio import client as temporal_client

from tests import plans, runs
from tests.benchmarks import history_size, subjects


async def test_a_run_has_the_events_of_the_same_workflow_written_by_hand(client: temporal_client.Client) -> None:
    interpreter, by_hand = await history_size.measure(client)
    assert interpreter.events == by_hand.events
    assert interpreter.without_plan <= by_hand.bytes * history_size.TARGET_BYTES


async def test_a_step_without_effect_adds_no_event(client: temporal_client.Client) -> None:
    tools = runs.Tools({f"step_{n}": {"number": n} for n in range(1, 6)})
    calls = [plans.call(f"step_{n}", save_as=f"step_{n}") for n in range(1, 6)]
    computed = [
        *calls[:2],
        plans.transform("total", "${step_1.number + step_2.number}"),
        {"id": "judge", "uses": "system.evaluate", "with": {"conditions": [{"name": "n", "condition": "total > 2", "severity": "low"}]}},
        plans.call("never", "refund", if_="total > 100"),
        *calls[2:],
        plans.transform("all", "{% for n in range(100) %}${total + n}{% endfor %}"),
        plans.sleep("no_wait", 0),
    ]
    bare = await runs.run(client, plans.plan_of(calls), tools)
    full = await runs.run(client, plans.plan_of(computed), tools)
    assert full.shown["status"] == "completed"
    assert full.names() == bare.names()


async def test_each_call_costs_six_events_and_the_run_five(client: temporal_client.Client) -> None:
    """Started, and for each call: scheduled, started, completed and the three of the workflow task; closed with its status."""
    one = await runs.run(client, plans.plan_of([plans.call("call")]))
    assert one.names() == [
        "WorkflowExecutionStarted",
        "WorkflowTaskScheduled",
        "WorkflowTaskStarted",
        "WorkflowTaskCompleted",
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
        "WorkflowTaskScheduled",
        "WorkflowTaskStarted",
        "WorkflowTaskCompleted",
        "UpsertWorkflowSearchAttributes",
        "WorkflowExecutionCompleted",
    ]


async def test_the_input_is_the_plan_and_little_else(client: temporal_client.Client) -> None:
    ended = await runs.run(client, subjects.PLAN, runs.Tools({f"step_{n}": {"number": n} for n in range(1, 6)}))
    payload = ended.events[0].workflow_execution_started_event_attributes.input.payloads[0]
    size = history_size.plan_bytes()
    assert len(payload.data) == size + len("{}")
