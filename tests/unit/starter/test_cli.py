"""The command line in this process: usage, help, and the sentence and exit code of every failure."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import Any

import click
import pytest
from temporalio.service import RPCError, RPCStatusCode

from starter import cli, connection, documents
from starter.commands import check as check_command
from tests import commands
from workflows.core import errors


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with a few files."""
    monkeypatch.chdir(tmp_path)
    commands.document(tmp_path, "x.json", commands.steps(commands.transform("a", 1)))
    commands.document(tmp_path, "event.json", commands.steps(commands.transform("a", "${event.number}")))
    commands.document(tmp_path, "list.json", [1])
    (tmp_path / "empty").mkdir()
    return tmp_path


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    """(exit code, the document on stdout, stderr) of a command with --json."""
    code = cli.run([*arguments, "--json"])
    out, err = capfd.readouterr()
    return code, json.loads(out), err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("chek", "x.json"), "no command 'chek'; did you mean 'check'?", id="misspelt command"),
        pytest.param(("launch",), "no command 'launch'; 'ordinaut --help' lists the commands", id="unknown command"),
        pytest.param(("retry", "x"), "'retry' is not in this version; it comes with control flow", id="later command"),
        pytest.param(("emit", "x y"), "'x y' is no event type; expected words with points between, such as github.push", id="event type"),
        pytest.param(("emit", "x", "[1]"), "the payload is no JSON object", id="payload"),
        pytest.param(("events", "--resend", "7"), "--resend ID needs --type TYPE, since ids are ids of a type", id="resend"),
        pytest.param(
            ("run", "x.json", "--parms", "a=b"),
            "No such option '--parms'. (Did you mean one of: '--as', '--params'?)",
            id="misspelt option",
        ),
        pytest.param(("check",), "Missing argument 'PATHS...'.", id="no argument"),
        pytest.param(("run", "x.json", "y.json"), "Got unexpected extra argument (y.json)", id="too many arguments"),
        pytest.param(
            ("runs", "--status", "done"),
            "Invalid value for '--status': 'done' is not one of 'running', 'completed', 'failed', 'cancelled', 'terminated', 'timed-out'.",
            id="unknown status",
        ),
        pytest.param(("runs", "--limit", "0"), "Invalid value for '--limit': 0 is not in the range 1<=x<=10000.", id="limit"),
        pytest.param(
            ("run", "x.json", "--params", "team"), "--params 'team': expected name=text, name:=JSON or @file", id="param without ="
        ),
        pytest.param(
            ("run", "x.json", "--params", "=1"), "--params '=1': expected name=text, name:=JSON or @file", id="param without name"
        ),
        pytest.param(
            ("run", "x.json", "--params", "n:={"),
            "--params n: '{' is not JSON: line 1, column 2: Expecting property name enclosed in double quotes",
            id="param that is no JSON",
        ),
        pytest.param(("run", "x.json", "--params", "n:="), "--params n: '' is not JSON: it is empty", id="param of nothing"),
        pytest.param(("run", "x.json", "--params", "n:=NaN"), "--params n: 'NaN' is not JSON: it holds NaN", id="param that is no number"),
        pytest.param(
            ("run", "x.json", "--params", 'n:={"a": 1, "a": 2}'),
            '--params n: \'{"a": 1, "a": 2}\' has the name "a" twice in one object',
            id="param with a name twice",
        ),
        pytest.param(
            ("run", "x.json", "--event", "list.json"),
            "--event: 'list.json' is not JSON: line 1, column 1: Expecting value; did you mean '@list.json'?",
            id="event without @",
        ),
        pytest.param(
            ("run", "x.json", "--at", "noon"),
            "--at 'noon' is no time; write it like 2026-11-23T18:00:00+02:00 (without offset it is in the pipeline's zone)",
            id="time",
        ),
        pytest.param(
            ("run", "x.json", "--at", "0001-01-01T00:00:00"),
            "--at '0001-01-01T00:00:00' is too near the ends of the calendar; give a time of the years 2 to 9998",
            id="first time of all",
        ),
        pytest.param(
            ("run", "x.json", "--at", "9999-12-31"),
            "--at '9999-12-31' is too near the ends of the calendar; give a time of the years 2 to 9998",
            id="last day of all",
        ),
        pytest.param(
            ("run", "event.json", "--mock", "auto"), "the pipeline reads 'event': give it one by --event @event.json", id="no event"
        ),
    ],
)
def test_usage_ends_with_2_and_says_what_was_expected(capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str) -> None:
    code, document, err = run(capfd, *arguments)
    assert (code, document) == (2, {"ok": False, "error": {"type": "usage", "message": message}})
    assert err.endswith(f"Error: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ("run", "x.json", "--params", "@list.json"), "--params @list.json: the file holds no JSON object", id="params of a list"
        ),
        pytest.param(("run", "x.json", "--event", "@list.json"), "--event: the payload is no JSON object", id="event that is a list"),
        pytest.param(
            ("run", "x.json", "--mock", "list.json"),
            "--mock 'list.json': the file holds no JSON object of step ids and outputs",
            id="mock file that is a list",
        ),
        pytest.param(
            ("run", "x.json", "--mock", "broken.json"),
            "--mock: 'broken.json' is not JSON: line 1, column 2: Expecting property name enclosed in double quotes",
            id="mock file that is broken",
        ),
    ],
)
def test_file_with_broken_content_ends_with_1(capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str) -> None:
    Path("broken.json").write_text("{")
    code, document, err = run(capfd, *arguments)
    assert (code, document) == (1, {"ok": False, "error": {"type": "invalid input", "message": message}})
    assert err == f"ordinaut: {message}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("run", "lost.json"), "cannot open 'lost.json': No such file or directory; did you mean 'list.json'?", id="missing"),
        pytest.param(("run", "event"), "cannot open 'event': No such file or directory; did you mean 'event.json'?", id="without suffix"),
        pytest.param(("run", "."), "cannot open '.': it is a folder; name one of its files, such as event.json", id="folder"),
        pytest.param(("run", "empty"), "no pipeline in the folder 'empty'; its files would end in .json, .yaml, .yml", id="empty folder"),
        pytest.param(("run", "a\0b"), "cannot open 'a\0b': embedded null byte", id="no file name"),
        pytest.param(("run", "x.json", "--mock", "none"), "cannot open 'none': No such file or directory", id="mock file"),
        pytest.param(("run", "x.json", "-p", "@none"), "cannot open 'none': No such file or directory", id="params file"),
        pytest.param(("run", "x.json", "--event", "@none"), "cannot open 'none': No such file or directory", id="event file"),
    ],
)
def test_file_that_cannot_be_opened_ends_with_2(capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str) -> None:
    code, document, err = run(capfd, *arguments)
    assert (code, document) == (2, {"ok": False, "error": {"type": "invalid input", "message": message}})
    assert err == f"ordinaut: {message}\n"


