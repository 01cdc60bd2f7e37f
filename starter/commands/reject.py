"""`ordinaut reject`: a person does not let a run go on."""

from __future__ import annotations

import click

from starter import output
from starter.approvals import options
from starter.commands import approve
from workflows.core.approvals import request


@click.command(
    "reject", epilog='\b\nExample: ordinaut reject vendor-payments-manual-20261123T160000Z-3fa9 pay --as ana@company.com --comment "twice"'
)
@options.decision("Kept with the decision, and told to the run.")
@output.json_option
def command(run_id: str, as_json: bool, **given: str | None) -> int:
    """Reject what a run waits for; that ends it, unless its step says otherwise."""
    return approve.decided(run_id, request.REJECT, given, as_json)
