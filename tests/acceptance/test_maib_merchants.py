"""maib's merchant APIs against their stand-in: exact amounts, a request and a refund made once, refunds at a stand-in only."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from temporalio import exceptions

from activities import settings, tools
from starter.sandbox import app, server
from tests import calls, reference_cases

TOOL = reference_cases.TOOLS["maib.merchants"]


def given(action: str) -> dict[str, Any]:
    """The example of an action as arguments."""
    return {"action": action, **TOOL.definition["actions"][action]["example"]}


async def call(activities: tools.ToolActivities, action: str, attempt: int = 1) -> Any:
    asked = calls.given(TOOL, given(action), effect=TOOL.effect_of(action))
    asked["digest"] = TOOL.digest
    return (await calls.environment(timeout=12, attempt=attempt).run(activities.call_tool, asked))["output"]


@pytest.mark.parametrize(("action", "name"), [("request_payment", "request_id"), ("create_qr", "qr_id"), ("refund_payment", "status")])
async def test_what_an_earlier_try_did_is_found_and_not_done_again(sandbox: server.Running, action: str, name: str) -> None:
    activities = tools.ToolActivities(
        reference_cases.TOOLS, settings.Settings.from_mapping({**app.endpoints(sandbox.url), "MAIB_MERCHANTS_TOKEN": "token"})
    )
    first = await call(activities, action)
    again = await call(activities, action, attempt=2)
    await activities.close()
    assert again[name] == first[name]
    assert [one.request["method"] for one in sandbox.sandbox.calls.items] == ["POST", "GET"]


async def test_an_amount_goes_out_with_its_cents(sandbox: server.Running) -> None:
    activities = tools.ToolActivities(
        reference_cases.TOOLS, settings.Settings.from_mapping({**app.endpoints(sandbox.url), "MAIB_MERCHANTS_TOKEN": "token"})
    )
    await call(activities, "request_payment")
    await activities.close()
    sent = sandbox.sandbox.calls.items[0].arguments["amount"]
    assert (type(sent), str(sent)) == (Decimal, "12450.00")


async def test_a_refund_goes_to_a_stand_in_only_as_long_as_nobody_can_approve() -> None:
    activities = tools.ToolActivities(reference_cases.TOOLS, settings.Settings.from_mapping({"MAIB_MERCHANTS_TOKEN": "token"}))
    with pytest.raises(exceptions.ApplicationError) as caught:
        await call(activities, "refund_payment")
    await activities.close()
    assert (caught.value.type, caught.value.non_retryable) == ("invalid input", True)
    assert "refund_payment needs an approval, and this call carries none" in caught.value.message


async def test_the_token_of_the_bank_accounts_is_never_sent_to_the_merchant_api(sandbox: server.Running) -> None:
    variables = {**app.endpoints(sandbox.url), "MAIB_TOKEN": "of maib.banking"}
    activities = tools.ToolActivities(reference_cases.TOOLS, settings.Settings.from_mapping(variables))
    with pytest.raises(exceptions.ApplicationError) as caught:
        await call(activities, "list_payments")
    await activities.close()
    assert caught.value.type == "invalid input"
    assert "maib needs MAIB_CLIENT_ID and MAIB_CLIENT_SECRET, or MAIB_MERCHANTS_TOKEN, which is not set; " in caught.value.message
    assert sandbox.sandbox.calls.items == []
