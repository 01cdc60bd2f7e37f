"""Approvals in a mock run: granted by `mock`, or decided as the mock file says."""

from __future__ import annotations

import datetime
from typing import Any, Final

from workflows.core import errors
from workflows.core.approvals import book, decision, people
from workflows.core.approvals import request as requests

MOCK: Final = "mock"
_MARK: Final = "$approval"
_KEYS: Final = ("status", "by", "comment")


def name_of(asked: requests.Request) -> str:
    """What the mock file calls an approval: the step's id; `STEP.approval` for the one before a call."""
    return f"{asked.name}.approval" if asked.call is not None else asked.name


def record(asked: requests.Request, recorded: Any, now: datetime.datetime) -> dict[str, Any]:
    """The decision record: `{"$approval": {"status": "rejected", "by": "ana", "comment": "twice"}}`; granted where nothing is recorded.

    Raises:
        errors.MockError: the file's entry does not have that form.
    """
    facts = _facts(asked, recorded)
    made = book.Book(asked, people.Facts(trust_local=True, open=True), "mock", now)
    made.notices.clear()  # that nobody started it
    if facts["status"] == book.TIMED_OUT:
        made.time_out(now)
        return made.record()
    by = facts["by"] if isinstance(facts["by"], list) else [facts["by"]]
    verb = requests.APPROVE if facts["status"] == book.APPROVED else requests.REJECT
    count = asked.quorum if by == [MOCK] and verb == requests.APPROVE else len(by)
    for number in range(count):
        who = by[number] if number < len(by) else f"{MOCK} {number + 1}"
        made.take(verb, decision.Given(asked.name, who=str(who), comment=facts["comment"]), None, now)
    if not made.over:
        raise _wrong(asked, f"{count} of {asked.quorum} approvals; name more people: 'by': [...]")
    return made.record()


def _facts(asked: requests.Request, recorded: Any) -> dict[str, Any]:
    if recorded is None:
        return {"status": book.APPROVED, "by": MOCK, "comment": ""}
    if not isinstance(recorded, dict) or set(recorded) != {_MARK} or not isinstance(recorded[_MARK], dict):
        raise _wrong(asked, 'an entry like {"$approval": {"status": "rejected", "by": "ana", "comment": ""}}')
    facts = recorded[_MARK]
    if unknown := [key for key in facts if key not in _KEYS]:
        raise _wrong(asked, f"a member that is known, not '{unknown[0]}'; there are {', '.join(_KEYS)}")
    status = facts.get("status", book.APPROVED)
    if status not in (book.APPROVED, book.REJECTED, book.TIMED_OUT):
        raise _wrong(asked, f"a status that is known, not {status!r}; there are {book.APPROVED}, {book.REJECTED}, {book.TIMED_OUT}")
    return {"status": status, "by": facts.get("by", MOCK), "comment": str(facts.get("comment", ""))}


def _wrong(asked: requests.Request, expected: str) -> errors.MockError:
    return errors.MockError(f"the mock file's '{name_of(asked)}' decides an approval; expected {expected}")
