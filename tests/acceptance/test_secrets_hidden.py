"""Planted secrets of every kind of authentication never appear: not in errors, logs, metrics, pings, repr, or what the catalog command says."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import logging
import traceback
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio import exceptions

from activities import authentication, catalog, pings, settings, tools
from starter import cli, metrics_server
from tests import authorities, calls, oauth_server, servers
from workflows.core import model

P = "planted-s3cret"
RSA = authorities.Issued(authorities.authority().certificate, authorities.rsa_key())
CA = authorities.authority()

#: Kind -> (authentication, variables that hold planted secrets, other variables).
KINDS: dict[str, tuple[dict[str, Any], dict[str, str], dict[str, str]]] = {
    "bearer": ({"type": "bearer_token"}, {"BANK_TOKEN": f"{P}-bearer"}, {}),
    "basic": ({"type": "basic_auth"}, {"BANK_PASSWORD": f"{P}-basic"}, {"BANK_USERNAME": "ana"}),
    "api key": ({"type": "api_key"}, {"BANK_API_KEY": f"{P}-key"}, {}),
    "api key in the query": ({"type": "api_key", "query_name": "key"}, {"BANK_API_KEY": f"{P} & query"}, {}),
    "client credentials": (
        {"type": "oauth2", "token_url": "{url}/token"},
        {"BANK_CLIENT_SECRET": f"{P}-client"},
        {"BANK_CLIENT_ID": oauth_server.CLIENT_ID},
    ),
    "client in a header": (
        {"type": "oauth2", "token_url": "{url}/token", "client_auth": "basic"},
        {"BANK_CLIENT_SECRET": f"{P}-client"},
        {"BANK_CLIENT_ID": oauth_server.CLIENT_ID},
    ),
    "refresh token": (
        {"type": "oauth2", "token_url": "{url}/token"},
        {"BANK_REFRESH_TOKEN": f"{P}-refresh", "BANK_CLIENT_SECRET": f"{P}-client"},
        {"BANK_CLIENT_ID": oauth_server.CLIENT_ID},
    ),
    "github app": ({"type": "github_app"}, {"BANK_PRIVATE_KEY": RSA.key_pem().decode()}, {"BANK_APP_ID": "1", "BANK_INSTALLATION_ID": "2"}),
    "salesforce": (
        {"type": "salesforce_jwt", "token_url": "{url}/token"},
        {"BANK_PRIVATE_KEY": RSA.key_pem().decode()},
        {"BANK_CLIENT_ID": "1", "BANK_USERNAME": "ana"},
    ),
    "maib signature": ({"type": "custom", "method": "maib_signature"}, {"BANK_SIGNATURE_KEY": f"{P}-signature"}, {}),
    "maib token": (
        {"type": "custom", "method": "maib_token", "token_url": "{url}/token"},
        {"BANK_PROJECT_SECRET": f"{P}-project"},
        {"BANK_PROJECT_ID": "1"},
    ),
    "client certificate": (
        {"type": "mutual_tls"},
        {"BANK_CERTIFICATE_PASSWORD": f"{P}-p12"},
        {"BANK_CERTIFICATE_PATH": "{folder}/company.p12"},
    ),
    "pkcs12": (
        {"type": "digital_signature", "password_env": "BANK_PASSWORD"},
        {"BANK_PASSWORD": f"{P}-p12"},
        {"BANK_DIGITAL_CERT_PATH": "{folder}/company.p12"},
    ),
}


def forms(planted: list[str], seen: list[servers.Request]) -> Iterator[str]:
    """Every form in which a secret could show: as planted, encoded, and what stood in Authorization headers and token requests."""
    for secret in planted:
        yield secret
        yield urllib.parse.quote(secret, safe="")
        yield urllib.parse.quote_plus(secret)
        yield base64.b64encode(secret.encode()).decode()
        yield from (line for line in secret.splitlines() if len(line) > 30 and not line.startswith("-----"))
    for request in seen:
        authorization = request.headers.get("authorization", "")
        yield from [authorization.rpartition(" ")[2]] if authorization else []
        if request.target == "/token" and b"assertion=" in request.body:
            yield request.body.rpartition(b"assertion=")[2].decode()


def echo(request: servers.Request) -> tuple[int, dict[str, str], bytes]:
    """A vendor that fails and quotes all that it got."""
    said = {"error": "bad", "error_description": f"{request.method} {request.target} {request.headers} {request.body.decode('latin-1')}"}
    return 400, {"x-echo": request.headers.get("authorization", "none")}, json.dumps(said).encode()


def granting(request: servers.Request) -> tuple[int, dict[str, str], bytes]:
    """A login that gives planted tokens, in every vendor's form."""
    given: dict[str, Any] = {"access_token": f"{P}-access", "refresh_token": f"{P}-new-refresh", "expires_in": 3600}
    return (
        200,
        {},
        json.dumps({**given, "token": f"{P}-access", "ok": True, "result": {"accessToken": f"{P}-access", "expiresIn": 300}}).encode(),
    )


