"""What becomes of requests, counted for the metrics: by source, once the sender is known, and outcome."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

ACCEPTED: Final = "accepted"
DUPLICATE: Final = "duplicate"
ANSWERED: Final = "answered"  # a ping, a challenge: no event
FAILED: Final = "failed"  # a mistake of ours

#: A source that is not proved could be any text; it would make a new series in the metrics.
UNPROVED: Final = "unproved"


def known_source(request: Request, source: str) -> None:
    """Says whose request it is, as soon as that is proved."""
    request.state.source = source


def outcome(request: Request, name: str) -> None:
    """Says what became of it."""
    request.state.outcome = name
