"""GitHub's own payloads (npm @octokit/webhooks-examples): all are accepted with a right signature, none with a wrong one."""

from __future__ import annotations

import json

from tests import webhooks

EXAMPLES = webhooks.github_examples()


async def test_all_payloads_are_accepted_with_a_right_signature_and_refused_with_a_wrong_one() -> None:
    kept = webhooks.Kept()
    codes = {"right": [], "wrong": []}
    async with webhooks.http(webhooks.gateway(kept, GITHUB_WEBHOOK_SECRET=webhooks.SECRET)) as http:
        for number, (name, payload) in enumerate(EXAMPLES):
            sent = json.dumps(payload).encode()
            for which, secret in (("right", webhooks.SECRET), ("wrong", webhooks.WRONG)):
                signed = webhooks.github(sent, webhooks.NOW, secret)
                headers = {**signed, "X-GitHub-Event": name, "X-GitHub-Delivery": f"delivery-{number}"}
                codes[which].append((await http.post("/webhooks/github/main", content=sent, headers=headers)).status_code)
    assert len(EXAMPLES) == 329
    assert set(codes["right"]) == {200} and set(codes["wrong"]) == {401}
    pings = sum(name == "ping" for name, _ in EXAMPLES)
    assert pings == 4
    assert [event.event_type for event in kept.events] == [
        ".".join(["github", name, *([payload["action"]] if "action" in payload else [])]) for name, payload in EXAMPLES if name != "ping"
    ]
    assert [json.dumps(event.payload, default=float) for event in kept.events] == [
        json.dumps(payload) for name, payload in EXAMPLES if name != "ping"
    ]


async def test_a_pull_request_has_what_the_document_s_pipeline_reads() -> None:
    """pipelines/automated-pr-review.json reads the number and the repository's full name."""
    opened = [payload for name, payload in EXAMPLES if name == "pull_request" and payload["action"] == "opened"]
    assert opened
    assert all(isinstance(payload["number"], int) and "/" in payload["repository"]["full_name"] for payload in opened)
