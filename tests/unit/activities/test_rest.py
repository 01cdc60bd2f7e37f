"""A vendor's own API from its description: what is sent, how values are kept in their place, what an answer means."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from tests import calls, servers

PREFIX = "step pay: bank.accounts, attempt 1: "


async def exchanged(
    rest: dict[str, Any], arguments: dict[str, Any], answer: Any = None, status: int = 200, path: str | None = None, **more: Any
) -> tuple[Any, list[servers.Request]]:
    """The output (or the failure) and the requests that came."""
    async with servers.running() as server:
        server.answer(path or str(rest.get("path", "/")), status, answer if answer is not None else {"ok": True}, {"x-total": "7"})
        used = calls.tool("rest", endpoint=server.url, rest=rest, **more.pop("definition", {}))
        made = calls.activities_of(used, more.pop("variables", {}))
        try:
            found: Any = (await calls.environment().run(made.call_tool, calls.given(used, arguments, **more)))["output"]
        except Exception as error:
            found = error
        await made.close()
        return found, server.requests


def sent(rest: dict[str, Any], arguments: dict[str, Any], **more: Any) -> servers.Request:
    found, requests = asyncio.run(exchanged(rest, arguments, **more))
    assert requests, found
    return requests[0]


def output(rest: dict[str, Any], arguments: dict[str, Any], **more: Any) -> Any:
    return asyncio.run(exchanged(rest, arguments, **more))[0]


def test_a_request_is_made_from_its_description() -> None:
    rest = {
        "method": "POST",
        "path": "/repos/${arguments.owner}/issues",
        "headers": {"X-Version": "2026-03-10", "X-Page": "${arguments.page}", "X-None": "${null}"},
        "query": {"state": "${arguments.state}", "page": "${arguments.page}", "label": "${arguments.labels}", "none": "${null}"},
        "body": {"title": "PR #${arguments.page}", "amount": "${arguments.amount}", "labels": "${arguments.labels}"},
    }
    arguments = {"owner": "ana", "page": 2, "state": "open & shut", "labels": ["a", "ă"], "amount": Decimal("1.50")}
    request = sent(rest, arguments, path="/repos/ana/issues")
    assert (request.method, request.target) == ("POST", "/repos/ana/issues?state=open%20%26%20shut&page=2&label=a&label=%C4%83")
    assert request.body == '{"title":"PR #2","amount":1.50,"labels":["a","ă"]}'.encode()
    assert request.headers["content-type"] == "application/json"
    assert (request.headers["x-version"], request.headers["x-page"]) == ("2026-03-10", "2")
    assert "x-none" not in request.headers
    assert "idempotency-key" not in request.headers  # no vendor is sent a key that its definition does not name


def test_a_get_has_no_body() -> None:
    request = sent({"method": "GET", "path": "/accounts"}, {"id": 1})
    assert (request.method, request.body) == ("GET", b"")
    assert "content-type" not in request.headers


def test_an_action_has_its_own_description() -> None:
    definition = {"actions": {"close": {"effect": "key", "rest": {"method": "DELETE", "path": "/x"}}, "open": {"effect": "key"}}}
    found, requests = asyncio.run(exchanged({"method": "PUT", "path": "/y"}, {"action": "close"}, path="/x", definition=definition))
    assert (found, requests[0].method, requests[0].target) == ({"ok": True}, "DELETE", "/x")
    found, requests = asyncio.run(exchanged({"method": "PUT", "path": "/y"}, {"action": "open"}, definition=definition))
    assert (found, requests[0].method, requests[0].target) == ({"ok": True}, "PUT", "/y")


@pytest.mark.parametrize(
    ("value", "target"),
    [
        pytest.param("a/b", "/items/a%2Fb/notes", id="slash"),
        pytest.param("../../admin", "/items/..%2F..%2Fadmin/notes", id="path-upwards"),
        pytest.param("x?admin=1#y", "/items/x%3Fadmin%3D1%23y/notes", id="query-and-fragment"),
        pytest.param("//evil.example", "/items/%2F%2Fevil.example/notes", id="host"),
        pytest.param("@evil.example", "/items/%40evil.example/notes", id="user"),
        pytest.param("a\r\nX-Evil: 1", "/items/a%0D%0AX-Evil%3A%201/notes", id="line-break"),
        pytest.param("%2e%2e", "/items/%252e%252e/notes", id="encoded-dots"),
        pytest.param("ș ă", "/items/%C8%99%20%C4%83/notes", id="unicode"),
        pytest.param(7, "/items/7/notes", id="number"),
    ],
)
def test_a_value_stays_in_its_segment_of_the_path(value: Any, target: str) -> None:
    request = sent({"method": "GET", "path": "/items/${arguments.id}/notes"}, {"id": value}, path=target)
    assert request.target == target
    assert "x-evil" not in request.headers


@pytest.mark.parametrize(
    ("rest", "arguments", "message"),
    [
        pytest.param(
            {"path": "/a/${arguments.id}"}, {"id": ".."}, "rest.path: ${arguments.id} is '..', which would lead to another path", id="dots"
        ),
        pytest.param(
            {"path": "/a/${arguments.id}"}, {"id": ""}, "rest.path: ${arguments.id} is '', which would lead to another path", id="empty"
        ),
        pytest.param(
            {"path": "/a/${arguments.id}"},
            {"id": [1]},
            "rest.path: ${arguments.id} is a list of 1 item, expected text or a number",
            id="list",
        ),
        pytest.param(
            {"path": "//evil.example/"},
            {},
            "the tool definition cannot be used: rest.path: found '//evil.example/', expected it to begin with one /",
            id="path-with-host",
        ),
        pytest.param(
            {"path": "/a", "method": "CONNECT"},
            {},
            "the tool definition cannot be used: rest.method: found 'CONNECT', expected one of GET, HEAD, POST, PUT, PATCH, DELETE",
            id="method",
        ),
        pytest.param(
            {"path": "/a", "headers": {"Host": "evil.example"}},
            {},
            "the tool definition cannot be used: rest.headers.Host: a definition cannot set this header",
            id="host-header",
        ),
        pytest.param(
            {"path": "/a", "headers": {"X-A": "${arguments.x}"}},
            {"x": "1\r\nX-Evil: 1"},
            'rest.headers.X-A: found text "1\r\nX-Evil: 1", expected ASCII text on one line',
            id="header-injection",
        ),
        pytest.param(
            {"path": "/a", "query": {"q": {"a": 1}}}, {}, "rest.query.q: found an object, expected a scalar", id="object-in-query"
        ),
        pytest.param(
            {"path": "/a", "bdy": {}},
            {},
            "the tool definition cannot be used: rest.bdy: there is no such key;"
            " known are method, path, headers, query, body, form, text, content_type, omit_null, form_lists,"
            " answer, error, kind, accept, result, pages, poll, texts, check",
            id="unknown-key",
        ),
    ],
)
def test_what_gives_no_request_is_invalid_input_and_never_sent(rest: dict[str, Any], arguments: dict[str, Any], message: str) -> None:
    error, requests = asyncio.run(exchanged(rest, arguments))
    assert (error.type, error.message, requests) == ("invalid input", PREFIX + message, [])


def test_a_missing_argument_is_named() -> None:
    error, requests = asyncio.run(exchanged({"path": "/a", "body": {"t": "${arguments.titel}"}}, {"title": "x"}))
    assert error.type == "invalid input" and requests == []
    assert "titel" in error.message and "title" in error.message and "rest.body.t" in error.message


def test_template_marks_in_arguments_are_data() -> None:
    request = sent({"path": "/a", "body": {"t": "${arguments.t}"}}, {"t": "${arguments.secret} {{ 1 + 1 }}"})
    assert request.json == {"t": "${arguments.secret} {{ 1 + 1 }}"}


@pytest.mark.parametrize(
    ("rest", "answer", "found"),
    [
        pytest.param({}, {"a": 1}, {"a": 1}, id="whole-answer"),
        pytest.param({"result": "${answer.items[0]}"}, {"items": [{"id": 5}]}, {"id": 5}, id="part"),
        pytest.param(
            {"result": {"id": "${answer.id}", "total": "${headers['x-total']}", "status": "${status}", "for": "${arguments.name}"}},
            {"id": 5},
            {"id": 5, "total": "7", "status": 200, "for": "ana"},
            id="made-up-of-all",
        ),
        pytest.param({"error": "${answer.error if not answer.ok else null}"}, {"ok": True}, {"ok": True}, id="no-error"),
        pytest.param({}, b"", None, id="empty-body"),
        pytest.param({}, b" 1.10 ", Decimal("1.10"), id="exact-number"),
    ],
)
def test_what_an_answer_gives(rest: dict[str, Any], answer: Any, found: Any) -> None:
    result = output({"path": "/a", **rest}, {"name": "ana"}, answer=answer)
    assert result == found and str(result) == str(found)


def test_an_error_in_an_answer_of_status_200_is_a_rejection() -> None:
    rest = {"path": "/a", "error": "${answer.error if not answer.ok else null}"}
    error = output(rest, {}, answer={"ok": False, "error": "channel_not_found"})
    assert (error.type, error.non_retryable) == ("rejected by the vendor", True)
    assert error.message == f'{PREFIX}"channel_not_found"; the same call is not sent again'
    assert error.details[0]["answer"] == '{"ok": false, "error": "channel_not_found"}'


def test_a_result_that_the_answer_lacks_is_bad_output() -> None:
    error = output({"path": "/a", "result": "${answer.item.id}"}, {}, answer={"items": []})
    assert error.type == "bad output" and "item" in error.message


def test_a_status_is_judged_as_everywhere() -> None:
    error = output({"path": "/a"}, {}, status=422, answer={"message": "no"})
    assert (error.type, error.message) == (
        "rejected by the vendor",
        f'{PREFIX}HTTP 422: "{{"message": "no"}}"; change the arguments; the same call is not sent again',
    )


def test_a_vendor_needs_its_secret() -> None:
    definition = {"authentication": {"type": "bearer_token"}}
    request = sent({"path": "/a"}, {}, definition=definition, variables={"BANK_TOKEN": "s3cret-1"})
    assert request.headers["authorization"] == "Bearer s3cret-1"
    error, requests = asyncio.run(exchanged({"path": "/a"}, {}, definition=definition))
    assert (error.type, requests) == ("invalid input", [])
    assert error.message == (
        f"{PREFIX}bank needs BANK_TOKEN or BANK_BOT_TOKEN or BANK_API_TOKEN or BANK_API_KEY, which is not set;"
        " set it in the worker's environment, or NAME_FILE to a file that holds it"
    )


def test_an_authentication_that_is_not_known_is_told() -> None:
    error = output({"path": "/a"}, {}, definition={"authentication": {"type": "kerberos"}})
    assert error.message == (
        f"{PREFIX}authentication 'kerberos' is not known here; known are bearer_token, basic_auth, api_key, oauth2, github_app,"
        " salesforce_jwt, mutual_tls, digital_signature, custom and none"
    )
