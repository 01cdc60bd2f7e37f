"""Requests that the gateway does not take, for everything in this room: a status and a sentence, never a secret or a body."""

from __future__ import annotations

from typing import Final

from workflows.core import errors

MALFORMED: Final = 400
UNSIGNED: Final = 401
UNCONFIGURED: Final = 403
UNKNOWN: Final = 404
TOO_SLOW: Final = 408
TOO_LARGE: Final = 413
UNREADABLE: Final = 415
UNDELIVERED: Final = 503

#: What a refusal counts as in the metrics.
OUTCOMES: Final = {
    MALFORMED: "malformed",
    UNSIGNED: "unsigned",
    UNCONFIGURED: "unconfigured",
    UNKNOWN: "unknown",
    TOO_SLOW: "too_slow",
    TOO_LARGE: "too_large",
    UNREADABLE: "unreadable",
    UNDELIVERED: "undelivered",
}


class Refused(errors.OrdinautError):
    """A request that is not taken; `status` is HTTP's, `headers` go with the answer."""

    kind = errors.INVALID_INPUT

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.message = message
        self.headers = headers or {}
        super().__init__(message)
