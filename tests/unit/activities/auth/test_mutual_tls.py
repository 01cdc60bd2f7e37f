"""Mutual TLS against a server that insists on it: certificates in PEM and PKCS#12, renewed ones, ended ones, and none."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import os
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette import applications, requests, responses, routing
from temporalio import exceptions

from activities import authentication, catalog, settings, tools
from tests import authorities, calls, servers
from workflows.core import errors, model

CA = authorities.authority()
PASSWORD = "p12-geheim-4711"
DAY = datetime.timedelta(days=1)


@contextlib.asynccontextmanager
async def bank(folder: Path) -> AsyncIterator[tuple[str, list[str]]]:
    """A bank over TLS that serves only whoever shows a certificate of the tests' authority; (its URL, names of those who called)."""
    certificate, key = authorities.issue(CA, "bank").write(folder, "bank")
    (folder / "ca.pem").write_bytes(CA.certificate_pem)
    names: list[str] = []

    async def accounts(request: requests.Request) -> responses.Response:
        names.append(request.headers.get("authorization", ""))
        return responses.JSONResponse({"ok": True})

    port = servers.free_port()
    config = uvicorn.Config(
        applications.Starlette(routes=[routing.Route("/accounts", accounts, methods=["GET", "POST"])]),
        host="127.0.0.1",
        port=port,
        log_level="critical",
        lifespan="off",
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_ca_certs=str(folder / "ca.pem"),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"https://127.0.0.1:{port}", names
    finally:
        server.should_exit = True
        await serving


def tool(url: str, **given: Any) -> model.Tool:
    return calls.tool("rest", endpoint=url, rest={"path": "/accounts", "method": "GET"}, authentication={"type": "mutual_tls", **given})


def variables(folder: Path, **more: str) -> dict[str, str]:
    return {"BANK_CA_PATH": str(folder / "ca.pem"), "XDG_STATE_HOME": str(folder), **more}


def pem(folder: Path, issued: authorities.Issued, name: str = "client") -> dict[str, str]:
    certificate, key = issued.write(folder, name)
    return {"BANK_CERTIFICATE_PATH": certificate, "BANK_PRIVATE_KEY_PATH": key}


def p12(folder: Path, issued: authorities.Issued, legacy: bool = False) -> dict[str, str]:
    file = folder / "client.pfx"
    file.write_bytes(issued.pkcs12(PASSWORD, CA, legacy=legacy))
    return {"BANK_CERTIFICATE_PATH": str(file), "BANK_CERTIFICATE_PASSWORD": PASSWORD}


@pytest.mark.parametrize("form", ["pem", "pem in one file", "pkcs12", "legacy pkcs12"])
async def test_a_client_certificate_opens_the_door(tmp_path: Path, form: str) -> None:
    client = authorities.issue(CA, "ordinaut", key=authorities.rsa_key())
    given = p12(tmp_path, client, form.startswith("legacy")) if "pkcs12" in form else pem(tmp_path, client)
    if form == "pem in one file":
        Path(given["BANK_CERTIFICATE_PATH"]).write_bytes(client.key_pem() + client.certificate_pem)
        del given["BANK_PRIVATE_KEY_PATH"]
    async with bank(tmp_path) as (url, names):
        assert (await calls.call(tool(url), {}, model.SAFE, variables(tmp_path, **given)))["output"] == {"ok": True}
    assert names == [""]


async def test_paths_may_stand_in_the_definition(tmp_path: Path) -> None:
    certificate, key = authorities.issue(CA, "ordinaut").write(tmp_path, "client")
    async with bank(tmp_path) as (url, _):
        used = tool(url, certificate_path=certificate, private_key_path=key)
        assert (await calls.call(used, {}, model.SAFE, variables(tmp_path)))["output"] == {"ok": True}


@pytest.mark.parametrize("who", ["nobody", "a stranger"])
async def test_without_a_certificate_of_the_bank_s_authority_nobody_comes_in(tmp_path: Path, who: str) -> None:
    stranger = authorities.issue(authorities.authority("Rogue"), "ordinaut")
    async with bank(tmp_path) as (url, names):
        if who == "nobody":
            used = calls.tool("rest", endpoint=url, rest={"path": "/accounts", "method": "GET"})
            error = await calls.failure(used, {}, model.SAFE, variables(tmp_path))
        else:
            error = await calls.failure(tool(url), {}, model.SAFE, variables(tmp_path, **pem(tmp_path, stranger)))
    assert error.type in (errors.UNKNOWN_OUTCOME, errors.UNREACHABLE)
    assert names == []


async def test_a_missing_certificate_is_named_before_anything_is_sent(tmp_path: Path) -> None:
    async with bank(tmp_path) as (url, _):
        error = await calls.failure(tool(url, certificate_path="/certs/none.pem"), {}, model.SAFE, variables(tmp_path))
    assert error.message == (
        "step pay: bank.accounts, attempt 1: bank needs BANK_CERTIFICATE_PATH (there is no file /certs/none.pem), which is not set;"
        " set it in the worker's environment, or NAME_FILE to a file that holds it"
    )


async def test_a_renewed_certificate_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    given = variables(tmp_path, **pem(tmp_path, authorities.issue(authorities.authority("Rogue"), "ordinaut")))
    async with bank(tmp_path) as (url, names):
        used = tool(url)
        made = tools.ToolActivities(catalog.Catalog({used.address: used}), settings.Settings.from_mapping(given))
        with pytest.raises(exceptions.ApplicationError):
            await calls.environment().run(made.call_tool, calls.given(used, {}, model.SAFE))
        pem(tmp_path, authorities.issue(CA, "ordinaut"))
        assert (await calls.environment().run(made.call_tool, calls.given(used, {}, model.SAFE)))["output"] == {"ok": True}
        await made.close()
    assert len(names) == 1


async def test_a_certificate_that_is_over_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    ended = authorities.issue(CA, "ordinaut", days=-2)
    async with bank(tmp_path) as (url, names):
        error = await calls.failure(tool(url), {}, model.SAFE, variables(tmp_path, **pem(tmp_path, ended)))
    day = (datetime.datetime.now(datetime.UTC) - 2 * DAY).strftime("%Y-%m-%d")
    assert (error.type, error.message, names) == (
        "invalid input",
        f"step pay: bank.accounts, attempt 1: the certificate of bank ended on {day}; put a new one in its place, no restart is needed",
        [],
    )


async def test_a_certificate_near_its_end_is_warned_of_once_a_day(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    given = variables(tmp_path, **pem(tmp_path, authorities.issue(CA, "ordinaut", days=12.5)))
    async with bank(tmp_path) as (url, _):
        used = tool(url)
        made = tools.ToolActivities(catalog.Catalog({used.address: used}), settings.Settings.from_mapping(given))
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                await calls.environment().run(made.call_tool, calls.given(used, {}, model.SAFE))
        await made.close()
    day = (datetime.datetime.now(datetime.UTC) + 12.5 * DAY).strftime("%Y-%m-%d")
    assert [record.getMessage() for record in caplog.records] == [f"the certificate of bank ends on {day}, in 12 days: have it renewed"]


def test_days_left_are_told_by_service(tmp_path: Path) -> None:
    known = settings.Settings.from_mapping(variables(tmp_path, **pem(tmp_path, authorities.issue(CA, "ordinaut", days=12.5))))
    without = calls.tool("rest", "other.tool", endpoint="https://other.example", authentication={"type": "mutual_tls"})
    plain = calls.tool("rest", "plain.tool", endpoint="https://plain.example", authentication={"type": "bearer_token"})
    door = authentication.Door(known)
    now = datetime.datetime.now(datetime.UTC)
    assert door.days_left([tool("https://a.example"), without, plain], now) == {"bank": 12}
    assert door.days_left([tool("https://a.example")], now + 20 * DAY) == {"bank": -8}


def test_no_private_key_stays_behind_in_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "ca.pem").write_bytes(CA.certificate_pem)
    known = settings.Settings.from_mapping(variables(tmp_path, **p12(tmp_path, authorities.issue(CA, "ordinaut"))))
    options = authentication.Door(known).client_options(tool("https://a.example"))
    assert options is not None and isinstance(options[1], ssl.SSLContext)
    assert os.listdir(tmp_path / "temporary") == []


def test_the_usual_tls_where_nothing_is_configured() -> None:
    plain = calls.tool("rest", endpoint="https://a.example", authentication={"type": "bearer_token"})
    assert authentication.Door(settings.Settings.from_mapping({})).client_options(plain) is None
