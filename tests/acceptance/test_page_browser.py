"""The approvals page in Chromium: phone and desk, light and dark, by keyboard, without JavaScript, and live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright import async_api
from temporalio.client import Client

from tests import page, page_pictures

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
async def seen(client: Client, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[page_pictures.Seen]:
    """The page with a few runs, as Ana sees it."""
    async with page_pictures.seen(client, tmp_path_factory.mktemp("page")) as ready:
        yield ready


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, *page_pictures.WIDTHS.values()])
async def test_every_page_fits_and_breaks_no_rule_of_its_own(seen: page_pictures.Seen, width: int, dark: bool, tmp_path: Path) -> None:
    async with seen.window(width, dark=dark) as window:
        complaints: list[str] = []
        hosts: set[str] = set()
        window.on("console", lambda message: complaints.append(message.text))
        window.on("pageerror", lambda error: complaints.append(str(error)))
        window.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        for name, path in seen.paths().items():
            await window.goto(seen.url + path)
            wide = await window.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} wide"
            small = await window.evaluate(
                "[...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, nav a')]"
                ".filter(one => one.getBoundingClientRect().height < 40).map(one => one.outerHTML)"
            )
            assert small == []  # a finger meets them
        assert (complaints, hosts) == ([], {seen.url.split("/")[2]})


async def test_everything_in_a_page_has_a_name(seen: page_pictures.Seen) -> None:
    async with seen.window(1280) as window:
        for path in seen.paths().values():
            await window.goto(seen.url + path)
            assert await window.evaluate("document.documentElement.lang") == "en"
            assert await window.locator("h1").count() == 1
            assert await window.locator("main, header").count() == 2
            nameless = await window.evaluate(
                "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(one => !one.labels.length).map(one => one.outerHTML)"
            )
            assert nameless == []


async def test_a_payment_is_decided_by_keyboard_alone(seen: page_pictures.Seen) -> None:
    handle = await seen.start("vera@company.com", title="Pay by keyboard")
    async with seen.window(1280) as window:
        await window.goto(f"{seen.url}/approvals/{handle.id}/confirm")
        await window.keyboard.press("Tab")
        assert await _focused(window) == "Skip to the content"
        outline = await window.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        await window.keyboard.press("Enter")
        for _ in range(10):
            await window.keyboard.press("Tab")
            if await window.evaluate("document.activeElement.id") == "comment":
                break
        await window.keyboard.type("seen by keyboard")
        await window.keyboard.press("Tab")
        assert await _focused(window) == "Approve"
        await window.keyboard.press("Enter")
        await window.wait_for_url(f"**/runs/{handle.id}")
        assert "Done: confirm is approved." in await window.inner_text("main")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
async def test_a_timeline_follows_its_run(seen: page_pictures.Seen, scripts: bool) -> None:
    handle = await seen.start("vera@company.com", title="Pay while somebody watches")
    async with seen.window(390, scripts=scripts) as window:
        await window.goto(f"{seen.url}/runs/{handle.id}")
        assert "waiting" in await window.inner_text("#timeline")
        await seen.decide(handle, "approve")
        if not scripts:
            await page_pictures.runs.ended(seen.temporal, handle)
            await window.get_by_role("link", name="Refresh").click()
        await window.wait_for_selector("#timeline [data-state=over]", timeout=15_000)
        assert "completed" in await window.inner_text("#timeline") and "pay" in await window.inner_text("#timeline")


async def test_details_that_are_open_stay_open_while_the_timeline_goes_on(seen: page_pictures.Seen) -> None:
    handle = await seen.start("vera@company.com", title="Pay while somebody reads")
    async with seen.window(1280) as window:
        await window.goto(f"{seen.url}/runs/{handle.id}")
        await window.locator("details").first.locator("summary").click()
        await window.locator("h1").click()  # the focus goes elsewhere
        await window.evaluate("document.activeElement.blur()")
        await seen.decide(handle, "approve")
        await window.wait_for_selector("#timeline [data-state=over]", timeout=15_000)
        assert await window.locator("details[open]").count() == 1


async def test_the_sign_in_form_says_what_is_wrong(seen: page_pictures.Seen) -> None:
    context = await seen.browser.new_context()
    window = await context.new_page()
    await window.goto(f"{seen.url}/runs")
    assert await window.evaluate("document.activeElement.id") == "token"
    await window.keyboard.type("wrong")
    await window.keyboard.press("Enter")
    await window.get_by_role("alert").wait_for()
    assert await window.get_by_role("alert").inner_text() == "Nobody has this token."
    await window.get_by_label("Your token").fill(page.TOKENS["ana@company.com"])
    await window.keyboard.press("Enter")
    await window.wait_for_url("**/runs")
    await context.close()


async def _focused(window: async_api.Page) -> str:
    return str(await window.evaluate("document.activeElement.innerText"))
