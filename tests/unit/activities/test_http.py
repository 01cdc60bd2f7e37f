"""Bridges over real sockets: what is sent, what is understood, and every way in which it can fail."""

from __future__ import annotations

import asyncio
import base64
from decimal import Decimal
from typing import Any

import httpx
import pytest
from temporalio import exceptions

from activities import exchange
from activities.transports import http
from tests import calls, servers
from workflows.core import errors

KEY = "428fe412662223fcda9ba56d81ada70f"  # printf payday-1/pay | sha256sum | cut -c-32


def fault(path: str, effect: str = "unsafe", timeout: float = 35.0) -> Any:
    async def run() -> Any:
        async with servers.running() as server:
            return await calls.failure(calls.bridge(server.url + path), {"n": 1}, effect, timeout=timeout)

    return asyncio.run(run())


async def exchanged(body: Any, arguments: dict[str, Any] | None = None, **more: Any) -> tuple[Any, servers.Request]:
    """The output for an answer, and the request that brought it."""
    async with servers.running() as server:
        used = calls.bridge(server.answer("/tools/banking", body=body), **more.pop("definition", {}))
        output = await calls.call(used, arguments, **more)
        return output["output"], server.requests[0]


def test_the_request_is_json_rpc_that_a_plain_bridge_understands() -> None:
    arguments = {"action": "get_balance", "amount": Decimal("1234.50"), "text": "Chișinău", "big": 12345678901234567890}
    output, request = asyncio.run(exchanged({"balance": 1}, arguments))
    assert output == {"balance": 1}
    assert (request.method, request.target) == ("POST", "/tools/banking")
    assert request.body == (
        f'{{"jsonrpc":"2.0","id":"{KEY}","method":"tools/call","params":{{"arguments":'.encode()
        + '{"action":"get_balance","amount":1234.50,"text":"Chișinău","big":12345678901234567890}}}'.encode()
    )
    assert request.headers["content-type"] == "application/json"
    assert request.headers["idempotency-key"] == KEY
    assert request.headers["x-ordinaut-run"] == "payday-1"
    assert request.headers["x-ordinaut-step"] == "pay"
    assert request.headers["user-agent"] == "Ordinaut"
    assert "authorization" not in request.headers


def test_the_key_is_made_from_the_first_run_of_a_chain() -> None:
    _, request = asyncio.run(exchanged({}, run="payday-0"))
    assert request.headers["idempotency-key"] != KEY
    assert request.headers["x-ordinaut-run"] == "payday-0"


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        pytest.param(b'{"b": 1.10, "a": [1, 2.50]}', {"b": Decimal("1.10"), "a": [1, Decimal("2.50")]}, id="bare-object-exact-numbers"),
        pytest.param(b'{"jsonrpc": "2.0", "id": 1, "result": {"n": 1}}', {"n": 1}, id="json-rpc-result"),
        pytest.param(b'{"jsonrpc": "2.0", "id": 1, "result": null, "error": null}', None, id="json-rpc-null-result"),
        pytest.param(f'{{"id": "{KEY}", "result": 5}}'.encode(), 5, id="json-rpc-without-version"),
        pytest.param(b'{"id": "INV-1", "result": "ok"}', {"id": "INV-1", "result": "ok"}, id="bare-object-with-id-and-result"),
        pytest.param(b'{"error": "none so far"}', {"error": "none so far"}, id="bare-object-with-error"),
        pytest.param(b"[1, 2]", [1, 2], id="list"),
        pytest.param(b"\xef\xbb\xbf{}", {}, id="byte-order-mark"),
        pytest.param(b"null", None, id="null"),
    ],
)
def test_what_an_answer_gives(answer: bytes, output: Any) -> None:
    found, _ = asyncio.run(exchanged(answer))
    assert found == output
    assert str(found) == str(output)  # 1.10 is not 1.1, and keys keep their order


def test_no_content_is_null() -> None:
    async def run() -> Any:
        async with servers.running() as server:
            return await calls.call(calls.bridge(server.answer("/t", status=204, body=b"")))

    assert asyncio.run(run()) == {"output": None}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(
            {"jsonrpc": "2.0", "error": {"code": -32602, "message": "no such account"}},
            'step pay: bank.accounts, attempt 1: JSON-RPC error -32602: "no such account"; the same call is not sent again',
            id="object",
        ),
        pytest.param(
            {"jsonrpc": "2.0", "error": "broken"},
            'step pay: bank.accounts, attempt 1: JSON-RPC error: ""broken""; the same call is not sent again',
            id="text",
        ),
    ],
)
def test_a_json_rpc_error_is_a_rejection(answer: Any, message: str) -> None:
    async def run() -> Any:
        async with servers.running() as server:
            return await calls.failure(calls.bridge(server.answer("/t", body=answer)))

    error = asyncio.run(run())
    assert (error.type, error.non_retryable, error.message) == ("rejected by the vendor", True, message)


