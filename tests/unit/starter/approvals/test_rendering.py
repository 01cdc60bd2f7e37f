"""An approval in a terminal: what is asked, by whom it can be given, and what excludes nobody."""

from __future__ import annotations

import datetime

from starter.approvals import rendering
from workflows.core.approvals import book, digest, people, request

NOW = datetime.datetime(2026, 11, 23, 18, tzinfo=datetime.UTC)


def test_an_approval_is_told_with_its_notices() -> None:
    facts = people.Facts({"ana": ("finance",), "ion": ("finance",)}, trust_local=True)
    arguments = {"title": "Pay 5 MDL?", "payload": {"amount": 5}, "approvers": ["finance"], "exclude": ["starter"], "timeout": "1d"}
    shown = book.Book(request.of_arguments(arguments, "ask"), facts, "pay-1", NOW).shown()
    assert list(rendering.lines({"run_id": "pay-1", **shown})) == [
        "pay-1  ask",
        "  Pay 5 MDL?",
        "  asks      finance (ana, ion)",
        "  approved  0 of 1",
        "  until     2026-11-24T18:00:00+00:00, then rejected",
        f"  digest    {digest.of({'amount': 5})[:12]}",
        "  note      who started the run is not known, so 'exclude': 'starter' excludes nobody",
        "  payload",
        "    amount: 5",
    ]