@contextlib.contextmanager
def logged() -> Iterator[Callable[[], str]]:
    """Everything that is logged, down to the last debug line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream.getvalue
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("login", [echo, granting], ids=["a login that fails and quotes", "a vendor that fails and quotes"])
@pytest.mark.parametrize("kind", KINDS)
async def test_no_secret_shows(kind: str, login: Any, tmp_path: Path) -> None:
    given, planted, others = KINDS[kind]
    (tmp_path / "company.p12").write_bytes(authorities.issue(CA, "company").pkcs12(f"{P}-p12", CA))
    with logged() as log:
        async with servers.running() as vendor:
            vendor.answers["/token"] = vendor.answers["/app/installations/2/access_tokens"] = login
            vendor.answers["/accounts"] = echo
            definition = json.loads(json.dumps(given).replace("{url}", vendor.url))
            asked = {"path": "/accounts", "body": {"a": 1}}
            pinged = {**asked, "method": "POST", "result": "${answer}"}
            used = calls.tool("rest", endpoint=vendor.url, rest=asked, ping=pinged, authentication=definition)
            variables = {**planted, **{name: value.replace("{folder}", str(tmp_path)) for name, value in others.items()}}
            known = settings.Settings.from_mapping({**variables, "XDG_STATE_HOME": str(tmp_path)})
            measured = metrics_server.Endpoint("127.0.0.1", metrics_server.ANY_PORT)
            made = tools.ToolActivities(catalog.Catalog({used.address: used}), known, kept=measured.metrics)
            with pytest.raises(exceptions.ApplicationError) as caught:
                await calls.environment().run(made.call_tool, calls.given(used, {}, model.UNSAFE))
            door = authentication.Door(known)
            shown = [repr(known), repr(door), repr(made), str(door.missing(used)), repr(door.way(used, definition))]
            (answer,) = await pings.Pings(known).all(pings.services([used]))
            assert answer.state in (pings.REFUSED, pings.UNREACHABLE)
            shown += [repr(answer.said), await asyncio.to_thread(_read, measured.url)]
            assert "orchestrator_external_tool_calls_total" in shown[-1]
            await made.close()
            await asyncio.to_thread(measured.close)
    error = caught.value
    texts = [
        error.message,
        repr(error),
        json.dumps(list(error.details), default=str),
        "".join(traceback.format_exception(error)),
        *shown,
        log(),
    ]
    extra = [f"{P}-access", f"{P}-new-refresh"] if login is granting else []
    found = [
        (form, text[max(text.find(form) - 80, 0) :][:200])
        for form in forms([*planted.values(), *extra], vendor.requests)
        for text in texts
        if form in text
    ]
    assert vendor.requests
    assert found == []
    assert "planted" not in " ".join(texts)


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalog_command_shows_no_secret(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    given, planted, others = KINDS[kind]
    definition = {
        "address": "bank.accounts",
        "transport": "rest",
        "endpoint": "https://bank.example.com",
        "rest": {"path": "/accounts"},
        "authentication": json.loads(json.dumps(given).replace("{url}", "https://bank.example.com")),
    }
    (tmp_path / "bank.json").write_text(json.dumps(definition))
    (tmp_path / "company.p12").write_bytes(authorities.issue(CA, "company").pkcs12(f"{P}-p12", CA))
    for name, value in {**planted, **others, "ORDINAUT_CATALOG": str(tmp_path)}.items():
        monkeypatch.setenv(name, value.replace("{folder}", str(tmp_path)))
    for arguments in (["catalog", "bank.accounts"], ["catalog", "bank.accounts", "--json"], ["catalog"]):
        assert cli.run(arguments) == 0
    captured = capfd.readouterr()
    texts = captured.out + captured.err
    assert "bank.accounts" in texts
    assert [form for form in forms(list(planted.values()), []) if form in texts] == []


async def test_tokens_do_not_show_in_the_warning_of_a_store_that_cannot_be_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "ordinaut").write_text("a file where the folder should be")
    async with servers.running() as vendor:
        vendor.answers["/token"] = granting
        vendor.answer("/accounts", 200, {"ok": True})
        given = {"type": "oauth2", "token_url": f"{vendor.url}/token"}
        used = calls.tool("rest", endpoint=vendor.url, rest={"path": "/accounts"}, authentication=given)
        variables = {"BANK_CLIENT_ID": "1", "BANK_CLIENT_SECRET": f"{P}-client", "XDG_STATE_HOME": str(tmp_path)}
        output = await asyncio.wait_for(calls.call(used, {}, model.SAFE, variables), 30)
    assert output["output"] == {"ok": True}
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert caplog.messages[0].startswith("the new token of bank could not be kept: cannot write ")
    assert "planted" not in caplog.text
