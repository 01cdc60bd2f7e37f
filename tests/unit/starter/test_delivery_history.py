"""What came first, an event or the end of a wait, by the order of a history."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from starter import delivery_history
from workflows.core import recorded

START = datetime.datetime(2026, 11, 23, 16, tzinfo=datetime.UTC)


def told(*events: str) -> recorded.Recording:
    """What a history says in which these happened, a minute apart: signal N, update N, fire, scheduled, started, completed."""
    recording, waits, unseen = recorded.Recording(), delivery_history.Waits(), []
    for number, event in enumerate(events):
        word, _, name = event.partition(" ")
        given = {"id": name, "type": "a.b", "payload": {"n": name}, "wait": "w"}
        match word:
            case "signal":
                waits.signalled(recording, given, unseen)
            case "update":
                waits.accepted(recording, given)
            case "fire":
                waits.fired(f"w{recorded.WAIT}")
            case "scheduled":
                waits.task_scheduled()
            case "started":
                time = START + datetime.timedelta(minutes=number)
                recording.times.update(dict.fromkeys(unseen, time))
                waits.task_started(recording, time)
            case "completed":
                unseen.clear()
                waits.task_completed()
    return recording


@pytest.mark.parametrize(
    ("events", "expired"),
    [
        pytest.param("fire,scheduled", {}, id="the run does not know yet"),
        pytest.param("fire,scheduled,started", {"w": 0}, id="it knows"),
        pytest.param("signal 1,scheduled,started,completed,fire,scheduled,started", {"w": 1}, id="an event before"),
        pytest.param("signal 1,scheduled,fire,started,completed", {"w": 1}, id="an event in the same task"),
        pytest.param("fire,scheduled,signal 1,started,completed", {"w": 1}, id="an event behind it in the same task"),
        pytest.param("fire,scheduled,started,completed,signal 1,scheduled,started", {"w": 0}, id="an event too late"),
        pytest.param("fire,scheduled,started,completed,update 1,scheduled,started", {"w": 1}, id="an update in the same task"),
        pytest.param("fire,scheduled,started,completed,scheduled,started,completed,update 1", {"w": 0}, id="an update too late"),
        pytest.param("fire,scheduled,started,scheduled,signal 1,started,completed", {"w": 1}, id="a task that failed and was tried again"),
    ],
)
def test_events_count_that_the_run_learned_of_no_later_than_of_its_timer(events: str, expired: dict[str, int]) -> None:
    assert told(*events.split(",")).expired == expired


def test_an_event_is_known_from_the_task_that_saw_it() -> None:
    recording = told("signal 1", "scheduled", "started", "completed", "scheduled", "started", "completed", "update 2")
    assert recording.times == {"event 0": START + datetime.timedelta(minutes=2), "event 1": START + datetime.timedelta(minutes=5)}
    assert [one.payload for one in recording.deliveries] == [{"n": "1"}, {"n": "2"}]


def test_an_event_that_comes_again_counts_once() -> None:
    assert len(told("signal 1", "signal 1", "scheduled", "started", "completed", "update 1", "signal 2").deliveries) == 2


@pytest.mark.parametrize("given", [None, 5, [], {}, {"payload": 5}, {"type": "a.b"}])
def test_what_is_no_event_is_left_out(given: Any) -> None:
    recording = recorded.Recording()
    delivery_history.Waits().signalled(recording, given, [])
    assert recording.deliveries == []


def test_other_timers_end_no_wait() -> None:
    recording, waits = recorded.Recording(), delivery_history.Waits()
    waits.fired("w: rest")
    waits.task_started(recording, START)
    assert recording.expired == {}
