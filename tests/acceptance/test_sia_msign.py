"""Signing by MSign against its stand-in: the person is waited for, and the messages are those that MSign publishes."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from temporalio import exceptions

from activities import settings, tools
from starter.sandbox import app, server
from tests import calls, reference_cases

TOOL = reference_cases.TOOLS["sia.msign"]
DIGEST = "ZhKVycv51rL2QoQUUEqN7tMCBkE="
KEY = "428fe412662223fcda9ba56d81ada70f"
Call = Callable[[dict[str, Any]], Awaitable[Any]]


@pytest.fixture
async def call(sandbox: server.Running) -> AsyncIterator[Call]:
    given = settings.Settings.from_mapping({**app.endpoints(sandbox.url), "MSIGN_TOKEN": "token"})
    activities = tools.ToolActivities(reference_cases.TOOLS, given)

    async def made(arguments: dict[str, Any]) -> Any:
        asked = calls.given(TOOL, arguments, effect=TOOL.effect_of(arguments["action"]))
        return (await calls.environment(timeout=12).run(activities.call_tool, asked))["output"]

    yield made
    await activities.close()


async def test_a_signature_is_waited_for(call: Call, sandbox: server.Running) -> None:
    asked = await call({"action": "request_signature", "content": DIGEST, "title": "IPC21, 2026-10"})
    assert asked["sign_url"] == f"https://msign.gov.md/{asked['request_id']}"
    signed = await call({"action": "get_signature", "request_id": asked["request_id"]})
    assert (signed["status"], signed["certificate"]) == ("Success", "MIIG")
    assert base64.b64decode(signed["signature"]) == f"<Signature>{KEY}</Signature>".encode()
    assert len(sandbox.sandbox.calls.items) == 3  # the request, a look that found it pending, and the one that found it signed


async def test_the_request_has_the_published_form_and_text_cannot_leave_its_element(call: Call, sandbox: server.Running) -> None:
    title = "A </ShortContentDescription><Contents> & B"
    given = {"content": DIGEST, "title": title, "description": "long", "reason": "month's end", "signer_idnp": "2001004567892"}
    await call({"action": "request_signature", **given})
    (made,) = sandbox.sandbox.calls.items
    assert made.request["headers"]["soapaction"] == '"https://msign.gov.md/IMSign/PostSignRequest"'
    assert made.arguments == (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><PostSignRequest xmlns="https://msign.gov.md"><request>'
        "<ContentDescription>long</ContentDescription><ContentType>Hash</ContentType>"
        f"<Contents><SignContent><Content>{DIGEST}</Content><CorrelationID>{KEY}</CorrelationID></SignContent></Contents>"
        "<ExpectedSigner><ID>2001004567892</ID></ExpectedSigner>"
        "<ShortContentDescription>A &lt;/ShortContentDescription&gt;&lt;Contents&gt; &amp; B</ShortContentDescription>"
        "<SignatureReason>month&#x27;s end</SignatureReason></request></PostSignRequest></s:Body></s:Envelope>"
    )


async def test_a_request_that_is_not_there_is_told_in_the_words_of_the_fault(call: Call) -> None:
    with pytest.raises(exceptions.ApplicationError) as caught:
        await call({"action": "get_signature", "request_id": "no-such-request"})
    assert (caught.value.type, caught.value.non_retryable) == ("invalid input", True)
    assert '"RequestNotFound: no request no-such-request"' in caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("not base64 at all, but long", id="text"),
        pytest.param("A" * 40, id="SHA-256 or a document"),
    ],
)
async def test_what_is_no_sha1_digest_is_not_sent(call: Call, sandbox: server.Running, content: str) -> None:
    with pytest.raises(exceptions.ApplicationError, match=r"with\.content: found "):
        await call({"action": "request_signature", "content": content, "title": "a"})
    assert sandbox.sandbox.calls.items == []
