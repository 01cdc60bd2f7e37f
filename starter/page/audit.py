"""One line in the log for each sign-in and decision: who, how identified, what, from where. Never a token."""

from __future__ import annotations

import json
import logging
from typing import Any, Final

from starlette.requests import Request

_LOG: Final = logging.getLogger("ordinaut.page")


def write(request: Request, what: str, **facts: Any) -> None:
    """`page {"what": "decision", "who": "ana@company.com", ...}`; texts of people are in JSON, so that no line can be forged."""
    line = {"what": what, "from": request.client.host if request.client else None, **facts}
    _LOG.info("page %s", json.dumps(line, ensure_ascii=True, default=str))


def set_up() -> None:
    """Lets these lines through, where the process shows warnings only."""
    _LOG.setLevel(logging.INFO)
