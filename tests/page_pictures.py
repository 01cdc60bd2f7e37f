"""The approvals page in Chromium, with runs in it: for its test, and for the picture in docs (`python -m tests.page_pictures FOLDER`)."""

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
    waiting: str  # the run that asks for the payments
    completed: str

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
        }


@contextlib.asynccontextmanager
async def seen(temporal: client.Client, folder: Path) -> AsyncIterator[Seen]:
    """A gateway with the page, a few runs, and Chromium."""
    variables = page.variables(folder, ORDINAUT_TIMEZONE="Europe/Chisinau", ORDINAUT_TEMPORAL_UI_URL="http://127.0.0.1:8233")
    tools = runs.Tools(answers={"read_invoices": {"invoices": 3, "total": "15650.50"}, "pay": {"batch_id": "B-7731", "accepted": 3}})
    async with contextlib.AsyncExitStack() as stack:
        queue = await stack.enter_async_context(runs.worker(temporal, tools, environment=variables))
        waiting = await _start(temporal, queue, page.plan(quorum=2), "vera@company.com")
        await _start(
            temporal,
            queue,
            page.plan("Submit the employment report of November", {"form": "IPC21", "period": "2026-11", "employees": 42}),
            "vera@company.com",
        )
        await _start(
            temporal,
            queue,
            page.plan("Refund the order 88213", {"amount": 120, "currency": "EUR"}, approvers=["hr"], exclude=[]),
            "ion@company.com",
        )
        completed = await _start(temporal, queue, page.plan(payload=page.ARGUMENTS), "vera@company.com")
        rejected = await _start(temporal, queue, page.plan("Pay the deposit"), "vera@company.com")
        host, port = await stack.enter_async_context(serving.server(page.application(variables, temporal), "127.0.0.1", 0))
        url = f"http://{host}:{port}"
        async with page.browser(page.application(variables, temporal)) as ion:
            await ion.sign_in("ion@company.com")
            for handle, verb, comment in (
                (waiting, "approve", "compared with the orders"),
                (completed, "approve", ""),
                (rejected, "reject", "paid on Friday"),
            ):
                path = f"/approvals/{handle.id}/confirm"
                await ion.open(path)
                await ion.send(path, verb=verb, comment=comment, digest=ion.hidden("digest"))
        await runs.ended(temporal, completed)
        playwright = await stack.enter_async_context(async_api.async_playwright())
        chromium = await playwright.chromium.launch(executable_path=web_ui.browser_program(), args=list(web_ui.OPTIONS))
        try:
            yield Seen(chromium, url, waiting.id, completed.id)
        finally:
            await chromium.close()


async def _start(temporal: client.Client, queue: str, plan: dict[str, Any], who: str) -> client.WorkflowHandle[Any, Any]:
    handle = await runs.started(temporal, plan, queue, started_by=who)
    await page.waits(handle)
    return handle


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
