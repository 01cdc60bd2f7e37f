"""`ordinaut reject`: a person does not let a run go on."""

from __future__ import annotations

import click

from starter import output
from starter.commands import approve
from workflows.core.approvals import request


@click.command(
    "reject", epilog='\b\nExample: ordinaut reject vendor-payments-manual-20261123T160000Z-3fa9 pay --as ana@company.com --comment "twice"'
)
@click.argument("run_id", metavar="RUN")
@click.argument("step", metavar="STEP")
@click.option("--as", "who", metavar="WHO", help="Whose decision it is; believed where local approvers are trusted.")
@click.option("--comment", default="", help="Kept with the decision, and told to the run.")
@click.option("--digest", default="", metavar="DIGEST", help="Decide only if it still waits for this; 12 digits are enough.")
@click.option("--token", default="", metavar="TOKEN", help="A decision that the gateway signed, in place of --as.")
@output.json_option
def command(run_id: str, step: str, who: str | None, comment: str, digest: str, token: str, as_json: bool) -> int:
    """Reject what a run waits for; that ends it, unless its step says otherwise."""
    given = {"step": step, "who": who or "", "comment": comment, "digest": digest, "token": token}
    return approve.decided(run_id, request.REJECT, given, as_json)
