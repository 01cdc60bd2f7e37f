"""Pings: which tools are one service, what is asked of each kind, what its answers mean, and that no secret is shown."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from activities import pings, settings
from tests import authorities, calls, mcp_server, redis_server, reference_cases, servers
from workflows.core import model

SECRET = "s3cret-8f3c51d2"
BEARER = {"type": "bearer_token"}


def services(*tools: model.Tool) -> list[pings.Service]:
    return pings.services(tools)


async def ping(tool: model.Tool, variables: Mapping[str, str] | None = None, seconds: float = 5.0, is_named: bool = False) -> pings.Answer:
    (service,) = services(tool)
    made = pings.Pings(settings.Settings.from_mapping(variables or {}), seconds)
    (answer,) = await made.all([service], [service.name] if is_named else [])
    return answer


async def asked(
    reply: Any, ping_of: Mapping[str, Any], variables: Mapping[str, str] | None = None, path: str = "/me", **definition: Any
) -> tuple[str, str, list[servers.Request]]:
    """(state, words, requests) of a service whose vendor gives this one answer."""
    async with servers.running() as server:
        server.answers[path] = reply
        given = {"authentication": BEARER, "rest": {"path": "/x"}, **definition}
        tool = calls.tool("rest", "bank.accounts", endpoint=server.url, ping=dict(ping_of), **given)
        answer = await ping(tool, {"BANK_TOKEN": SECRET, **(variables or {})})
        return answer.state, answer.said.replace(server.url, ""), server.requests


def reply(status: int, body: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, headers, body


def test_tools_that_share_service_address_and_credentials_are_one() -> None:
    found = services(*reference_cases.TOOLS.values())
    by_name = {one.name: one for one in found}
    assert by_name["slack"].addresses == ("slack.enterprise", "slack.post_message")
    assert by_name["slack"].tool.address == "slack.enterprise"  # whose definition has the ping
    assert by_name["maib.banking"].tool.service == by_name["maib.merchants"].tool.service == "maib"
    assert not {one.tool.transport for one in found} & {"system", "pipeline"}
    assert [one.name for one in found] == sorted(by_name)


async def test_a_ping_reads_with_the_credentials_and_what_all_requests_share() -> None:
    shared = {"headers": {"X-Version": "2", "X-Item": "${arguments.item}"}, "error": "${answer.problem}"}
    schema = {"properties": {"item": {"default": "none"}}}
    ping_of = {"path": "/me", "query": {"site": "${settings.BANK_SITE}"}, "result": "${answer.name}"}
    state, said, (request,) = await asked(
        reply(200, b'{"name": "Ana", "problem": null}'),
        ping_of,
        {"BANK_SITE": "7"},
        rest_defaults=shared,
        input_schema=schema,
        configuration={"BANK_SITE": "number"},
    )
    assert (state, said) == ("works", "Ana")
    assert (request.method, request.target, request.body) == ("GET", "/me?site=7", b"")
    assert request.headers["authorization"] == f"Bearer {SECRET}" and request.headers["x-version"] == "2"
    assert request.headers["x-item"] == "none"


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        pytest.param(
            reply(401, b'{"m": "Bad credentials"}'), "refused", """HTTP 401: "{"m": "Bad credentials"}"; check BANK_TOKEN""", id="401"
        ),
        pytest.param(reply(403, b"no"), "refused", 'HTTP 403: "no"; check BANK_TOKEN', id="403"),
        pytest.param(reply(403, f"no {SECRET} here".encode()), "refused", 'HTTP 403: "no *** here"; check BANK_TOKEN', id="secret quoted"),
        pytest.param(reply(404, b""), "refused", "HTTP 404; is this its address? ", id="404"),
        pytest.param(reply(302, b"", location="/login"), "refused", "HTTP 302; check BANK_TOKEN", id="redirect"),
        pytest.param(reply(429, b"", retry_after="9"), "refused", "HTTP 429; too many calls: ask again later", id="429"),
        pytest.param(reply(200, b'{"ok": false}'), "refused", '"not ok"; check BANK_TOKEN', id="200 and wrong"),
        pytest.param(reply(500, b"oops"), "unreachable", 'HTTP 500: "oops"', id="500"),
        pytest.param(reply(503, b""), "unreachable", "HTTP 503", id="503"),
        pytest.param(reply(200, b'{"ok": true}'), "works", "", id="right"),
    ],
)
async def test_what_answers_mean(answer: Any, state: str, said: str) -> None:
    ping_of = {"path": "/me", "error": "${'not ok' if status == 200 and not answer.ok else null}"}
    assert (await asked(answer, ping_of))[:2] == (state, said)


async def test_an_answer_that_is_no_json_may_be_from_somebody_else() -> None:
    state, said, _ = await asked(reply(200, b"<html>Log in</html>"), {"path": "/me"})
    assert state == "refused" and said.endswith("; is this its address? ")


async def test_an_error_may_prove_the_credentials() -> None:
    assert (await asked(reply(404, b"{}"), {"path": "/me", "accept": [404]}))[:2] == ("works", "")


@pytest.mark.parametrize("quoted", ["${answer.name}", None], ids=["words", "none"])
async def test_a_secret_in_the_services_words_is_hidden(quoted: str | None) -> None:
    ping_of = {"path": "/me", **({"result": quoted} if quoted else {})}
    assert (await asked(reply(200, f'{{"name": "I am {SECRET}"}}'.encode()), ping_of))[:2] == ("works", "I am ***" if quoted else "")


async def test_it_is_bounded_in_time() -> None:
    started = asyncio.get_running_loop().time()
    async with servers.running() as server:
        tool = calls.tool("rest", endpoint=server.url, rest={"path": "/x"}, ping={"path": "/stall"})
        answer = await ping(tool, seconds=0.3)
    assert answer.state == "unreachable" and answer.said
    assert asyncio.get_running_loop().time() - started < 4


async def test_what_a_ping_needs_counts_as_configuration() -> None:
    tool = calls.tool(
        "rest", endpoint_setting="BANK_URL", authentication=BEARER, ping={"path": "/${settings.BANK_ID}", "needs": ["BANK_ID"]}
    )
    answer = await ping(tool, {"BANK_TOKEN": SECRET})
    assert (answer.state, answer.missing) == ("not configured", ("BANK_URL", "BANK_ID"))


async def test_a_service_without_credentials_or_address_of_its_own_is_asked_only_where_it_is_named() -> None:
    tool = calls.tool("rest", endpoint="http://127.0.0.1:9", endpoint_setting="BANK_URL", ping={"path": "/"})
    assert (await ping(tool)).missing == ("BANK_URL",)
    assert (await ping(tool, is_named=True)).state == "unreachable"
    assert (await ping(tool, {"BANK_URL": "http://127.0.0.1:9"})).state == "unreachable"


async def test_a_certificate_that_is_over_cannot_be_used(tmp_path: Path) -> None:
    certificate, key = authorities.issue(authorities.authority(), "company", days=-1, starts_in_days=-9).write(tmp_path, "company")
    tool = calls.tool("rest", endpoint="https://127.0.0.1:9", authentication={"type": "mutual_tls"}, ping={"path": "/"})
    answer = await ping(tool, {"BANK_CERTIFICATE_PATH": certificate, "BANK_PRIVATE_KEY_PATH": key})
    assert answer.state == "unusable" and answer.said.startswith("the certificate of bank ended on ")


async def test_a_token_that_is_not_given_out_is_refused() -> None:
    async with servers.running() as server:
        server.answer("/token", 401, {"error": "invalid_client"})
        way = {"type": "oauth2", "token_url": f"{server.url}/token"}
        tool = calls.tool("rest", endpoint=server.url, authentication=way, ping={"path": "/me"})
        answer = await ping(tool, {"BANK_CLIENT_ID": "us", "BANK_CLIENT_SECRET": SECRET})
    assert answer.state == "refused" and "invalid_client" in answer.said and answer.said.endswith("; check BANK_CLIENT_SECRET")
    assert SECRET not in answer.said


async def test_an_action_may_be_the_ping() -> None:
    async with servers.running() as server:
        server.answer("/tools/bank", 200, {"status": "ok"})
        schema = {"type": "object", "properties": {"action": {"enum": ["state"]}, "day": {"type": "string"}}, "required": ["day"]}
        actions = {"state": {"effect": "safe"}}
        tool = calls.bridge(
            f"{server.url}/tools/bank", input_schema=schema, actions=actions, ping={"action": "state", "arguments": {"day": "x"}}
        )
        assert (await ping(tool)).state == "works"
        (request,) = server.requests
    assert request.json["params"]["arguments"] == {"action": "state", "day": "x"}


@pytest.mark.parametrize(
    ("tool", "why"),
    [
        (calls.bridge("http://127.0.0.1:9/tools"), "a bridge has the credentials itself"),
        (calls.tool("rest", endpoint="http://127.0.0.1:9"), "its definition has no ping"),
    ],
    ids=["bridge", "no ping"],
)
async def test_what_cannot_be_asked_is_not_checked(tool: model.Tool, why: str) -> None:
    answer = await ping(tool)
    assert (answer.state, answer.said) == ("not checked", why)


DATABASE = calls.tool("database", "database.query")


async def test_a_database_is_asked_for_one(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "a.db").close()
    assert (await ping(DATABASE)).missing == ("ORDINAUT_DATABASE_URL",)
    assert (await ping(DATABASE, {"ORDINAUT_DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}"})).state == "works"
    answer = await ping(DATABASE, {"ORDINAUT_DATABASE_URL": f"postgresql://us:{SECRET}@127.0.0.1:9/bank"})
    assert answer.state == "unreachable" and SECRET not in answer.said


async def test_redis_is_pinged() -> None:
    tool = calls.tool("redis", "redis.commands", redis={"command": ["GET", "${arguments.key}"]})
    assert (await ping(tool)).missing == ("REDIS_URL",)
    with redis_server.running() as url:
        assert (await ping(tool, {"REDIS_URL": url})).state == "works"
        wrong = await ping(tool, {"REDIS_URL": url.replace("redis://", f"redis://us:{SECRET}@")})
    assert wrong.state in ("refused", "unreachable") and SECRET not in wrong.said


async def test_an_mcp_server_says_its_name() -> None:
    with mcp_server.running() as url:
        answer = await ping(calls.tool("mcp", "ledger.add", server=f"ledger@{url}"))
    assert (answer.state, answer.said) == ("works", "ledger")
    gone = await ping(calls.tool("mcp", "ledger.add", server=f"ledger@{url}"))
    assert gone.state == "unreachable"


async def test_an_mcp_server_that_does_not_let_us_in_refuses() -> None:
    async with servers.running() as server:
        server.answer("/mcp", 401, {"error": "invalid_token"})
        answer = await ping(
            calls.tool("mcp", "ledger.add", server=f"ledger@{server.url}/mcp", authentication={"type": "bearer_token"}),
            {"LEDGER_TOKEN": SECRET},
        )
    assert (answer.state, answer.said) == (
        "refused",
        "the MCP server answers with error -32603: Server returned an error response; check LEDGER_TOKEN",
    )


async def test_a_defect_of_ours_in_one_ping_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: Any, call: Any) -> Any:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr("activities.transports.rest.Rest.send", broken)
    first = calls.tool("rest", "bank.accounts", endpoint="http://127.0.0.1:9", ping={"path": "/"})
    second = calls.tool("rest", "shop.items", endpoint="http://127.0.0.1:9")
    found = await pings.Pings(settings.Settings.from_mapping({})).all(services(first, second))
    assert [(one.state, one.said) for one in found] == [
        ("unusable", "ZeroDivisionError; this is a defect of Ordinaut, please report it"),
        ("not checked", "its definition has no ping"),
    ]
