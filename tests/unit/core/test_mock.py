"""Mock runs: recorded outputs, repeated and failing calls, what is unused or missing."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests import language
from workflows.core import mock, plan, run

STEP = {"id": "send", "uses": "slack.post_message", "with": {"channel": "${params.c}", "message": "x"}, "save_as": "sent"}
DOCUMENT = language.document(STEP, params={"c": "#a"})
SENT = {"ok": True, "channel": "C1", "ts": "1.2"}


def told(outputs: dict[str, Any] | None, document: dict[str, Any] = DOCUMENT) -> tuple[dict[str, Any], mock.MockHost]:
    made = language.checked(document, {})
    assert made.plan is not None
    world = mock.MockHost(language.tools(), outputs, language.NOMINAL)
    current = run.Run(plan.load(made.plan), language.NOMINAL)
    mock.drive(current.walk(world))
    return current.record.as_json("mock"), world


def test_outputs_come_from_the_file() -> None:
    result, world = told({"send": SENT})
    assert result["steps"][0]["output"] == SENT
    assert world.unused() == []


def test_a_missing_output_is_an_error_that_says_what_to_add() -> None:
    result, _ = told({})
    assert result["error"] == {
        "type": "mock error",
        "message": "the mock file holds no output for step 'send' (slack.post_message); add \"send\": {...}",
        "step": "send",
    }


def test_an_unused_output_is_a_warning() -> None:
    _, world = told({"send": SENT, "other": 1})
    assert world.unused() == ["the mock output of 'other' was not used"]


def test_repeated_calls() -> None:
    result, world = told({"send": {"$calls": [SENT, SENT]}})
    assert result["steps"][0]["output"] == SENT
    assert world.unused() == ["the mock file holds 2 calls of 'send', 1 were used"]


@pytest.mark.parametrize("calls", [[], {}, 5])
def test_more_calls_than_recorded_are_an_error(calls: Any) -> None:
    result, _ = told({"send": {"$calls": calls}})
    held = "0 calls of it" if calls == [] else "no list of calls of it"
    assert result["error"]["message"] == f"step 'send' calls for the 1. time; the mock file holds {held}"


@pytest.mark.parametrize(
    ("recorded", "type_", "message"),
    [
        ({"type": "throttled", "message": "slow down"}, "throttled", "slow down"), ({"message": "no"}, "rejected by the vendor", "no"), ("no", "rejected by the vendor", "no"),
        ({}, "rejected by the vendor", "the mock file says that this call fails"),
    ],
)  # fmt: skip
def test_a_recorded_failure(recorded: Any, type_: str, message: str) -> None:
    result, _ = told({"send": {"$error": recorded}})
    assert (result["error"]["type"], result["error"]["message"]) == (type_, message)
    assert result["steps"][0]["with"] == {"channel": "#a", "message": "x"}


@pytest.mark.parametrize("kind", ["weird", "template error", 5, None])
def test_a_recorded_failure_of_a_type_that_no_call_ends_with_is_refused(kind: Any) -> None:
    result, _ = told({"send": {"$error": {"type": kind, "message": "x"}}})
    assert (result["error"]["type"], result["error"]["message"]) == (
        "mock error",
        f"step 'send': the mock file's $error has the type '{kind}', which no call ends with; there is: invalid input, rejected by the vendor,"
        " throttled, unreachable, unknown outcome, bad output, internal error",
    )


def test_an_output_that_does_not_fit_the_schema_is_a_bad_output() -> None:
    result, _ = told({"send": {"ok": "yes"}})
    assert result["error"]["type"] == "bad output"


def test_outputs_are_made_up_from_the_schema() -> None:
    result, world = told(None)
    assert result["status"] == "completed"
    assert set(result["steps"][0]["output"]) == {"ok", "channel", "ts"}
    assert world.unused() == []


def test_computed_steps_are_computed_and_sleeps_pass_at_once() -> None:
    document = language.document(
        {"id": "t", "uses": "system.transform", "with": {"template": "${1 + 1}"}},
        {"id": "s", "uses": "system.sleep", "with": {"duration_seconds": "2h"}},
    )
    result, world = told({}, document)
    assert [step["output"] for step in result["steps"]] == [2, {"slept_seconds": 7200}]
    assert world.now() == language.NOMINAL + datetime.timedelta(hours=2)


def test_a_host_that_waits_is_a_defect() -> None:
    async def waits() -> None:
        class Never:
            def __await__(self) -> Any:
                yield

        await Never()

    with pytest.raises(AssertionError, match="must not wait"):
        mock.drive(waits())
