"""GitHub Apps and Salesforce: signed assertions as other implementations read them (joserfc, authlib's server side), and what comes of them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwk, jwt
from starlette import applications, requests, responses, routing

from activities import authentication, catalog, settings, tools
from starter.sandbox import server
from tests import authorities, calls, oauth_server, servers, ways
from workflows.core import errors, model

KEY = authorities.Issued(authorities.authority().certificate, authorities.rsa_key())
PUBLIC = jwk.import_key(KEY.key.public_key(), "RSA")  # type: ignore[arg-type]


@dataclass
class GitHub:
    """A stand-in with GitHub's documented limits for an app's assertion, and an API for whoever has a token."""

    url: str = ""
    installations: list[dict[str, Any]] = field(default_factory=lambda: [{"id": 77, "account": {"login": "exemplu"}}])
    tokens: list[str] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def judged(self, request: requests.Request) -> bool:
        """Whether the assertion is good: signed by the app's key with RS256, of this app, and not for more than 10 minutes."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = jwt.decode(given, PUBLIC, algorithms=["RS256"])
        claims, now = token.claims, time.time()
        self.claims.append(claims)
        self.problems += [] if claims["iss"] == "4711" else ["iss"]
        self.problems += (
            [] if claims["exp"] - claims["iat"] <= 600 and now < claims["exp"] <= now + 600 and claims["iat"] <= now else ["time"]
        )
        return not self.problems


@contextlib.asynccontextmanager
async def github(**given: Any) -> AsyncIterator[GitHub]:
    state = GitHub(**given)

    async def installations(request: requests.Request) -> responses.Response:
        return responses.JSONResponse(state.installations if state.judged(request) else {"message": "Bad credentials"})

    async def tokens(request: requests.Request) -> responses.Response:
        if not state.judged(request) or request.path_params["number"] not in {str(one["id"]) for one in state.installations}:
            return responses.JSONResponse({"message": "Not Found"}, 404)
        state.tokens.append(f"ghs_{len(state.tokens)}_geheim")
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
        return responses.JSONResponse({"token": state.tokens[-1], "expires_at": end.strftime("%Y-%m-%dT%H:%M:%SZ")}, 201)

    async def issues(request: requests.Request) -> responses.Response:
        if request.headers.get("authorization") != f"token {state.tokens[-1]}":
            return responses.JSONResponse({"message": "Bad credentials"}, 401)
        return responses.JSONResponse({"number": 1})

    routes = [
        routing.Route("/app/installations", installations),
        routing.Route("/app/installations/{number}/access_tokens", tokens, methods=["POST"]),
        routing.Route("/issues", issues, methods=["POST"]),
    ]
    async with server.asgi_server(applications.Starlette(routes=routes)) as url:
        state.url = url
        yield state


def app(url: str) -> model.Tool:
    given = {"type": "github_app", "token_prefix": "token"}
    return calls.tool("rest", "github.issues", endpoint=url, rest={"path": "/issues"}, authentication=given)


def variables(folder: Path, **more: str) -> dict[str, str]:
    (folder / "app.pem").write_bytes(KEY.key_pem())
    return {"GITHUB_APP_ID": "4711", "GITHUB_PRIVATE_KEY_PATH": str(folder / "app.pem"), "XDG_STATE_HOME": str(folder), **more}


async def test_a_github_app_gets_an_installation_s_token_for_many_calls(tmp_path: Path) -> None:
    async with github() as vendor:
        used = app(vendor.url)
        made = tools.ToolActivities(catalog.Catalog({used.address: used}), settings.Settings.from_mapping(variables(tmp_path)))
        for _ in range(3):
            await calls.environment().run(made.call_tool, calls.given(used, {}, model.UNSAFE))
        vendor.tokens.append("withdrawn")  # what the worker has is refused now, so it gets another
        await calls.environment().run(made.call_tool, calls.given(used, {}, model.UNSAFE))
        await made.close()
    assert (vendor.tokens, vendor.problems) == (["ghs_0_geheim", "withdrawn", "ghs_2_geheim"], [])


