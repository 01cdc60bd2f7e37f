"""Events in mock runs: the file's, checked against the match; made up from the match; or none in time."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests import language
from workflows.core import event_wait, mock, mocked_event, plan, run

ASK = {"id": "ask", "uses": "system.transform", "save_as": "ask", "with": {"template": {"key": "SHOP-7"}}}


def result(outputs: dict[str, Any] | None, **arguments: Any) -> tuple[dict[str, Any], mock.MockHost]:
    """The result of a mock run, and its host."""
    wait = {"id": "w", "uses": "system.wait_for_event", "with": {"event_type": "jira.issue_updated", **arguments}}
    made = language.checked(language.document(ASK, wait))
    assert made.plan is not None, made.problems
    world = mock.MockHost(language.tools(), outputs, language.NOMINAL)
    current = run.Run(plan.load(made.plan), language.NOMINAL)
    mock.drive(current.walk(world))
    return current.record.as_json("mock"), world


def test_the_step_of_the_file_is_the_event() -> None:
    told, world = result({"w": {"key": "SHOP-7", "n": 1}}, match="event.key == ask.key")
    assert told["steps"][1] == {
        "id": "w",
        "uses": "system.wait_for_event",
        "status": "completed",
        "with": {"event_type": "jira.issue_updated", "match": "event.key == ask.key"},
        "output": {"key": "SHOP-7", "n": 1},
        "error": None,
        "attempts": 1,
    }
    assert world.unused() == []


TIMED_OUT = {"$error": {"type": "timeout"}}


@pytest.mark.parametrize(
    ("outputs", "type_", "message"),
    [
        pytest.param({"w": {"key": "SHOP-8"}}, "mock error", "the mock file's 'w' is not the event that the step waits for: its match, event.key == ask.key, is not true for it", id="another"),
        pytest.param({}, "mock error", 'the mock file holds no event for step \'w\' (system.wait_for_event); add "w": {...}, its payload', id="none"),
        pytest.param({"w": "SHOP-7"}, "mock error", "the mock file's 'w' is the event that the step waits for; expected its payload, one object", id="text"),
        pytest.param({"w": {"$calls": [{"key": "SHOP-7"}]}}, "mock error", "the mock file's 'w' is the event that the step waits for; expected its payload, one object", id="calls"),
        pytest.param({"w": {"$error": {"type": "throttled"}}}, "mock error", "the mock file's 'w' has the $error 'throttled'; a wait for an event ends only with 'timeout'", id="error of a call"),
        pytest.param({"w": TIMED_OUT}, "timeout", "system.wait_for_event: no event 'jira.issue_updated' for which event.key == ask.key came within 2h", id="timeout"),
    ],
)  # fmt: skip
def test_what_does_not_go_on_says_why(outputs: dict[str, Any], type_: str, message: str) -> None:
    told, _ = result(outputs, match="event.key == ask.key", timeout="2h")
    assert told["error"] == {"type": type_, "message": message, "step": "w"}


def test_a_wait_that_runs_out_takes_its_time_and_gives_its_value() -> None:
    told, world = result({"w": TIMED_OUT}, timeout="2h", on_timeout={"value": "${ask.key}"})
    assert told["steps"][1]["output"] == "SHOP-7"
    assert world.now() - language.NOMINAL == datetime.timedelta(hours=2)
    assert world.unused() == []


def test_an_event_is_made_up_as_the_match_demands() -> None:
    told, world = result(None, match="event.issue.key == ask.key and event.issue.open == true and event.n == 3")
    assert told["steps"][1]["output"] == {"issue": {"key": "SHOP-7", "open": True}, "n": 3}
    assert world.unused() == []


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        pytest.param((), {}, id="none"),
        pytest.param(((("a",), 1), (("a", "b"), 2)), {"a": 1}, id="inside a number"),
        pytest.param(((("a",), 1), (("a",), 2)), {"a": 2}, id="two values"),
    ],
)
def test_demands_that_exclude_each_other_are_made_up_as_far_as_they_go(pins: tuple[event_wait.Pin, ...], expected: dict[str, Any]) -> None:
    wait = event_wait.Wait("w", "a.b", datetime.timedelta(hours=1), datetime.timedelta(), pins=pins)
    assert mocked_event.made_up(wait) == expected
