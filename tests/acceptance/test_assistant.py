"""`ordinaut mcp`: an assistant, spoken for by the official SDK's client, with a real server and a real worker."""

from __future__ import annotations

import contextlib
import json
import signal
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import mcp
import pytest
from mcp.client import stdio, streamable_http
from temporalio import client as temporal_client

import worker
from activities import settings as settings_module
from starter import embedded
from tests import commands
from workflows import contract

pytestmark = pytest.mark.server

TOKEN = "planted-assistant-51d2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pipelines"
    made.mkdir()
    total = commands.transform("total", {"sum": "${params.amount + 0.05}"}, save_as="total")
    commands.document(
        made, "sums.json", commands.steps(total, commands.transform("shown", "${total.sum}"), name="sums", params={"amount": 1})
    )
    commands.document(made, "broken.json", '{"name": "broken", "payload": {"pipeline": [{"id": "a", "uses": "slak.x", "with": {}}]}}')
    return made


@contextlib.asynccontextmanager
async def by_stdio(folder: Path, address: str, *options: str) -> AsyncIterator[mcp.Client]:
    environment = {"TEMPORAL_ADDRESS": address, **commands.environment()}
    parameters = stdio.StdioServerParameters(command=str(commands.PROGRAM), args=["mcp", str(folder), *options], env=environment)
    async with mcp.Client(parameters) as assistant:
        yield assistant


async def asked(assistant: mcp.Client, tool: str, progress: Any = None, **arguments: Any) -> Any:
    """What a tool answers; an error as its text."""
    result = await assistant.call_tool(tool, arguments, progress_callback=progress)
    (text,) = [block.text for block in result.content if isinstance(block, mcp.types.TextContent)]
    return text if result.is_error else json.loads(text)


async def test_an_assistant_looks_tries_starts_and_watches(
    folder: Path, embedded_server: embedded.EmbeddedServer, client: temporal_client.Client
) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def progress(done: float, total: float | None, words: str | None) -> None:
        told.append((done, total, words))

    async with (
        worker.running(client, settings_module.Settings.from_mapping({}), contract.TASK_QUEUE),
        by_stdio(folder, embedded_server.address) as assistant,
    ):
        listed = {one["name"]: one for one in (await asked(assistant, "list_pipelines"))["pipelines"]}
        assert (listed["sums"]["ok"], listed["sums"]["steps"], listed["broken"]["ok"]) == (True, ["total", "shown"], False)
        problems = (await asked(assistant, "check_pipeline", pipeline="broken"))["problems"]
        assert [problem["code"] for problem in problems if problem["severity"] == "error"] == ["unknown-tool"]
        assert (await asked(assistant, "check_pipeline", pipeline='{"payload": {"pipeline": []}}'))["ok"]
        mocked = await asked(assistant, "mock_run", pipeline="sums", params={"amount": 0.1})
        assert (mocked["status"], mocked["steps"][1]["output"]) == ("completed", 0.15)  # exact: no 0.15000000000000002
        ended = await asked(assistant, "start_run", progress, pipeline="sums", params={"amount": 12.5}, watch=True)
        assert (ended["status"], ended["steps"][0]["output"]) == ("completed", {"sum": 12.55})
        assert told and told[-1] == (2, 2, "2 of 2 steps ended")
        assert (await asked(assistant, "read_run", run_id=ended["run_id"])) == ended
        assert (await asked(assistant, "watch_run", run_id=ended["run_id"])) == ended
        runs = (await asked(assistant, "list_runs", pipeline="sums"))["runs"]
        assert ended["run_id"] in [one["run_id"] for one in runs]
        times = (await asked(assistant, "next_times", what="FREQ=DAILY;BYHOUR=9", count=2, timezone="Europe/Chisinau"))["times"]
        assert [time["time"][10:19] for time in times] == ["T09:00:00", "T09:00:00"]
        assert isinstance((await asked(assistant, "list_schedules"))["schedules"], list)
        assert (await asked(assistant, "list_waiting_approvals"))["approvals"] == []


async def test_what_cannot_be_done_is_told_in_words(folder: Path, embedded_server: embedded.EmbeddedServer) -> None:
    async with by_stdio(folder, embedded_server.address) as assistant:
        assert f"no pipeline 'sum' in {folder}; did you mean 'sums'?" in await asked(assistant, "start_run", pipeline="sum")
        assert "the pipeline has errors; nothing was started" in await asked(assistant, "start_run", pipeline="broken")
        missing = f"nobody-{uuid.uuid4()}"
        assert f"no run '{missing}' here" in await asked(assistant, "read_run", run_id=missing)
        assert "no status 'open'; there are running, completed" in await asked(assistant, "list_runs", status="open")
        assert "at: 'soon' is no time" in await asked(assistant, "start_run", pipeline="sums", at="soon")
        document = json.dumps(commands.steps(commands.transform("a", 1)))
        assert "no pipeline" in await asked(assistant, "start_run", pipeline=document)  # what it writes itself is never run


async def test_without_the_scope_there_is_no_tool_to_start_and_never_one_to_approve(
    folder: Path, embedded_server: embedded.EmbeddedServer
) -> None:
    async with by_stdio(folder, embedded_server.address, "--scopes", "read") as assistant:
        names = {tool.name for tool in (await assistant.list_tools()).tools}
    async with by_stdio(folder, embedded_server.address) as assistant:
        tools = (await assistant.list_tools()).tools
    assert "start_run" not in names and {tool.name for tool in tools} - names == {"start_run"}
    assert not [tool.name for tool in tools if "approve" in tool.name or "reject" in tool.name or "signal" in tool.name]
    hints = {tool.name: tool.annotations.read_only_hint for tool in tools if tool.annotations is not None}
    assert [name for name, only_reads in hints.items() if not only_reads] == ["start_run"]


async def test_over_http_the_token_opens_the_door(folder: Path, embedded_server: embedded.EmbeddedServer, tmp_path: Path) -> None:
    variables = {"TEMPORAL_ADDRESS": embedded_server.address, "ORDINAUT_MCP_TOKEN": TOKEN}
    with commands.running(tmp_path, "mcp", folder, "--http", "--port", "0", "--json", variables=variables) as running:
        running.says("\n")
        url = json.loads(running.out)["url"]
        async with httpx2.AsyncClient() as nobody:
            refused = await nobody.post(url, json={})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as http,
            mcp.Client(streamable_http.streamable_http_client(url, http_client=http)) as assistant,
        ):
            assert len((await asked(assistant, "list_pipelines"))["pipelines"]) == 2
        ended = running.ends(signal.SIGINT)
    assert ended.code == 0
    assert TOKEN not in ended.out + ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ("mcp", "--http"),
            1,
            "ordinaut: ORDINAUT_MCP_TOKEN is not set; whoever knows its value may use the server: choose a long random one",
        ),
        (("mcp", "--scopes", "write"), 2, "Error: --scopes 'write': expected read, run, or read,run"),
        (("mcp", "--json"), 2, "Error: standard output carries the protocol; --json goes with --http"),
    ],
    ids=["no token", "no scope", "json"],
)
def test_what_cannot_be_served_is_told(arguments: tuple[str, ...], code: int, words: str) -> None:
    ended = commands.ordinaut(*arguments)
    assert ended.code == code
    assert words in ended.err
