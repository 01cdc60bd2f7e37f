"""`ordinaut approve`: a person lets a run go on."""

from __future__ import annotations

import asyncio

import click

from starter import connection, output
from starter.approvals import waiting
from workflows import converter
from workflows.core import errors
from workflows.core.approvals import request


@click.command("approve", epilog="\b\nExample: ordinaut approve vendor-payments-manual-20261123T160000Z-3fa9 pay --as ana@company.com")
@click.argument("run_id", metavar="RUN")
@click.argument("step", metavar="STEP")
@click.option("--as", "who", metavar="WHO", help="Whose decision it is; believed where local approvers are trusted.")
@click.option("--comment", default="", help="Kept with the decision.")
@click.option("--digest", default="", metavar="DIGEST", help="Decide only if it still waits for this; 12 digits are enough.")
@click.option("--token", default="", metavar="TOKEN", help="A decision that the gateway signed, in place of --as.")
@output.json_option
def command(run_id: str, step: str, who: str | None, comment: str, digest: str, token: str, as_json: bool) -> int:
    """Approve what a run waits for, as 'ordinaut approvals' shows it."""
    return decided(run_id, request.APPROVE, {"step": step, "who": who or "", "comment": comment, "digest": digest, "token": token}, as_json)


def decided(run_id: str, verb: str, given: dict[str, str], as_json: bool) -> int:
    """What `approve` and `reject` do."""
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
