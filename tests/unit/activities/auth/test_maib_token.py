"""maib's own form of tokens, and its signature and certificate on calls."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from activities import secrets
from activities.auth import maib_signature
from tests import calls, servers, ways
from workflows.core import errors, model

CUSTOM = {"type": "custom", "method": "maib_signature"}


def reply(expires: Any = 300) -> bytes:
    return json.dumps({"result": {"accessToken": "maib-access-1", "expiresIn": expires, "tokenType": "Bearer"}, "ok": True}).encode()


@pytest.mark.parametrize(
    ("variables", "asked"),
    [
        pytest.param(
            {"MAIB_PROJECT_ID": "p-1", "MAIB_PROJECT_SECRET": "project-geheim"},
            {"projectId": "p-1", "projectSecret": "project-geheim"},
            id="e-commerce",
        ),
        pytest.param(
            {"MAIB_CLIENT_ID": "c-1", "MAIB_CLIENT_SECRET": "client-geheim"}, {"clientId": "c-1", "clientSecret": "client-geheim"}, id="MIA"
        ),
    ],
)
async def test_a_token_in_the_bank_s_own_form(tmp_path: Path, variables: dict[str, str], asked: dict[str, str]) -> None:
    async with servers.running() as bank:
        bank.answers["/v1/generate-token"] = (200, {}, reply())
        bank.answer("/v1/pay-info", 200, {"ok": True})
        given = {"type": "custom", "method": "maib_token", "token_url": f"{bank.url}/v1/generate-token"}
        used = calls.tool(
            "rest", "maib.ecommerce", endpoint=f"{bank.url}/v1", rest={"path": "/pay-info", "method": "GET"}, authentication=given
        )
        await calls.call(used, {}, model.SAFE, {**variables, "XDG_STATE_HOME": str(tmp_path)})
        login, call = bank.requests
    assert (login.method, login.json, login.headers["content-type"]) == ("POST", asked, "application/json")
    assert call.headers["authorization"] == "Bearer maib-access-1"


async def test_the_bank_s_error_is_told(tmp_path: Path) -> None:
    async with servers.running() as bank:
        problem = {"errors": [{"errorCode": "11001", "errorMessage": "The project is not active"}], "ok": False}
        bank.answer("/t", 401, problem)
        given = {"type": "custom", "method": "maib_token", "token_url": f"{bank.url}/t"}
        used = calls.tool("rest", "maib.ecommerce", endpoint=bank.url, rest={"path": "/a"}, authentication=given)
        variables = {"MAIB_PROJECT_ID": "p-1", "MAIB_PROJECT_SECRET": "project-geheim", "XDG_STATE_HOME": str(tmp_path)}
        error = await calls.failure(used, {}, model.UNSAFE, variables)
    assert error.message == (
        f"step pay: maib.ecommerce, attempt 1: {bank.url}/t: no token for maib: HTTP 401 (11001: The project is not active);"
        " check what is configured for maib; the call was not sent"
    )


async def test_a_body_is_signed_as_the_bank_signs() -> None:
    body = b'{"orderId":"123","amount":10.50,"items":[{"id":"1","price":10.00}]}'
    sent = await ways.applied(CUSTOM, {"BANK_SIGNATURE_KEY": "signature-geheim"}, body)
    value = {"orderId": "123", "amount": Decimal("10.50"), "items": [{"id": "1", "price": Decimal("10.00")}]}
    assert sent.body == body
    assert sent.headers == {"X-Signature": maib_signature.ecommerce(value, secrets.Secret("signature-geheim"))}


async def test_only_an_object_can_be_signed_and_nothing_needs_no_signature() -> None:
    assert (await ways.applied(CUSTOM, {"BANK_SIGNATURE_KEY": "signature-geheim"})).headers == {}
    with pytest.raises(errors.ToolError, match=r"^bank: only a JSON object can be signed$"):
        await ways.applied(CUSTOM, {"BANK_SIGNATURE_KEY": "signature-geheim"}, b"[1]")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        pytest.param(CUSTOM, ["BANK_SIGNATURE_KEY or BANK_CERTIFICATE_PATH"], id="nothing"),
        pytest.param(
            {**CUSTOM, "certificate_path": "/certs/maib.pem"},
            ["BANK_SIGNATURE_KEY or BANK_CERTIFICATE_PATH (there is no file /certs/maib.pem)"],
            id="no file",
        ),
        pytest.param({"type": "custom", "method": "maib_token"}, ["BANK_PROJECT_ID", "BANK_PROJECT_SECRET"], id="token"),
        pytest.param(
            {"type": "custom", "method": "maib_token", "token_url": "https://api.maibmerchants.md/v2/auth/token"},
            ["BANK_CLIENT_ID", "BANK_CLIENT_SECRET"],
            id="token of the second version",
        ),
    ],
)
def test_what_is_missing_is_named(given: dict[str, Any], missing: list[str]) -> None:
    assert ways.missing(given, {}) == missing
