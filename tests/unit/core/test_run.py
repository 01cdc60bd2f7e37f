"""Runs: order, skips, failures, what the record shows, effect classes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pytest

from tests import language, plans
from workflows.core import calls, errors, event_wait, host, plan, run


class Desk:
    """A host that answers with what it was asked, or fails."""

    def __init__(self, fail_at: str = "", changes: list[str] | None = None) -> None:
        self.calls: list[host.ToolCall] = []
        self.slept: list[datetime.timedelta] = []
        self.waits: list[event_wait.Wait] = []
        self.payload: Mapping[str, Any] | None = {"key": "SHOP-7"}
        self.changes = 0
        self._fail_at = fail_at

    def now(self) -> datetime.datetime:
        return language.NOMINAL

    async def call_tool(self, call: host.ToolCall) -> host.ToolResult:
        self.calls.append(call)
        if call.step == self._fail_at:
            raise errors.ToolError(errors.REJECTED, "no such ticket", {"attempt": 3, "vendor": "desk"})
        return host.ToolResult({"arguments": call.arguments, "number": len(self.calls)}, None, ["careful"], attempts=2)

    async def sleep(self, step: str, duration: datetime.timedelta) -> None:
        self.slept.append(duration)

    async def wait_for_event(self, wait: event_wait.Wait) -> Mapping[str, Any] | None:
        self.waits.append(wait)
        return self.payload

    async def next_version(self) -> int:
        return 41

    def changed(self) -> None:
        self.changes += 1


def walked(
    steps: list[dict[str, Any]],
    params: dict[str, Any] | None = None,
    given: dict[str, Any] | None = None,
    world: Desk | None = None,
    event: Any = None,
) -> Any:
    current = run.Run(plan.load(plans.plan_of(steps, params)), language.NOMINAL, given, event)
    coroutine = current.walk(world or Desk())
    with pytest.raises(StopIteration):
        coroutine.send(None)
    return current.record.as_json("run-1")


def test_the_result_has_the_form_of_the_contract() -> None:
    result = walked([plans.call("a", with_={"n": "${1 + 1}"})])
    assert result == {
        "run_id": "run-1",
        "status": "completed",
        "nominal_time": "2026-11-23T20:00:00+02:00",
        "steps": [
            {
                "id": "a", "uses": "desk.tickets", "status": "completed", "with": {"action": "read", "n": 2},
                "output": {"arguments": {"action": "read", "n": 2}, "number": 1}, "error": None, "attempts": 2,
            }
        ],
        "error": None,
        "warnings": ["a: careful"],
    }  # fmt: skip


def test_steps_run_in_order_and_read_earlier_outputs() -> None:
    world = Desk()
    walked(
        [plans.call("a", save_as="one"), plans.call("b", with_={"n": "${one.number + 1}"}), plans.call("c", if_="false"), plans.call("d")],
        world=world,
    )
    assert [call.step for call in world.calls] == ["a", "b", "d"]
    assert world.calls[1].arguments == {"action": "read", "n": 2}


def test_an_empty_pipeline_succeeds() -> None:
    assert walked([])["status"] == "completed"


def test_a_skipped_step_has_no_arguments() -> None:
    step = walked([plans.call("a", if_="1 > 2", with_={"x": "${params.nope}"})])["steps"][0]
    assert (step["status"], step["with"], step["output"], step["attempts"]) == ("skipped", None, None, 0)


def test_a_failed_step_ends_the_run_and_later_ones_stay_pending() -> None:
    result = walked([plans.call("a"), plans.call("b"), plans.call("c")], world=Desk(fail_at="b"))
    assert [step["status"] for step in result["steps"]] == ["completed", "failed", "pending"]
    assert result["status"] == "failed"
    assert result["error"] == {"type": "rejected by the vendor", "message": "no such ticket", "step": "b"}
    assert result["steps"][1]["error"] == {"type": "rejected by the vendor", "message": "no such ticket", "details": {"vendor": "desk"}}
    assert result["steps"][1]["attempts"] == 3


@pytest.mark.parametrize(
    ("step", "type_", "message"),
    [
        (plans.call("a", with_={"x": "${params.nope}"}), "template error", "in with.x: 'nope' is missing in 'params'; there is nothing"),
        (plans.call("a", if_="params.nope"), "template error", "in if: 'nope' is missing in 'params'; there is nothing (| default(false) makes a missing value false)"),
        (plans.call("a", with_={"x": "${range(10 ** 9)}"}), "limit exceeded", "in with.x: range() with more than 10,000 items (MAX_RANGE)"),
        (plans.call("a", with_={"x": ["${'x' * 1000000}"] * 3}), "limit exceeded", None),
        (plans.sleep("a", "${'soon'}"), "invalid input", None),
    ],
)  # fmt: skip
def test_errors_of_templates_end_the_run_with_their_reason(step: dict[str, Any], type_: str, message: str | None) -> None:
    result = walked([step])
    assert (result["status"], result["error"]["type"], result["error"]["step"]) == ("failed", type_, "a")
    assert message is None or result["error"]["message"] == message


def test_too_large_arguments_are_named_with_their_limit() -> None:
    message = walked([plans.call("a", with_={"x": ["${'x' * 1000000}"] * 3})])["error"]["message"]
    assert message.startswith("'with' of step 'a' takes 3,000,0")
    assert message.endswith("the limit is 2,000,000 (MAX_PAYLOAD_BYTES) (pass on only the fields that the step needs, or fewer items)")


def test_an_error_in_params_fails_the_run_before_its_steps() -> None:
    result = walked([plans.call("a")], {"x": "${params.later}", "later": 1})
    assert result["status"] == "failed"
    assert result["error"]["step"] is None
    assert [step["status"] for step in result["steps"]] == ["pending"]


def test_params_are_evaluated_in_order_and_given_ones_replace_them() -> None:
    steps = [plans.transform("t", "${params.a} ${params.b} ${params.c}")]
    assert walked(steps, {"a": 1, "b": "${params.a + 1}", "c": "v${auto_increment_version}"})["steps"][0]["output"] == "1 2 v41"
    assert walked(steps, {"a": 1, "b": "${params.a + 1}", "c": 0}, {"a": 5})["steps"][0]["output"] == "5 6 0"
    assert walked(steps, {"a": 1, "b": 2}, {"c": "${x}"})["steps"][0]["output"] == "1 2 ${x}"


@pytest.mark.parametrize(
    ("action", "effect"),
    [("read", "safe"), ("assign", "idempotent"), ("create", "key"), ("refund", "unsafe"), ("unheard-of", "unsafe")],
)
def test_each_call_carries_the_effect_of_its_action(action: str, effect: str) -> None:
    world = Desk()
    walked([plans.call("a", action)], world=world)
    assert (world.calls[0].effect, world.calls[0].action) == (effect, action)


@pytest.mark.parametrize(
    ("arguments", "effect"),
    [
        ({"query": "SELECT 1"}, "safe"), ({"query": "DELETE FROM t"}, "unsafe"), ({"queries": [{"name": "a", "query": "SELECT 1"}, {"name": "b", "query": "select 2"}]}, "safe"),
        ({"queries": [{"name": "a", "query": "SELECT 1"}, {"name": "b", "query": "INSERT INTO t VALUES (1)"}]}, "unsafe"), ({}, "unsafe"), ({"query": 5}, "unsafe"),
    ],
)  # fmt: skip
def test_the_statement_decides_the_effect_of_a_query(arguments: dict[str, Any], effect: str) -> None:
    assert calls.effect_of({"effect": "statement"}, None, arguments) == effect


def test_cancelling_marks_the_step_under_way() -> None:
    current = run.Run(plan.load(plans.plan_of([plans.call("a"), plans.call("b")])), language.NOMINAL)
    current.record.steps[0].status = run.RUNNING
    current.cancelled()
    result = current.record.as_json("x")
    assert (result["status"], [step["status"] for step in result["steps"]]) == ("cancelled", ["failed", "pending"])
    assert result["steps"][0]["error"] == {"type": "cancelled", "message": "the run was cancelled while this step was under way"}


def test_the_host_hears_of_every_change() -> None:
    world = Desk()
    walked([plans.call("a"), plans.call("b", if_="false"), plans.sleep("c", 5)], world=world)
    assert world.changes == 7  # two for each step, one at the end
    assert world.slept == [datetime.timedelta(seconds=5)]


def test_long_messages_are_cut() -> None:
    result = walked([plans.call("a", with_={"x": "${params['" + "y" * 8_000 + "']}"})], given={"k" * 9_000: 1})
    assert len(result["error"]["message"]) < errors.MAX_MESSAGE_CHARS


WAIT = {"id": "w", "uses": "system.wait_for_event", "save_as": "w", "with": {"event_type": "a.b", "match": "event.key == params.key"}}


def test_a_wait_gives_the_payload_and_later_steps_read_it() -> None:
    world = Desk()
    result = walked([WAIT, plans.call("a", with_={"n": "${w.key}"})], params={"key": "SHOP-7"}, event={"key": "own"}, world=world)
    assert [step["status"] for step in result["steps"]] == ["completed", "completed"]
    assert result["steps"][0]["with"] == {"event_type": "a.b", "match": "event.key == params.key"}
    assert world.calls[0].arguments["n"] == "SHOP-7"
    (wait,) = world.waits
    assert (wait.name, wait.pins, wait.takes({"key": "SHOP-7"}), wait.takes({"key": "own"})) == ("w", ((("key",), "SHOP-7"),), True, False)


def test_a_wait_without_an_event_in_time_ends_the_run() -> None:
    world = Desk()
    world.payload = None
    result = walked([WAIT, plans.call("a")], params={"key": "SHOP-7"}, world=world)
    assert [step["status"] for step in result["steps"]] == ["failed", "pending"]
    message = "system.wait_for_event: no event 'a.b' for which event.key == params.key came within 1d"
    assert result["error"] == {"type": "timeout", "message": message, "step": "w"}
    assert result["steps"][0]["error"]["details"] == {"tool": "system.wait_for_event", "event_type": "a.b"}


def test_a_step_is_shown_as_waiting_while_it_waits() -> None:
    seen: list[str] = []

    class Watched(Desk):
        async def wait_for_event(self, wait: event_wait.Wait) -> Mapping[str, Any] | None:
            seen.append(current.record.steps[0].status)
            return {}

    current = run.Run(plan.load(plans.plan_of([{**WAIT, "with": {"event_type": "a.b"}}])), language.NOMINAL)
    with pytest.raises(StopIteration):
        current.walk(Watched()).send(None)
    assert (seen, current.record.steps[0].status) == (["waiting"], "completed")
