"""Runs in Temporal's Web UI, through a real browser: what people look for can be read there."""

from __future__ import annotations

import urllib.parse
from collections.abc import AsyncIterator

import pytest

from tests import web_ui

pytestmark = pytest.mark.server

CALLS = (
    "get_bank_transactions: maib.banking get_transactions",
    "get_system_transactions: database.query",
    "reconcile_transactions: openai-chatgpt.analyze",
    "create_discrepancy_tickets: jira.enterprise bulk_import",
    "send_finance_report: msteams.enterprise send_adaptive_card",
)


@pytest.fixture(scope="module")
async def looking() -> AsyncIterator[web_ui.Looking]:
    """A browser, and a service with two runs."""
    async with web_ui.looking() as ready:
        yield ready


async def test_timeline_shows_each_step_with_its_tool_and_action(looking: web_ui.Looking) -> None:
    await looking.open_run(looking.completed)
    text = await looking.sees("COMPLETED", *CALLS, '"nominal_time"')
    assert '"completed": 6' in text  # the result in short


async def test_history_shows_each_step_with_its_tool_and_action(looking: web_ui.Looking) -> None:
    await looking.open_run(looking.completed, "Event History")
    await looking.sees(*CALLS, "Workflow Execution Completed")


async def test_metadata_show_title_description_and_each_step_with_its_state(looking: web_ui.Looking) -> None:
    await looking.open_run(looking.completed, "User Metadata")
    text = await looking.sees(
        "Daily Financial Reconciliation due 20",
        "✓ get_bank_transactions maib.banking get_transactions completed",
        "✓ send_finance_report msteams.enterprise send_adaptive_card completed",
        "Compares the day’s bank transactions with the system’s",
    )
    assert "\nDaily Financial Reconciliation\n" in f"{text}\n"  # the summary, in a frame of its own
    assert "**" not in text and "`" not in text  # Markdown is drawn


async def test_metadata_of_a_failed_run_show_the_step_and_the_error(looking: web_ui.Looking) -> None:
    await looking.open_run(looking.failed, "User Metadata")
    await looking.sees(
        "· failed",
        "✓ reconcile_transactions openai-chatgpt.analyze completed",
        "✗ create_discrepancy_tickets jira.enterprise bulk_import failed",
        "○ send_finance_report msteams.enterprise pending",
        "rejected by the vendor:",
        "refused_as_ordered",
    )


async def test_title_and_description_are_shown_as_written_and_never_drawn(looking: web_ui.Looking) -> None:
    await looking.open_run(looking.failed, "User Metadata")
    text = await looking.sees("· failed", web_ui.MARKED_TITLE)
    assert text.count(web_ui.MARKED_TITLE) == 3  # summary, description, heading of the current details
    drawn = [await frame.locator("b, img").count() for frame in looking.page.frames[1:]]
    assert drawn and not any(drawn)
    # An address that stands there in full is made a link by the page; no link shows anything but where it goes.
    links = [link for frame in looking.page.frames[1:] for link in await frame.locator("a[href*='localhost:1/']").all()]
    assert {(await link.inner_text(), await link.get_attribute("href")) for link in links} == {
        (address, address) for address in ("http://localhost:1/", "http://localhost:1/x.png")
    }


async def test_failed_run_shows_its_error_as_its_result(looking: web_ui.Looking) -> None:
    await looking.open_run(looking.failed)
    text = await looking.sees("FAILED", '"type": "rejected by the vendor"', *CALLS[:4])
    assert CALLS[4] not in text


async def test_search_attributes_can_be_read(looking: web_ui.Looking) -> None:
    await looking.open_run(looking.completed, "Search Attributes")
    await looking.sees(
        f'"OrdinautPipeline": "{web_ui.PIPELINE}"',
        '"OrdinautStatus": "completed"',
        '"OrdinautTools": [ "maib.banking", "database.query", "openai-chatgpt.analyze", "jira.enterprise", "system.transform", "system.approval", "msteams.enterprise" ]',
    )


@pytest.mark.parametrize(
    ("query", "completed", "failed"),
    [
        (f'OrdinautPipeline="{web_ui.PIPELINE}"', True, True),
        ('OrdinautTools="jira.enterprise" AND OrdinautStatus="completed"', True, False),
    ],
    ids=["pipeline", "tool and status"],
)
async def test_list_is_filtered_by_search_attributes(looking: web_ui.Looking, query: str, completed: bool, failed: bool) -> None:
    await looking.open(f"workflows?query={urllib.parse.quote(query)}")
    text = await looking.sees(looking.completed if completed else looking.failed, f"{completed + failed} Workflow")
    assert (looking.completed in text, looking.failed in text) == (completed, failed)
