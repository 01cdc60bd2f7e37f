"""The pipelines that an apply is given: files read and checked, all of them before anything is changed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activities.schedules import definition
from starter import documents, starting
from workflows import contract
from workflows.core import errors, model
from workflows.core.schedules import timing as timings

#: The code of a schedule that cannot be told to Temporal.
WRONG_SCHEDULE = "wrong-schedule"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One checked document."""

    path: Path
    pipeline: model.Pipeline
    given: contract.RunInput

    @property
    def name(self) -> str:
        """The pipeline's name."""
        return self.pipeline.name

    @property
    def timing(self) -> timings.Timing:
        """When it is due, or on which events it runs."""
        return self.pipeline.timing or timings.Timing(timings.EVENT, self.pipeline.event_type or "", self.given["plan"]["timezone"])

    @property
    def policies(self) -> timings.Policies:
        """How its runs behave; nothing of it holds for runs that events start."""
        return self.pipeline.policies if self.pipeline.timing else timings.Policies()

    def compiled(self, anchor: datetime.datetime, now: datetime.datetime) -> definition.Definition:
        """Its schedule.

        Raises:
            ScheduleError: the timing cannot be told to Temporal.
        """
        return definition.compiled(self.name, self.timing, self.policies, self.given, anchor, now, str(self.path.resolve()))


@dataclass(slots=True)
class Read:
    """All files: what is wanted, and every problem with its file. Where one is an error nothing may be applied."""

    wanted: list[Wanted]
    problems: list[tuple[Path, errors.Problem]]

    @property
    def ok(self) -> bool:
        """Whether all of them can be applied."""
        return not any(problem.severity == "error" for _, problem in self.problems)


def read(paths: Sequence[str], params: Mapping[str, Any], author: str | None = None) -> Read:
    """Reads and checks every file; `params` are given to each run, which also hears who applied it.

    Raises:
        documents.CannotOpen: a file that cannot be opened.
    """
    settings = documents.settings()
    tools = documents.catalog(settings)
    found = Read([], [])
    for path in documents.files(paths):
        checked = documents.checked(path, tools, settings, params)
        found.problems += [(path, problem) for problem in checked.problems]
        if checked.plan is None or checked.pipeline is None:
            continue
        try:
            found.wanted.append(Wanted(path, checked.pipeline, starting.run_input(checked.plan, params, None, None, author=author)))
        except errors.ToolError as error:
            found.problems.append((path, errors.Problem("too-large", error.message)))
    found.problems += _same_names(found.wanted)
    return found


def _same_names(wanted: Sequence[Wanted]) -> list[tuple[Path, errors.Problem]]:
    first: dict[str, Path] = {}
    problems = []
    for one in wanted:
        if one.name in first:
            message = f"the name '{one.name}' is also that of {first[one.name]}"
            problems.append((one.path, errors.Problem("duplicate-name", message, "name", hint="give one of them another 'name'")))
        first.setdefault(one.name, one.path)
    return problems


def problem_of(wanted: Wanted, error: errors.ScheduleError) -> errors.Problem:
    """A schedule that cannot be compiled, at its key in the document."""
    position = wanted.pipeline.positions.get(error.key)
    line, column = (position.line, position.column) if position else (1, 1)
    return errors.Problem(WRONG_SCHEDULE, error.message, error.key, line, column, error.hint)
