"""The example of a vendor in catalogs/README.md: it loads, its steps pass the check, and every action does what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from activities import catalog
from tests import servers, vendors
from workflows.core import check, model

PAGE = (catalog.shipped_folder() / "README.md").read_text(encoding="utf-8")
DEFINITION, STEP = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[2:4])
VARIABLES = {"PARCEL_TOKEN": "s3cret-1", "PARCEL_DEPOT": "KIV"}
SHIPMENT = {"id": "P-1", "tracking_url": "https://parcel.example/t/P-1"}
#: The key of step `pay` of the run `payday-1`.
KEY = vendors.KEY


def loaded(folder: Path) -> model.Tool:
    (folder / "parcel.shipping.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
    return catalog.load([folder, catalog.shipped_folder()])["parcel.shipping"]


def call(action: str, replies: dict[str, Any], attempt: int = 1, **arguments: Any) -> vendors.Called:
    effect = DEFINITION["actions"][action]["effect"]
    definition = {key: value for key, value in DEFINITION.items() if key not in ("endpoint", "transport", "address")}
    given = {"action": action, **(arguments or DEFINITION["actions"][action]["example"])}
    return vendors.call(None, replies, given, effect=effect, attempt=attempt, variables=VARIABLES, address="parcel.shipping", **definition)


def test_the_example_loads_with_its_effects_and_look_ups(tmp_path: Path) -> None:
    tool = loaded(tmp_path)
    assert tool.actions == {name: action["effect"] for name, action in DEFINITION["actions"].items()}
    assert [name for name in tool.actions if tool.looks_up(name)] == ["create_shipment"]


def test_the_step_of_the_page_passes_its_check(tmp_path: Path) -> None:
    loaded(tmp_path)
    found = check.document(json.dumps({"payload": {"pipeline": [STEP]}}).encode(), "a.json", catalog.load([tmp_path]))
    assert found.problems == () and found.plan is not None
    assert found.plan["tools"]["parcel.shipping"]["look_ups"] == ["create_shipment"]


def test_a_list_of_pages() -> None:
    def page(request: servers.Request, url: str) -> vendors.Reply:
        second = "cursor=c2" in request.target
        return vendors.reply({"shipments": [{"id": "2" if second else "1"}], "next_cursor": None if second else "c2"})

    found = call("list_shipments", {"/shipments": page})
    assert found.output == {"shipments": [{"id": "1"}, {"id": "2"}], "complete": True}
    assert found.targets == [
        "GET /shipments?depot=KIV&status=sent&limit=100",
        "GET /shipments?depot=KIV&status=sent&limit=100&cursor=c2",
    ]
    assert found.requests[0].headers["authorization"] == "Bearer s3cret-1"


def test_what_is_made_carries_the_key() -> None:
    found = call("create_shipment", {"/shipments": vendors.reply(SHIPMENT, 201)})
    assert found.output == {"id": "P-1", "tracking": "https://parcel.example/t/P-1"}
    assert found.requests[0].json == {"depot": "KIV", "to": "MD-2001 Chisinau, Strada Puskin 1", "reference": KEY}


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [("depot_busy", 409, "throttled"), ("address_unknown", 422, "invalid input"), ("other", 422, "rejected by the vendor")],
)
def test_the_vendor_s_errors(code: str, status: int, kind: str) -> None:
    found = call("create_shipment", {"/shipments": vendors.reply({"error": {"code": code}}, status)})
    assert found.failure[0] == kind and f'HTTP {status}: "{code}"' in found.failure[2]


@pytest.mark.parametrize(("there", "targets"), [(True, 1), (False, 2)])
def test_a_later_try_looks_up_the_key(there: bool, targets: int) -> None:
    def shipments(request: servers.Request, url: str) -> vendors.Reply:
        if request.method == "GET":
            return vendors.reply({"shipments": [SHIPMENT] if there else []})
        return vendors.reply(SHIPMENT, 201)

    found = call("create_shipment", {"/shipments": shipments}, attempt=2)
    assert found.output == {"id": "P-1", "tracking": "https://parcel.example/t/P-1"}
    assert found.targets == [f"GET /shipments?reference={KEY}", "POST /shipments"][:targets]


@pytest.mark.parametrize("status", [204, 404, 410])
def test_what_is_cancelled_stays_cancelled(status: int) -> None:
    found = call("cancel_shipment", {"/shipments/P-100": vendors.reply(b"", status)})
    assert (found.output, found.targets) == ({"cancelled": "P-100"}, ["DELETE /shipments/P-100"])


def test_the_key_goes_into_its_header() -> None:
    found = call("order_pickup", {"/pickups": vendors.reply({"ok": True})})
    assert (found.requests[0].headers["idempotency-key"], found.requests[0].body) == (KEY, b"day=2026-11-23")


def test_a_report_is_waited_for() -> None:
    states = [vendors.reply({"state": "counting"}), vendors.reply({"state": "ready", "count": 7})]
    found = call("make_report", {"/reports": vendors.reply({"report_id": "r 1"}, 202), "/reports/r%201": states})
    assert found.output == {"id": "r 1", "count": 7}


def test_an_argument_of_another_action_is_refused() -> None:
    found = call("cancel_shipment", {}, id="P-1", to="x")
    assert found.failure == ("invalid input", True, "with.to: unknown, expected id")
    assert found.requests == []
