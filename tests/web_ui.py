"""Temporal's Web UI with two runs in it, seen through a headless browser: for its test and for the picture in docs."""

from __future__ import annotations

import asyncio
import datetime
import json
import re
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright import async_api

from activities import run_starting
from starter import documents, following, local_service, starting
from starter.sandbox import faults
from tests import prerequisites
from workflows.core import check, run

PIPELINE: Final = "daily-financial-reconciliation"
#: The title and description of the failed run: nothing in it may be drawn.
MARKED_TITLE: Final = "Books <b>bold</b> <img src=x alt=drawn> [away](http://localhost:1/) ![seen](http://localhost:1/x.png)"
#: Quiet: no calls to the browser's maker, no services of the desktop.
OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SECONDS: Final = 30.0


class BrowserMissing(Exception):
    """There is no browser; the message says what to install."""


def browser_program() -> str:
    """Chromium's program.

    Raises:
        BrowserMissing: see there.
    """
    found = next((program for name in prerequisites.BROWSERS if (program := shutil.which(name))), None)
    if found is None:
        raise BrowserMissing(
            "The tests of the Web UI need Chromium. On Debian and Ubuntu, as root:"
            " apt-get update && apt-get install -y --no-install-recommends chromium"
        )
    return found


@dataclass(frozen=True)
class Looking:
    """A page of a browser, and the runs there are to look at."""

    page: async_api.Page
    ui_url: str
    completed: str
    failed: str

    async def open(self, path: str) -> None:
        """Goes to a page of the namespace: `workflows/ID`."""
        # the UI polls for news and is never idle
        await self.page.goto(f"{self.ui_url}/namespaces/default/{path}", wait_until="domcontentloaded")

    async def open_run(self, run_id: str, tab: str = "Timeline") -> None:
        """Goes to a tab of a run: Timeline, Event History, User Metadata, Search Attributes."""
        if run_id not in self.page.url:
            await self.open(f"workflows/{run_id}")
        await self.page.get_by_role("main").get_by_text(tab).first.click()

    async def sees(self, *words: str) -> str:
        """Waits until all words can be read on the page; gives all that can be read. Markdown stands in frames of its own."""
        until = time.monotonic() + _SECONDS
        while True:
            text = "\n".join([await _words(frame) for frame in self.page.frames])
            missing = [word for word in words if word not in text]
            if not missing:
                return text
            assert time.monotonic() < until, f"{missing} cannot be read at {self.page.url}: {text}"
            await asyncio.sleep(0.2)

    async def picture(self, file: Path) -> None:
        """Takes a picture of what the window shows."""
        await self.page.screenshot(path=file, animations="disabled")


async def _words(frame: async_api.Frame) -> str:
    try:
        return " ".join((await frame.locator("body").inner_text(timeout=1000)).split())
    except async_api.Error:  # the page has just drawn it anew
        return ""


@asynccontextmanager
async def looking(width: int = 1400, height: int = 1000) -> AsyncIterator[Looking]:
    """A service with a completed and a failed run of the reconciliation, and a browser."""
    program = browser_program()
    async with local_service.running(with_sandbox=True) as service, async_api.async_playwright() as playwright:
        assert service.server.ui_url is not None and service.sandbox is not None
        completed = await _run(service, run.COMPLETED)
        service.sandbox.faults.items.append(faults.Fault("jira", faults.REFUSE))
        failed = await _run(service, run.FAILED, MARKED_TITLE)
        browser = await playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        try:
            page = await browser.new_page(viewport={"width": width, "height": height})
            yield Looking(page, service.server.ui_url, completed, failed)
        finally:
            await browser.close()


async def _run(service: local_service.LocalService, expected: str, title: str | None = None) -> str:
    data = (documents.shipped_pipelines() / f"{PIPELINE}.json").read_bytes()
    if title is not None:
        data = re.sub(rb'"(title|description)": ".*"', lambda found: b'"%s": %s' % (found[1], json.dumps(title).encode()), data)
    checked = check.document(data, f"{PIPELINE}.json", documents.catalog(service.settings), service.settings.timezone)
    assert checked.plan is not None, checked.problems
    run_id = starting.run_id(PIPELINE, datetime.datetime.now(datetime.UTC))
    await run_starting.start(service.temporal, starting.run_input(checked.plan, {}, None, None), run_id)
    told = await following.follow(service.temporal, run_id, quiet=True)
    assert told.closed == expected, told.record().error
    return run_id
