"""Planted secrets of every kind of authentication never appear in a run: not in its history, its progress, nor in what commands say of it."""

from __future__ import annotations

import asyncio
import datetime
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio import client as temporal_client

import worker
from activities import run_starting, settings
from starter import documents, embedded, following, starting
from tests import authorities, commands, servers
from tests.acceptance import test_secrets_hidden as hidden

pytestmark = pytest.mark.server


def quoting(request: servers.Request) -> tuple[int, dict[str, str], bytes]:
    """A vendor that does what it is asked for, and quotes all that it got."""
    said = f"{request.method} {request.target} {request.headers} {request.body.decode('latin-1')}"
    return 200, {"x-echo": request.headers.get("authorization", "none")}, json.dumps({"said": said, "parts": said.split()}).encode()


def services(url: str, folder: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """A tool for each kind, with a service and so with variables of its own: (address, definition, variables)."""
    for number, (given, planted, others) in enumerate(hidden.KINDS.values()):
        own = json.dumps([given, planted, others]).replace("BANK_", f"BANK{number}_").replace("{url}", url)
        authentication, secret, plain = json.loads(own.replace("{folder}", str(folder)))
        definition = {
            "address": f"bank{number}.accounts",
            "transport": "rest",
            "endpoint": url,
            "effect": "safe",
            "rest": {"path": "/accounts", "body": {"a": 1}, "result": {"answer": "${answer}", "headers": "${headers}"}},
            "authentication": authentication,
            "retry": {"attempts": 1},
        }
        yield definition["address"], definition, {**secret, **plain}


async def run(temporal: temporal_client.Client, given: settings.Settings, queue: str, folder: Path, *addresses: str) -> str:
    """Runs a pipeline of these tools to its end; gives its id."""
    name = f"secrets-{uuid.uuid4().hex}"
    steps = [{"id": address.partition(".")[0], "uses": address, "with": {}} for address in addresses]
    file = commands.document(folder, f"{name}.json", commands.steps(*steps))
    checked = documents.checked(file, documents.catalog(given), given, {})
    assert checked.plan is not None, checked.problems
    now = datetime.datetime.now(datetime.UTC)
    handle = await run_starting.start(temporal, starting.run_input(checked.plan, {}, None, now), name, queue)
    await asyncio.wait([asyncio.ensure_future(handle.result())], timeout=60)
    return name


async def texts_of(temporal: temporal_client.Client, run_id: str) -> list[str]:
    """The history as it is stored, what `show` reads from it, and what the run tells of itself."""
    handle = temporal.get_workflow_handle(run_id)
    history = await handle.fetch_history()
    stored = b"".join(event.SerializeToString() for event in history.events).decode("latin-1")
    result = (await following.read(temporal, run_id)).record().as_json(run_id)
    return [stored, json.dumps(result, default=str), json.dumps(await handle.query("progress"), default=str)]


async def test_no_secret_shows_in_a_run(embedded_server: embedded.EmbeddedServer, client: temporal_client.Client, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    (tmp_path / "company.p12").write_bytes(authorities.issue(hidden.CA, "company").pkcs12(f"{hidden.P}-p12", hidden.CA))
    variables = {"ORDINAUT_CATALOG": str(catalog), "XDG_STATE_HOME": str(tmp_path)}
    addresses = []
    async with servers.running() as vendor:
        vendor.answers["/token"] = vendor.answers["/app/installations/2/access_tokens"] = hidden.granting
        for address, definition, more in services(vendor.url, tmp_path):
            (catalog / f"{address}.json").write_text(json.dumps(definition))
            variables |= more
            addresses.append(address)
        given, queue = settings.Settings.from_mapping(variables), f"secrets-{uuid.uuid4()}"
        async with worker.running(client, given, queue):
            vendor.answers["/accounts"] = quoting
            whole = await run(client, given, queue, tmp_path, *addresses)
            vendor.answers["/accounts"] = hidden.echo
            failed = await asyncio.gather(*(run(client, given, queue, tmp_path, address) for address in addresses))
            texts = [text for run_id in (whole, *failed) for text in await texts_of(client, run_id)]
    where = {**variables, "TEMPORAL_ADDRESS": embedded_server.address}
    for arguments in (["show", whole], ["show", whole, "--json"], ["show", failed[0], "--json"], ["runs", "--json"]):
        ended = await asyncio.to_thread(commands.ordinaut, *arguments, variables=where)
        assert ended.code == 0, ended.err
        texts += [ended.out, ended.err]
    planted = [secret for _, secrets, _ in hidden.KINDS.values() for secret in secrets.values()]
    forms = {*hidden.forms([*planted, f"{hidden.P}-access", f"{hidden.P}-new-refresh"], vendor.requests)}
    assert [(form, text[max(text.find(form) - 80, 0) :][:200]) for form in forms for text in texts if form in text] == []
    assert not [text for text in texts if re.search("planted", text)]
    result = json.loads(texts[1])
    assert (result["status"], len(result["steps"])) == ("completed", len(hidden.KINDS))
    assert "the answer held one of this worker's own secrets; it is kept as ***" in json.dumps(result["warnings"])
    assert [json.loads(text)["status"] for text in texts[4 : 3 * len(failed) + 3 : 3]] == ["failed"] * len(failed)
