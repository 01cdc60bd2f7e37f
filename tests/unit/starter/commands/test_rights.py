"""Which right each command asks the policy for: who lacks it is told in a sentence before anything is looked at or changed."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from starter import cli
from starter.assistant import library, server

POLICY = {
    "people": {"ana": ["finance"], "ion": ["operations"]},
    "may": {"start": ["operations"], "apply": ["operations"], "see": ["finance"]},
}


@pytest.fixture(autouse=True)
def _with_the_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(POLICY))
    monkeypatch.setenv("ORDINAUT_POLICY", str(file))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")  # nobody is there: what is let through fails with 3


RIGHTS = [
    ("start", "ana", ("run", "pipelines/lead-scoring.json")),
    ("start", "ana", ("trigger", "lead-scoring")),
    ("start", "ana", ("backfill", "lead-scoring", "--from", "2026-07-01", "--to", "2026-07-02")),
    ("start", "ana", ("cancel", "lead-scoring-manual-1")),
    ("start", "ana", ("demo",)),
    ("start", "ana", ("emit", "build.done")),
    ("start", "ana", ("events", "--type", "build.done", "--resend", "1")),
    ("apply", "ana", ("apply", "pipelines/lead-scoring.json")),
    ("apply", "ana", ("delete", "lead-scoring", "--yes")),
    ("apply", "ana", ("pause", "lead-scoring")),
    ("apply", "ana", ("resume", "lead-scoring")),
    ("see", "ion", ("runs",)),
    ("see", "ion", ("show", "lead-scoring-manual-1")),
    ("see", "ion", ("approvals",)),
    ("see", "ion", ("events",)),
]


@pytest.mark.parametrize(("verb", "who", "arguments"), RIGHTS, ids=[f"{arguments[0]} {verb}" for verb, _, arguments in RIGHTS])
def test_who_lacks_the_right_is_refused_in_a_sentence_with_a_line_in_the_log(
    verb: str, who: str, arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "ordinaut.policy"):
        code = cli.run([*arguments, "--as", who])
    out, err = capfd.readouterr()
    role = {"start": "operations", "apply": "operations", "see": "finance"}[verb]
    sentence = f"ordinaut: '{who}' may not {verb}: the policy lets {role} (may.{verb}); say who you are: --as WHO"
    assert (code, out, err.splitlines()[-1]) == (1, "", sentence)
    assert [one.getMessage() for one in caplog.records if one.name == "ordinaut.policy"] == [f"policy: refused '{who}' the right to {verb}"]


@pytest.mark.parametrize(
    ("who", "arguments"),
    [
        pytest.param("ion", ("trigger", "lead-scoring"), id="start"),
        pytest.param("ion", ("pause", "lead-scoring"), id="apply"),
        pytest.param("ana", ("runs",), id="see"),
    ],
)
def test_who_has_the_right_comes_to_the_service(who: str, arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*arguments, "--as", who]) == cli.EXIT_UNREACHABLE
    assert "may not" not in capfd.readouterr().err


def test_a_dry_run_changes_nothing_and_asks_for_no_right(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["apply", "pipelines/lead-scoring.json", "--dry-run", "--as", "ana"]) == cli.EXIT_UNREACHABLE
    assert "may not" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("who", "verb", "role", "tool", "arguments"),
    [
        pytest.param("ana", "start", "operations", "start_run", {"pipeline": "lead-scoring"}, id="start_run"),
        pytest.param("ion", "see", "finance", "list_runs", {}, id="list_runs"),
        pytest.param("ion", "see", "finance", "read_run", {"run_id": "a"}, id="read_run"),
        pytest.param("ion", "see", "finance", "list_waiting_approvals", {}, id="list_waiting_approvals"),
    ],
)
async def test_an_assistant_may_what_its_person_may(who: str, verb: str, role: str, tool: str, arguments: dict[str, str]) -> None:
    made = server.made(library.Library((Path(os.curdir) / "pipelines",)), frozenset(server.SCOPES), who)
    with pytest.raises(Exception) as caught:
        await made.call_tool(tool, arguments)
    assert str(caught.value).endswith(f"'{who}' may not {verb}: the policy lets {role} (may.{verb}); say who you are: --as WHO")