def test_check_tells_of_files_that_cannot_be_opened_beside_the_others(capfd: pytest.CaptureFixture[str]) -> None:
    code, document, _ = run(capfd, "check", "x.json", "none", "empty", "list.json")
    assert (code, document["ok"]) == (2, False)
    assert [(file["path"], file["ok"], [(one["code"], one["message"]) for one in file["problems"]]) for file in document["files"]] == [
        ("x.json", True, []),
        ("none", False, [("cannot-open", "cannot open 'none': No such file or directory")]),
        ("empty", False, [("cannot-open", "no pipeline in the folder 'empty'")]),
        ("list.json", False, [("not-object", "the document is a list, not an object")]),
    ]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_command_has_help_with_an_example_and_takes_json(capfd: pytest.CaptureFixture[str], name: str) -> None:
    assert cli.run([name, "--help"]) == 0
    out, _ = capfd.readouterr()
    assert f"Usage: ordinaut {name} " in out
    assert "--json" in out
    example = out[out.index("Example: ") :].removeprefix("Example: ").replace("\n", " ")
    assert f"ordinaut {name}" in example


def test_help_lists_every_command_and_how_to_begin(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == 0
    out, _ = capfd.readouterr()
    for name, (_, text) in cli.COMMANDS.items():
        assert f"  {name:<12}{text}" in out
    assert "ordinaut demo " in out


def test_version_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capfd.readouterr().out == f"ordinaut {importlib.metadata.version('ordinaut')}\n"


def test_command_without_arguments_shows_the_help_and_ends_with_2(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run([]) == 2
    assert "Commands:" in capfd.readouterr().err


def service_error(status: RPCStatusCode, message: str) -> RPCError:
    """What the SDK raises."""
    return RPCError(message, status, b"")


@pytest.mark.parametrize(
    ("raised", "code", "kind", "message"),
    [
        pytest.param(errors.ToolError(errors.REJECTED, "no"), 1, "rejected by the vendor", "no", id="failed"),
        pytest.param(connection.Unreachable("nobody there"), 3, "unreachable", "nobody there", id="unreachable"),
        pytest.param(connection.BadConfiguration("wrong file"), 2, "invalid input", "wrong file", id="configuration"),
        pytest.param(documents.CannotOpen("cannot open 'x'", "try y"), 2, "invalid input", "cannot open 'x'; try y", id="file"),
        pytest.param(KeyboardInterrupt(), 1, "cancelled", "stopped by Ctrl-C", id="Ctrl-C"),
        pytest.param(click.Abort(), 1, "cancelled", "stopped by Ctrl-C", id="abort"),
        pytest.param(
            service_error(RPCStatusCode.UNAVAILABLE, "connection reset"),
            3,
            "unreachable",
            "no Temporal service at 127.0.0.1:1: it went away or does not answer (connection reset); the address comes from Temporal's"
            " environment configuration (TEMPORAL_ADDRESS, or the profile in its configuration file)."
            " Start a service with `ordinaut up`, or set TEMPORAL_ADDRESS to one that runs",
            id="service went away",
        ),
        pytest.param(
            service_error(RPCStatusCode.PERMISSION_DENIED, "no rights"),
            2,
            "invalid input",
            "the Temporal service at 127.0.0.1:1 does not let us do this (no rights); check TEMPORAL_API_KEY and TEMPORAL_NAMESPACE",
            id="no rights",
        ),
        pytest.param(
            service_error(RPCStatusCode.NOT_FOUND, "Namespace default is not found."),
            2,
            "invalid input",
            'the service has no namespace "default"; set TEMPORAL_NAMESPACE, or create it:'
            " temporal operator namespace create --namespace default --retention 30d",
            id="no namespace",
        ),
        pytest.param(
            service_error(RPCStatusCode.INVALID_ARGUMENT, "too long"),
            1,
            "rejected by the vendor",
            "the Temporal service at 127.0.0.1:1 refuses: too long",
            id="refusal",
        ),
    ],
)
def test_failure_is_a_sentence_a_document_and_an_exit_code(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, kind: str, message: str
) -> None:
    def fail(*_: Any) -> None:
        raise raised

    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setattr(check_command.documents, "settings", fail)
    found, document, err = run(capfd, "check", "x.json")
    assert (found, document) == (code, {"ok": False, "error": {"type": kind, "message": message}})
    assert err.lstrip("\n") == ("stopped\n" if kind == "cancelled" else f"ordinaut: {message}\n")


def test_mistake_of_ours_is_a_sentence_that_asks_for_a_report(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise LookupError("nothing there")

    monkeypatch.setattr(check_command.documents, "settings", fail)
    code, document, err = run(capfd, "check", "x.json")
    said = document["error"]["message"]
    assert (code, document["error"]["type"]) == (1, "internal error")
    assert said.startswith("LookupError: nothing there (test_cli.py, line ")
    assert err == f"ordinaut: this is a mistake in Ordinaut, please report it: {said}\n"
