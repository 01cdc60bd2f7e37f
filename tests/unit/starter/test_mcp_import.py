"""`ordinaut import-mcp`, against a real server of the official SDK."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from activities import catalog
from starter import cli
from tests import mcp_server, reference_cases


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(reference_cases.ROOT)

    def called(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["import-mcp", *arguments])
        found = capfd.readouterr()
        return code, found.out, found.err

    return called


def test_a_program_becomes_a_catalog_file_that_can_be_used(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("LEDGER_TOKEN", "t0ken")
    file = tmp_path / "ledger.json"
    code, out, err = run("ledger", "-o", str(file), "--env", "LEDGER_TOKEN", "--", sys.executable, "-m", "tests.mcp_server", "stdio")
    assert (code, out) == (0, f"{file}: ledger.tools with 4 actions: add, book, picture, variables\n")
    assert err == "the effects are what the server says of itself; look through them before a pipeline relies on them\n"
    tool = catalog.load([tmp_path])["ledger.tools"]
    assert tool.actions == {"add": "safe", "book": "unsafe", "picture": "idempotent", "variables": "safe"}
    assert tool.definition["program_environment"] == ["LEDGER_TOKEN"]
    schema = tool.input_schema_of("book")
    assert schema is not None and schema["required"] == ["account", "amount"]


def test_a_url_becomes_one_too(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with mcp_server.running() as url:
        code, out, _ = run("ledger", url)
    (tmp_path / "ledger.json").write_text(out, encoding="utf-8")
    assert code == 0
    assert catalog.load([tmp_path])["ledger.tools"].definition["server"] == f"ledger@{url}"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ledger", "/nowhere/server"), 1, "ordinaut: the MCP server cannot be asked for its tools: [Errno 2] No such file or directory"),
        (("ledger", "http://127.0.0.1:1/mcp"), 1, "ordinaut: the MCP server cannot be asked for its tools: All connection attempts failed"),
        (("ledger", "http://127.0.0.1:1/mcp", "more"), 2, "Error: a URL stands alone; further arguments and --env are for a program"),
        (("ledger",), 2, "Error: Missing argument 'SERVER...'."),
    ],
    ids=["no program", "no server", "too much", "nothing"],
)
def test_what_cannot_be_imported_is_told(run, arguments: tuple[str, ...], code: int, words: str) -> None:  # type: ignore[no-untyped-def]
    found, out, err = run(*arguments)
    assert (found, out) == (code, "")
    assert words in err


def test_a_file_that_cannot_be_written_is_told(run) -> None:  # type: ignore[no-untyped-def]
    code, _, err = run("ledger", "-o", "/nowhere/x.json", "--", sys.executable, "-m", "tests.mcp_server", "stdio")
    assert code == 1 and "ordinaut: cannot write '/nowhere/x.json': No such file or directory" in err
