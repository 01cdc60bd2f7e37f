"""A run told again from what a history recorded."""

from __future__ import annotations

from typing import Any

from tests import language, plans
from workflows.core import errors, host, recorded

STEPS = [plans.call("a", save_as="a"), plans.sleep("pause", 60), plans.call("b", with_={"n": "${a.n}"})]


def told(recording: recorded.Recording, steps: list[dict[str, Any]] | None = None, params: dict[str, Any] | None = None) -> dict[str, Any]:
    record = recorded.tell(plans.plan_of(STEPS if steps is None else steps, params), language.NOMINAL, None, None, recording)
    return record.as_json("r")


def answered(output: Any, attempts: int = 1) -> recorded.Call:
    return recorded.Call(attempts, host.ToolResult(output, attempts=attempts))


def states(result: dict[str, Any]) -> list[str]:
    return [step["status"] for step in result["steps"]]


def test_nothing_yet() -> None:
    result = told(recorded.Recording())
    assert (result["status"], states(result)) == ("running", ["running", "pending", "pending"])


def test_a_call_under_way_shows_its_attempts() -> None:
    result = told(recorded.Recording(calls={"a": recorded.Call(attempts=3)}))
    assert (states(result), result["steps"][0]["attempts"]) == (["running", "pending", "pending"], 3)


def test_a_timer_that_has_not_fired_is_a_step_that_waits() -> None:
    result = told(recorded.Recording(calls={"a": answered({"n": 7})}))
    assert states(result) == ["completed", "waiting", "pending"]


def test_a_complete_history() -> None:
    calls = {"a": answered({"n": 7}, 2), "b": answered("done")}
    result = told(recorded.Recording(calls=calls, slept={"pause"}))
    assert (result["status"], states(result)) == ("completed", ["completed"] * 3)
    assert result["steps"][0]["attempts"] == 2
    assert result["steps"][2]["with"] == {"action": "read", "n": 7}


def test_a_failed_call() -> None:
    error = errors.ToolError(errors.REJECTED, "no")
    result = told(recorded.Recording(calls={"a": recorded.Call(4, error=error)}))
    assert (result["status"], states(result)) == ("failed", ["failed", "pending", "pending"])
    assert result["error"] == {"type": "rejected by the vendor", "message": "no", "step": "a"}
    assert result["steps"][0]["attempts"] == 4


def test_a_cancelled_run() -> None:
    result = told(recorded.Recording(calls={"a": recorded.Call()}, cancelled=True))
    assert (result["status"], states(result)) == ("cancelled", ["failed", "pending", "pending"])


def test_a_run_that_ended_by_something_its_steps_do_not_show() -> None:
    result = told(
        recorded.Recording(calls={"a": recorded.Call()}, failure={"type": "internal error", "message": "timed out", "step": None})
    )
    assert result["status"] == "failed"
    assert result["error"]["message"] == "timed out"


def test_the_counter_comes_from_the_history() -> None:
    steps = [plans.transform("t", "v${auto_increment_version}")]
    assert states(told(recorded.Recording(), steps)) == ["pending"]
    assert told(recorded.Recording(version=8), steps)["steps"][0]["output"] == "v8"
