"""When a waiting approval has something to do next: remind, escalate, or end."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from workflows.core.approvals import request

REMIND: Final = "remind"
ESCALATE: Final = "escalate"
TIMEOUT: Final = "timeout"
#: More reminders than this are not sent.
MAX_REMINDERS: Final = 100


@dataclass(frozen=True, slots=True)
class Due:
    """What is due, and when."""

    what: str
    at: datetime.datetime


def following(asked: request.Request, since: datetime.datetime, reminders: int, escalated: bool) -> Due:
    """What is due next; at one time the timeout goes before the escalation, that before a reminder.

    >>> following(asked_for_3_days, since, reminders=0, escalated=False).what
    'timeout'
    """
    found = Due(TIMEOUT, since + asked.timeout)
    if asked.escalate_to and asked.escalate_after is not None and not escalated:
        at = since + asked.escalate_after
        found = Due(ESCALATE, at) if at < found.at else found
    if asked.remind_every is not None and reminders < MAX_REMINDERS:
        at = since + asked.remind_every * (reminders + 1)
        found = Due(REMIND, at) if at < found.at else found
    return found
