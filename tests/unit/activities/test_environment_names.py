"""The list of variables knows every one that a shipped definition or a vendor's page names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from activities import authentication, environment_names, settings
from tests import reference_cases

KNOWN = {*environment_names.OWN, *environment_names.SECRETS, *environment_names.PLAIN}
PAGES = sorted((reference_cases.ROOT / "docs" / "vendors").glob("*.md"))
#: A row of the tables of what to set begins with the variables' names.
ROW = re.compile(r"^\| ((?:`[A-Z][A-Z0-9_]*`[^|`]*)+)", re.MULTILINE)
#: Members of an authentication that name variables.
NAMING = ("secret", "username", "client_id", "client_secret", "app_id", "installation_id")
NAMING += ("private_key_setting", "certificate_setting", "password_env")
NAME = re.compile(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`")


def named(definition: dict[str, Any]) -> Iterator[str]:
    """The variables that a definition names."""
    yield from definition.get("configuration", {})
    if "endpoint_setting" in definition:
        yield definition["endpoint_setting"]
    ways = definition.get("authentication") or {}
    for way in (ways, *ways.get("or", [])):
        yield from (way[key] for key in NAMING if key in way)
        yield from (way["test"]["setting"] for _ in range("test" in way))
        yield from re.findall(r"\$\{settings\.([A-Z0-9_]+)\}", f"{way.get('token_url')} {way.get('authorization_url')}")


@pytest.mark.parametrize("address", list(reference_cases.TOOLS))
def test_what_a_definition_names_is_known(address: str) -> None:
    assert [name for name in named(reference_cases.TOOLS[address].definition) if name not in KNOWN] == []


@pytest.mark.parametrize("address", list(reference_cases.TOOLS))
def test_what_a_call_lacks_without_any_configuration_is_known(address: str) -> None:
    tool = reference_cases.TOOLS[address]
    ways = [way for need in authentication.Door(settings.Settings()).missing(tool) for way in need.split(", or ")]
    needs = [re.findall(r"[A-Z][A-Z0-9_]+", need) for way in ways for need in way.split(" and ")]
    assert [names for names in needs if names and not KNOWN.intersection(names)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_tells_to_set_is_known(page: Any) -> None:
    section = re.search(r"^## What to set$(.*?)(?=^## |\Z)", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    rows = ROW.findall(section[1]) if section else []
    names = {name for row in rows for name in NAME.findall(row)}
    ours = (environment_names.ENDPOINT_PREFIX, environment_names.LOGIN_URL_PREFIX)
    known = [name for name in names if name.endswith(("_FILE", "_VAULT")) or name.startswith(ours) or name in KNOWN]
    assert sorted(names.difference(known)) == []
    assert names or page.name == "README.md"


def test_no_variable_is_both_secret_and_plain() -> None:
    assert set(environment_names.SECRETS) & set(environment_names.PLAIN) == set()
