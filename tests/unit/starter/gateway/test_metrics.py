"""`GET /metrics`: requests by source and outcome; whoever proved nothing makes no series of their own."""

from __future__ import annotations

import re

from tests import webhooks
from workflows.core import errors


async def test_requests_are_counted_by_source_and_outcome() -> None:
    kept = webhooks.Kept()
    sender = webhooks.GITHUB
    signed = sender.signed(sender.body)
    async with webhooks.http(webhooks.gateway(kept, GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        for headers in (signed, signed, {**signed, "X-GitHub-Event": "ping"}, {**signed, "X-GitHub-Event": ""}):
            await http.post(sender.path, content=sender.body, headers=headers)
        for number in range(5):
            await http.post(f"/webhooks/github/guess-{number}", content=sender.body)
            await http.post(f"/webhooks/guess-{number}/main", content=sender.body)
            await http.post(f"/events/guess-{number}", content=sender.body)
        kept.fails_with = errors.ToolError(errors.UNREACHABLE, "away")
        await http.post(sender.path, content=sender.body, headers=signed)
        answer = await http.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    lines = answer.text.splitlines()
    assert {line for line in lines if line.startswith("ordinaut_gateway_requests_total")} == {
        'ordinaut_gateway_requests_total{outcome="accepted",source="github/main"} 1.0',
        'ordinaut_gateway_requests_total{outcome="duplicate",source="github/main"} 1.0',
        'ordinaut_gateway_requests_total{outcome="answered",source="github/main"} 1.0',
        'ordinaut_gateway_requests_total{outcome="malformed",source="github/main"} 1.0',
        'ordinaut_gateway_requests_total{outcome="undelivered",source="github/main"} 1.0',
        'ordinaut_gateway_requests_total{outcome="unsigned",source="unproved"} 5.0',
        'ordinaut_gateway_requests_total{outcome="unknown",source="unproved"} 5.0',
        'ordinaut_gateway_requests_total{outcome="unconfigured",source="unproved"} 5.0',
    }
    assert 'ordinaut_gateway_request_duration_seconds_count{source="github/main"} 5.0' in lines
    assert {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")} == {
        "ordinaut_gateway_requests_total",
        *(f"ordinaut_gateway_request_duration_seconds_{ending}" for ending in ("bucket", "count", "sum")),
    }
