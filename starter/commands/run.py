"""`ordinaut run`: one run of a pipeline now, on the service or (with --mock) in memory."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from activities import catalog as catalog_module
from starter import documents, output
from starter.approvals import options
from workflows.core import check, errors, mock, model, moments, plan, run, zones
from workflows.core.approvals import policy

_ROOM: Final = datetime.timedelta(days=366)
_AUTO_HINT: Final = (
    "the outputs were made up from the tools' output schemas, which do not declare every member;"
    ' put outputs of your own into a file, {"step id": output}, and give it: --mock FILE'
)

#: Failures that outputs of the pipeline's own may end.
_OF_OUTPUTS: Final = (errors.TEMPLATE_ERROR, errors.INVALID_INPUT)


@dataclass(frozen=True, slots=True)
class _Order:
    """What the command line asks for."""

    file: str
    params: dict[str, Any]
    event: Any
    nominal: datetime.datetime | None
    as_json: bool


@click.command("run", epilog="\b\nExample: ordinaut run pipelines/automated-pr-review.json --event @event.json")
@click.argument("file")
@click.option("--params", "-p", multiple=True, metavar="K=V", help="A parameter: k=text, k:=JSON, or @file with a JSON object. Repeatable.")
@click.option("--event", metavar="@FILE", help="The event's payload: JSON, or @file.")
@click.option("--at", "at", metavar="TIME", help="The nominal time, ISO 8601; date words are taken from it. Now where left out.")
@options.person("starts it: approvals that want four eyes are for others")
@click.option("--no-wait", is_flag=True, help="Start it and return at once.")
@click.option(
    "--mock",
    "mocked",
    metavar="FILE|auto",
    help="No server, no effects: outputs come from the file, or are made up from the output schemas.",
)
@output.json_option
def command(
    file: str, params: tuple[str, ...], event: str | None, at: str | None, who: str | None, no_wait: bool, mocked: str | None, as_json: bool
) -> int:
    """Run a pipeline once. Mistakes are found first; a document with an error starts nothing."""
    settings = documents.settings()
    tools = documents.catalog(settings)
    given = documents.params(params)
    payload = documents.json_value(event, "--event") if event is not None else None
    if payload is not None and not isinstance(payload, dict):
        message = "--event: the payload is no JSON object"
        raise documents.BrokenFile(message) if str(event).startswith("@") else click.UsageError(message)
    checked = documents.checked(Path(file), tools, settings, given)
    if not _acceptable(file, checked, as_json):
        return 1
    assert checked.plan is not None and checked.pipeline is not None
    for warning in documents.unused_params(checked.pipeline, given):
        output.note(warning)
    if payload is None and documents.reads_event(checked.pipeline):
        raise click.UsageError("the pipeline reads 'event': give it one by --event @event.json")
    order = _Order(file, given, payload, _nominal(at, checked.plan["timezone"]), as_json)
    if mocked is not None:
        return _mock(order, checked.pipeline, checked.plan, tools, mocked)
    from starter import credentials
    from starter.approvals import people
    from starter.commands import live_run

    person = people.at_keyboard(who)
    people.check(settings, policy.START, person)
    credentials.warn(checked.plan["tools"], tools, settings)
    result = asyncio.run(live_run.start(checked.plan, given, payload, order.nominal, wait=not no_wait, quiet=as_json, started_by=person))
    return _finish(result, as_json, output.result if no_wait else output.outcome)


def _acceptable(file: str, checked: check.Checked, as_json: bool) -> bool:
    """Shows what the check found (on stderr); with errors and --json the check's own answer goes to stdout."""
    for problem in checked.problems:
        output.note(output.problem_line(file, problem))
    if not checked.ok and as_json:
        output.json_document(
            {"ok": False, "files": [{"path": file, "ok": False, "problems": [output.problem_json(one) for one in checked.problems]}]}
        )
    if not checked.ok:
        output.note("nothing was started")
    return checked.ok


def _nominal(at: str | None, zone: str) -> datetime.datetime | None:
    if at is None:
        return None
    try:
        moment = moments.parse(at, zones.load(zone))
        if moment is None:
            raise click.UsageError(
                f"--at '{at}' is no time; write it like 2026-11-23T18:00:00+02:00 (without offset it is in the pipeline's zone)"
            )
        text = str(moment)
        made = datetime.datetime.fromisoformat(text if "T" in text else f"{text}T00:00:00")
        made = made if made.tzinfo else made.replace(tzinfo=zones.load(zone))
        for edge in (made - _ROOM, made + _ROOM):  # for date words such as last_month
            edge.astimezone(datetime.UTC)
    except (OverflowError, errors.EvaluationError):
        raise click.UsageError(f"--at '{at}' is too near the ends of the calendar; give a time of the years 2 to 9998") from None
    return made


def _mock(order: _Order, pipeline: model.Pipeline, document: Mapping[str, Any], tools: catalog_module.Catalog, mocked: str) -> int:
    outputs = None if mocked == mock.AUTO else documents.json_file(Path(mocked), "--mock", mocked)
    if outputs is not None and not isinstance(outputs, dict):
        raise documents.BrokenFile(f"--mock '{mocked}': the file holds no JSON object of step ids and outputs")
    nominal = order.nominal or datetime.datetime.now(datetime.UTC)
    current = run.Run(plan.load(document), nominal, order.params, order.event)
    world = mock.MockHost(tools, outputs, nominal)
    mock.drive(current.walk(world))
    current.record.warnings += world.unused()
    failure = current.record.error
    if outputs is None and failure and failure["type"] in _OF_OUTPUTS and documents.reads_outputs(pipeline, failure["step"]):
        output.note(_AUTO_HINT)
    result = current.record.as_json(f"{document['name']}-mock")
    return _finish(result, order.as_json, output.result)


def _finish(result: dict[str, Any], as_json: bool, show: Callable[[dict[str, Any]], None]) -> int:
    if as_json:
        output.json_document(result)
    else:
        show(result)
    return 1 if result["status"] in (run.FAILED, run.RUN_CANCELLED) else 0