@pytest.mark.parametrize(
    ("path", "kind", "again"),
    [
        pytest.param("/reset", errors.UNKNOWN_OUTCOME, False, id="reset-after-send"),
        pytest.param("/half", errors.UNKNOWN_OUTCOME, False, id="half-a-body"),
        pytest.param("/half-headers", errors.UNKNOWN_OUTCOME, False, id="half-the-headers"),
        pytest.param("/500", errors.UNKNOWN_OUTCOME, False, id="500"),
        pytest.param("/502", errors.UNKNOWN_OUTCOME, False, id="502"),
        pytest.param("/504", errors.UNKNOWN_OUTCOME, False, id="504"),
        pytest.param("/503", errors.UNREACHABLE, True, id="503"),
        pytest.param("/429-seconds", errors.THROTTLED, True, id="429"),
        pytest.param("/302", errors.REJECTED, False, id="redirect"),
        pytest.param("/400", errors.REJECTED, False, id="400"),
        pytest.param("/401", errors.REJECTED, False, id="401"),
        pytest.param("/no-such-path", errors.REJECTED, False, id="404"),
        pytest.param("/not-json", errors.BAD_OUTPUT, False, id="no-json"),
        pytest.param("/huge", errors.BAD_OUTPUT, False, id="10-mb"),
        pytest.param("/endless", errors.BAD_OUTPUT, False, id="without-end"),
    ],
)
def test_each_fault_of_an_unsafe_call(path: str, kind: str, again: bool) -> None:
    error = fault(path)
    assert (error.type, not error.non_retryable) == (kind, again)


@pytest.mark.parametrize("effect", ["safe", "idempotent", "key"])
@pytest.mark.parametrize("path", ["/reset", "/half", "/500"])
def test_an_unknown_outcome_is_sent_again_where_that_does_no_harm(path: str, effect: str) -> None:
    error = fault(path, effect)
    assert (error.type, error.non_retryable) == (errors.UNKNOWN_OUTCOME, False)


@pytest.mark.parametrize("path", ["/stall", "/drip"])
def test_our_own_timeout_ends_a_call_that_does_not_end(path: str) -> None:
    error = fault(path, timeout=2.0)  # half of it is ours, since the grace is longer
    assert error.type == errors.UNKNOWN_OUTCOME
    assert error.message.startswith(
        "step pay: bank.accounts, attempt 1: time ran out after 1 s; the call was sent, but no whole answer came; it may have been done"
    )


@pytest.mark.parametrize(
    ("path", "seconds"),
    [pytest.param("/429-seconds", (7, 7), id="seconds"), pytest.param("/429-date", (25, 30), id="date"), ("/503", (2, 2))],
)
def test_the_vendors_pause_is_kept(path: str, seconds: tuple[int, int]) -> None:
    error = fault(path)
    assert error.next_retry_delay is not None
    assert seconds[0] <= error.next_retry_delay.total_seconds() <= seconds[1]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("http://127.0.0.1:{port}/t", "All connection attempts failed", id="refused"),
        pytest.param("http://no-such-host.invalid/t", "", id="no-such-host"),
    ],
)
@pytest.mark.parametrize("effect", ["safe", "unsafe"])
def test_what_was_never_sent_may_always_be_sent_again(url: str, reason: str, effect: str) -> None:
    error = calls.failed(calls.bridge(url.format(port=servers.free_port())), {}, effect)
    assert (error.type, error.non_retryable) == (errors.UNREACHABLE, False)
    assert reason in error.message
    assert error.message.endswith("nothing was sent; is the service running, and is the endpoint right?; it may be sent again")


def test_a_tls_handshake_that_fails_is_before_sending() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 this is no TLS\r\n")
        writer.close()

    async def run() -> Any:
        async with await asyncio.start_server(greet, "127.0.0.1", port := servers.free_port()):
            return await calls.failure(calls.bridge(f"https://127.0.0.1:{port}/t"), {}, "unsafe")

    error = asyncio.run(run())
    assert (error.type, error.non_retryable) == (errors.UNREACHABLE, False)


def test_a_full_pool_is_before_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exchange.SERVICE_LIMITS, "bank", httpx.Limits(max_connections=1))

    async def run() -> Any:
        async with servers.running() as server:
            used = calls.bridge(server.url + "/stall")
            made = calls.activities_of(used)
            first = asyncio.create_task(calls.environment(20).run(made.call_tool, calls.given(used)))
            await asyncio.sleep(0.2)
            try:
                return await calls.environment(2).run(made.call_tool, calls.given(used, effect="unsafe"))
            except exceptions.ApplicationError as error:
                return error
            finally:
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)
                await made.close()

    error = asyncio.run(run())
    assert (error.type, error.non_retryable) == (errors.UNREACHABLE, False)


