"""The pipelines that an assistant may name: the documents of some folders, read anew for each question."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starter import documents, output
from workflows.core import check, errors, mock, plan, problems, run


@dataclass(frozen=True, slots=True)
class Library:
    """Folders of pipeline documents."""

    folders: tuple[Path, ...]

    def listed(self) -> list[dict[str, Any]]:
        """Each pipeline: name, title, description, schedule, file, and whether it can run."""
        return [_facts(path, checked) for path, checked in self._all()]

    def checked(self, name_or_text: str) -> check.Checked:
        """A pipeline of the folders by its name, or a document given as text.

        Raises:
            ToolError: no pipeline has this name.
        """
        if name_or_text.lstrip()[:1] in ("{", "[", "") or "\n" in name_or_text:
            settings = documents.settings()
            return check.document(name_or_text.encode(), "document.json", documents.catalog(settings), settings.timezone)
        return self.named(name_or_text)

    def named(self, name: str) -> check.Checked:
        """A pipeline of the folders.

        Raises:
            ToolError: no pipeline has this name.
        """
        known = {_name(path, checked): checked for path, checked in self._all()}
        if name not in known:
            hint = problems.did_you_mean(name, known, f"there are {', '.join(known) or 'none'}")
            raise errors.ToolError(errors.INVALID_INPUT, f"no pipeline '{name}' in {', '.join(map(str, self.folders))}; {hint}")
        return known[name]

    def _all(self) -> list[tuple[Path, check.Checked]]:
        settings = documents.settings()
        tools = documents.catalog(settings)
        return [(path, documents.checked(path, tools, settings)) for path in documents.files([str(folder) for folder in self.folders])]


def runnable(checked: check.Checked) -> Mapping[str, Any]:
    """The plan of a pipeline without errors.

    Raises:
        ToolError: it has errors; each is told.
    """
    if checked.plan is None:
        told = "\n".join(output.problem_line("pipeline", problem) for problem in checked.problems if problem.severity == "error")
        raise errors.ToolError(errors.INVALID_INPUT, f"the pipeline has errors; nothing was started\n{told}")
    return checked.plan


def mocked(document: Mapping[str, Any], params: Mapping[str, Any], event: Any, outputs: Mapping[str, Any] | None) -> dict[str, Any]:
    """The result of a run in memory: tools are not called, their outputs are the given ones or made up."""
    nominal = datetime.datetime.now(datetime.UTC)
    current = run.Run(plan.load(dict(document)), nominal, dict(params), event)
    tools = documents.catalog(documents.settings())
    world = mock.MockHost(tools, dict(outputs) if outputs is not None else None, nominal)
    mock.drive(current.walk(world))
    current.record.warnings += world.unused()
    return current.record.as_json(f"{document['name']}-mock")


def _name(path: Path, checked: check.Checked) -> str:
    return checked.pipeline.name if checked.pipeline is not None else path.stem


def _facts(path: Path, checked: check.Checked) -> dict[str, Any]:
    pipeline = checked.pipeline
    made: dict[str, Any] = {"name": _name(path, checked), "file": str(path), "ok": checked.ok}
    if pipeline is not None:
        made |= {"title": pipeline.title, "description": pipeline.description or None, "steps": [step.id for step in pipeline.steps]}
        made["schedule"] = {"kind": pipeline.schedule_kind, "expr": pipeline.schedule_expr, "timezone": pipeline.timezone}
    return {**made, "problems": sum(problem.severity == "error" for problem in checked.problems)}


def folders(given: Sequence[str]) -> tuple[Path, ...]:
    """The folders that were given, else `pipelines` here, else the shipped ones."""
    if given:
        return tuple(Path(one) for one in given)
    here = Path("pipelines")
    return (here if here.is_dir() else documents.shipped_pipelines(),)
