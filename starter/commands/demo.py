"""`ordinaut demo`: the main job on this machine, from nothing: a whole service, one run, what to look at."""

from __future__ import annotations

import asyncio
import datetime
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import click

from activities import run_starting
from starter import documents, following, local_service, logs, output, starting
from starter.approvals import options, people
from workflows.core import run
from workflows.core.approvals import policy

PIPELINE: Final = "daily-financial-reconciliation"


@click.command("demo", epilog="\b\nExample: ordinaut demo --keep")
@click.option("--keep", is_flag=True, help="Keep the service running afterwards, to look at the run in the Web UI.")
@options.person("starts the run")
@output.json_option
def command(keep: bool, who: str | None, as_json: bool) -> int:
    """Run the daily financial reconciliation for real: embedded Temporal server, worker, stand-ins for the vendors, sample database.

    Needs no account, key or container.
    """
    person = people.allowed(policy.START, who)
    code = asyncio.run(_demo(keep, person, as_json))
    os._exit(code)  # see worker.py


async def _demo(keep: bool, person: str | None, as_json: bool) -> int:
    logs.set_up()
    say = output.note if as_json else output.say
    say("Starting Temporal, a worker, stand-ins for the vendors and a sample database on this machine ...")
    async with local_service.running(with_sandbox=True) as service:
        file = _pipeline_file()
        checked = documents.checked(file, documents.catalog(service.settings), service.settings)
        assert checked.plan is not None, checked.problems  # a shipped pipeline passes its check; a test holds that
        say(f"Running {file.name}: {checked.plan['title']}, against Temporal at {service.server.address}\n")
        workflow_id = starting.run_id(PIPELINE, datetime.datetime.now(datetime.UTC))
        await run_starting.start(service.temporal, starting.run_input(checked.plan, {}, None, None, person), workflow_id)
        told = await following.follow(service.temporal, workflow_id, quiet=as_json)
        result = told.record().as_json(workflow_id)
        if as_json:
            output.json_document(result)
        else:
            _explain(result, service)
        if keep:
            say("\nStill running; Ctrl-C ends it.")
            await _forever()
        return 0 if result["status"] == run.COMPLETED else 1


def _pipeline_file() -> Path:
    return documents.shipped_pipelines() / f"{PIPELINE}.json"


def _explain(result: dict[str, Any], service: local_service.LocalService) -> None:
    output.say()
    output.outcome(result)
    outputs = {step["id"]: step["output"] for step in result["steps"]}
    reconciliation, tickets = outputs.get("reconcile_transactions") or {}, outputs.get("create_discrepancy_tickets") or {}
    output.say("\nWhat happened")
    output.say(
        f"  bank          {(outputs.get('get_bank_transactions') or {}).get('count')} transactions, from the maib stand-in over HTTP"
    )
    output.say(f"  system        {(outputs.get('get_system_transactions') or {}).get('count')} transactions, from the sample SQL database")
    output.say(
        f"  reconciled    {reconciliation.get('matched_count')} matched, {len(reconciliation.get('discrepancies', []))} discrepancies:"
    )
    for found in reconciliation.get("discrepancies", []):
        output.say(f"                {found.get('type')}: {found.get('amount')} {found.get('currency')}, {found.get('description')}")
    keys = ", ".join(str(issue.get("key")) for issue in tickets.get("issues", []))
    output.say(f"  tickets       {tickets.get('created_count')} made by the Jira stand-in: {keys}")
    output.say("  report        an Adaptive Card, sent to the Teams stand-in")
    _where()


def _where() -> None:
    program, pipeline = _program(), _from_here(_pipeline_file())
    output.say("\nWhere to look")
    output.say(f"  keep it running, with Temporal's Web UI   {program} up")
    output.say(f"  run it again there                        {program} run {pipeline}")
    output.say(f"  the pipeline that just ran                {pipeline}")
    readme = documents.shipped_pipelines().parent / "README.md"
    if readme.is_file():  # not where only the package is installed
        output.say(f"  how to write your own                     {_from_here(readme)}")


def _program() -> str:
    """How this program is called from here: by its name where that is on the PATH, else by its path."""
    if shutil.which("ordinaut") or os.path.basename(sys.argv[0]) != "ordinaut":
        return "ordinaut"
    return _from_here(Path(sys.argv[0]).absolute())


def _from_here(path: Path) -> str:
    """A path as one would type it: relative where it is below."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


async def _forever() -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return
