"""The page of schedules: the next one first, paused ones without a time that will not come."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from starter.schedules import listing
from tests import page

NOW = datetime.datetime.fromtimestamp(page.Clock().seconds, datetime.UTC)  # Mon 2026-11-23 18:00


def row(name: str, state: str, hours: float | None, last: listing.LastRun | None = None, **more: Any) -> listing.Row:
    due = NOW + datetime.timedelta(hours=hours) if hours is not None else None
    given = {"kept": None, "note": "", "paused_at": None, "remaining": None, **more}
    return listing.Row(name=name, when="Mon to Fri at 20:00", state=state, next=due, last=last, **given)


async def test_the_next_comes_first_and_the_last_run_is_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = listing.LastRun("daily-2026-11-22", NOW - datetime.timedelta(days=1), "failed")

    async def rows(temporal: Any) -> list[listing.Row]:
        return [
            row("by-hand", listing.MANUAL, None),
            row("later", listing.ACTIVE, 26),
            row("soon", listing.ACTIVE, 2, ran),
            row("stopped", listing.PAUSED, 1),
        ]

    monkeypatch.setattr(listing, "rows", rows)
    variables = page.variables(tmp_path, ORDINAUT_TIMEZONE="Europe/Chisinau")
    async with page.browser(page.application(variables, page.Nothing(), page.Clock())) as browser:
        await browser.sign_in()
        await browser.open("/schedules")
    said = browser.words.partition("Last run ")[2]
    assert said == (
        "soon Mon to Fri at 20:00 Mon 2026-11-23 22:00 +02:00 in 2 h Sun 2026-11-22 20:00 +02:00 24 h ago failed"
        " later Mon to Fri at 20:00 Tue 2026-11-24 22:00 +02:00 in 26 h –"
        " by-hand manual Mon to Fri at 20:00 – –"
        " stopped paused Mon to Fri at 20:00 – –"
    )
    assert 'href="/runs/daily-2026-11-22"' in browser.text and 'href="/runs?pipeline=soon"' in browser.text
