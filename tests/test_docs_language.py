"""docs/language.md and docs/problems.md are held true: each example is executed, nothing is left out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import language, reference_cases
from workflows.core import environment, errors, functions, limits, problems, scope, source, values

DOCS = Path(__file__).resolve().parent.parent / "docs"
_BLOCK = re.compile(r"^```(?P<kind>[a-z-]+(?: [a-z-]+)?)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A fenced block of a page; `row` is the heading above it."""

    row: str
    kind: str
    body: str
    line: int

    @property
    def id(self) -> str:
        """For pytest."""
        return f"{self.row}, line {self.line}"


def sections(page: Path, level: str) -> dict[str, tuple[str, int]]:
    """Heading -> (text below it up to the next heading, line)."""
    text = page.read_text()
    found: dict[str, tuple[str, int]] = {}
    outside = re.sub(
        r"^```.*?^```$", lambda block: re.sub(r"^#", " ", block.group(), flags=re.MULTILINE), text, flags=re.MULTILINE | re.DOTALL
    )
    headings = list(re.finditer(r"^(#{1,6}) (.*)$", outside, re.MULTILINE))
    for number, heading in enumerate(headings):
        end = headings[number + 1].start() if number + 1 < len(headings) else len(text)
        if heading.group(1) == level:
            assert heading.group(2) not in found, f"two headings {heading.group(2)!r}"
            found[heading.group(2)] = (text[heading.end() : end], text.count("\n", 0, heading.end()) + 1)
    return found


ROWS = sections(DOCS / "language.md", "###")
EXAMPLES = [
    Example(row, block["kind"], block["body"], line + below.count("\n", 0, block.start()))
    for row, (below, line) in ROWS.items()
    for block in _BLOCK.finditer(below)
]


def decoded(text: str) -> Any:
    """JSON with exact decimals."""
    return json.loads(text, parse_float=Decimal)


def context() -> scope.Scope:
    """The values that the page states."""
    stated = re.search(r"^```json context\n(.*?)^```$", (DOCS / "language.md").read_text(), re.MULTILINE | re.DOTALL)
    assert stated is not None
    given = decoded(stated.group(1))
    steps = {name: values.Rows(output) if "rows" in output else output for name, output in given["steps"].items()}
    return language.names(given["params"], steps, given["event"])


LINES = [
    pytest.param(*re.split(r"\s+=>\s+", line, maxsplit=1), id=f"{example.row}: {line[:60]}")
    for example in EXAMPLES
    if example.kind == "pipeline-language"
    for line in example.body.splitlines()
    if line.strip()
]


def parts(example: Example) -> list[str]:
    """What stands between the `--- name` lines of a block."""
    return re.split(r"^--- \w+\n", example.body, flags=re.MULTILINE)


def document(text: str) -> str:
    """A whole document, or one around a list of steps."""
    if text.lstrip().startswith("{"):
        return text
    return '{"title": "Example", "timezone": "Europe/Chisinau", "payload": {"pipeline": ' + text + "}}"


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_an_executed_example(row: str) -> None:
    executed = {"pipeline-language", "pipeline-tree", "pipeline-run", "pipeline-with", "pipeline-problem"}
    assert any(example.row == row and example.kind in executed for example in EXAMPLES), f"{row} has no example"


def test_no_example_is_left_out() -> None:
    assert {example.kind for example in EXAMPLES} == {
        "pipeline-language",
        "pipeline-tree",
        "pipeline-run",
        "pipeline-with",
        "pipeline-problem",
    }
    fences = (DOCS / "language.md").read_text().count("```")
    assert fences == 2 * (len(EXAMPLES) + 1)


