"""A login's own end: the redirect on this machine, the address that is opened, and what is refused."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
import urllib.parse
from pathlib import Path
from typing import Any

import httpx
import pytest

from activities import authentication, settings
from starter import cli, login_callback
from starter.commands import login
from tests import calls
from workflows.core import errors


async def get(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as browser:
        return await browser.get(url)


async def test_the_redirect_of_this_login_gives_its_code() -> None:
    async with login_callback.waiting(0, "state-1", "bank") as callback:
        seen = await get(f"{callback.redirect_uri}?code=code-1&state=state-1")
        assert await asyncio.wait_for(callback.code, 5) == "code-1"
    assert (seen.status_code, seen.headers["cache-control"], seen.headers["referrer-policy"]) == (200, "no-store", "no-referrer")
    assert "You are logged in to bank. You can close this window." in seen.text


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("?code=stolen&state=another", id="another state"),
        pytest.param("?code=stolen", id="no state"),
        pytest.param("?error=access_denied&state=another", id="an error of another login"),
    ],
)
async def test_a_redirect_of_another_login_is_turned_away_and_this_one_goes_on(query: str) -> None:
    async with login_callback.waiting(0, "state-1", "bank") as callback:
        assert (await get(callback.redirect_uri + query)).status_code == 400
        assert not callback.code.done()
        await get(f"{callback.redirect_uri}?code=code-1&state=state-1")
        assert await asyncio.wait_for(callback.code, 5) == "code-1"


async def test_a_vendor_s_refusal_ends_the_login_and_its_words_are_no_html() -> None:
    async with login_callback.waiting(0, "state-1", "bank") as callback:
        seen = await get(f"{callback.redirect_uri}?error=access_denied&error_description=%3Cscript%3E&state=state-1")
        with pytest.raises(errors.ToolError, match=r"^bank answered: access_denied: <script>$"):
            await asyncio.wait_for(callback.code, 5)
    assert (seen.status_code, "<script>" in seen.text, "&lt;script&gt;" in seen.text) == (400, False, True)


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/callback/more"])
async def test_other_paths_are_not_there(path: str) -> None:
    async with login_callback.waiting(0, "state-1", "bank") as callback:
        origin = callback.redirect_uri.removesuffix("/callback")
        assert (await get(origin + path + "?code=a&state=state-1")).status_code == 404
        assert not callback.code.done()


@pytest.mark.parametrize("sent", [b"\r\n\r\n", b"GET\r\n\r\n", b"A" * 40_000, b"\xff\xfe\r\n\r\n", b""])
async def test_rubbish_does_not_end_the_waiting(sent: bytes) -> None:
    async with login_callback.waiting(0, "state-1", "bank") as callback:
        port = urllib.parse.urlsplit(callback.redirect_uri).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        writer.write_eof()
        await asyncio.wait_for(reader.read(), 5)
        writer.close()
        await get(f"{callback.redirect_uri}?code=code-1&state=state-1")
        assert await asyncio.wait_for(callback.code, 5) == "code-1"


async def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(errors.ToolError) as caught:
            async with login_callback.waiting(port, "s", "bank"):
                pass
    assert caught.value.message == (
        f"cannot wait on 127.0.0.1:{port}: Address already in use; name another port that the vendor knows: --port"
    )


def test_the_address_asks_for_a_code_with_pkce() -> None:
    given = {
        "type": "oauth2",
        "authorization_url": "https://login.bank.example/${settings.BANK_TENANT}/authorize?audience=api",
        "token_url": "https://login.bank.example/token",
        "scopes": ["read", "write"],
    }
    known = settings.Settings.from_mapping({"BANK_CLIENT_ID": "client-1", "BANK_TENANT": "a/b?c"})
    way = authentication.Door(known).way(calls.tool("rest"), given)
    address = urllib.parse.urlsplit(login.address(way, "verifier-1", "state-1", "http://127.0.0.1:8484/callback"))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"verifier-1").digest()).decode().rstrip("=")
    assert (address.scheme, address.netloc, address.path) == ("https", "login.bank.example", "/a%2Fb%3Fc/authorize")
    assert dict(urllib.parse.parse_qsl(address.query)) == {
        "audience": "api",
        "response_type": "code",
        "client_id": "client-1",
        "redirect_uri": "http://127.0.0.1:8484/callback",
        "state": "state-1",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "scope": "read write",
    }
    assert "verifier-1" not in address.query


def definition(**given: Any) -> dict[str, Any]:
    oauth = {"type": "oauth2", "authorization_url": "https://login.example/authorize", "token_url": "https://login.example/token", **given}
    return {
        "address": "bank.accounts",
        "transport": "rest",
        "endpoint": "https://a.example",
        "rest": {"path": "/a"},
        "authentication": oauth,
    }


@pytest.mark.parametrize(
    ("service", "given", "variables", "message"),
    [
        pytest.param("bnak", {}, {}, "no tool has the service 'bnak'; did you mean 'bank'?", id="misspelt service"),
        pytest.param(
            "bank",
            {},
            {},
            "bank needs BANK_CLIENT_ID, which is not set; set it in the worker's environment, or NAME_FILE to a file that holds it",
            id="no client id",
        ),
        pytest.param(
            "bank",
            {"token_url": "https://login.example/${settings.BANK_TENANT}/token"},
            {"BANK_CLIENT_ID": "c"},
            "bank needs BANK_TENANT, which is not set; set it in the worker's environment, or NAME_FILE to a file that holds it",
            id="a variable of an address",
        ),
        pytest.param(
            "github",
            {},
            {},
            "github has no login in the browser, its authentication is bearer_token; 'ordinaut catalog' says what to set",
            id="no OAuth",
        ),
    ],
)
def test_what_a_login_lacks_is_told_before_the_browser_opens(
    service: str,
    given: dict[str, Any],
    variables: dict[str, str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bank.json").write_text(json.dumps(definition(**given)))
    for name, value in {**variables, "ORDINAUT_CATALOG": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    assert cli.run(["login", service]) == 1
    assert capfd.readouterr().err == f"ordinaut: {message}\n"


def test_nobody_in_the_browser_ends_the_login_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bank.json").write_text(json.dumps(definition()))
    monkeypatch.setenv("ORDINAUT_CATALOG", str(tmp_path))
    monkeypatch.setenv("BANK_CLIENT_ID", "client-1")
    assert cli.run(["login", "bank", "--no-browser", "--port", "0", "--timeout", "0.2"]) == 1
    assert capfd.readouterr().err.endswith("ordinaut: nobody granted access to bank within 0.2 s; start the login again\n")


def test_a_pasted_address_of_another_login_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bank.json").write_text(json.dumps(definition()))
    monkeypatch.setenv("ORDINAUT_CATALOG", str(tmp_path))
    monkeypatch.setenv("BANK_CLIENT_ID", "client-1")
    monkeypatch.setattr("click.prompt", lambda *_, **__: "http://127.0.0.1:8484/callback?code=a&state=another")
    assert cli.run(["login", "bank", "--paste"]) == 1
    assert "this redirect belongs to another login" in capfd.readouterr().err
