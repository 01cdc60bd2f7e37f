"""No run is left stuck by its data: each ends as failed with its reason within seconds, and no workflow task ever fails."""

from __future__ import annotations

import asyncio
import datetime
import re
import time
import uuid
from decimal import Decimal
from typing import Any

import pytest
from temporalio import client as temporal_client
from temporalio import exceptions, workflow
from temporalio import worker as temporal_worker

from starter import starting
from tests import plans, runs
from workflows import approval_waits, contract, event_waits, pipeline
from workflows.core import errors, host, plan, run, system_tools

MEGABYTE = 1_000_000


async def test_an_argument_too_large_for_temporal_fails_its_step(client: temporal_client.Client) -> None:
    tools = runs.Tools({"read": {"text": "x" * 1_500_000}})
    steps = [plans.call("read", save_as="read"), plans.call("write", "create", with_={"texts": ["${read}", "${read}"]})]
    ended = await runs.run(client, plans.plan_of(steps), tools)
    assert ended.shown["error"]["type"] == "limit exceeded"
    assert ended.shown["error"]["step"] == "write"
    assert re.fullmatch(
        r"'with' of step 'write' takes 3,000,0\d\d bytes; the limit is 2,000,000 \(MAX_PAYLOAD_BYTES\)"
        r" \(pass on only the fields that the step needs, or fewer items\)",
        ended.shown["error"]["message"],
    )
    assert tools.tries("write") == 0


async def test_an_argument_that_grows_by_escapes_fails_its_step(client: temporal_client.Client) -> None:
    """A control character is one byte in memory and six in JSON."""
    steps = [plans.call("write", "create", with_={"text": "${event.text ~ event.text}"})]
    ended = await runs.run(client, plans.plan_of(steps), event={"text": "\x01" * 300_000})
    assert ended.shown["error"]["type"] == "limit exceeded"
    assert "the limit is 2,000,000 (MAX_PAYLOAD_BYTES)" in ended.shown["error"]["message"]
    assert ended.shown["error"]["step"] == "write"


async def test_an_output_too_large_for_temporal_fails_its_step(client: temporal_client.Client) -> None:
    tools = runs.Tools({"read": {"text": "x" * 2_500_000}})
    ended = await runs.run(client, plans.plan_of([plans.call("read")]), tools)
    assert ended.shown["status"] == "failed"
    assert ended.shown["error"]["step"] == "read"
    assert ended.shown["error"]["message"].startswith("as JSON it takes 2,500,0")


async def test_an_event_too_large_for_temporal_is_refused_at_the_start(client: temporal_client.Client) -> None:
    with pytest.raises(errors.ToolError) as refused:
        await runs.run(client, plans.plan_of([plans.call("read")]), event={"text": "x" * 2_000_000})
    assert refused.value.kind == "invalid input"
    assert str(refused.value).startswith("what the run is given (plan, params, event) takes 2,00")


async def test_a_large_event_runs(client: temporal_client.Client) -> None:
    ended = await runs.run(client, plans.plan_of([plans.transform("n", "${event.text | length}")]), event={"text": "x" * 1_900_000})
    assert ended.steps["n"]["output"] == 1_900_000


async def test_progress_above_the_limit_leaves_out_the_largest_parts(client: temporal_client.Client) -> None:
    tools = runs.Tools({"a": {"text": "x" * 1_500_000}, "b": {"text": "x" * 1_200_000}, "c": {"id": 7}})
    ended = await runs.run(client, plans.plan_of([plans.call(step, save_as=step) for step in "abc"]), tools)
    outputs = [step["output"] for step in ended.progress["steps"]]
    size = 1_500_000 + len('{"text":""}')
    assert outputs == [{"left_out": f"{size:,} bytes; 'ordinaut show' has it"}, {"text": "x" * 1_200_000}, {"id": 7}]
    assert ended.steps["a"]["output"] == {"text": "x" * 1_500_000}


HOSTILE = [
    pytest.param("${range(1000000000) | length}", "limit exceeded", id="huge range"),
    pytest.param("${'x' * 1000000000}", "limit exceeded", id="huge text"),
    pytest.param("${9 ** 9999}", "limit exceeded", id="huge power"),
    pytest.param("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", "limit exceeded", id="nested loops"),
    pytest.param("${''.__class__.__mro__[1].__subclasses__()}", "template error", id="attribute tricks"),
    pytest.param("${params.nothing}", "template error", id="missing value"),
    pytest.param("${1 / 0}", "template error", id="division by zero"),
    pytest.param("${null + 1}", "template error", id="null in a sum"),
    pytest.param("${'\\ud800' + 1}", "template error", id="half a surrogate pair in an error"),
    pytest.param("${10 ** 399 * 10 ** 399}", "limit exceeded", id="huge number"),
]


async def test_a_template_that_cannot_be_compiled_ends_the_run(client: temporal_client.Client) -> None:
    nested = "${" + "(" * 200 + "1" + ")" * 200 + "}"
    ended = await runs.run(client, plans.plan_of([plans.transform("nested", nested)]))
    assert ended.shown["error"]["type"] == "limit exceeded"
    assert ended.progress == ended.shown


