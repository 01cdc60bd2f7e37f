"""OAuth from a tool call to the vendor: tokens are got, kept, rotated, shared and given up as an independent server (authlib) wants it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import stat
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from activities import authentication, catalog, settings, tools
from activities.transports import rest
from starter import cli
from tests import calls, oauth_server
from workflows.core import model

CLIENT = {"BANK_CLIENT_ID": oauth_server.CLIENT_ID, "BANK_CLIENT_SECRET": oauth_server.CLIENT_SECRET}


def bank(server: oauth_server.OAuth, **authentication_fields: Any) -> model.Tool:
    given = {"type": "oauth2", "token_url": f"{server.url}/token", "scopes": ["read"], **authentication_fields}
    return calls.tool("rest", endpoint=f"{server.url}/api", rest={"path": "/accounts", "method": "GET"}, authentication=given)


def logins(server: oauth_server.OAuth, **fields: Any) -> model.Tool:
    return bank(server, authorization_url=f"{server.url}/authorize", **fields)


class Worker:
    """A worker's tool-call activity, with its own memory."""

    def __init__(self, used: model.Tool, variables: Mapping[str, str]) -> None:
        self.settings = settings.Settings.from_mapping(variables)
        self.activities = tools.ToolActivities(catalog.Catalog({used.address: used}), self.settings)
        self._used = used

    async def call(self) -> Any:
        output = await calls.environment().run(self.activities.call_tool, calls.given(self._used, {}, model.SAFE))
        return output["output"]


@contextlib.asynccontextmanager
async def worker(used: model.Tool, folder: Path, **variables: str) -> AsyncIterator[Worker]:
    made = Worker(used, {**CLIENT, "XDG_STATE_HOME": str(folder), **variables})
    try:
        yield made
    finally:
        await made.activities.close()


async def logged_in(server: oauth_server.OAuth, used: model.Tool, folder: Path, **variables: str) -> None:
    """Puts a login into the store as `ordinaut login` does, by way of the server's own code grant."""
    server.tokens.append(oauth_server.Token("first-access-9d1e", "first-refresh-5b7a", "read", 0))
    known = settings.Settings.from_mapping({**CLIENT, "XDG_STATE_HOME": str(folder), **variables})
    door = authentication.Door(known)
    from activities import secrets, tokens
    from activities.auth import oauth2

    way = door.way(used, used.definition["authentication"])
    given = tokens.Token(secrets.Secret("first-access-9d1e"), 0, 0, secrets.Secret("first-refresh-5b7a"))
    await door.tokens.keep(oauth2.record_id(way), given)
    await door.close()


@pytest.mark.parametrize(("client_auth", "method"), [("post", "client_secret_post"), ("basic", "client_secret_basic")])
async def test_client_credentials_give_one_token_for_many_calls(tmp_path: Path, client_auth: str, method: str) -> None:
    async with oauth_server.running(client=oauth_server.Client(auth_method=method)) as server:
        async with worker(bank(server, client_auth=client_auth), tmp_path) as one:
            assert [(await one.call())["call"] for _ in range(3)] == [1, 2, 3]
    assert server.grants == ["client_credentials"]
    assert server.forms[0]["scope"] == "read"


async def test_many_calls_at_once_ask_for_one_token(tmp_path: Path) -> None:
    async with oauth_server.running(delay_seconds=0.2) as server, worker(bank(server), tmp_path) as one:
        await asyncio.gather(*(one.call() for _ in range(25)))
    assert (len(server.forms), len(server.calls)) == (1, 25)


async def test_a_token_near_its_end_is_replaced_before_it_is_used(tmp_path: Path) -> None:
    async with oauth_server.running(life_seconds=1) as server, worker(bank(server), tmp_path) as one:
        await one.call()
        await asyncio.sleep(0.95)  # the last tenth of its life
        await one.call()
    assert (len(server.forms), len(server.calls)) == (2, 2)


async def test_a_refused_token_is_replaced_once_and_the_call_sent_again(tmp_path: Path) -> None:
    async with oauth_server.running() as server, worker(bank(server), tmp_path) as one:
        await one.call()
        server.revoke_access()
        assert (await one.call())["ok"] is True
    assert (len(server.forms), len(server.calls)) == (2, 3)


async def test_calls_that_are_refused_at_once_get_one_new_token_together(tmp_path: Path) -> None:
    async with oauth_server.running(delay_seconds=0.1) as server, worker(bank(server), tmp_path) as one:
        await one.call()
        server.revoke_access()
        await asyncio.gather(*(one.call() for _ in range(10)))
    assert len(server.forms) == 2