def test_connections_are_used_again() -> None:
    async def run() -> int:
        async with servers.running() as server:
            used = calls.bridge(server.answer("/t", body={}))
            made = calls.activities_of(used)
            for _ in range(5):
                await calls.environment().run(made.call_tool, calls.given(used))
            await made.close()
            return server.connections

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize(
    ("name", "setting", "target"),
    [
        pytest.param("ORDINAUT_ENDPOINT_BANK", "{url}", "/tools/banking", id="service"),
        pytest.param("ORDINAUT_ENDPOINT_BANK", "{url}/sandbox/", "/sandbox/tools/banking", id="with-base-path"),
    ],
)
def test_the_environment_names_a_stand_in(name: str, setting: str, target: str) -> None:
    async def run() -> Any:
        async with servers.running() as server:
            server.answer(target, body={"ok": True})
            used = calls.bridge("http://bank-bridge:8099/tools/banking")
            return await calls.call(used, variables={name: setting.format(url=server.url)})

    assert asyncio.run(run()) == {"output": {"ok": True}}


@pytest.mark.parametrize(
    ("authentication", "variables", "header"),
    [
        pytest.param({"type": "bearer_token"}, {"BANK_TOKEN": "s3cret-1"}, "Bearer s3cret-1", id="bearer"),
        pytest.param({"type": "bearer_token", "token_prefix": "token"}, {"BANK_API_KEY": "s3cret-1"}, "token s3cret-1", id="prefix"),
        pytest.param({"type": "bearer_token", "token_prefix": ""}, {"BANK_TOKEN": "s3cret-1"}, "s3cret-1", id="no-prefix"),
        pytest.param({"type": "bearer_token", "secret": "MY_OWN"}, {"MY_OWN": "s3cret-1"}, "Bearer s3cret-1", id="named-secret"),
        pytest.param(
            {"type": "basic_auth", "password_field": "api_token"},
            {"BANK_USERNAME": "ana@example.md", "BANK_API_TOKEN": "s3cret-1"},
            "Basic " + base64.b64encode(b"ana@example.md:s3cret-1").decode(),
            id="basic",
        ),
        pytest.param({"type": "basic_auth", "password_field": "api_token"}, {"BANK_API_TOKEN": "s3cret-1"}, None, id="basic-without-user"),
        pytest.param({"type": "bearer_token"}, {}, None, id="not-configured"),
        pytest.param({"type": "oauth2"}, {"BANK_TOKEN": "s3cret-1"}, None, id="kind-left-to-the-bridge"),
    ],
)
def test_authentication(authentication: dict[str, Any], variables: dict[str, str], header: str | None) -> None:
    _, request = asyncio.run(exchanged({}, variables=variables, definition={"authentication": authentication}))
    assert request.headers.get("authorization") == header


def test_a_secret_that_the_vendor_repeats_is_masked() -> None:
    pair = base64.b64encode(b"ana:s3cret-1").decode()

    async def run() -> Any:
        async with servers.running() as server:
            url = server.answer("/t", status=400, body=b"x" * 295 + b" s3cret-1 and Basic " + pair.encode())
            used = calls.bridge(url, authentication={"type": "basic_auth", "password_field": "password"})
            return await calls.failure(used, variables={"BANK_USERNAME": "ana", "BANK_PASSWORD": "s3cret-1"})

    error = asyncio.run(run())
    shown = error.message + str(error.details)
    assert "s3cr" not in shown and pair not in shown
    assert error.details[0]["answer"] == "x" * 295 + " *** and Basic ***"


def test_a_secret_that_no_header_can_carry_is_told_without_it() -> None:
    error = calls.failed(
        calls.bridge("http://127.0.0.1:1/t", authentication={"type": "bearer_token"}), variables={"BANK_TOKEN": "geheim\nX-Evil: 1"}
    )
    assert error.message == "step pay: bank.accounts, attempt 1: the secret of bank holds a character that no HTTP header can carry"


def test_a_tool_without_an_endpoint_is_invalid_input() -> None:
    error = calls.failed(calls.tool("http"))
    assert (error.type, error.message) == (
        "invalid input",
        (
            "step pay: bank.accounts, attempt 1: the tool definition has no usable endpoint (found None);"
            " expected one like http://slack-bridge:8093/tools/enterprise"
        ),
    )


def test_names_that_no_header_can_carry_are_encoded() -> None:
    assert http._ascii("plată 1\n") == "plat%C4%83%201%0A"
