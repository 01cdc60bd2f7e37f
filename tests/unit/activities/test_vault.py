"""Secrets from Vault. No Vault can be had in these tests: the stand-in follows the documented API (tests/vault_server.py)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from activities import secrets, settings, vault
from tests import calls, servers, vault_server
from workflows.core import errors, model


@pytest.fixture
def store() -> Iterator[vault_server.Vault]:
    with vault_server.running() as running:
        running.secrets["secret/data/bank"] = {"token": "vault-t0ken", "pin": 4711, "empty": ""}
        yield running


def known(store: vault_server.Vault, **variables: str) -> settings.Settings:
    given = {"VAULT_ADDR": store.url, "VAULT_TOKEN": vault_server.TOKEN, "BANK_TOKEN_VAULT": "secret/bank#token", **variables}
    return settings.Settings.from_mapping({name: value for name, value in given.items() if value})


def failure(store: vault_server.Vault, **variables: str) -> tuple[str, str]:
    with pytest.raises(errors.ToolError) as caught:
        known(store, **variables).secret("BANK_TOKEN")
    return caught.value.kind, caught.value.message


def test_a_secret_is_read_by_its_place(store: vault_server.Vault) -> None:
    found = known(store)
    assert store.asked == []  # only when it is needed
    assert found.secret("BANK_TOKEN") == secrets.Secret("vault-t0ken")
    assert found.mask("it is vault-t0ken") == "it is ***"
    assert store.asked == [("GET", "/v1/secret/data/bank", None)]


@pytest.mark.parametrize("place", ["secret/bank#token", "/secret/bank#token", "secret/data/bank#token"])
def test_a_place_is_written_as_people_write_it(store: vault_server.Vault, place: str) -> None:
    assert known(store, BANK_TOKEN_VAULT=place).secret("BANK_TOKEN") == secrets.Secret("vault-t0ken")


def test_a_value_is_kept_for_a_while_and_then_read_again(store: vault_server.Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    found = known(store)
    for _ in range(3):
        found.secret("BANK_TOKEN")
    assert len(store.asked) == 1
    store.secrets["secret/data/bank"] = {"token": "rotated-t0ken"}
    monkeypatch.setattr(vault, "KEPT_SECONDS", 0)
    assert found.secret("BANK_TOKEN") == secrets.Secret("rotated-t0ken")
    assert found.mask("vault-t0ken, rotated-t0ken") == "***, ***"


def test_while_vault_is_away_the_last_value_is_used(
    store: vault_server.Vault, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found = known(store)
    found.secret("BANK_TOKEN")
    monkeypatch.setattr(vault, "KEPT_SECONDS", 0)
    store.sealed = True
    assert found.secret("BANK_TOKEN") == secrets.Secret("vault-t0ken")
    assert caplog.messages == ["BANK_TOKEN_VAULT: Vault answered HTTP 503 (Vault is sealed); the value read before is used"]


def test_an_app_role_logs_in_and_again_when_its_token_has_ended(store: vault_server.Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "KEPT_SECONDS", 0)
    found = known(store, VAULT_TOKEN="", VAULT_ROLE_ID="role-1", VAULT_SECRET_ID="secret-id-1", VAULT_NAMESPACE="team")
    found.secret("BANK_TOKEN")
    found.secret("BANK_TOKEN")
    assert store.logins == 1
    store.tokens.clear()
    assert found.secret("BANK_TOKEN") == secrets.Secret("vault-t0ken")
    assert (store.logins, {namespace for _, _, namespace in store.asked}) == (2, {"team"})
    assert found.mask("hvs.login-2 secret-id-1") == "*** ***"


def test_vault_s_own_secret_may_come_from_a_file(store: vault_server.Vault, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{vault_server.TOKEN}\n")
    found = known(store, VAULT_TOKEN="", VAULT_TOKEN_FILE=str(tmp_path / "token"))
    assert found.secret("BANK_TOKEN") == secrets.Secret("vault-t0ken")


@pytest.mark.parametrize(
    ("variables", "kind", "message"),
    [
        pytest.param(
            {"BANK_TOKEN_VAULT": "secret/none#token"},
            errors.INVALID_INPUT,
            "BANK_TOKEN_VAULT: Vault has nothing at secret/none",
            id="no such path",
        ),
        pytest.param(
            {"BANK_TOKEN_VAULT": "secret/bank#tokn"},
            errors.INVALID_INPUT,
            "BANK_TOKEN_VAULT: Vault has no text 'tokn' at secret/bank; there are empty, pin, token",
            id="no such key",
        ),
        pytest.param(
            {"BANK_TOKEN_VAULT": "secret/bank#pin"},
            errors.INVALID_INPUT,
            "BANK_TOKEN_VAULT: Vault has no text 'pin' at secret/bank; there are empty, pin, token",
            id="no text",
        ),
        pytest.param(
            {"BANK_TOKEN_VAULT": "bank"},
            errors.INVALID_INPUT,
            "BANK_TOKEN_VAULT: found 'bank', expected a place in Vault like secret/slack#bot_token (mount, path, # and key)",
            id="no place",
        ),
        pytest.param(
            {"BANK_TOKEN_VAULT": "secret/../sys#seal"},
            errors.INVALID_INPUT,
            "BANK_TOKEN_VAULT: found 'secret/../sys#seal', expected a place in Vault like secret/slack#bot_token (mount, path, # and key)",
            id="a way out of the mount",
        ),
        pytest.param(
            {"VAULT_TOKEN": "hvs.wr0ng"},
            errors.INVALID_INPUT,
            "BANK_TOKEN_VAULT: Vault refuses secret/data/bank (permission denied); does the token's policy let it be read?",
            id="refused",
        ),
        pytest.param(
            {"VAULT_TOKEN": ""},
            errors.INVALID_INPUT,
            "BANK_TOKEN_VAULT needs VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, to log in to Vault",
            id="no credentials",
        ),
        pytest.param(
            {"VAULT_TOKEN": "", "VAULT_ROLE_ID": "role-1", "VAULT_SECRET_ID": "wr0ng"},
            errors.INVALID_INPUT,
            "BANK_TOKEN_VAULT: Vault refuses the login by VAULT_ROLE_ID and VAULT_SECRET_ID (HTTP 400)",
            id="wrong role",
        ),
        pytest.param({"VAULT_ADDR": ""}, errors.INVALID_INPUT, "BANK_TOKEN_VAULT needs VAULT_ADDR, the address of Vault", id="no address"),
    ],
)
def test_what_is_wrong_is_told(store: vault_server.Vault, variables: dict[str, str], kind: str, message: str) -> None:
    assert failure(store, **variables) == (kind, message)


def test_a_deleted_version_is_told(store: vault_server.Vault) -> None:
    store.secrets["secret/data/bank"] = None
    assert failure(store) == (errors.INVALID_INPUT, "BANK_TOKEN_VAULT: Vault has nothing at secret/bank")


def test_vault_that_does_not_answer_is_not_asked_by_every_call(store: vault_server.Vault) -> None:
    port = servers.free_port()
    found = known(store, VAULT_ADDR=f"http://127.0.0.1:{port}")
    for _ in range(2):
        with pytest.raises(errors.ToolError, match=f"BANK_TOKEN_VAULT: Vault at http://127.0.0.1:{port} does not answer: ") as caught:
            found.secret("BANK_TOKEN")
        assert caught.value.kind == errors.UNREACHABLE


async def test_a_call_takes_its_secret_from_vault_without_holding_up_the_others(
    store: vault_server.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    read = vault.Vault.read
    monkeypatch.setattr(vault.Vault, "read", lambda *given: threads.append(threading.current_thread()) or read(*given))
    async with servers.running() as bank:
        bank.answer("/accounts", 200, {"ok": True})
        used = calls.tool("rest", endpoint=bank.url, rest={"path": "/accounts"}, authentication={"type": "bearer_token"})
        variables = {"VAULT_ADDR": store.url, "VAULT_TOKEN": vault_server.TOKEN, "BANK_TOKEN_VAULT": "secret/bank#token"}
        output: Any = await calls.call(used, {}, model.SAFE, variables)
    assert output["output"] == {"ok": True}
    assert bank.requests[0].headers["authorization"] == "Bearer vault-t0ken"
    assert threads[0] is not threading.main_thread()


def test_our_own_secrets_are_read_at_start(store: vault_server.Vault) -> None:
    store.secrets["secret/data/own"] = {"url": "sqlite:///a.db"}
    assert known(store, ORDINAUT_DATABASE_URL_VAULT="secret/own#url").database_url == secrets.Secret("sqlite:///a.db")
    with pytest.raises(settings.SettingsError) as caught:
        known(store, ORDINAUT_DATABASE_URL_VAULT="secret/own#uri")
    assert caught.value.problems == ("ORDINAUT_DATABASE_URL_VAULT: Vault has no text 'uri' at secret/own; there are url",)
