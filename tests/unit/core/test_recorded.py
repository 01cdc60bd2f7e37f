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


WAITS = [
    plans.transform("ask", {"key": "SHOP-7"}, save_as="ask"),
    {"id": "w", "uses": "system.wait_for_event", "save_as": "w", "with": {"event_type": "a.b", "match": "event.key == ask.key"}},
    {"id": "v", "uses": "system.wait_for_event", "with": {"event_type": "a.b", "on_timeout": {"value": "none"}}},
    plans.sleep("until", "${now}"),
]


def delivery(key: str, wait: str = "", event_type: str = "a.b") -> recorded.Delivery:
    return recorded.Delivery(event_type, {"key": key}, wait)


def waited(deliveries: list[recorded.Delivery], expired: dict[str, int] | None = None) -> list[tuple[str, Any]]:
    """Status and output of the two waits."""
    result = told(recorded.Recording(deliveries=deliveries, expired=expired or {}), WAITS)
    return [(step["status"], step["output"]) for step in result["steps"][1:3]]


def test_a_wait_that_nothing_came_for_is_waiting() -> None:
    assert waited([]) == [("waiting", None), ("pending", None)]
    assert waited([delivery("SHOP-8"), delivery("SHOP-7", event_type="a.c"), delivery("SHOP-7", "v")])[0] == ("waiting", None)


def test_a_wait_is_told_with_the_event_that_it_took() -> None:
    assert waited([delivery("SHOP-8"), delivery("SHOP-7")]) == [("completed", {"key": "SHOP-7"}), ("completed", {"key": "SHOP-8"})]
    assert waited([delivery("SHOP-7", "w"), delivery("SHOP-7", "v")]) == [("completed", {"key": "SHOP-7"})] * 2


def test_each_delivery_ends_one_wait() -> None:
    assert waited([delivery("SHOP-7")]) == [("completed", {"key": "SHOP-7"}), ("waiting", None)]


def test_a_wait_whose_time_ran_out_takes_no_later_event() -> None:
    found = [delivery("SHOP-7"), delivery("SHOP-9")]
    assert waited(found, {"v": 1}) == [("completed", {"key": "SHOP-7"}), ("completed", "none")]
    assert waited(found, {"v": 2})[1] == ("completed", {"key": "SHOP-9"})
    result = told(recorded.Recording(deliveries=found, expired={"w": 0}), WAITS)
    assert (result["error"]["type"], states(result)) == ("timeout", ["completed", "failed", "pending", "pending"])
    assert result["error"]["message"] == "system.wait_for_event: no event 'a.b' for which event.key == ask.key came within 1d"
