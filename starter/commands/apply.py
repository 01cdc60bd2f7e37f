"""`ordinaut apply`: pipelines become schedules that Temporal fires by itself, and subscriptions to events."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
from temporalio import client

from starter import credentials, documents, output, pollers, session, task_queues
from starter.approvals import options, people
from starter.schedules import apply, maintenance, wanted, zone_check
from workflows.core import errors
from workflows.core.approvals import policy

_COLOURS: Final = {apply.CREATED: "green", apply.UPDATED: "yellow", apply.DELETED: "red", apply.FAILED: "red"}
#: Where no terminal draws a bar, a line is written each so many schedules.
_LINE_EACH: Final = 100


@click.command("apply", epilog="\b\nExample: ordinaut apply pipelines/ --prune --dry-run")
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--params", "entries", multiple=True, metavar="ENTRY", help="Given to each run: name=text, name:=JSON or @file; as often as you like."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, do nothing.")
@click.option("--prune", is_flag=True, help="Delete the schedules of pipelines that were applied from these folders and are gone.")
@options.person("applies them")
@output.json_option
def command(paths: tuple[str, ...], entries: tuple[str, ...], dry_run: bool, prune: bool, who: str | None, as_json: bool) -> int:
    """Create or update the schedules and event subscriptions of pipeline files, or of folders of them.

    All files are checked first; if one has an error nothing at all is changed. Applied again, what is as it should be stays untouched.
    """
    person = people.at_keyboard(who) if dry_run else people.allowed(policy.APPLY, who)
    folders = _folders(paths) if prune else []
    read = wanted.read(paths, documents.params(entries), person)
    if not read.ok:
        return _refused(read.problems, as_json)
    for path, problem in read.problems:
        output.note(output.problem_line(str(path), problem))
    settings = documents.settings()
    credentials.warn((address for item in read.wanted for address in item.given["plan"]["tools"]), documents.catalog(settings), settings)
    return asyncio.run(_apply(read.wanted, folders, dry_run, as_json))


def _folders(paths: Sequence[str]) -> list[Path]:
    folders = [Path(path) for path in paths]
    for folder in folders:
        if not folder.is_dir():
            raise click.UsageError(f"--prune compares folders with what was applied from them; '{folder}' is no folder")
    return folders


async def _apply(pipelines: list[wanted.Wanted], folders: list[Path], dry_run: bool, as_json: bool) -> int:
    temporal = await session.ready()
    now = datetime.datetime.now(datetime.UTC)
    count = len(pipelines)
    try:
        with _progress("Comparing", "compared", count) as tell:
            plan = await apply.plan(temporal, pipelines, now, folders, tell)
    except apply.CannotApply as refused:
        return _refused([(item.path, _problem(item, error)) for item, error in refused.problems], as_json)
    if dry_run:
        return _told(apply.foreseen(plan), dry_run, as_json)
    await _warn_of_zones(temporal, plan, now)
    await pollers.warn(temporal, sorted({name for item in pipelines for name in task_queues.of_plan(item.given["plan"])}))
    if any(step.definition.ages for step in plan.steps):
        await maintenance.ensure(temporal)
    with _progress("Applying", "applied", count) as tell:
        outcomes = await apply.carry_out(temporal, plan, tell)
    return _told(outcomes, dry_run, as_json)


async def _warn_of_zones(temporal: client.Client, plan: apply.Plan, now: datetime.datetime) -> None:
    changed = [step for step in plan.steps if step.status != apply.UNCHANGED]
    for sentence in await zone_check.differences(temporal, {step.definition.spec.timezone for step in changed} - {"UTC"}, now):
        output.note(f"warning: {sentence}")


@contextlib.contextmanager
def _progress(doing: str, done: str, total: int) -> Iterator[Callable[[], None]]:
    """What is called for each schedule: it draws a bar on a terminal, where there is something to wait for, else writes a line at times."""
    if sys.stderr.isatty() and total >= _LINE_EACH // 10:
        with click.progressbar(length=total, label=doing, file=sys.stderr) as bar:
            yield lambda: bar.update(1)
        return
    count = 0

    def tell() -> None:
        nonlocal count
        count += 1
        if count % _LINE_EACH == 0:
            output.note(f"{count:,} of {total:,} schedules {done}")

    yield tell


def _problem(item: wanted.Wanted, error: errors.OrdinautError) -> errors.Problem:
    if isinstance(error, errors.ScheduleError):
        return wanted.problem_of(item, error)
    return errors.Problem("name-taken", str(error), "name", 1, 1)


def _refused(problems: Sequence[tuple[Path, errors.Problem]], as_json: bool) -> int:
    if as_json:
        shown = [{"path": str(path), **output.problem_json(problem)} for path, problem in problems]
        output.json_document({"ok": False, "applied": [], "problems": shown})
    for path, problem in [] if as_json else problems:
        output.say(output.problem_line(str(path), problem))
    output.note("nothing was changed")
    return 1


def _told(outcomes: list[apply.Outcome], dry_run: bool, as_json: bool) -> int:
    failed = any(outcome.status == apply.FAILED for outcome in outcomes)
    counts: dict[str, Any] = dict(apply.counts(outcomes))
    if as_json:
        shown = [outcome.as_json() for outcome in outcomes]
        output.json_document({"ok": not failed, "dry_run": dry_run, "counts": counts, "applied": shown, "problems": []})
        return int(failed)
    for outcome in outcomes:
        _say(outcome)
    summary = ", ".join(f"{count} {status}" for status, count in counts.items()) or "no pipelines"
    output.say(f"{summary}; nothing was changed: --dry-run" if dry_run else summary)
    return int(failed)


def _say(outcome: apply.Outcome) -> None:
    status = click.style(outcome.status, fg=_COLOURS.get(outcome.status))
    output.say(f"{outcome.name:<44} {status}" + (f": {outcome.reason}" if outcome.reason else ""))
    for change in outcome.changes:
        output.say(f"    {change}")
