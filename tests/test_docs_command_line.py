"""docs/command-line.md and docs/errors.md are held true: each command, option, exit code, kind and message."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shlex
from collections.abc import Iterator

import click
import pytest

from activities import environment_names
from starter import cli
from starter.commands import runs
from tests import reference_cases
from workflows.core import errors, run

DOCS = reference_cases.ROOT / "docs"
COMMANDS = (DOCS / "command-line.md").read_text(encoding="utf-8")
ERRORS = (DOCS / "errors.md").read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    """What stands below a heading, up to the next of its kind."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no section '{title}'"
    return found[1]


def command(name: str) -> click.Command:
    """The command itself."""
    found: click.Command = importlib.import_module(f"starter.commands.{cli.COMMANDS[name][0]}").command
    return found


def options(name: str) -> set[str]:
    """The options of a command that are its own."""
    own = [option for option in command(name).params if isinstance(option, click.Option) and option.name != "as_json"]
    return {spelling for option in own for spelling in (*option.opts, *option.secondary_opts)}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_command_has_a_section_with_its_options_and_no_others(name: str) -> None:
    below = section(COMMANDS, f"`{name}`")
    rows = re.findall(r"^\| (`-.*?) \|", below, re.MULTILINE)
    assert {spelling for row in rows for spelling in re.findall(r"`(-[^`]+)`", row)} == options(name)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_example_of_a_command_can_be_typed(name: str) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", section(COMMANDS, f"`{name}`"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert lines
    for line in lines:
        program, found, *arguments = shlex.split(line)
        assert (program, found) == ("ordinaut", name)
        command(name).make_context(name, arguments)  # raises a usage error


def test_examples_name_shipped_pipelines() -> None:
    for path in re.findall(r"pipelines/[\w-]+\.json", COMMANDS):
        assert (reference_cases.ROOT / path).is_file(), path


def test_commands_stand_in_the_order_of_the_help_and_later_ones_are_listed() -> None:
    assert re.findall(r"^## `(.+)`$", COMMANDS, re.MULTILINE) == list(cli.COMMANDS)
    assert re.findall(r"`(\w+)`", section(COMMANDS, "In later versions")) == list(cli.LATER)


@pytest.mark.parametrize("page", [COMMANDS, ERRORS], ids=["command-line.md", "errors.md"])
def test_each_exit_code_is_explained(page: str) -> None:
    codes = re.findall(r"^\| (\d) \|", page, re.MULTILINE)
    assert [int(code) for code in codes] == [0, cli.EXIT_FAILED, cli.EXIT_USAGE, cli.EXIT_UNREACHABLE]


def test_each_variable_of_ours_is_explained_in_its_own_words() -> None:
    found = dict(re.findall(r"^\| `(ORDINAUT_[^`]+)` \| (.*?) \|$", COMMANDS, re.MULTILINE))
    assert found == environment_names.OWN


def test_states_are_listed() -> None:
    below = section(COMMANDS, "`run`")
    for status in (run.COMPLETED, run.FAILED, run.RUNNING, run.RUN_CANCELLED, run.PENDING, run.WAITING, run.SKIPPED):
        assert f"`{status}`" in below
    assert all(f"`{status}`" in section(COMMANDS, "`runs`") for status in runs.STATUSES)


def test_json_on_the_page_is_json() -> None:
    blocks = re.findall(r"```json\n(.*?)```", COMMANDS, re.DOTALL)
    check, result = (json.loads(block) for block in blocks)
    assert list(check["files"][0]["problems"][0]) == ["code", "severity", "line", "column", "path", "message", "hint"]
    record = run.RunRecord("", [run.StepRecord("", "")]).as_json("")
    assert list(result) == list(record) and list(result["steps"][0]) == list(record["steps"][0])


# errors.md

KINDS = [value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str)]


def test_each_kind_has_a_section_and_no_kind_is_invented() -> None:
    assert re.findall(r"^## `(.+)`$", ERRORS, re.MULTILINE) == [*KINDS, "usage"]


@pytest.mark.parametrize("kind", [*KINDS, "usage"])
def test_each_kind_says_what_it_means_and_what_to_do(kind: str) -> None:
    below = section(ERRORS, f"`{kind}`")
    assert "**What to do.**" in below
    assert re.search(r"^\| `+ ?.+? ?`+ \| .+ \|$", below, re.MULTILINE), "a message with what to do"


def sentences() -> Iterator[str]:
    """Every text of the product, with … for what is filled in."""
    files = [file for room in ("starter", "activities", "workflows") for file in (reference_cases.ROOT / room).rglob("*.py")]
    for file in [*files, reference_cases.ROOT / "worker.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)


SENTENCES = list(sentences())
MESSAGES = re.findall(r"^\| `+ ?(.+?) ?`+ \|", ERRORS, re.MULTILINE)


@pytest.mark.parametrize("message", MESSAGES)
def test_each_message_on_the_page_is_one_of_the_product(message: str) -> None:
    assert any(message in sentence for sentence in SENTENCES)
