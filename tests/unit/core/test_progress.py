"""The Markdown of a run: what a vendor said is shown, never drawn."""

from __future__ import annotations

import pytest

from workflows.core import progress, run


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("no such ticket", "`no such ticket`"),
        (
            "![](http://example.org/pixel.png) [click](http://example.org)",
            "`![](http://example.org/pixel.png) [click](http://example.org)`",
        ),
        ("unknown field `id`", "`` unknown field `id` ``"),
        ("a ``` fence", "```` a ``` fence ````"),
        ("two\n\n# lines", "`two # lines`"),
    ],
)
def test_the_words_of_a_vendor_stand_in_a_code_span(message: str, shown: str) -> None:
    record = run.RunRecord(
        "2026-11-23T18:00:00+02:00", [], run.FAILED, {"type": "rejected by the vendor", "message": message, "step": None}
    )
    assert progress.markdown("Title", record).endswith(f"\n\n> **rejected by the vendor**: {shown}")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Sales <b>daily</b> & 1 < 2", "Sales \\<b>daily\\</b> & 1 < 2"),
        ("<!-- gone --><img src=x>", "\\<!-- gone -->\\<img src=x>"),
        ("![](http://example.org/pixel.png) [prod] *daily*", "![]\\(http://example.org/pixel.png) [prod] *daily*"),
        ("two\n\n# lines", "two # lines"),
    ],
)
def test_a_title_draws_no_html_link_or_picture(title: str, shown: str) -> None:
    record = run.RunRecord("2026-11-23T18:00:00+02:00", [])
    assert progress.markdown(title, record).splitlines()[0] == f"### {shown}"


def test_an_action_cannot_leave_its_code_span() -> None:
    step = run.StepRecord("a", "desk.tickets", arguments={"action": "x` <b>y</b>"})
    assert progress.markdown("T", run.RunRecord("now", [step])).endswith("- ○ **a** `` desk.tickets x` <b>y</b> `` pending")
