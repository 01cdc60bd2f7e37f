"""What a worker logs, for those who run one: a line an event on stderr; a call that failed as calls do shows no stack."""

from __future__ import annotations

import logging
import sys
from typing import Final

from temporalio import exceptions

from workflows.core import errors

_FORMAT: Final = "%(levelname)s %(message)s"


def set_up() -> None:
    """Sends warnings and errors of this process to stderr, and the line that each decision of an approval leaves."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(plain)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("ordinaut.approvals").setLevel(logging.INFO)


def plain(record: logging.LogRecord) -> bool:
    """Makes one line of a failed call; the stack stays where the mistake is ours. Always True: nothing is dropped."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, exceptions.ApplicationError) and error.type != errors.INTERNAL_ERROR:
        run = getattr(record, "temporal_activity", {}).get("workflow_id", "")
        record.msg, record.args = f"{run}: {error.type}: {error.message}", ()
        record.exc_info = record.exc_text = None
    return True
