"""How the sandbox serves a vendor's own API: routes, bodies, credentials, faults in the vendor's form, a log without secrets."""

from __future__ import annotations

import types
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from starter.sandbox import api, calls, faults, own_api, vendor


def create(request: api.Request, memory: vendor.Memory) -> Any:
    memory.things("desk.ticket")[str(memory.number("desk.ticket"))] = request.fields
    return api.Answer({"id": len(memory.things("desk.ticket"))}, 201, {"x-ratelimit-remaining": "9"})


def read(request: api.Request, memory: vendor.Memory) -> Any:
    return {"ticket": vendor.known(memory.things("desk.ticket"), request.path["id"], "ticket"), "query": dict(request.query)}


def module() -> types.ModuleType:
    made = types.ModuleType("desk")
    made.API = {
        "POST /tickets": create,
        "GET /tickets/{id}": read,
        "GET /tickets/newest": lambda request, memory: api.Answer("plain text"),
        "DELETE /{+path}": lambda request, memory: api.Answer(status=204),
    }  # type: ignore[attr-defined]
    made.refusal = lambda status, words: {"ok": False, "error": words}  # type: ignore[attr-defined]
    return made


@pytest.fixture
def desk() -> tuple[httpx.AsyncClient, calls.Calls, faults.Faults]:
    log, ordered = calls.Calls(), faults.Faults()
    served = own_api.OwnApi({"desk": module()}, log, ordered, vendor.Memory())
    app = Starlette(routes=[Route("/{service}/{path:path}", served.serve, methods=["GET", "POST", "DELETE"])])
    headers = {"Authorization": "Bearer planted-secret"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sandbox/desk", headers=headers), log, ordered


async def test_an_operation_is_found_by_method_and_path(desk: tuple[httpx.AsyncClient, calls.Calls, faults.Faults]) -> None:
    http, _, _ = desk
    made = await http.post("/tickets", json={"title": "A bug"})
    assert (made.status_code, made.json(), made.headers["x-ratelimit-remaining"]) == (201, {"id": 1}, "9")
    assert (await http.get("/tickets/1?view=full")).json() == {"ticket": {"title": "A bug"}, "query": {"view": "full"}}
    assert (await http.get("/tickets/newest")).text == "plain text"
    assert (await http.delete("/a/b%2Fc")).status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "said"),
    [
        ("GET", "/tickets/7", None, 404, "no ticket 7"),
        ("GET", "/tikets", None, 404, "no GET /tikets here"),
        ("POST", "/tickets", b'{"title": ', 400, None),
        ("POST", "/tickets", b"[1]", 400, "the body is no JSON object"),
    ],
)
async def test_a_refusal_has_the_vendors_form(
    desk: tuple[httpx.AsyncClient, calls.Calls, faults.Faults], method: str, path: str, content: bytes | None, status: int, said: str | None
) -> None:
    answer = await desk[0].request(method, path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["ok"] is False
    assert said is None or answer.json()["error"] == said


async def test_without_credentials_nothing_is_done(desk: tuple[httpx.AsyncClient, calls.Calls, faults.Faults]) -> None:
    http, _, _ = desk
    del http.headers["Authorization"]
    answer = await http.post("/tickets", json={"title": "A bug"})
    assert (answer.status_code, answer.json()) == (401, {"ok": False, "error": "not_authed"})


async def test_a_form_is_read_as_an_object(desk: tuple[httpx.AsyncClient, calls.Calls, faults.Faults]) -> None:
    http, log, _ = desk
    await http.post("/tickets", data={"title": "A bug", "note": ""})
    assert log.items[0].arguments == {"title": "A bug", "note": ""}


async def test_an_ordered_fault_hits_one_route(desk: tuple[httpx.AsyncClient, calls.Calls, faults.Faults]) -> None:
    http, _, ordered = desk
    ordered.order({"service": "desk", "action": "POST /tickets", "kind": "429", "retry_after": 3}, ["desk"])
    assert (await http.get("/tickets/newest")).status_code == 200
    hit = await http.post("/tickets", json={})
    assert (hit.status_code, hit.headers["retry-after"], hit.json()["error"]) == (429, "3", "ratelimited")
    assert (await http.post("/tickets", json={})).status_code == 201


async def test_an_answer_without_a_body_can_be_damaged_too(desk: tuple[httpx.AsyncClient, calls.Calls, faults.Faults]) -> None:
    assert faults.Damaged(faults.Fault("desk", "half-body"), b"").body == b"{}"


async def test_the_log_shows_the_request_without_the_secret(desk: tuple[httpx.AsyncClient, calls.Calls, faults.Faults]) -> None:
    http, log, _ = desk
    await http.get("/tickets/newest?view=full")
    shown = log.items[0].shown()
    assert (shown["method"], shown["action"], shown["path"], shown["query"]) == (
        "GET",
        "GET /tickets/newest",
        "/tickets/newest",
        {"view": "full"},
    )
    assert shown["headers"]["authorization"] == "(sent)"
    assert "planted-secret" not in str(shown)
