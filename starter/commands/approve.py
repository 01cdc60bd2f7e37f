"""`ordinaut approve`: a person lets a run go on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import click

from starter import connection, output
from starter.approvals import options, waiting
from workflows import converter
from workflows.core import errors
from workflows.core.approvals import request


@click.command("approve", epilog="\b\nExample: ordinaut approve vendor-payments-manual-20261123T160000Z-3fa9 pay --as ana@company.com")
@options.decision("Kept with the decision.")
@output.json_option
def command(run_id: str, as_json: bool, **given: str | None) -> int:
    """Approve what a run waits for, as 'ordinaut approvals' shows it."""
    return decided(run_id, request.APPROVE, given, as_json)


def decided(run_id: str, verb: str, options_: Mapping[str, str | None], as_json: bool) -> int:
    """What `approve` and `reject` do; the options are those of `options.decision`."""
    given = {name: text or "" for name, text in options_.items()}
    if not given["who"].strip() and not given["token"]:
        raise click.UsageError("name the person whose decision it is: --as WHO")
    return asyncio.run(_decide(run_id, verb, given, as_json))


async def _decide(run_id: str, verb: str, given: dict[str, str], as_json: bool) -> int:
    temporal = await connection.connect(converter.DATA_CONVERTER)
    seen = await waiting.of_run(temporal, run_id)
    given["digest"] = _whole(given, seen)
    stands = await waiting.decide(temporal, run_id, verb, {key: text for key, text in given.items() if text})
    if as_json:
        output.json_document({"run_id": run_id, **stands})
    else:
        left = f"  {stands['approvals']} of {stands['quorum']} approvals" if stands["status"] == "waiting" else ""
        output.say(f"{run_id}  {given['step']}  {stands['status']}{left}")
    return 0


def _whole(given: dict[str, str], seen: list[dict[str, str]]) -> str:
    """The whole digest of what waits, where its beginning was given or none: so nobody decides on what came in its place meanwhile.

    Raises:
        errors.ToolError: less than 12 digits were given.
    """
    waits = next((asked["digest"] for asked in seen if asked["name"] == given["step"]), "")
    if given["digest"] and len(given["digest"]) < 12:
        raise errors.ToolError(errors.INVALID_INPUT, "--digest takes at least the 12 digits that 'ordinaut approvals' shows")
    return waits if waits.startswith(given["digest"]) else given["digest"]
