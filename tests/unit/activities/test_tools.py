"""The activity: what it checks before and after a call, what it reports, and what a cancellation means."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from decimal import Decimal
from typing import Any

import pytest
from temporalio import activity, exceptions
from temporalio.testing import ActivityEnvironment

from activities import catalog, settings, tools
from activities.transports import base
from tests import calls
from workflows import contract
from workflows.core import errors, limits, model

ACCOUNT = {"type": "object", "required": ["account"], "properties": {"account": {"type": "string"}}, "additionalProperties": False}


class Scripted:
    """A transport that does what a test says, and keeps the calls."""

    def __init__(self, output: Any = None, error: Exception | None = None, seconds: float = 0.0, sends: bool = True) -> None:
        self.output, self.error, self.seconds, self.sends = output, error, seconds, sends
        self.calls: list[base.Call] = []

    async def send(self, call: base.Call) -> base.Answer:
        self.calls.append(call)
        call.progress.sent = self.sends
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return base.Answer(self.output, ["the transport says so"] if self.output == "warn" else [])

    async def close(self) -> None:
        pass


def with_transport(transport: Scripted, **definition: Any) -> tools.ToolActivities:
    used = calls.tool("scripted", **definition)
    return tools.ToolActivities(catalog.Catalog({used.address: used}), settings.Settings(), {"scripted": transport})


async def call(
    transport: Scripted, arguments: dict[str, Any] | None = None, surroundings: ActivityEnvironment | None = None, **more: Any
) -> Any:
    given = {"tool": "bank.accounts", "arguments": arguments or {}, "effect": "key", "digest": calls.DIGEST, **more.pop("given", {})}
    activities = with_transport(transport, **more)
    return await (surroundings or calls.environment()).run(activities.call_tool, given)  # type: ignore[arg-type]


def failed(*arguments: Any, **more: Any) -> exceptions.ApplicationError:
    with pytest.raises(exceptions.ApplicationError) as caught:
        asyncio.run(call(*arguments, **more))
    return caught.value


def test_the_activity_has_the_name_of_the_contract() -> None:
    definition = activity._Definition.must_from_callable(tools.ToolActivities.call_tool)
    assert definition.name == contract.CALL_TOOL


def test_an_output_is_handed_on_with_nothing_else() -> None:
    assert asyncio.run(call(Scripted({"balance": Decimal("1.50")}))) == {"output": {"balance": Decimal("1.50")}}


def test_arguments_are_fitted_and_handed_back_where_that_changed_them() -> None:
    transport = Scripted({})
    found = asyncio.run(call(transport, {"account": 5}, input_schema=ACCOUNT))
    assert transport.calls[0].arguments == {"account": "5"}
    assert found == {"output": {}, "arguments": {"account": "5"}}


def test_arguments_that_fit_are_not_handed_back() -> None:
    assert asyncio.run(call(Scripted({}), {"account": "5"}, input_schema=ACCOUNT)) == {"output": {}}


def test_arguments_that_do_not_fit_are_never_sent() -> None:
    transport = Scripted({})
    error = failed(transport, {"acount": "5"}, input_schema=ACCOUNT)
    assert (error.type, error.non_retryable, transport.calls) == ("invalid input", True, [])
    assert error.message.startswith("step pay: bank.accounts, attempt 1: with")
    assert error.details[0]["problems"]


def test_arguments_that_do_not_fit_the_action_are_never_sent_and_the_error_names_it() -> None:
    transport = Scripted({})
    actions = {"open": {"effect": "key", "input_schema": ACCOUNT}, "close": {"effect": "key"}}
    error = failed(transport, {"action": "open", "acount": "5"}, actions=actions)
    assert (error.type, error.non_retryable, transport.calls) == ("invalid input", True, [])
    assert error.message.startswith("step pay: bank.accounts open, attempt 1: with.account: missing, expected text")
    asyncio.run(call(transport, {"action": "open", "account": 5}, actions=actions))
    assert transport.calls[0].arguments == {"action": "open", "account": "5"}


@pytest.mark.parametrize(
    ("attempt", "given", "repeats"),
    [(1, {}, False), (2, {}, True), (1, {"run": "payday-1"}, False), (1, {"run": "payday-0"}, True)],
    ids=["first", "second try", "the first run of its chain", "a retried run"],
)
def test_a_transport_is_told_whether_the_call_may_have_been_sent_before(attempt: int, given: dict[str, Any], repeats: bool) -> None:
    transport = Scripted({})
    asyncio.run(call(transport, surroundings=calls.environment(attempt=attempt), given=given))
    assert transport.calls[0].repeats is repeats


def test_an_output_that_does_not_fit_is_bad() -> None:
    error = failed(Scripted({"account": 5}), output_schema=ACCOUNT)
    assert (error.type, error.non_retryable) == ("bad output", True)


def test_the_output_of_an_action_is_checked_by_the_schema_of_that_action() -> None:
    actions = {"open": {"effect": "key", "output_schema": ACCOUNT}, "close": {"effect": "key"}}
    error = failed(Scripted({"account": 5}), {"action": "open"}, actions=actions)
    assert (error.type, error.non_retryable) == ("bad output", True)
    assert error.message == "step pay: bank.accounts open, attempt 1: output.account: found number 5, expected text" + calls.DONE
    assert asyncio.run(call(Scripted({"account": 5}), {"action": "close"}, actions=actions))["output"] == {"account": 5}


def test_an_output_that_temporal_could_not_keep_is_bad() -> None:
    error = failed(Scripted("x" * 2_000_000))
    assert error.type == "bad output"
    assert error.message == (
        "step pay: bank.accounts, attempt 1: the output has 2,000,013 bytes as JSON, and a run keeps at most 2,000,000 (MAX_PAYLOAD_BYTES);"
        " ask for less: fewer rows, a shorter period, only the fields that later steps read" + calls.DONE
    )
    assert limits.MAX_PAYLOAD_BYTES == 2_000_000


def test_half_a_surrogate_pair_is_bad_output() -> None:
    assert failed(Scripted("\ud83d")).type == "bad output"


def test_a_definition_that_changed_is_noted() -> None:
    found = asyncio.run(call(Scripted(1), given={"digest": "ffffffffffff"}))
    assert found["warnings"] == [
        "the definition of bank.accounts changed since the plan was made (ffffffffffff then, 0123456789ab now); the new one was used"
    ]


def test_warnings_of_the_transport_are_handed_on() -> None:
    assert asyncio.run(call(Scripted("warn")))["warnings"] == ["the transport says so"]


def test_later_attempts_are_counted() -> None:
    assert asyncio.run(call(Scripted(1), surroundings=calls.environment(attempt=3))) == {"output": 1, "attempts": 3}


def test_the_transport_gets_the_call() -> None:
    transport = Scripted({})
    asyncio.run(call(transport, {"action": "get_balance"}, given={"zone": "Europe/Chisinau", "effect": "safe"}))
    made = transport.calls[0]
    assert (made.tool.address, made.action, made.effect, made.zone) == ("bank.accounts", "get_balance", "safe", "Europe/Chisinau")
    assert (made.run, made.step) == ("payday-1", "pay")
    assert made.key == tools.idempotency_key("payday-1", "pay") == "428fe412662223fcda9ba56d81ada70f"  # sha256sum of payday-1/pay


def test_a_retried_run_has_the_key_of_the_first() -> None:
    transport = Scripted({})
    asyncio.run(call(transport, given={"run": "payday-0"}))
    assert transport.calls[0].key == tools.idempotency_key("payday-0", "pay")


def test_an_effect_that_is_not_known_counts_as_unsafe() -> None:
    transport = Scripted(error=errors.ToolError(errors.UNKNOWN_OUTCOME, "broken"))
    assert failed(transport, given={"effect": "magic"}).non_retryable is True


def test_an_unknown_tool_is_invalid_input_with_a_near_match() -> None:
    error = failed(Scripted(), given={"tool": "bank.acounts"})
    assert (error.type, error.message) == (
        "invalid input",
        "step pay: bank.acounts, attempt 1: this worker's catalog has no tool 'bank.acounts'; did you mean bank.accounts?",
    )


def test_an_unknown_transport_is_invalid_input() -> None:
    error = calls.failed(calls.tool("carrier-pigeon"))
    assert (error.type, error.message) == (
        "invalid input",
        "step pay: bank.accounts, attempt 1: no call goes through the transport 'carrier-pigeon'; known here are http, rest, database, mcp, stdio, websocket, redis",
    )


@pytest.mark.parametrize(
    ("sends", "kind", "again", "state"),
    [
        pytest.param(False, errors.UNREACHABLE, True, "nothing with an effect was sent; it may be sent again", id="before-sending"),
        pytest.param(True, errors.UNKNOWN_OUTCOME, False, "the call was sent, but no whole answer came; it may have been done", id="after"),
    ],
)
def test_our_own_timeout(sends: bool, kind: str, again: bool, state: str) -> None:
    error = failed(Scripted(seconds=30, sends=sends), surroundings=calls.environment(0.2), given={"effect": "unsafe"})
    assert (error.type, not error.non_retryable) == (kind, again)
    assert error.message.startswith(f"step pay: bank.accounts, attempt 1: time ran out after 0.1 s; {state}")


def test_our_timeout_ends_before_temporals() -> None:
    transport = Scripted({})

    async def run() -> float:
        now = asyncio.get_running_loop().time()
        await call(transport, surroundings=calls.environment(65))
        return transport.calls[0].deadline - now

    assert 59 < asyncio.run(run()) < 60.5


@pytest.mark.parametrize(
    ("effect", "sends", "shutdown", "ending"),
    [
        pytest.param("unsafe", False, False, "cancelled", id="run-cancelled-before-sending"),
        pytest.param("safe", True, False, "cancelled", id="run-cancelled-during-a-read"),
        pytest.param("unsafe", True, False, (errors.UNKNOWN_OUTCOME, True), id="run-cancelled-during-an-unsafe-call"),
        pytest.param("key", True, False, (errors.UNKNOWN_OUTCOME, False), id="run-cancelled-during-a-call-with-key"),
        pytest.param("unsafe", False, True, (errors.UNREACHABLE, False), id="worker-stopped-before-sending"),
        pytest.param("unsafe", True, True, (errors.UNKNOWN_OUTCOME, True), id="worker-stopped-during-an-unsafe-call"),
        pytest.param("safe", True, True, (errors.UNKNOWN_OUTCOME, False), id="worker-stopped-during-a-read"),
    ],
)
def test_cancellation(effect: str, sends: bool, shutdown: bool, ending: Any) -> None:
    async def run() -> Any:
        surroundings = calls.environment()
        running = asyncio.create_task(call(Scripted(seconds=30, sends=sends), surroundings=surroundings, given={"effect": effect}))
        await asyncio.sleep(0.1)
        if shutdown:
            surroundings.worker_shutdown()
            # The worker cancels what still runs after its grace time, and says why.
            surroundings.cancel(activity.ActivityCancellationDetails(worker_shutdown=True))
        else:
            surroundings.cancel()
        try:
            await running
        except asyncio.CancelledError:
            return "cancelled"
        except exceptions.ApplicationError as error:
            return error.type, error.non_retryable

    assert asyncio.run(run()) == ending


def test_a_defect_of_ours_tells_its_type_and_place_but_not_its_text() -> None:
    error = failed(Scripted(error=KeyError("geheim")), given={"effect": "unsafe"})
    assert (error.type, error.non_retryable) == ("internal error", True)
    assert error.message.startswith("step pay: bank.accounts, attempt 1: KeyError at tests/unit/activities/test_tools.py:")
    assert "; this is a defect of Ordinaut, please report it; the call may have been sent; it may have been done, and" in error.message
    assert error.message.endswith(
        "look up in bank whether bank.accounts took effect (it was sent with the key 428fe412662223fcda9ba56d81ada70f), and repair it by hand"
    )
    assert "geheim" not in str(error.details) and error.__cause__ is None


def test_a_long_call_heartbeats() -> None:
    surroundings = calls.environment()
    surroundings.info = dataclasses.replace(surroundings.info, heartbeat_timeout=datetime.timedelta(seconds=0.3))
    beats: list[Any] = []
    surroundings.on_heartbeat = lambda *details: beats.append(details)
    asyncio.run(call(Scripted(1, seconds=0.55), surroundings=surroundings))
    assert 4 <= len(beats) <= 7


def test_without_a_heartbeat_timeout_there_is_none() -> None:
    surroundings = calls.environment()
    beats: list[Any] = []
    surroundings.on_heartbeat = lambda *details: beats.append(details)
    asyncio.run(call(Scripted(1, seconds=0.05), surroundings=surroundings))
    assert beats == []


def test_every_shipped_effect_is_known() -> None:
    assert set(model.EFFECTS) == {"safe", "idempotent", "key", "unsafe"}
