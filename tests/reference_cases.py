"""The hand-written cases of tests/reference, for the tests that run them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activities import catalog
from workflows import converter
from workflows.core import check

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "tests" / "reference"


@dataclass(frozen=True)
class Case:
    """One case: a pipeline file, what it is given, what its tools answer, and what must come of it."""

    file: Path
    name: str
    facts: dict[str, Any]

    @property
    def id(self) -> str:
        """`lead-scoring: one lead`."""
        return f"{self.file.stem}: {self.name}"

    @property
    def nominal(self) -> datetime.datetime:
        """The nominal time of the case."""
        return datetime.datetime.fromisoformat(self.facts["nominal_time"])


def cases(folder: str, pipelines: Path) -> Iterator[Case]:
    """All cases of a folder of tests/reference; `pipelines` holds the documents."""
    for file in sorted((REFERENCE / folder).glob("*.json")):
        for facts in converter.decode(file.read_bytes())["cases"]:
            yield Case(pipelines / file.name, facts["name"], facts)


REFERENCE_CASES = list(cases("cases", REFERENCE / "pipelines"))
CORRECTED_CASES = list(cases("corrected", ROOT / "pipelines"))
TOOLS = catalog.load([catalog.shipped_folder()])
#: The same tools behind the bridges that the pipelines were written for: one address, one endpoint, arguments as they are.
BRIDGES_FOLDER = REFERENCE / "bridges"
BRIDGES = catalog.load([BRIDGES_FOLDER])


def checked(case: Case, tools: catalog.Catalog = TOOLS) -> check.Checked:
    """The case's document, checked with its params."""
    return check.document(
        case.file.read_bytes(), case.file.name, tools, case.facts.get("timezone_if_none", "UTC"), case.facts.get("params") or {}
    )
