"""Bad documents: each problem with file, line, column, path, what was found, what was expected and what to do; nothing started, nothing lost.

Beside each document of test_bad_input_documents stands what must be said of it, written by hand: `arguments.json` and `arguments.txt`.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from tests import commands
from workflows.core import limits, problems, source

FOLDER = Path(__file__).parent / "test_bad_input_documents"
DOCUMENTS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".txt")
REFUSED = {"TEMPORAL_ADDRESS": "127.0.0.1:1"}


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """What people are told of each document, by file name: one `check` of them all."""
    ended = commands.ordinaut("check", *(path.name for path in DOCUMENTS), folder=FOLDER)
    assert (ended.code, ended.err) == (1, "")
    found = {path.name: "" for path in DOCUMENTS}
    name = ""
    *lines, count = ended.out.splitlines()
    for line in lines:
        name = name if line.startswith("    ") else line.partition(":")[0]
        found[name] += line + "\n"
    good = sum(": error: " not in said for said in found.values())
    warnings = sum(said.count(": warning: ") for said in found.values())
    assert count == f"{len(DOCUMENTS)} files checked: {good} ok, {len(DOCUMENTS) - good} with errors, {warnings} warnings"
    return found


@pytest.fixture(scope="module")
def answered() -> dict[str, Any]:
    """The same as JSON: the file's part of the document."""
    ended = commands.ordinaut("check", "--json", *(path.name for path in DOCUMENTS), folder=FOLDER)
    assert (ended.code, ended.err, ended.json["ok"]) == (1, "", False)
    return {file["path"]: file for file in ended.json["files"]}


def line(name: str, problem: dict[str, Any]) -> str:
    """A problem of the JSON as people are told it."""
    assert list(problem) == ["code", "severity", "line", "column", "path", "message", "hint"]
    at = f" at {problem['path']}" if problem["path"] else ""
    hint = f"\n    hint: {problem['hint']}" if problem["hint"] else ""
    return f"{name}:{problem['line']}:{problem['column']}: {problem['severity']}: {problem['message']} [{problem['code']}]{at}{hint}\n"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_problem_is_told_as_written_by_hand(told: dict[str, str], path: Path) -> None:
    assert told[path.name] == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_json_says_the_same(told: dict[str, str], answered: dict[str, Any], path: Path) -> None:
    answer = answered[path.name]
    assert "".join(line(path.name, problem) for problem in answer["problems"]) == told[path.name]
    assert answer["ok"] is not any(problem["severity"] == "error" for problem in answer["problems"])
    assert {problem["code"] for problem in answer["problems"]} <= {*problems.CODES, *source.CODES}


def test_each_document_has_its_expectation_and_no_expectation_is_left_over() -> None:
    assert sorted(path.stem for path in DOCUMENTS) == sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.mark.parametrize("name", ["binary.json", "empty.json", "truncated-list.json", "references.json", "indentation.yaml"])
def test_nothing_is_started_and_nothing_changed(tmp_path: Path, name: str) -> None:
    # no service is there: a command that tried to start something would end with 3
    shutil.copy(FOLDER / name, tmp_path)
    before = (tmp_path / name).read_bytes()
    ended = commands.ordinaut("run", name, "--json", folder=tmp_path, variables=REFUSED)
    assert (ended.code, ended.json["ok"], ended.err.splitlines()[-1]) == (1, False, "nothing was started")
    assert ended.json["files"][0]["path"] == name and ended.json["files"][0]["problems"]
    assert [path.name for path in tmp_path.iterdir()] == [name] and (tmp_path / name).read_bytes() == before