async def test_an_api_that_refuses_every_token_is_asked_twice_only(tmp_path: Path) -> None:
    async with oauth_server.running() as server:
        used = bank(server)
        original = oauth_server.Token.usable
        oauth_server.Token.usable = lambda self: False  # type: ignore[method-assign]
        try:
            error = await calls.failure(used, {}, model.SAFE, {**CLIENT, "XDG_STATE_HOME": str(tmp_path)})
        finally:
            oauth_server.Token.usable = original  # type: ignore[method-assign]
    assert (error.type, error.non_retryable, len(server.calls), len(server.forms)) == ("rejected by the vendor", True, 2, 2)


async def test_a_wrong_client_secret_is_told_and_never_shown(tmp_path: Path) -> None:
    async with oauth_server.running() as server:
        variables = {**CLIENT, "BANK_CLIENT_SECRET": "wr0ng-s3cret", "XDG_STATE_HOME": str(tmp_path)}
        error = await calls.failure(bank(server), {}, model.UNSAFE, variables)
    assert error.message == (
        f"step pay: bank.accounts, attempt 1: {server.url}/token: no token for bank: HTTP 401 (invalid_client: The client cannot authenticate with methods:"
        " ('client_secret_basic', 'client_secret_post')); check the client id and secret of bank; the call was not sent"
    )
    assert (error.type, error.non_retryable, server.calls) == ("rejected by the vendor", True, [])


async def test_a_new_refresh_token_takes_the_old_one_s_place(tmp_path: Path) -> None:
    """The server revokes a refresh token when it is used: only whoever keeps the new one goes on, also after a restart."""
    async with oauth_server.running(life_seconds=1) as server:
        used = logins(server)
        await logged_in(server, used, tmp_path)
        for _ in range(3):
            async with worker(used, tmp_path) as one:
                await one.call()
                await asyncio.sleep(1)
    assert server.grants == ["refresh_token"] * 3
    sent = [form["refresh_token"] for form in server.forms]
    assert sent == ["first-refresh-5b7a", *(token.refresh for token in server.tokens[1:3])]


async def test_a_refresh_token_of_the_environment_starts_and_its_successors_are_kept(tmp_path: Path) -> None:
    async with oauth_server.running(life_seconds=1) as server:
        server.tokens.append(oauth_server.Token("-", "configured-refresh", "read", 0))
        for _ in range(2):
            async with worker(bank(server), tmp_path, BANK_REFRESH_TOKEN="configured-refresh") as one:
                await one.call()
                await asyncio.sleep(1)
        server.tokens.append(oauth_server.Token("-", "another-refresh", "read", 0))
        async with worker(bank(server), tmp_path, BANK_REFRESH_TOKEN="another-refresh") as one:
            await one.call()
    sent = [form["refresh_token"] for form in server.forms]
    assert sent == ["configured-refresh", server.tokens[1].refresh, "another-refresh"]


async def test_a_call_that_is_cancelled_does_not_lose_the_new_refresh_token(tmp_path: Path) -> None:
    async with oauth_server.running(delay_seconds=0.3) as server:
        used = logins(server)
        await logged_in(server, used, tmp_path)
        async with worker(used, tmp_path) as one:
            under_way = asyncio.create_task(one.call())
            await asyncio.sleep(0.15)
            under_way.cancel()
            with contextlib.suppress(BaseException):
                await under_way
        async with worker(used, tmp_path) as other:
            assert (await other.call())["ok"] is True
    assert server.grants == ["refresh_token"]


async def test_a_withdrawn_login_says_what_to_do(tmp_path: Path) -> None:
    async with oauth_server.running() as server:
        used = logins(server, grant="authorization_code")
        await logged_in(server, used, tmp_path)
        server.revoke_all()
        error = await calls.failure(used, {}, model.SAFE, {**CLIENT, "XDG_STATE_HOME": str(tmp_path)})
    assert error.message == (
        f"step pay: bank.accounts, attempt 1: {server.url}/token: no token for bank: HTTP 400 (invalid_grant);"
        " the grant has ended or was withdrawn: `ordinaut login bank`, or configure a new one; the call was not sent"
    )


async def test_without_a_login_the_call_says_so(tmp_path: Path) -> None:
    async with oauth_server.running() as server:
        used = logins(server, grant="authorization_code")
        error = await calls.failure(used, {}, model.SAFE, {**CLIENT, "XDG_STATE_HOME": str(tmp_path)})
    assert error.message == (
        "step pay: bank.accounts, attempt 1: bank needs BANK_ACCESS_TOKEN or BANK_BOT_TOKEN, or BANK_CLIENT_ID and a login"
        " (`ordinaut login bank`), which is not set; set it in the worker's environment, or NAME_FILE to a file that holds it"
    )


