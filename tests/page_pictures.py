"""The approvals page in Chromium, with runs in it: for its test, and for docs/page.png, which is approval-desk.png of `python -m tests.page_pictures FOLDER`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright import async_api
from temporalio import client

from starter import embedded
from starter.gateway import serving
from tests import page, runs, web_ui
from workflows import converter

WIDTHS = {"phone": 390, "desk": 1280}


@dataclass
class Seen:
    """The page in a browser, as Ana sees it."""

    browser: async_api.Browser
    url: str
    temporal: client.Client
    queue: str
    ion: page.Browser
    waiting: str  # the run that asks for the payments
    completed: str

    async def start(self, who: str, *plan: Any, **given: Any) -> client.WorkflowHandle[Any, Any]:
        """A run that waits for people."""
        handle = await runs.started(self.temporal, page.plan(*plan, **given), self.queue, started_by=who)
        await page.waits(handle)
        return handle

    async def decide(self, handle: client.WorkflowHandle[Any, Any], verb: str, comment: str = "") -> None:
        """Ion decides."""
        path = f"/approvals/{handle.id}/confirm"
        await self.ion.open(path)
        await self.ion.send(path, verb=verb, comment=comment, digest=self.ion.hidden("digest"))

    @contextlib.asynccontextmanager
    async def window(self, width: int, *, dark: bool = False, scripts: bool = True) -> AsyncIterator[async_api.Page]:
        """A window in which Ana is signed in."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        try:
            window = await context.new_page()
            await window.goto(f"{self.url}/sign-in")
            await window.get_by_label("Your token").fill(page.TOKENS["ana@company.com"])
            await window.keyboard.press("Enter")
            await window.wait_for_selector("nav")
            yield window
        finally:
            await context.close()

    def paths(self) -> dict[str, str]:
        """The pages to look at."""
        return {
            "inbox": "/",
            "approval": f"/approvals/{self.waiting}/confirm",
            "timeline": f"/runs/{self.completed}",
            "runs": "/runs",
            "schedules": "/schedules",
        }


@contextlib.asynccontextmanager
async def seen(temporal: client.Client, folder: Path) -> AsyncIterator[Seen]:
    """A gateway with the page, a few runs, and Chromium."""
    variables = page.variables(folder, ORDINAUT_TIMEZONE="Europe/Chisinau", ORDINAUT_TEMPORAL_UI_URL="http://127.0.0.1:8233")
    tools = runs.Tools(answers={"read_invoices": {"invoices": 3, "total": "15650.50"}, "pay": {"batch_id": "B-7731", "accepted": 3}})
    async with contextlib.AsyncExitStack() as stack:
        queue = await stack.enter_async_context(runs.worker(temporal, tools, environment=variables))
        application = page.application(variables, temporal)
        host, port = await stack.enter_async_context(serving.server(application, "127.0.0.1", 0))
        ion = await stack.enter_async_context(page.browser(application))
        await ion.sign_in("ion@company.com")
        playwright = await stack.enter_async_context(async_api.async_playwright())
        chromium = await playwright.chromium.launch(executable_path=web_ui.browser_program(), args=list(web_ui.OPTIONS))
        stack.push_async_callback(chromium.close)
        scene = Seen(chromium, f"http://{host}:{port}", temporal, queue, ion, "", "")
        await _fill(scene)
        yield scene


async def _fill(scene: Seen) -> None:
    """Three that wait, one that was paid, one that was rejected."""
    waiting = await scene.start("vera@company.com", quorum=2)
    await scene.start(
        "vera@company.com", "Submit the employment report of November", {"form": "IPC21", "period": "2026-11", "employees": 42}
    )
    await scene.start("ion@company.com", "Refund the order 88213", {"amount": 120, "currency": "EUR"}, approvers=["hr"], exclude=[])
    completed = await scene.start("vera@company.com")
    rejected = await scene.start("vera@company.com", "Pay the deposit")
    await scene.decide(waiting, "approve", "compared with the orders")
    await scene.decide(completed, "approve")
    await scene.decide(rejected, "reject", "paid on Friday")
    await runs.ended(scene.temporal, completed)
    scene.waiting, scene.completed = waiting.id, completed.id


async def main(folder: Path) -> None:
    """Takes a picture of each page at each width, light and dark."""
    async with embedded.EmbeddedServer(headless=True) as server:
        temporal = await client.Client.connect(server.address, data_converter=converter.DATA_CONVERTER)
        with tempfile.TemporaryDirectory() as own:
            async with seen(temporal, Path(own)) as looked:
                for word, width in WIDTHS.items():
                    for dark in (False, True):
                        async with looked.window(width, dark=dark) as window:
                            for name, path in looked.paths().items():
                                await window.goto(looked.url + path)
                                file = folder / f"{name}-{word}{'-dark' if dark else ''}.png"
                                await window.screenshot(path=file, full_page=True, animations="disabled")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
    sys.stdout.flush()
    os._exit(0)  # see worker.py
