"""docs/vendors is held true: each service, how it is reached, and a page for each that is called directly."""

from __future__ import annotations

import re

import pytest

from tests import reference_cases

FOLDER = reference_cases.ROOT / "docs" / "vendors"
ROWS = re.findall(r"^\| `([\w-]+)` \| ([^|]*) \| ([^|]*) \|$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
WAYS = {frozenset({"rest"}): "directly", frozenset({"http"}): "through a bridge", frozenset({"rest", "http"}): "partly through a bridge"}


def reached() -> dict[str, str]:
    """How each service is reached, by the catalog."""
    transports: dict[str, set[str]] = {}
    for tool in reference_cases.TOOLS.values():
        if tool.transport in ("rest", "http", "pipeline"):
            transports.setdefault(tool.service, set()).add("rest" if tool.transport == "pipeline" else tool.transport)
    return {service: WAYS[frozenset(found)] for service, found in transports.items()}


def test_each_service_is_listed_as_it_is_reached() -> None:
    assert {service: way for service, way, _ in ROWS} == reached()


@pytest.mark.parametrize("service", [service for service, way, _ in ROWS if way == "directly"])
def test_each_service_that_is_called_directly_has_a_page(service: str) -> None:
    (link,) = [page for name, _, page in ROWS if name == service]
    file = re.fullmatch(r"\[([\w.-]+)\]\(\1\)", link.strip())
    assert file is not None, f"{service} has no page"
    text = (FOLDER / file[1]).read_text(encoding="utf-8")
    assert "## What to set" in text


def test_each_action_of_a_direct_tool_stands_on_its_page() -> None:
    pages = {
        service: (FOLDER / link.strip()[1:].partition("]")[0]).read_text(encoding="utf-8")
        for service, way, link in ROWS
        if way == "directly"
    }
    missing = [
        f"{tool.address} {action}"
        for tool in reference_cases.TOOLS.values()
        if tool.service in pages
        for action in tool.definition.get("actions", {})
        if f"`{action}`" not in pages[tool.service]
    ]
    assert missing == []
