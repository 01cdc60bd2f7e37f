"""What a router knows, over its own renewals."""

from __future__ import annotations

from typing import Any

from workflows.core import event_register

NOW, LATER, BEFORE = "2026-11-23T10:00:00+00:00", "2026-11-23T11:00:00+00:00", "2026-11-23T09:00:00+00:00"


def _wait(run: str, step: str = "wait", until: str = LATER, pins: Any = ()) -> dict[str, Any]:
    return {"run": run, "step": step, "pins": list(pins), "until": until}


def test_subscriptions_are_told_with_their_revision_and_end() -> None:
    register = event_register.Register({})
    register.subscribe("one", "r1")
    register.subscribe("two", "r2")
    register.subscribe("one", None)
    register.unsubscribe("two")
    register.unsubscribe("never")
    assert register.takers("desk.opened", {}) == {"subscriptions": {"one": "r1"}, "waits": []}


def test_a_wait_counts_once_is_filtered_by_its_pins_and_ends() -> None:
    register = event_register.Register({})
    for _ in range(2):
        register.begin_wait(_wait("a", pins=[[["n"], 1]]))
    register.begin_wait(_wait("b"))
    assert register.takers("desk.opened", {"n": 1})["waits"] == [{"run": "a", "step": "wait"}, {"run": "b", "step": "wait"}]
    assert register.takers("desk.opened", {"n": 2})["waits"] == [{"run": "b", "step": "wait"}]
    register.end_wait({"run": "b", "step": "wait"})
    assert register.takers("desk.opened", {"n": 2})["waits"] == []


def test_a_renewed_router_knows_all_but_waits_that_are_over() -> None:
    register = event_register.Register({})
    register.subscribe("one", "r1")
    register.begin_wait(_wait("over", until=BEFORE))
    register.begin_wait(_wait("waits"))
    renewed = event_register.Register(register.state(NOW))
    assert renewed.takers("desk.opened", {}) == {"subscriptions": {"one": "r1"}, "waits": [{"run": "waits", "step": "wait"}]}


def test_waits_beyond_the_limit_are_not_registered_and_a_known_one_may_be_told_again() -> None:
    register = event_register.Register({"waits": [_wait(f"run-{number}") for number in range(event_register.MAX_WAITS)]})
    register.begin_wait(_wait("one-more"))
    register.begin_wait(_wait("run-7", pins=[[["n"], 1]]))
    assert len(register.takers("desk.opened", {"n": 1})["waits"]) == event_register.MAX_WAITS
    assert len(register.takers("desk.opened", {"n": 2})["waits"]) == event_register.MAX_WAITS - 1