async def test_an_app_with_several_installations_must_name_one(tmp_path: Path) -> None:
    places = [{"id": 77, "account": {"login": "exemplu"}}, {"id": 78, "account": {"login": "other"}}]
    async with github(installations=places) as vendor:
        error = await calls.failure(app(vendor.url), {}, model.UNSAFE, variables(tmp_path))
        named = await calls.call(app(vendor.url), {}, model.UNSAFE, variables(tmp_path, GITHUB_INSTALLATION_ID="78"))
    assert error.message == (
        "step pay: github.issues, attempt 1: the app of github has several installations:"
        " set GITHUB_INSTALLATION_ID to one of 77 (exemplu), 78 (other)"
    )
    assert named["output"] == {"number": 1}


async def test_a_wrong_installation_is_told_without_the_assertion(tmp_path: Path) -> None:
    async with github() as vendor:
        error = await calls.failure(app(vendor.url), {}, model.UNSAFE, variables(tmp_path, GITHUB_INSTALLATION_ID="99"))
    assert error.message == (
        f"step pay: github.issues, attempt 1: {vendor.url}/app/installations/99/access_tokens: no token for github: HTTP 404 (Not Found);"
        " check what is configured for github; the call was not sent"
    )
    assert error.non_retryable


@pytest.mark.parametrize("written", ["lines", "backslashes"])
async def test_the_private_key_may_be_a_variable(tmp_path: Path, written: str) -> None:
    text = KEY.key_pem().decode()
    given = variables(tmp_path, GITHUB_PRIVATE_KEY=text.replace("\n", "\\n") if written == "backslashes" else text)
    del given["GITHUB_PRIVATE_KEY_PATH"]
    async with github() as vendor:
        assert (await calls.call(app(vendor.url), {}, model.UNSAFE, given))["output"] == {"number": 1}


def test_what_an_app_lacks_is_named() -> None:
    assert ways.missing({"type": "github_app"}, {}) == ["BANK_APP_ID", "BANK_PRIVATE_KEY or BANK_PRIVATE_KEY_PATH"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"no key", "cannot open {path}: it holds no private key in PEM form", id="no key"),
        pytest.param(
            KEY.key_pem(b"geheim"), "cannot open {path}: the private key is encrypted and no password is configured", id="encrypted key"
        ),
        pytest.param(
            authorities.Issued(KEY.certificate, ec.generate_private_key(ec.SECP256R1())).key_pem(),
            "the private key of github is no RSA key, which RS256 needs",
            id="another kind of key",
        ),
    ],
)
async def test_a_private_key_that_cannot_be_used(tmp_path: Path, content: bytes, message: str) -> None:
    given = variables(tmp_path)
    (tmp_path / "app.pem").write_bytes(content)
    error = await calls.failure(app("http://127.0.0.1:1"), {}, model.UNSAFE, given)
    assert error.message == "step pay: github.issues, attempt 1: " + message.format(path=tmp_path / "app.pem")


def salesforce(vendor: oauth_server.OAuth, **more: Any) -> model.Tool:
    given = {"type": "salesforce_jwt", "token_url": "https://login.salesforce.example/token", **more}
    return calls.tool(
        "rest", "salesforce.query", endpoint=f"{vendor.url}/api", rest={"path": "/query", "method": "GET"}, authentication=given
    )


def user(folder: Path, **more: str) -> dict[str, str]:
    return {
        "SALESFORCE_CLIENT_ID": oauth_server.CLIENT_ID,
        "SALESFORCE_USERNAME": oauth_server.USER,
        "SALESFORCE_PRIVATE_KEY": KEY.key_pem().decode(),
        "XDG_STATE_HOME": str(folder),
        **more,
    }


