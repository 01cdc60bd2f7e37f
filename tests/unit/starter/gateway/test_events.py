"""`POST /events/TYPE`: the token, plain JSON, CloudEvents in both modes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests import webhooks

TOKEN = "a long random text"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
CLOUD = {"specversion": "1.0", "id": "7", "source": "/shop", "type": "shop.order.paid"}
STRUCTURED = {**BEARER, "Content-Type": "application/cloudevents+json; charset=utf-8"}
BINARY = {
    **BEARER,
    "ce-specversion": "1.0",
    "ce-id": "7",
    "ce-source": "/shop",
    "ce-type": "shop.order.paid",
    "Content-Type": "application/json",
}


async def post(kept: webhooks.Kept, path: str, *, headers: dict[str, str], **body: Any) -> httpx.Response:
    async with webhooks.http(webhooks.gateway(kept, ORDINAUT_EVENTS_TOKEN=TOKEN)) as http:
        return await http.post(path, headers=headers, **body)


async def test_plain_json_is_an_event() -> None:
    kept = webhooks.Kept()
    answer = await post(kept, "/events/build.done", headers={**BEARER, "Idempotency-Key": "b-7"}, json={"number": 7})
    assert answer.json() == {"ok": True, "event_type": "build.done", "event_id": "events.b-7", "duplicate": False}
    (event,) = kept.events
    assert (event.event_type, event.source, event.payload) == ("build.done", "events", {"number": 7})


async def test_plain_json_twice_is_two_events_and_with_a_key_one() -> None:
    kept = webhooks.Kept()
    for headers in (BEARER, BEARER, {**BEARER, "Idempotency-Key": "b-7"}, {**BEARER, "Idempotency-Key": "b-7"}):
        await post(kept, "/events/build.done", headers=headers, json={"number": 7})
    assert len(kept.events) == 3


EXPECTED = {"total": 5, "cloudevent": CLOUD}


@pytest.mark.parametrize("path", ["/events/shop.order.paid", "/events"])
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(STRUCTURED, {**CLOUD, "data": {"total": 5}}, id="structured"),
        pytest.param(BINARY, {"total": 5}, id="binary"),
    ],
)
async def test_a_cloud_event_is_an_event(path: str, headers: dict[str, str], body: dict[str, Any]) -> None:
    kept = webhooks.Kept()
    for _ in range(2):
        answer = await post(kept, path, headers={**headers}, json=body)
        assert answer.status_code == 200
    (event,) = kept.events
    assert (event.event_type, event.payload) == ("shop.order.paid", EXPECTED)


async def test_cloud_events_of_two_sources_with_one_id_are_two_events() -> None:
    kept = webhooks.Kept()
    for source, identifier in (("/shop", "17"), ("/shop1", "7")):
        await post(kept, "/events", headers=STRUCTURED, json={**CLOUD, "source": source, "id": identifier})
    assert len({event.event_id for event in kept.events}) == 2


async def test_percent_signs_in_the_headers_of_a_cloud_event_are_read() -> None:
    kept = webhooks.Kept()
    await post(kept, "/events", headers={**BINARY, "ce-subject": "Euro%20%E2%82%AC"}, json={})
    assert kept.events[0].payload["cloudevent"]["subject"] == "Euro €"


@pytest.mark.parametrize(
    ("data", "payload"),
    [
        pytest.param({}, {"cloudevent": CLOUD}, id="no data"),
        pytest.param({"data": [1]}, {"data": [1], "cloudevent": CLOUD}, id="a list"),
        pytest.param({"data": {"cloudevent": 1}}, {"cloudevent": 1}, id="a member of that name"),
    ],
)
async def test_data_of_any_shape_is_a_payload(data: dict[str, Any], payload: dict[str, Any]) -> None:
    kept = webhooks.Kept()
    await post(kept, "/events", headers=STRUCTURED, json={**CLOUD, **data})
    assert kept.events[0].payload == payload


REFUSED = [
    pytest.param("/events/a", {}, {}, 401, "send the header Authorization: Bearer with the value of ORDINAUT_EVENTS_TOKEN", id="no token"),
    pytest.param(
        "/events/a",
        {"Authorization": "Bearer another"},
        {},
        401,
        "send the header Authorization: Bearer with the value of ORDINAUT_EVENTS_TOKEN",
        id="another token",
    ),
    pytest.param(
        "/events/a b",
        BEARER,
        {},
        400,
        "the event type is not one: expected words of letters, digits, _ and - with points between, at most 200",
        id="type",
    ),
    pytest.param("/events/a", BEARER, [], 400, "the body holds a list, expected a JSON object", id="list"),
    pytest.param(
        "/events",
        BEARER,
        {},
        400,
        "name the type, /events/TYPE, or send a CloudEvent (Content-Type: application/cloudevents+json)",
        id="no type",
    ),
    pytest.param(
        "/events/a", STRUCTURED, CLOUD, 400, "the address names another type than the CloudEvent; post it to /events", id="two types"
    ),
    pytest.param(
        "/events",
        STRUCTURED,
        {**CLOUD, "id": 7},
        400,
        "the CloudEvent's attribute id is missing, or no text of 1 to 1,000 characters",
        id="id",
    ),
    pytest.param(
        "/events",
        STRUCTURED,
        {**CLOUD, "specversion": "0.3"},
        400,
        "the CloudEvent's specversion is not 1.0, the one that is known here",
        id="version",
    ),
    pytest.param(
        "/events",
        STRUCTURED,
        {**CLOUD, "datacontenttype": "text/xml", "data": "<a/>"},
        415,
        "the CloudEvent's data is not JSON (datacontenttype); expected application/json",
        id="XML",
    ),
    pytest.param(
        "/events",
        STRUCTURED,
        {**CLOUD, "data_base64": "AA=="},
        415,
        "the CloudEvent's data is binary (data_base64); expected JSON in data",
        id="binary",
    ),
    pytest.param(
        "/events",
        {**BEARER, "Content-Type": "application/cloudevents-batch+json"},
        [CLOUD],
        415,
        "a batch of CloudEvents; send them one by one",
        id="batch",
    ),
]


@pytest.mark.parametrize(("path", "headers", "body", "status", "message"), REFUSED)
async def test_what_is_refused(path: str, headers: dict[str, str], body: Any, status: int, message: str) -> None:
    kept = webhooks.Kept()
    answer = await post(kept, path, headers=headers, json=body)
    assert (answer.status_code, answer.json()["error"]["message"], kept.events) == (status, message, [])


async def test_the_former_token_is_accepted_while_it_is_set() -> None:
    kept = webhooks.Kept()
    application = webhooks.gateway(kept, ORDINAUT_EVENTS_TOKEN="new", ORDINAUT_EVENTS_TOKEN_PREVIOUS=TOKEN)
    async with webhooks.http(application) as http:
        assert (await http.post("/events/a", headers=BEARER, json={})).status_code == 200


async def test_without_a_token_the_variable_is_named() -> None:
    async with webhooks.http(webhooks.gateway(webhooks.Kept())) as http:
        answer = await http.post("/events/a", headers={"Authorization": "Bearer "}, json={})
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        403,
        "ORDINAUT_EVENTS_TOKEN is not set where the gateway runs; choose a long random text",
    )
