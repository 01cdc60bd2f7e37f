"""maib's open-banking interface against its stand-in: money as it was given, all pages, files by reference, and no payment without approval."""

from __future__ import annotations

import datetime
import pathlib
import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from temporalio import exceptions

from activities import files, settings, tools
from starter import sample_day
from starter.sandbox import app, server
from tests import calls, reference_cases

TOOL = reference_cases.TOOLS["maib.banking"]
PERIOD = {"account_number": sample_day.ACCOUNT, "date_from": "2026-11-23", "date_to": "2026-11-23"}
ACCOUNT_ID = "3dc3d5b3-7023-4848-9853-f5400a64e80f"
ORDER = {
    "amount": Decimal("12450.00"),
    "creditor_iban": "MD24AG000225100013104168",
    "creditor_name": "Nistru Foods SA",
    "reference": "INV-1",
}
PAYMENT = {"action": "create_payment", "account_number": sample_day.ACCOUNT, "payment_details": ORDER}


class Bank:
    """The stand-in, and a worker's activity that calls it."""

    def __init__(self, running: server.Running, folder: pathlib.Path) -> None:
        self.sandbox = running.sandbox
        variables = {**app.endpoints(running.url), "MAIB_TOKEN": "token", "ORDINAUT_FILES": str(folder), **app.configuration(["maib"])}
        self.activities = tools.ToolActivities(reference_cases.TOOLS, settings.Settings.from_mapping(variables))

    async def call(self, arguments: dict[str, Any]) -> Any:
        """The output of one call."""
        return (await self.whole(arguments))["output"]

    async def whole(self, arguments: dict[str, Any]) -> Any:
        """All that the activity gives."""
        given = calls.given(TOOL, arguments, effect=TOOL.effect_of(arguments["action"]))
        return await calls.environment(timeout=12).run(self.activities.call_tool, given)

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [one.shown() for one in self.sandbox.calls.items]


@pytest.fixture
async def bank(sandbox: server.Running, tmp_path: pathlib.Path) -> AsyncIterator[Bank]:
    made = Bank(sandbox, tmp_path)
    yield made
    await made.activities.close()


async def test_an_account_is_found_by_its_iban_and_amounts_are_exact(bank: Bank) -> None:
    output = await bank.call({"action": "get_transactions", **PERIOD})
    assert [str(one["amount"]) for one in output["transactions"]] == [
        str(one.amount) for one in sample_day.bank(datetime.date(2026, 11, 23))
    ]
    assert output["transactions"][0] == {
        "transaction_id": "TRX-20261123-001",
        "amount": Decimal("12450.00"),
        "currency": "MDL",
        "date": "2026-11-23",
        "reference": "INV-20261123-001",
        "description": "Plata factura, Orhei Logistic SRL",
    }
    assert [request["path"] for request in bank.requests] == ["/v1/accounts", f"/v1/accounts/{ACCOUNT_ID}/transactions"]
    assert {request["headers"]["consent-id"] for request in bank.requests} == {"consent-1"}


async def test_all_pages_of_transactions_are_read(bank: Bank) -> None:
    output = await bank.call({"action": "get_transactions", **PERIOD, "date_from": "2026-11-01"})
    assert (output["count"], output["complete"]) == (len(output["transactions"]), True) == (161, True)
    assert len(bank.requests) == 5  # the accounts, and four pages of 50


async def test_a_statement_adds_the_sums(bank: Bank) -> None:
    output = await bank.call({"action": "get_statement", **PERIOD})
    assert (str(output["turnover"]["MDL"]), str(output["turnover"]["EUR"])) == ("20454.95", "450.00")


async def test_a_statement_as_a_file_is_kept_and_the_run_has_its_reference(bank: Bank, tmp_path: pathlib.Path) -> None:
    output = await bank.call({"action": "get_statement", **PERIOD, "format": "camt", "account_id": ACCOUNT_ID})
    file = output["statement"]
    assert (file["media_type"], file["name"]) == ("application/xml", "statement.xml")
    content = files.Store(tmp_path).read(file["file"])
    assert len(content) == file["bytes"] and b'<Amt Ccy="MDL">12450.00</Amt><CdtDbtInd>CRDT' in content


