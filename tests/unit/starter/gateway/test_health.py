"""`GET /health`, and addresses that there are not."""

from __future__ import annotations

import pytest

from starter.gateway import delivery
from tests import webhooks


async def test_health_says_whether_events_could_be_taken() -> None:
    kept = webhooks.Kept()
    async with webhooks.http(webhooks.gateway(kept)) as http:
        answer = await http.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "temporal": "reached"})
    kept = webhooks.Kept()
    kept.fails_with = delivery.NotDelivered("Temporal is away")
    async with webhooks.http(webhooks.gateway(kept)) as http:
        answer = await http.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "temporal": "not reached"})


async def test_temporal_is_not_asked_for_every_question() -> None:
    asked = []

    class Counting(webhooks.Kept):
        async def is_reached(self) -> bool:
            asked.append(1)
            return True

    async with webhooks.http(webhooks.gateway(Counting())) as http:
        for _ in range(20):
            await http.get("/health")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        pytest.param("GET", "/webhooks/github/main", 405, "GET is not taken here", id="method"),
        pytest.param("POST", "/webhooks/github/main/", 404, "there is nothing at this address", id="trailing slash"),
        pytest.param("GET", "/", 404, "there is nothing at this address", id="root"),
        pytest.param("POST", "/webhooks/github/a/b", 404, "there is nothing at this address", id="longer"),
    ],
)
async def test_an_address_that_there_is_not_is_told(method: str, path: str, status: int, message: str) -> None:
    async with webhooks.http(webhooks.gateway(webhooks.Kept())) as http:
        answer = await http.request(method, path)
    assert (answer.status_code, answer.json()["error"]["message"], answer.headers["Connection"]) == (status, message, "close")
