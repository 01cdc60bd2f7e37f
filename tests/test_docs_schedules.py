"""docs/schedules.md is held true: each example passes `check` and gives the times that the page shows, each command has its options."""

from __future__ import annotations

import datetime
import itertools
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from starter import cli
from tests import language
from workflows.core import check, parse_schedule, zones
from workflows.core.schedules import occurrences, timing

PAGE = Path(__file__).resolve().parent.parent / "docs" / "schedules.md"
TEXT = PAGE.read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(?P<kind>[a-z-]+)(?: (?P<name>[\w.-]+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_DUE = re.compile(
    r"(?P<time>\w{3} \d{4}-\d\d-\d\d \d\d:\d\d)(?P<offset> [+-]\d\d:\d\d)?(?:, moved from (?P<unmoved>\w{3} \d{4}-\d\d-\d\d): (?P<reason>.+))?"
)


@dataclass(frozen=True)
class Example:
    """A fenced block of the page."""

    kind: str
    name: str
    body: str
    line: int

    @property
    def settings(self) -> dict[str, Any]:
        """The top-level keys that it shows."""
        return dict(json.loads(re.split(r"^--- \w+\n", self.body, flags=re.MULTILINE)[0]))

    def part(self, name: str) -> list[str]:
        """The lines below `--- name`."""
        found = re.search(rf"^--- {name}\n(.*?)(?=^--- |\Z)", self.body, re.MULTILINE | re.DOTALL)
        assert found is not None, f"line {self.line} has no part {name}"
        return found[1].splitlines()

    @property
    def ends(self) -> bool:
        """Whether the times that are shown are all that come."""
        return "\n--- end\n" in self.body


EXAMPLES = [
    Example(block["kind"], block["name"] or "", block["body"], TEXT.count("\n", 0, block.start()) + 1) for block in _BLOCK.finditer(TEXT)
]
FILES = {example.name: example.body for example in EXAMPLES if example.kind == "text"}


def of_kind(kind: str) -> list[Any]:
    """The examples of a kind, as parameters."""
    return [pytest.param(example, id=f"line {example.line}") for example in EXAMPLES if example.kind == kind]


def checked(settings: dict[str, Any]) -> check.Checked:
    """The check of a document with these keys; the files of the page stand beside it."""
    document = json.dumps({"timezone": language.ZONE, **settings, "payload": {"pipeline": []}})
    read_file = {name: body.encode() for name, body in FILES.items()}.__getitem__
    return check.document(document.encode(), "example.json", language.tools(), now=language.NOMINAL, read_file=read_file)


def told(when: timing.Timing, due: occurrences.Occurrence, line: str) -> str:
    """A due time as the line of the page tells it: with its offset if the line has one."""
    zone = zones.load(when.timezone)
    local = due.time.astimezone(zone)
    text = f"{local:%a %Y-%m-%d %H:%M}"
    match = _DUE.fullmatch(line)
    if match and match["offset"]:
        text += " " + local.isoformat()[-6:]
    if due.unmoved:
        text += f", moved from {due.unmoved.astimezone(zone):%a %Y-%m-%d}: {due.reason}"
    return text


@pytest.mark.parametrize("example", of_kind("schedule"))
def test_the_times_are_those_that_the_page_shows(example: Example) -> None:
    made = checked(example.settings)
    assert [one.message for one in made.problems if one.severity == "error"] == []
    assert made.pipeline is not None and made.pipeline.timing is not None
    when, lines = made.pipeline.timing, example.part("due")
    after = language.NOMINAL - datetime.timedelta(seconds=1)
    due = list(itertools.islice(occurrences.between(when, language.NOMINAL, after, occurrences.LAST), len(lines) + 1))
    assert [told(when, one, line) for one, line in zip(due, lines, strict=False)] == lines
    assert (len(due) == len(lines)) is example.ends


@pytest.mark.parametrize("example", of_kind("schedule-problem"))
def test_the_problem_is_the_one_that_the_page_shows(example: Example) -> None:
    code, message = example.part("problem")
    assert (code, message) in [(one.code, one.message) for one in checked(example.settings).problems]


def test_no_example_is_left_out() -> None:
    assert {example.kind for example in EXAMPLES} == {"schedule", "schedule-problem", "text", "sh"}
    assert TEXT.count("```") == 2 * len(EXAMPLES)


@pytest.mark.parametrize("key", parse_schedule.KEYS)
def test_each_setting_is_explained_and_shown(key: str) -> None:
    assert f"`{key}`" in TEXT
    assert any(key in example.settings for example in EXAMPLES if example.kind == "schedule"), f"no example has {key}"


@pytest.mark.parametrize("value", [*timing.MOVES, *timing.OVERLAPS])
def test_each_value_is_explained(value: str) -> None:
    assert f"| `{value}`" in TEXT


COMMANDS = [shlex.split(line, comments=True) for example in EXAMPLES if example.kind == "sh" for line in example.body.splitlines()]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_exists_with_its_options(words: list[str]) -> None:
    program, name, *rest = words
    command = cli.ordinaut.get_command(click.Context(cli.ordinaut), name)
    assert program == "ordinaut" and command is not None, name
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("-")} <= known


README = PAGE.parent.parent.joinpath("README.md").read_text(encoding="utf-8")
ROWS = {
    key: left_out
    for keys, left_out in re.findall(
        r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| (.*?) \|", README.partition("| setting |")[2].partition("\n\n")[0], re.MULTILINE
    )
    for key in re.findall(r"[a-z_]+", keys)
}


def test_the_readme_has_each_setting_with_its_default() -> None:
    assert list(ROWS) == sorted(ROWS, key=parse_schedule.KEYS.index) and set(ROWS) == set(parse_schedule.KEYS)
    shown = {key: json.loads(f"[{value}]")[0] for key, value in stated().items()}
    made = checked({"schedule_kind": "cron", "schedule_expr": "0 9 * * *", **shown}).pipeline
    assert made is not None and made.timing is not None
    assert (made.timing, made.policies) == (timing.Timing("cron", "0 9 * * *", language.ZONE), timing.Policies())


def stated() -> dict[str, str]:
    """The defaults of the README as JSON."""
    bare = {key: value.strip("`") for key, value in ROWS.items()}
    return {
        key: "null" if value == "none" else value if value[0] in "[0" or value == "false" else f'"{value}"' for key, value in bare.items()
    }


def test_the_pipeline_of_the_readme_is_the_one_of_the_page() -> None:
    block = re.findall(r"^```json\n(.*?)^```", README, re.MULTILINE | re.DOTALL)[1]
    made = language.checked(block, filename="report.json")
    assert made.problems == ()
    assert any(
        {**example.settings, "timezone": "Europe/Chisinau"} == {key: value for key, value in json.loads(block).items() if key != "payload"}
        for example in EXAMPLES
        if example.kind == "schedule"
    )