@pytest.mark.parametrize("action", ["get_balance", "get_transactions", "get_statement"])
async def test_an_account_that_the_consent_does_not_hold_is_told(bank: Bank, action: str) -> None:
    period = PERIOD if action != "get_balance" else {}
    with pytest.raises(exceptions.ApplicationError) as caught:
        await bank.call({"action": action, **period, "account_number": "MD00"})
    assert caught.value.type == "invalid input"
    assert '"RESOURCE_UNKNOWN: the consent (MAIB_CONSENT_ID) holds no account MD00"' in caught.value.message


@pytest.mark.parametrize("amount", ["12450.00", "0.30", "5", "99999999999.99"])
async def test_an_amount_goes_out_as_it_was_given(bank: Bank, amount: str) -> None:
    given = {**PAYMENT, "payment_details": {**ORDER, "amount": Decimal(amount) if "." in amount else int(amount)}}
    output = await bank.call(given)
    assert bank.requests[0]["arguments"]["instructedAmount"] == {"currency": "MDL", "amount": amount}
    assert (output["status"], str(output["amount"])) == ("received", amount)
    state = await bank.call({"action": "verify_payment", "payment_details": {"payment_id": output["payment_id"]}})
    assert (state["status"], state["bank_status"], str(state["amount"]), state["reference"]) == ("received", "RCVD", amount, "INV-1")


@pytest.mark.parametrize("amount", [0, -1, Decimal("1.005")])
async def test_an_amount_that_no_bank_pays_is_not_sent(bank: Bank, amount: Any) -> None:
    with pytest.raises(exceptions.ApplicationError, match=r"with\.payment_details\.amount: found "):
        await bank.call({**PAYMENT, "payment_details": {**ORDER, "amount": amount}})
    assert bank.requests == []


@pytest.mark.parametrize("action", ["create_payment", "bulk_payments", "currency_exchange"])
async def test_money_moves_at_a_stand_in_only_as_long_as_nobody_can_approve(action: str) -> None:
    example = {"action": action, **TOOL.definition["actions"][action]["example"]}
    given = settings.Settings.from_mapping({"MAIB_URL": "https://openbanking.example.com", "MAIB_TOKEN": "token"})
    activities = tools.ToolActivities(reference_cases.TOOLS, given)
    with pytest.raises(exceptions.ApplicationError) as caught:
        await calls.environment(timeout=12).run(activities.call_tool, calls.given(TOOL, example, effect="unsafe"))
    await activities.close()
    assert (caught.value.type, caught.value.non_retryable) == ("invalid input", True)
    assert f"{action} needs an approval, and this call carries none" in caught.value.message


@pytest.mark.parametrize(
    ("arguments", "variable"),
    [({"action": "get_transactions", **PERIOD}, "MAIB_CONSENT_ID"), (PAYMENT, "MAIB_PSU_IP_ADDRESS")],
    ids=["read", "pay"],
)
async def test_a_call_without_what_the_standard_asks_for_is_not_sent(
    sandbox: server.Running, tmp_path: pathlib.Path, arguments: dict[str, Any], variable: str
) -> None:
    bare = settings.Settings.from_mapping({**app.endpoints(sandbox.url), "MAIB_TOKEN": "token", "ORDINAUT_FILES": str(tmp_path)})
    activities = tools.ToolActivities(reference_cases.TOOLS, bare)
    with pytest.raises(exceptions.ApplicationError) as caught:
        await calls.environment(timeout=12).run(
            activities.call_tool, calls.given(TOOL, arguments, effect=TOOL.effect_of(arguments["action"]))
        )
    await activities.close()
    assert (caught.value.type, caught.value.non_retryable) == ("invalid input", True)
    assert (
        f"maib needs {variable}, which is not set; set what is missing in the worker's environment; nothing was sent"
        in caught.value.message
    )
    assert sandbox.sandbox.calls.items == []


@pytest.mark.parametrize(
    ("method", "path", "header"),
    [("GET", "/v1/accounts", "Consent-ID"), ("POST", "/v1/payments/domestic-credit-transfers", "PSU-IP-Address")],
    ids=["read", "pay"],
)
async def test_the_stand_in_refuses_what_the_standard_refuses(sandbox: server.Running, method: str, path: str, header: str) -> None:
    url = app.endpoints(sandbox.url)["ORDINAUT_ENDPOINT_MAIB"]
    async with httpx2.AsyncClient() as bank:
        answer = await bank.request(
            method, url + path, headers={"Authorization": "Bearer token", "X-Request-ID": str(uuid.uuid4())}, json={}
        )
    assert (answer.status_code, answer.json()["tppMessages"][0]["text"]) == (400, f"{header} is missing")
