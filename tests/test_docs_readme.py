"""README.md is held true: its pipeline runs, its commands exist, the files it links are there, its settings are all settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from activities import environment_names
from starter import cli
from tests import commands, language, reference_cases
from workflows.core import mock, model, plan, run

ROOT = reference_cases.ROOT
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """The fenced blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


PIPELINE = blocks("json")[0]
#: Each command line of the page, without its comment: ["ordinaut", "run", "big-movements.json"].
LINES = [words for block in blocks("sh") for line in block.splitlines() if (words := shlex.split(line, comments=True))]


def section(title: str) -> str:
    """What stands below a heading."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_pipeline_has_no_problem() -> None:
    assert language.checked(PIPELINE, filename="big-movements.json").problems == ()


def test_the_pipeline_completes_with_made_up_outputs_and_tells_somebody() -> None:
    checked = language.checked(PIPELINE, {}, "big-movements.json")
    assert checked.plan is not None
    current = run.Run(plan.load(checked.plan), language.NOMINAL)
    mock.drive(current.walk(mock.MockHost(language.tools(), None, language.NOMINAL)))
    result = current.record.as_json("readme")
    assert (result["status"], language.statuses(result)) == ("completed", ["completed", "completed", "completed"])
    assert language.arguments(result, "tell")["message"] == "1 movements above 5,000 today, 12,450.00 MDL in all"


def test_the_pipeline_can_be_copied_into_a_file_and_run_as_the_page_says(tmp_path: Path) -> None:
    commands.document(tmp_path, "big-movements.json", PIPELINE)
    shown = [
        line[1:] for line in LINES if line[0] == "ordinaut" and "big-movements.json" in line and (line[1] == "check" or "--mock" in line)
    ]
    assert shown == [["check", "big-movements.json"], ["run", "big-movements.json", "--mock", "auto"]]
    for arguments in shown:
        ended = commands.ordinaut(*arguments, folder=tmp_path)
        assert (ended.code, ended.err) == (0, ""), arguments


def test_each_command_exists() -> None:
    named = {line[1] for line in LINES if line[0] == "ordinaut"} | set(re.findall(r"`ordinaut ([a-z]+)", README))
    assert named and named <= set(cli.COMMANDS)


def test_each_make_target_exists() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = {line[1] for line in LINES if line[0] == "make"} | set(re.findall(r"`make ([a-z]+)`", README))
    assert named and named <= set(targets)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)\s]+)\)", README))))
def test_each_file_that_is_linked_is_there(link: str) -> None:
    if not link.startswith("https://"):
        assert (ROOT / link.partition("#")[0]).exists()


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:workflows|activities|starter|catalogs|pipelines|tests|docs)/[\w./-]+)`", README)))
)
def test_each_file_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_table_of_settings_holds_each_of_ours_and_no_other() -> None:
    rows = re.findall(r"^\| (`.*?) \|", section("Settings"), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row) if name.startswith(environment_names.PREFIX)]
    assert sorted(named) == sorted(environment_names.OWN)


def test_the_table_of_words_has_every_effect() -> None:
    (row,) = re.findall(r"^\| effect \|.*$", section("The words"), re.MULTILINE)
    assert [effect for effect in model.EFFECTS if f"`{effect}`" not in row] == []
