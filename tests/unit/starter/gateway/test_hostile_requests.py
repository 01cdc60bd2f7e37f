"""Hostile requests on a real socket: each is answered or hung up on, never with 5xx, and the gateway goes on."""

from __future__ import annotations

import logging
import re

import pytest

from activities import json_text
from starter.gateway import serving
from tests import hostile_requests, webhooks

COUNT = 500  # `make bench` sends 10,000


async def test_hostile_requests_break_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    kept = webhooks.Kept()
    application = webhooks.gateway(kept, **hostile_requests.VARIABLES)
    async with serving.server(application, "127.0.0.1", 0) as address:
        codes = await hostile_requests.sent(address, hostile_requests.requests(1, COUNT))
        fine = webhooks.SLACK.body.replace(b"Ev08MFMKH6", b"Ev1")
        async with webhooks.http(application) as http:
            answer = await http.post(webhooks.SLACK.path, content=fine, headers=webhooks.SLACK.signed(fine))
    assert codes.total() == COUNT
    assert [code for code in codes if code >= 500] == [] and caplog.messages == []
    assert {200, 400, 401, 404, 405} <= set(codes), codes
    assert answer.status_code == 200
    for event in kept.events:
        json_text.encode(event.payload)  # Temporal gets it as JSON
        assert re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", event.event_type)
        assert re.fullmatch(r"[A-Za-z0-9_.:=-]{1,200}", event.event_id)


def test_the_same_seed_gives_the_same_requests() -> None:
    assert list(hostile_requests.requests(7, 20)) == list(hostile_requests.requests(7, 20))
