"""A decision record as the run takes it: the output of a step, or why the run does not go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.core import errors
from workflows.core.approvals import book
from workflows.core.approvals import request as requests


def outcome(asked: requests.Request, record: dict[str, Any]) -> dict[str, Any]:
    """The record, where the run goes on with it.

    Raises:
        errors.ToolError: NOT_APPROVED; the message says who rejected and why, or that time ran out.
    """
    if record["approved"] or asked.on_reject == requests.VALUE:
        return record
    raise errors.ToolError(errors.NOT_APPROVED, why(record), {"approval": record})


def why(record: Mapping[str, Any]) -> str:
    """`'Pay 3 invoices' was rejected by ana: the third is paid already`."""
    title = record["title"]
    if record["status"] == book.TIMED_OUT:
        approved = [one["who"] for one in record["decisions"]]
        count = f"{len(approved)} of {record['quorum']} approved" + (f" ({', '.join(approved)})" if approved else "")
        return f"'{title}' was not approved in time, and so it counts as rejected; {count}"
    rejected = next((one for one in record["decisions"] if one["decision"] == requests.REJECT), None)
    if rejected is None:
        return f"'{title}' was {record['status']}"
    return f"'{title}' was rejected by {rejected['who']}" + (f": {rejected['comment']}" if rejected["comment"] else "")