@pytest.mark.parametrize(("template", "kind"), HOSTILE)
async def test_a_hostile_template_fails_its_step(client: temporal_client.Client, template: str, kind: str) -> None:
    started = time.monotonic()
    ended = await runs.run(client, plans.plan_of([plans.transform("hostile", template), plans.call("after")]))
    assert time.monotonic() - started < 5
    assert ended.shown["error"]["type"] == kind
    assert ended.shown["error"]["step"] == "hostile"
    assert isinstance(ended.error, exceptions.ApplicationError) and ended.error.type == kind
    assert ended.progress == ended.shown


async def test_a_thousand_computed_steps_run_without_a_pause(client: temporal_client.Client) -> None:
    steps = [plans.transform(f"s{number}", f"${{{number} + 1}}") for number in range(1_000)]
    ended = await runs.run(client, plans.plan_of(steps))
    assert ended.result is not None and ended.result["completed"] == 1_000
    assert ended.count("WorkflowTaskCompleted") == 1


@pytest.mark.parametrize("where", ["evaluate", "load", "size"])
async def test_a_defect_of_our_own_ends_the_run(client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def defect(*arguments: Any, **named: Any) -> Any:
        raise KeyError("planted")

    match where:
        case "evaluate":
            monkeypatch.setattr(system_tools, "evaluate", defect)
        case "load":
            monkeypatch.setattr(plan, "load", defect)
        case "size":
            monkeypatch.setattr(pipeline, "_summary", defect)
    conditions = [{"name": "n", "condition": "true", "severity": "low"}]
    judge = {"id": "judge", "uses": "system.evaluate", "with": {"conditions": conditions}}
    given = plans.plan_of([judge, plans.call("call")])
    async with runs.worker(client) as queue:
        handle = await runs.started(client, given, queue)
        with pytest.raises(temporal_client.WorkflowFailureError) as failed:
            await asyncio.wait_for(handle.result(), 5)
        progress = await handle.query(contract.QUERY_PROGRESS)
        runs.assert_no_failed_task([event async for event in handle.fetch_history_events()])
    assert isinstance(failed.value.cause, exceptions.ApplicationError)
    assert failed.value.cause.type == "internal error"
    assert "KeyError: 'planted'" in failed.value.cause.message
    assert progress["status"] == "failed"
    assert progress["error"]["message"] == "KeyError: 'planted'"
    assert progress["error"]["step"] == {"evaluate": "judge", "load": None, "size": "call"}[where]


UNLOADABLE = [
    pytest.param(
        {"title": "Another"},
        "template error",
        "the plan was altered after it was checked: its digest does not fit (check and start the pipeline again)",
        id="altered",
    ),
    pytest.param(
        {"format": 99},
        "template error",
        "the plan has format 99, this worker runs formats up to 3 (upgrade the worker)",
        id="of a newer format",
    ),
]


@pytest.mark.parametrize(("change", "kind", "message"), UNLOADABLE)
async def test_a_plan_that_cannot_be_loaded_ends_the_run(
    client: temporal_client.Client, change: dict[str, Any], kind: str, message: str
) -> None:
    ended = await runs.run(client, {**plans.plan_of([plans.call("read")]), **change})
    assert ended.shown["status"] == "failed"
    assert ended.shown["error"] == {"type": kind, "message": message, "step": None}
    assert isinstance(ended.error, exceptions.ApplicationError) and ended.error.message == message
    assert ended.progress == ended.shown


#: What other programs may start a run with.
STRANGE = [
    pytest.param({}, id="nothing"),
    pytest.param({"plan": None}, id="no plan"),
    pytest.param({"plan": []}, id="a list"),
    pytest.param({"plan": {"format": 1}}, id="half a plan"),
    pytest.param([], id="no object"),
    pytest.param(None, id="null"),
    pytest.param({"plan": {}, "nominal_time": 7}, id="a number as time"),
]


@pytest.mark.parametrize("given", STRANGE)
async def test_a_strange_input_ends_the_run(client: temporal_client.Client, given: Any) -> None:
    async with runs.worker(client) as queue:
        handle = await client.start_workflow(contract.PIPELINE, given, id=f"strange-{uuid.uuid4()}", task_queue=queue)
        with pytest.raises(temporal_client.WorkflowFailureError):
            await asyncio.wait_for(handle.result(), 5)
        progress = await handle.query(contract.QUERY_PROGRESS)
        runs.assert_no_failed_task([event async for event in handle.fetch_history_events()])
    assert progress["status"] == "failed"


@pytest.mark.parametrize("time_text", ["yesterday", "2026-01-01T00:00:00"])
async def test_a_nominal_time_that_is_none_ends_the_run(client: temporal_client.Client, time_text: str) -> None:
    ended = await runs.run(client, plans.plan_of([plans.call("read")]), nominal_time=time_text)
    assert ended.shown["error"] == {
        "type": "invalid input",
        "message": f"the nominal time '{time_text}' is no time with its offset, like 2026-11-23T18:00:00+02:00",
        "step": None,
    }
    assert ended.progress == ended.shown


async def test_half_a_surrogate_pair_as_argument_fails_its_step(client: temporal_client.Client) -> None:
    ended = await runs.run(client, plans.plan_of([plans.call("write", "create", with_={"text": "${'\\ud800'}"})]))
    assert ended.shown["error"]["type"] == "template error"
    assert "half of a surrogate pair" in ended.shown["error"]["message"]
    assert ended.progress == ended.shown


async def test_an_action_of_any_length_is_called(client: temporal_client.Client) -> None:
    tools = runs.Tools()
    ended = await runs.run(client, plans.plan_of([plans.call("call", "${'x' * 5000}")]), tools)
    assert ended.shown["status"] == "completed"
    assert tools.calls[0][2]["effect"] == "unsafe"  # an action that the tool does not list


async def test_a_step_id_too_long_for_temporal_fails_its_step(client: temporal_client.Client) -> None:
    ended = await runs.run(client, plans.plan_of([plans.call("a" * 1_001)]))
    assert ended.shown["error"]["message"] == "the step's id takes 1,001 bytes, above 1,000 (MAX_ID_BYTES) (give it a shorter one)"


async def test_a_title_of_any_script_starts(client: temporal_client.Client) -> None:
    ended = await runs.run(client, plans.plan_of([plans.call("call")], title="\N{GRINNING FACE}" * 3_000))
    assert ended.shown["status"] == "completed"


@pytest.mark.parametrize("seconds", [0, "0.0000001", Decimal("0.001")])
async def test_the_shortest_sleeps_end(client: temporal_client.Client, seconds: Any) -> None:
    ended = await runs.run(client, plans.plan_of([plans.sleep("wait", seconds)]))
    assert ended.shown["status"] == "completed"


async def test_the_longest_sleep_and_timeout_start(client: temporal_client.Client) -> None:
    longest = 3_653 * 86_400
    async with runs.worker(client) as queue:
        handle = await runs.started(
            client, plans.plan_of([plans.call("call", timeout_seconds=longest), plans.sleep("wait", longest)]), queue
        )
        async with asyncio.timeout(runs.SECONDS):
            while (await handle.query(contract.QUERY_PROGRESS))["steps"][1]["status"] != "waiting":
                await asyncio.sleep(0.05)
        runs.assert_no_failed_task([event async for event in handle.fetch_history_events()])
        await handle.terminate()


@workflow.defn(name="ManyCalls")
class ManyCallsWorkflow:
    """More calls at once than Temporal allows to be pending, through the host that the interpreter uses."""

    @workflow.run
    async def run(self, count: int) -> int:
        """How many were answered."""
        compiled = plan.load(plans.plan_of([plans.call("call")]))
        current = run.Run(compiled, workflow.info().start_time)
        world = pipeline._TemporalHost(current, {}, approval_waits.Desk(), event_waits.Inbox(None))
        policy = compiled.steps[0].policy
        minute = datetime.timedelta(minutes=1)
        calls = [
            host.ToolCall("call", f"call.{n}", "desk.tickets", "read", {"action": "read", "n": n}, "safe", minute, policy)
            for n in range(count)
        ]
        results = await asyncio.gather(*(world.call_tool(call) for call in calls))
        return len({result.output["arguments"]["n"] for result in results})


@pytest.mark.timeout(180)
async def test_more_calls_than_temporal_allows_at_once_wait_their_turn(client: temporal_client.Client) -> None:
    tools = runs.Tools()
    queue = f"many-{uuid.uuid4()}"
    async with temporal_worker.Worker(
        client,
        task_queue=queue,
        workflows=[ManyCallsWorkflow],
        activities=[tools.call_tool],
        workflow_runner=temporal_worker.UnsandboxedWorkflowRunner(),
    ):
        handle = await client.start_workflow("ManyCalls", 2_100, id=queue, task_queue=queue, result_type=int)
        assert await asyncio.wait_for(handle.result(), 120) == 2_100
    runs.assert_no_failed_task([event async for event in handle.fetch_history_events()])
    assert len(tools.calls) == 2_100


async def test_what_a_run_is_given_is_measured_with_its_plan() -> None:
    with pytest.raises(errors.ToolError):
        starting.run_input(plans.plan_of([plans.call("read")]), {"text": "x" * 2_000_000}, None, None)


HEAVY = [
    pytest.param("${range(9999) | map('string') | join(',') | length}", id="texts"),
    pytest.param("${range(9999) | map('string') | sort | list | unique | list | length}", id="lists"),
]


@pytest.mark.parametrize("template", HEAVY)
async def test_many_heavy_steps_in_a_row_rest_in_between(client: temporal_client.Client, template: str) -> None:
    """Each is within its limits; all together would hold the worker for longer than the 2 s that Temporal allows."""
    computed = [plans.transform(f"s{number}", template) for number in range(24)]
    skipped = [plans.call(f"t{number}", if_=f"{template[2:-1]} == 0.5") for number in range(24)]
    ended = await runs.run(client, plans.plan_of([*computed, *skipped]))
    assert ended.shown["status"] == "completed"
    assert ended.count("TimerStarted") > 0
    assert ended.progress == ended.shown
