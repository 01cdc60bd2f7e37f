"""`ordinaut check`: every problem of every file, nothing started."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from activities import policy_file
from starter import documents, output
from starter.approvals import answerable
from workflows.core import check, errors

CANNOT_OPEN: Final = "cannot-open"


@click.command("check", epilog="\b\nExample: ordinaut check pipelines/ my-pipeline.yaml")
@click.argument("paths", nargs=-1, required=True)
@output.json_option
def command(paths: tuple[str, ...], as_json: bool) -> int:
    """Find every problem of pipeline files (or folders of them). Exit code 1 if one has an error; warnings are shown."""
    settings = documents.settings()
    tools = documents.catalog(settings)
    found: list[tuple[Path, check.Checked]] = []
    opened = True
    for path in documents.files(paths):
        try:
            found.append((path, documents.checked(path, tools, settings)))
        except documents.CannotOpen as error:
            opened = False
            found.append((path, check.Checked(None, None, (errors.Problem(CANNOT_OPEN, error.message, hint=error.hint),))))
    policy = policy_file.read(settings)
    results = [
        (path, checked.ok, [*checked.problems, *answerable.problems(checked, tools, policy), *_same_name(path, checked, found)])
        for path, checked in found
    ]
    if as_json:
        output.json_document({"ok": all(ok for _, ok, _ in results), "files": [_file_json(*result) for result in results]})
    else:
        _show(results)
    if not opened:
        return 2
    return 0 if all(ok for _, ok, _ in results) else 1


def _same_name(path: Path, checked: check.Checked, found: list[tuple[Path, check.Checked]]) -> list[errors.Problem]:
    """Two pipelines of one name cannot be applied together; that is worth knowing here."""
    if checked.pipeline is None:
        return []
    name = checked.pipeline.name
    others = [str(other) for other, one in found if other != path and one.pipeline is not None and one.pipeline.name == name]
    if not others:
        return []
    position = checked.pipeline.positions.get("name")
    return [
        errors.Problem(
            "duplicate-name",
            f"the name '{name}' is also that of {', '.join(others)}",
            "name",
            position.line if position else 1,
            position.column if position else 1,
            "they cannot be applied together; give one another 'name'",
            "warning",
        )
    ]


def _file_json(path: Path, ok: bool, problems: list[errors.Problem]) -> dict[str, Any]:
    return {"path": str(path), "ok": ok, "problems": [output.problem_json(problem) for problem in problems]}


def _show(results: list[tuple[Path, bool, list[errors.Problem]]]) -> None:
    for path, _, problems in results:
        for problem in problems:
            output.say(output.problem_line(str(path), problem))
    broken = sum(not ok for _, ok, _ in results)
    warnings = sum(problem.severity == "warning" for _, _, problems in results for problem in problems)
    files = f"{len(results)} file{'' if len(results) == 1 else 's'}"
    output.say(f"{files} checked: {len(results) - broken} ok, {broken} with errors, {warnings} warning{'' if warnings == 1 else 's'}")