@pytest.mark.parametrize(("template", "result"), LINES)
def test_template(template: str, result: str) -> None:
    written = json.loads(template) if template.startswith('"') else template
    if result.startswith("error: "):
        said = language.error(written, context())
        assert said.startswith(result.removeprefix("error: ")), said
    else:
        made = language.value(written, context())
        assert language.exact(made) == language.exact(decoded(result))


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.kind == "pipeline-tree"], ids=lambda one: one.id)
def test_relaxed_json(example: Example) -> None:
    written, result = example.body.split("\n=>\n")
    assert language.exact(language.relaxed(written, context())) == language.exact(decoded(result))


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.kind == "pipeline-run"], ids=lambda one: one.id)
def test_run(example: Example) -> None:
    steps, outputs, expected = parts(example)
    result = language.ran(document(steps), decoded(outputs))
    told = {
        step["id"]: f"error: {step['error']['message']}" if step["error"] else "skipped" if step["status"] == "skipped" else step["output"]
        for step in result["steps"]
    }
    assert language.exact(told) == language.exact(decoded(expected))


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.kind == "pipeline-with"], ids=lambda one: one.id)
def test_arguments(example: Example) -> None:
    steps, expected = parts(example)
    outputs = {step: {} if step != "q" else {"rows": [], "count": 0} for step in decoded(expected)}
    result = language.ran(document(steps), outputs)
    assert {step["id"]: step["with"] for step in result["steps"]} == decoded(expected)


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.kind == "pipeline-problem"], ids=lambda one: one.id)
def test_problem(example: Example) -> None:
    steps, expected = parts(example)
    code, message = expected.strip().split("\n", 1)
    assert (code, message) in [(one.code, one.message) for one in language.checked(document(steps)).problems]


def test_every_filter_function_and_test_is_on_the_page() -> None:
    text = (DOCS / "language.md").read_text()
    shown = " ".join(example.body for example in EXAMPLES if example.kind == "pipeline-language")
    for name in environment.ENVIRONMENT.filters:
        assert name.endswith("!") or re.search(rf"\|\s*{name}\b", shown), f"the filter {name} has no example"
    for name in functions.FUNCTIONS:
        assert re.search(rf"\b{name}\b", ROWS["Functions"][0]), f"the function {name} is not named"
    for name in environment.ENVIRONMENT.tests:
        assert not name.isalpha() or name in ("equalto", "lessthan", "greaterthan") or re.search(rf"\b{name}\b", ROWS["Tests"][0]), (
            f"the test {name} is not named"
        )
    assert text.count("# The pipeline language") == 1


def test_every_limit_is_on_the_page_with_its_value() -> None:
    below = ROWS["Templates cannot run away"][0]
    for name, value in vars(limits).items():
        if name.startswith("MAX_"):
            assert f"| {name} | {value:,} |" in below, name


PROBLEMS = sections(DOCS / "problems.md", "###")


#: Codes of tools with open schemas, which the shipped ones no longer have.
SHOWN_WITH_BRIDGES = {"unlikely-argument"}


@pytest.mark.parametrize("code", sorted({*problems.CODES, *source.CODES}))
def test_every_problem_code_is_explained(code: str) -> None:
    below, _ = PROBLEMS[f"`{code}`"]
    meaning = problems.CODES.get(code) or source.CODES[code]
    assert meaning in below
    assert "**What to do.**" in below


def test_no_problem_code_is_invented() -> None:
    assert set(PROBLEMS) == {f"`{code}`" for code in (*problems.CODES, *source.CODES)}


#: Codes that no single document can show: they are about several files, a file that is not there, another version, the policy.
SHOWN_ELSEWHERE = {"duplicate-name", "cannot-open", "unavailable-tool", "nobody-approves"}


@pytest.mark.parametrize("code", sorted({*problems.CODES, *source.CODES} - SHOWN_ELSEWHERE))
def test_the_bad_example_of_a_code_yields_it(code: str) -> None:
    below, _ = PROBLEMS[f"`{code}`"]
    block = _BLOCK.search(below)
    assert block is not None, f"{code} has no example"
    found = with_bridges(block["body"]) if code in SHOWN_WITH_BRIDGES else check_of(block["kind"], block["body"])
    assert code in [problem.code for problem in found]


def with_bridges(body: str) -> tuple[errors.Problem, ...]:
    """The problems of a document whose tools are bridges."""
    return language.checked(document(body), catalog_=reference_cases.BRIDGES).problems


def check_of(kind: str, body: str) -> tuple[errors.Problem, ...]:
    """The problems of a bad example: a document, the steps of one, or words for bytes that a page cannot hold."""
    match kind:
        case "json":
            return language.checked(document(body)).problems
        case "yaml":
            return language.checked(body, filename="test.yaml").problems
        case "python":  # an expression that makes the document
            return language.checked(eval(body, {"__builtins__": {}})).problems
    raise AssertionError(kind)