async def test_salesforce_takes_the_assertion(tmp_path: Path) -> None:
    async with oauth_server.running(public_key=PUBLIC) as vendor:
        given = user(tmp_path, ORDINAUT_LOGIN_URL_SALESFORCE=vendor.url)
        assert (await calls.call(salesforce(vendor), {}, model.SAFE, given))["output"]["ok"] is True
    assert vendor.grants == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(vendor.forms[0]["assertion"], PUBLIC, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (oauth_server.CLIENT_ID, oauth_server.USER, vendor.url)
    assert claims["exp"] <= time.time() + 180


async def test_salesforce_s_sandbox_is_asked_where_the_settings_say_so(tmp_path: Path) -> None:
    async with oauth_server.running(public_key=PUBLIC) as vendor:
        used = salesforce(vendor, test={"setting": "SALESFORCE_SANDBOX", "url": vendor.url})
        assert (await calls.call(used, {}, model.SAFE, user(tmp_path, SALESFORCE_SANDBOX="true")))["output"]["ok"] is True
    assert len(vendor.forms) == 1


async def test_an_assertion_of_another_key_is_refused_and_never_shown(tmp_path: Path) -> None:
    other = jwk.import_key(authorities.rsa_key().public_key(), "RSA")  # type: ignore[arg-type]
    async with oauth_server.running(public_key=other) as vendor:
        error = await calls.failure(salesforce(vendor), {}, model.SAFE, user(tmp_path, ORDINAUT_LOGIN_URL_SALESFORCE=vendor.url))
    assert (error.type, error.non_retryable, vendor.calls) == ("rejected by the vendor", True, [])
    assert "no token for salesforce: HTTP 400 (invalid_grant" in error.message
    assert vendor.forms[0]["assertion"] not in json.dumps([error.message, list(error.details)], default=str)


async def test_an_assertion_that_a_vendor_repeats_is_masked(tmp_path: Path) -> None:
    async with servers.running() as vendor:
        vendor.answers["/token"] = lambda request: (
            400,
            {},
            json.dumps({"error": "invalid", "error_description": request.body.decode()}).encode(),
        )
        used = calls.tool(
            "rest",
            "salesforce.query",
            endpoint=vendor.url,
            rest={"path": "/q"},
            authentication={"type": "salesforce_jwt", "token_url": vendor.url + "/token"},
        )
        error = await calls.failure(used, {}, model.SAFE, user(tmp_path))
    assert "assertion=***" in error.message


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        pytest.param(500, {}, errors.UNREACHABLE, id="500"),
        pytest.param(503, {}, errors.UNREACHABLE, id="503"),
        pytest.param(429, {"retry-after": "7"}, errors.THROTTLED, id="429"),
        pytest.param(302, {"location": "http://127.0.0.1:1/elsewhere"}, errors.REJECTED, id="a redirect is not followed"),
        pytest.param(200, {}, errors.REJECTED, id="no token in it"),
    ],
)
async def test_a_login_that_fails_sends_nothing(tmp_path: Path, status: int, headers: dict[str, str], kind: str) -> None:
    async with servers.running() as vendor:
        vendor.answer("/token", status, {}, headers)
        given = {"type": "salesforce_jwt", "token_url": f"{vendor.url}/token"}
        used = calls.tool("rest", "salesforce.query", endpoint=vendor.url, rest={"path": "/q"}, authentication=given)
        error = await calls.failure(used, {}, model.UNSAFE, user(tmp_path))
        assert [request.target for request in vendor.requests] == ["/token"]
    assert error.type == kind
    assert error.message.endswith(
        ("the call was not sent", "the call was not sent; it may be sent again", "it may be sent again after 7 s")
    )


@pytest.mark.parametrize("path", ["/reset", "/half", "/drip"])
async def test_a_login_that_breaks_off_may_be_tried_again(tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.token_requests.TIMEOUT_SECONDS", 1.0)
    async with servers.running() as vendor:
        given = {"type": "salesforce_jwt", "token_url": f"{vendor.url}{path}"}
        used = calls.tool("rest", "salesforce.query", endpoint=vendor.url, rest={"path": "/q"}, authentication=given)
        error = await asyncio.wait_for(calls.failure(used, {}, model.UNSAFE, user(tmp_path), timeout=8), 20)
    assert error.type == errors.UNREACHABLE
    assert not error.non_retryable


async def test_an_endless_answer_to_a_login_is_cut_off(tmp_path: Path) -> None:
    async with servers.running() as vendor:
        given = {"type": "salesforce_jwt", "token_url": f"{vendor.url}/endless"}
        used = calls.tool("rest", "salesforce.query", endpoint=vendor.url, rest={"path": "/q"}, authentication=given)
        error = await asyncio.wait_for(calls.failure(used, {}, model.UNSAFE, user(tmp_path)), 20)
    assert error.type == errors.REJECTED


def test_each_worker_has_one_door() -> None:
    known = settings.Settings.from_mapping({})
    opened = tools.open_transports(known)
    assert opened["rest"]._door is opened["http"]._door  # type: ignore[attr-defined]
    assert isinstance(opened["rest"]._door, authentication.Door)  # type: ignore[attr-defined]
