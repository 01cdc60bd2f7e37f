"""Transports `mcp` and `stdio` against a real server of the official SDK."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests import calls, mcp_server, reference_cases
from workflows.core import errors, model

PREFIX = "step pay: ledger.book, attempt 1: "


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mcp_server.running() as running:
        yield running


def over_http(url: str, name: str, effect: str = model.SAFE, **more: Any) -> model.Tool:
    return calls.tool("mcp", f"ledger.{name}", server=f"ledger@{url}", effect=effect, **more)


def over_stdio(name: str, **more: Any) -> model.Tool:
    arguments = [
        "-c",
        "import sys, runpy; sys.path.insert(0, sys.argv.pop()); sys.argv[1:] = ['stdio']; runpy.run_module('tests.mcp_server', run_name='__main__')",
    ]
    return calls.tool(
        "stdio", f"ledger.{name}", executable=sys.executable, program_arguments=[*arguments, str(reference_cases.ROOT)], **more
    )  # fmt: skip


@pytest.mark.parametrize("transport", ["mcp", "stdio"])
def test_structured_content_is_the_output_and_exact(url: str, transport: str) -> None:
    tool = over_http(url, "add") if transport == "mcp" else over_stdio("add")
    found = calls.output(tool, {"a": Decimal("0.5"), "b": 2}, effect=model.SAFE)
    assert found == {"result": Decimal("2.5")}


def test_an_action_is_the_name_of_the_servers_tool(url: str) -> None:
    tool = calls.tool("mcp", "ledger", server=f"ledger@{url}", actions={"add": {"effect": "safe"}})
    assert calls.output(tool, {"action": "add", "a": 1, "b": 2}, effect=model.SAFE) == {"result": Decimal("3.0")}


def test_texts_are_joined_and_of_pictures_only_size_and_digest_are_kept(url: str) -> None:
    found = calls.output(over_http(url, "seen", mcp_tool="picture"), {}, effect=model.IDEMPOTENT)
    assert found["text"] == "seen"
    assert found["content"][1] == {
        "type": "image",
        "mimeType": "image/png",
        "base64_bytes": 4,
        "base64_sha256": "63c1dd951ffedf6f7fd968ad4efa39b8ed584f162f46e715114ee184f8de9201",
    }


@pytest.mark.parametrize(
    ("name", "arguments", "kind", "words"),
    [
        ("book", {"account": "closed", "amount": 1}, errors.REJECTED, 'the tool says: "Error executing tool book: the account is closed"'),
        ("book", {"account": "a", "amount": Decimal("1.0000000000000000001")}, errors.INVALID_INPUT, "with.amount: 1.0000000000000000001 has more digits"),
        ("nope", {}, errors.REJECTED, 'the tool says: "Unknown tool: nope"'),
    ],
    ids=["refused", "a number too exact", "no such tool"],
)  # fmt: skip
def test_what_the_tool_refuses_is_final(url: str, name: str, arguments: dict[str, Any], kind: str, words: str) -> None:
    failure = calls.failed(over_http(url, name, model.UNSAFE), arguments, model.UNSAFE)
    assert (failure.type, failure.non_retryable) == (kind, True)
    assert words in failure.message


@pytest.mark.parametrize(
    ("effect", "kind", "again"), [(model.SAFE, errors.UNREACHABLE, True), (model.UNSAFE, errors.UNKNOWN_OUTCOME, False)]
)
def test_a_server_that_dies_in_the_middle(effect: str, kind: str, again: bool) -> None:
    failure = calls.failed(over_stdio("book"), {"account": "die", "amount": 1}, effect)
    assert (failure.type, not failure.non_retryable) == (kind, again)
    assert "the session with the MCP server broke before its answer came" in failure.message


async def test_after_a_server_died_the_next_call_starts_it_again() -> None:
    tool = over_stdio("book")
    made = calls.activities_of(tool)
    with pytest.raises(Exception, match="broke before its answer"):
        await calls.environment().run(made.call_tool, calls.given(tool, {"account": "die", "amount": 1}, model.UNSAFE))
    found = [
        (await calls.environment().run(made.call_tool, calls.given(tool, {"account": "a", "amount": 1}, model.UNSAFE)))["output"]["entries"]
        for _ in range(2)
    ]
    await made.close()
    assert found == [1, 2]  # one session for both calls


def test_a_server_that_is_not_there_is_unreachable_and_may_be_asked_again() -> None:
    failure = calls.failed(over_http("http://127.0.0.1:1/mcp", "book", model.UNSAFE), {}, model.UNSAFE)
    assert (failure.type, failure.non_retryable) == (errors.UNREACHABLE, False)
    assert failure.message.startswith(f"{PREFIX}the MCP server cannot be reached: ") and "nothing was asked of it" in failure.message


def test_a_program_that_is_not_there_is_unreachable() -> None:
    failure = calls.failed(calls.tool("stdio", "ledger.book", executable="/nowhere/server"), {}, model.UNSAFE)
    assert failure.type == errors.UNREACHABLE and "the MCP server cannot be reached" in failure.message


def test_the_program_sees_only_the_variables_that_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMEBODYS_SECRET", "s3cret")
    tool = over_stdio("variables", program_environment=["LEDGER_TOKEN"])
    found = calls.output(tool, {}, variables={"LEDGER_TOKEN": "t0ken", "OTHER_TOKEN": "x"}, effect=model.SAFE)
    names = found["text"].split()
    assert "LEDGER_TOKEN" in names and "PATH" in names
    assert not {"SOMEBODYS_SECRET", "OTHER_TOKEN"} & set(names)


def test_a_variable_that_is_missing_is_named() -> None:
    failure = calls.failed(over_stdio("variables", program_environment=["LEDGER_TOKEN"]), {}, model.SAFE)
    assert failure.type == errors.INVALID_INPUT and "needs LEDGER_TOKEN, which is not set" in failure.message


def test_the_endpoint_variable_replaces_the_servers_url(url: str) -> None:
    tool = over_http("http://127.0.0.1:1/mcp", "add")
    variables = {"ORDINAUT_ENDPOINT_LEDGER": url}
    assert calls.output(tool, {"a": 1, "b": 1}, variables=variables, effect=model.SAFE) == {"result": Decimal("2.0")}