async def test_the_token_file_is_its_owner_s_alone_and_encrypted_where_there_is_a_key(tmp_path: Path) -> None:
    import base64

    key = base64.b64encode(bytes(range(32))).decode()
    async with oauth_server.running() as server:
        used = logins(server)
        await logged_in(server, used, tmp_path, ORDINAUT_TOKEN_KEY=key)
        async with worker(used, tmp_path, ORDINAUT_TOKEN_KEY=key) as one:
            await one.call()
        error = await calls.failure(used, {}, model.SAFE, {**CLIENT, "XDG_STATE_HOME": str(tmp_path)})
    file = tmp_path / "ordinaut" / "tokens.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert [
        word
        for word in ("first", *(token.access for token in server.tokens), *(str(token.refresh) for token in server.tokens))
        if word in text
    ] == []
    assert error.message == (
        "step pay: bank.accounts, attempt 1: the stored token of bank cannot be opened: it is encrypted, and ORDINAUT_TOKEN_KEY is not set;"
        " set the right key, or log in again"
    )


async def test_two_workers_of_one_machine_refresh_one_after_the_other(tmp_path: Path) -> None:
    """Each refresh token is good once: two at the same time would lose the login."""
    async with oauth_server.running(delay_seconds=0.2) as server:
        used = logins(server)
        await logged_in(server, used, tmp_path)
        async with worker(used, tmp_path) as one, worker(used, tmp_path) as other:
            await asyncio.gather(one.call(), other.call())
    assert (server.grants, len(server.calls)) == (["refresh_token"], 2)


async def login(
    server: oauth_server.OAuth, folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str
) -> tuple[int, httpx.Response | None]:
    """`ordinaut login bank` while a person opens the printed address; (exit code, what the person sees at last)."""
    definition = {
        "address": "bank.accounts",
        "transport": "rest",
        "endpoint": f"{server.url}/api",
        "rest": {"path": "/accounts", "method": "GET"},
        "authentication": logins(server).definition["authentication"],
    }
    (folder / "catalog").mkdir()
    (folder / "catalog" / "bank.accounts.json").write_text(json.dumps(definition))
    variables = {"BANK_CLIENT_ID": CLIENT["BANK_CLIENT_ID"], "ORDINAUT_CATALOG": str(folder / "catalog"), "XDG_STATE_HOME": str(folder)}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    printed: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(
        "starter.commands.login.output.note",
        lambda text: loop.call_soon_threadsafe(printed.put_nowait, text.split()[-1]) if server.url in text else None,
    )
    command = asyncio.create_task(asyncio.to_thread(cli.run, ["login", "bank", "--no-browser", "--port", "0", *options]))
    address = await asyncio.wait_for(printed.get(), 20)
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as browser:
        seen = await browser.get(address)
    return await asyncio.wait_for(command, 20), seen


async def test_a_login_in_the_browser_gives_the_workers_their_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with oauth_server.running(client=oauth_server.Client(auth_method="none"), life_seconds=2) as server:
        code, seen = await login(server, tmp_path, monkeypatch, "--json")
        assert seen is not None and "You are logged in to bank." in seen.text
        made = Worker(logins(server), {"BANK_CLIENT_ID": CLIENT["BANK_CLIENT_ID"], "XDG_STATE_HOME": str(tmp_path)})
        assert (await made.call())["ok"] is True
        await asyncio.sleep(2)
        assert (await made.call())["ok"] is True
        await made.activities.close()
    assert code == 0
    assert server.grants == ["authorization_code", "refresh_token"]
    answer = json.loads(capfdbinary.readouterr().out)
    assert (answer["service"], answer["scope"], answer["refreshable"]) == ("bank", "read", True)
    assert answer["kept_in"] == str(tmp_path / "ordinaut" / "tokens.json")
    for token in server.tokens:
        assert token.access not in json.dumps(answer)


async def test_a_person_who_refuses_ends_the_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async with oauth_server.running(client=oauth_server.Client(auth_method="none"), denies=True) as server:
        code, seen = await login(server, tmp_path, monkeypatch)
    assert seen is not None and seen.status_code == 400 and "access_denied" in seen.text
    assert code == 1
    assert "bank answered: access_denied" in capfd.readouterr().err
    assert server.forms == []


def test_a_rest_transport_has_a_door_of_its_own_where_none_is_given() -> None:
    assert isinstance(rest.Rest(settings.Settings.from_mapping({}))._door, authentication.Door)
