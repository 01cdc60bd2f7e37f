"""Every class of fault over real sockets: what is told of it, whether it is tried again, and that nothing leaks or is done twice."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest

from activities import catalog, settings, tools
from activities.transports import rest as rest_transport
from tests import calls, servers, vendors

SENT = "the call was sent, but no whole answer came: "
AGAIN = "sending it again does no harm"
BY_HAND = (
    "it may have been done, and sent again it could be done twice: look up in bank whether bank.accounts took effect"
    f" (it was sent with the key {vendors.KEY}), and repair it by hand"
)

#: path, kind, begin of the message, whether nobody knows what was done
FAULTS = [
    pytest.param("/reset", "unknown outcome", SENT, id="reset after send"),
    pytest.param("/stall", "unknown outcome", "time ran out after", id="timeout after send"),
    pytest.param("/half", "unknown outcome", SENT, id="half a body"),
    pytest.param("/half-headers", "unknown outcome", SENT, id="half of the headers"),
    pytest.param("/drip", "unknown outcome", "time ran out after", id="a byte at a time for ever"),
    pytest.param("/500", "unknown outcome", 'HTTP 500: "Traceback: boom"; the service failed while it worked on the call', id="500"),
    pytest.param("/504", "unknown outcome", "HTTP 504; the service failed while it worked on the call", id="504"),
    pytest.param("/503", "unreachable", 'HTTP 503: "maintenance"; the service is not available now; nothing was done', id="503"),
    pytest.param("/429-seconds", "throttled", 'HTTP 429: "{"ok": false}"; too many calls; nothing was done', id="429 with seconds"),
    pytest.param("/429-date", "throttled", "HTTP 429; too many calls; nothing was done", id="429 with a date"),
    pytest.param("/400", "rejected by the vendor", 'HTTP 400: "{"detail": "account_number is wrong"}"', id="400"),
    pytest.param("/401", "rejected by the vendor", 'HTTP 401: "bad credentials"; check the secret', id="401"),
    pytest.param("/not-json", "bad output", "the answer is not JSON: line 1, column 1", id="invalid JSON"),
    pytest.param("/endless", "bad output", "the answer has more than 16,777,216 bytes", id="an endless answer"),
    pytest.param("/huge", "bad output", "the output has 10,485,782 bytes as JSON, and a run keeps at most 2,000,000", id="10 MB"),
    pytest.param("/302", "rejected by the vendor", "HTTP 302; redirects to https://elsewhere.example/ are not followed", id="redirect"),
]


@pytest.mark.parametrize(("path", "kind", "message"), FAULTS)
@pytest.mark.parametrize("effect", ["unsafe", "idempotent"])
def test_a_fault_is_told_and_tried_again_only_where_that_does_no_harm(path: str, kind: str, message: str, effect: str) -> None:
    called = vendors.call({"path": path}, {}, effect=effect, timeout=1.0 if path in ("/stall", "/drip") else 35.0)
    found, final, text = called.failure
    where = f"{called.url}{path}: "
    assert (found, text.removeprefix(where)[: len(message)]) == (kind, message)
    assert final is {"unknown outcome": effect == "unsafe", "throttled": False, "unreachable": False}.get(kind, True)
    if kind == "unknown outcome":
        assert text.endswith(BY_HAND if effect == "unsafe" else AGAIN)
    assert len(called.requests) == 1


@pytest.mark.parametrize(("path", "least", "most"), [("/429-seconds", 7, 7), ("/429-date", 15, 30), ("/503", 2, 2)])
def test_the_vendor_s_pause_is_kept(path: str, least: float, most: float) -> None:
    wait = vendors.call({"path": path}, {}).wait_seconds
    assert wait is not None and least <= wait <= most


def test_a_refused_connection_did_nothing() -> None:
    port = servers.free_port()
    called = vendors.call({"path": "/a"}, {}, endpoint=f"http://127.0.0.1:{port}")
    assert called.failure == (
        "unreachable",
        False,
        f"http://127.0.0.1:{port}/a: All connection attempts failed; nothing was sent; is the service running, and is the endpoint right?"
        "; it may be sent again",
    )


def test_ten_megabytes_can_be_read_where_the_result_takes_little_of_them() -> None:
    assert vendors.call({"path": "/huge", "result": "${answer.text | length}"}, {}).output == servers.HUGE_BYTES


def test_an_answer_of_the_wrong_schema_is_bad_output() -> None:
    schema = {"type": "object", "properties": {"balance": {"type": "number"}}, "required": ["balance"]}
    called = vendors.call({"path": "/a"}, {"/a": vendors.reply({"balance": "12"})}, output_schema=schema)
    assert called.failure == ("bad output", True, 'output.balance: found text "12", expected a number' + calls.DONE)


def test_a_redirect_elsewhere_is_not_followed_and_no_secret_goes_there() -> None:
    async def run() -> tuple[Any, list[servers.Request]]:
        async with servers.running() as elsewhere, servers.running() as bank:
            elsewhere.answer("/a", 200, {"stolen": True})
            bank.answer("/a", 307, {}, {"location": f"{elsewhere.url}/a"})
            used = calls.tool("rest", endpoint=bank.url, rest={"path": "/a"}, authentication={"type": "bearer_token"})
            return await calls.failure(used, {}, "unsafe", {"BANK_TOKEN": "s3cret-1"}), elsewhere.requests

    error, requests = asyncio.run(run())
    assert (error.type, requests) == ("rejected by the vendor", [])


def test_cookies_of_one_call_do_not_reach_another() -> None:
    called = vendors.call({"path": "/a"}, {"/a": vendors.reply({}, set_cookie="session=of-ana; Path=/")}, times=2)
    assert ["cookie" in request.headers for request in called.requests] == [False, False]


async def over_tls(certificate: str, trusted: bool) -> tuple[Any, list[servers.Request]]:
    """The output or failure of a call over TLS; the tests' authority is trusted or not."""
    async with servers.running(certificate) as server:
        server.answer("/a", 200, {"ok": True})
        used = calls.tool("rest", endpoint=server.url, rest={"path": "/a"}, authentication={"type": "bearer_token"})
        known = settings.Settings.from_mapping({"BANK_TOKEN": "s3cret-1"})
        context = ssl.create_default_context(cafile=str(servers.TLS / "ca.pem"))
        transport = rest_transport.Rest(known, (lambda tool: ("tests", context)) if trusted else None)
        made = tools.ToolActivities(catalog.Catalog({used.address: used}), known, {"rest": transport})
        try:
            found: Any = (await calls.environment().run(made.call_tool, calls.given(used, {}, "unsafe")))["output"]
        except Exception as error:
            found = error
        await made.close()
        return found, server.requests


def test_tls_with_the_right_name_works() -> None:
    found, requests = asyncio.run(over_tls("local", trusted=True))
    assert (found, len(requests)) == ({"ok": True}, 1)


@pytest.mark.parametrize(
    ("certificate", "trusted", "reason"),
    [
        pytest.param("bank", True, "IP address mismatch, certificate is not valid for '127.0.0.1'", id="another name"),
        pytest.param("local", False, "unable to get local issuer certificate", id="unknown authority"),
    ],
)
def test_tls_that_does_not_prove_who_answers_gets_nothing(certificate: str, trusted: bool, reason: str) -> None:
    error, requests = asyncio.run(over_tls(certificate, trusted))
    assert (error.type, error.non_retryable, requests) == ("unreachable", False, [])
    assert reason in error.message and "nothing was sent" in error.message
