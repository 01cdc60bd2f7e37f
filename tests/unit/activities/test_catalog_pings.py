"""Pings of definitions: what cannot be sent, is not safe or does not fit is refused when the catalog is read, with its place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from activities import catalog, catalog_pings
from tests import reference_cases
from tests.unit.activities import test_catalog_rest

README = (reference_cases.ROOT / "catalogs" / "README.md").read_text(encoding="utf-8")
SCHEMA = json.loads((reference_cases.ROOT / "catalogs" / "schema.json").read_text(encoding="utf-8"))["$defs"]


def tool(ping: Any, **more: Any) -> dict[str, Any]:
    return test_catalog_rest.tool(ping=ping, **more)


def bridge(ping: Any, **more: Any) -> dict[str, Any]:
    made = {"address": "shop.items", "transport": "http", "endpoint": "http://shop-bridge:8000/tools"}
    actions = {"list": {"effect": "safe"}, "add": {"effect": "unsafe"}}
    schema = {"type": "object", "properties": {"action": {"enum": ["list", "add"]}, "day": {"type": "integer"}}, "required": ["action"]}
    return {**made, "actions": actions, "input_schema": schema, "ping": ping, **more}


@pytest.mark.parametrize(
    "definition",
    [
        tool({"path": "/me"}),
        tool({"path": "/me", "method": "POST", "body": {}, "error": "${answer.error}", "result": "${answer.name}", "accept": [404]}),
        tool({"path": "/${settings.SHOP_SITE}", "needs": ["SHOP_SITE"]}, configuration={"SHOP_SITE": "number"}),
        tool({"path": "/me"}, rest_defaults={"headers": {"X-Item": "${arguments.id}"}}),
        tool({"arguments": {"id": "7"}}),
        bridge({"action": "list", "arguments": {"day": 1}}),
        bridge({"action": "list"}),
    ],
    ids=["least", "all", "settings", "shared headers", "arguments", "action", "action alone"],
)
def test_these_are_right(definition: dict[str, Any], tmp_path: Path) -> None:
    assert test_catalog_rest.told(tmp_path, definition) == []


@pytest.mark.parametrize(
    ("definition", "path", "message"),
    [
        pytest.param(
            tool({"path": "/${arguments.id}"}),
            "ping.path",
            "reads the argument 'id', which the input schema does not let through",
            id="arguments in a path",
        ),
        pytest.param(
            tool({"path": "/${settings.SHOP_SITE}"}),
            "ping.path",
            "reads the setting 'SHOP_SITE', which configuration does not declare",
            id="undeclared setting",
        ),
        pytest.param(tool({"path": "/me", "body": {}}), "ping.body", "found a body with GET, expected none", id="body with GET"),
        pytest.param(tool({"path": "/me", "method": "DELETE"}), "ping.method", "expected one of", id="method that changes"),
        pytest.param(tool({"path": "/me", "pages": {"items": "${answer}"}}), "ping.pages", "unknown", id="pages"),
        pytest.param(
            tool({"path": "/me", "headers": {"Authorization": "x"}}),
            "ping.headers.Authorization",
            "a definition cannot set this header",
            id="header",
        ),
        pytest.param(tool({"path": "/me", "action": "a"}), "ping.action", "found it beside a path, expected one of them", id="both"),
        pytest.param(tool({"query": {"a": 1}}), "ping.query", "only a ping with a path has this, expected it left out", id="no path"),
        pytest.param(tool({"action": "list"}), "ping.action", "the tool has no actions, expected its arguments alone", id="no actions"),
        pytest.param(tool({"arguments": {"id": 7}}), "ping.arguments.id", "found number 7, expected text", id="wrong argument"),
        pytest.param(
            tool({"arguments": {}}, effect="idempotent"),
            "ping",
            "found the effect idempotent, expected safe: a ping changes nothing",
            id="effect",
        ),
        pytest.param(
            bridge({"path": "/me"}), "ping.path", "only the transport rest sends requests, expected an action", id="path of a bridge"
        ),
        pytest.param(bridge({"action": "lst"}), "ping.action", "there is no action 'lst', expected one of list, add", id="unknown action"),
        pytest.param(
            bridge({"action": "add"}), "ping.action", "found the effect unsafe, expected safe: a ping changes nothing", id="unsafe action"
        ),
        pytest.param(bridge({"action": "list", "arguments": {"day": "x"}}), "ping.arguments.day", "found text", id="argument of an action"),
    ],
)
def test_these_are_refused(definition: dict[str, Any], path: str, message: str, tmp_path: Path) -> None:
    ((_, place, said, _),) = test_catalog_rest.told(tmp_path, definition)
    assert place == path and message in said


def test_the_example_of_the_page_is_right(tmp_path: Path) -> None:
    (shown,) = [block for block in re.findall(r"```json\n(.*?)```", README, re.DOTALL) if '"ping"' in block]
    (tmp_path / "tool.json").write_text(shown)
    assert catalog.load([tmp_path])["helpdesk.metrics"].definition["ping"]["path"] == "/api/v2/users/me.json"


def test_the_page_and_the_schema_have_the_same_members() -> None:
    section = README[README.index("## Pings\n") : README.index("## Fields\n")]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == set(SCHEMA["ping"]["properties"])
    assert set(catalog_pings._OF_REQUESTS) == named - {"path", "needs", "action", "arguments"}


def test_a_ping_changes_no_digest() -> None:
    definition = bridge({"action": "list"})
    without = {key: part for key, part in definition.items() if key != "ping"}
    assert catalog.digest(definition) == catalog.digest(without)