def one(path: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and the only problem of a file."""
    ended = commands.ordinaut("check", "--json", path)
    (problem,) = ended.json["files"][0]["problems"]
    return ended.code, problem


def test_file_above_the_limit_is_refused_with_the_limit_named(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b'{"title": "' + b"x" * (2 * 1024 * 1024 - 13) + b'"}')
    assert one(path) == (
        1,
        {
            "code": "too-large",
            "severity": "error",
            "line": 1,
            "column": 1,
            "path": "",
            "message": "the document is larger than 1,048,576 bytes (MAX_DOCUMENT_BYTES)",
            "hint": "let a tool or the database give the data",
        },
    )


def test_deep_nesting_is_refused_with_the_limit_named(tmp_path: Path) -> None:
    path = commands.document(tmp_path, "deep.json", '{"title": ' + "[" * 50_000 + "]" * 50_000 + "}")
    code, problem = one(path)
    assert (code, problem["code"], problem["column"]) == (1, "too-deep", 74)
    assert problem["message"] == f"lists, objects and blocks are nested deeper than {limits.MAX_DEPTH} levels (MAX_DEPTH)"


def test_plan_above_the_payload_limit_is_refused_with_the_limit_named(tmp_path: Path) -> None:
    steps = "".join(
        f"    - {{uses: system.transform, with: {{template: {text}}}}}\n" for text in ("&long " + "字" * 260_000, "*long", "*long")
    )
    code, problem = one(commands.document(tmp_path, "plan.yaml", f"payload:\n  pipeline:\n{steps}"))
    assert (code, problem["code"], problem["path"]) == (1, "too-large", "payload.pipeline")
    assert re.fullmatch(
        r"the plan takes 2,3\d\d,\d\d\d bytes; a run can be given at most 2,000,000 \(MAX_PAYLOAD_BYTES\)", problem["message"]
    )
    assert problem["hint"] == "split the pipeline in two"


def test_two_pipelines_of_one_name_are_told_of_each_other(tmp_path: Path) -> None:
    first = commands.document(tmp_path, "first.json", commands.steps(commands.transform("a", 1), name="twin"))
    second = commands.document(tmp_path, "twin.yaml", "payload: {pipeline: []}")
    ended = commands.ordinaut("check", "--json", tmp_path)
    assert ended.code == 0
    messages = [[(one["code"], one["severity"], one["message"]) for one in file["problems"]] for file in ended.json["files"]]
    assert messages == [
        [("duplicate-name", "warning", f"the name 'twin' is also that of {second}")],
        [("duplicate-name", "warning", f"the name 'twin' is also that of {first}")],
    ]


def test_one_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    good = commands.document(tmp_path, "a-good.json", commands.steps(commands.transform("a", 1)))
    shutil.copy(FOLDER / "binary.json", tmp_path / "b-broken.json")
    later = commands.document(tmp_path, "c-later.yaml", "payload: {pipelines: []}")
    ended = commands.ordinaut("check", "--json", tmp_path)
    assert ended.code == 1
    assert [(Path(file["path"]).name, file["ok"], len(file["problems"])) for file in ended.json["files"]] == [
        (good.name, True, 0),
        ("b-broken.json", False, 1),
        (later.name, False, 2),
    ]


def test_folder_without_pipelines_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing to run")
    ended = commands.ordinaut("check", tmp_path)
    assert (ended.code, ended.out.splitlines()[:2]) == (
        2,
        [
            f"{tmp_path}: error: no pipeline in the folder '{tmp_path}' [cannot-open]",
            "    hint: its files would end in .json, .yaml, .yml",
        ],
    )


def test_name_of_a_file_that_is_no_name_of_a_pipeline_is_told(tmp_path: Path) -> None:
    path = commands.document(tmp_path, "Отчёт.json", commands.steps(commands.transform("a", 1)))
    code, problem = one(path)
    assert (code, problem["code"], problem["message"]) == (1, "wrong-name", "the file's name 'Отчёт' gives no name of a pipeline")
    assert problem["hint"] == "give the document a 'name' of at most 64 characters a-z, 0-9 and -"


def test_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = commands.document(tmp_path, "private.json", commands.steps())
    path.chmod(0)
    if os.geteuid() == 0:  # to whom everything is open: a folder in its place cannot be read either
        path.unlink()
        path.mkdir(stat.S_IRWXU)
    ended = commands.ordinaut("check", path)
    assert ended.code == 2
    assert ended.out.splitlines()[-1] == "1 file checked: 0 ok, 1 with errors, 0 warnings"


@pytest.mark.parametrize("option", ["--event", "--params"])
def test_event_and_params_above_the_payload_limit_are_refused_before_a_start(tmp_path: Path, option: str) -> None:
    pipeline = commands.document(tmp_path, "small.json", commands.steps(commands.transform("a", 1)))
    commands.document(tmp_path, "large.json", {"text": "x" * 2_000_001})
    ended = commands.ordinaut("run", pipeline, "--json", option, f"@{tmp_path}/large.json", variables=REFUSED)
    assert (ended.code, ended.json["error"]["type"]) == (1, "invalid input")
    assert re.fullmatch(
        r"what the run is given \(plan, params, event\) takes 2,00\d,\d\d\d bytes.*\(MAX_PAYLOAD_BYTES\).*", ended.json["error"]["message"]
    )
