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
