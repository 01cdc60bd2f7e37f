"""`ordinaut gateway` as a process: it says who may send, checks what comes, and ends by a signal."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx

from tests import commands, webhooks

VARIABLES = {"GITHUB_WEBHOOK_SECRET": webhooks.SECRET, "ORDINAUT_EVENTS_TOKEN": "a long random text"}


def test_the_gateway_checks_who_sends_and_says_that_nobody_takes_events_yet(tmp_path: Path) -> None:
    with commands.running(tmp_path, "gateway", "--port", "0", "--json", variables=VARIABLES) as running:
        running.says("\n")
        said = json.loads(running.out)
        assert said["senders"] == {"github": ["GITHUB_WEBHOOK_SECRET"], "events": ["ORDINAUT_EVENTS_TOKEN"]}
        url = f"{said['url']}/webhooks/github/main"
        codes = [
            httpx.post(url, content=webhooks.GITHUB.body, headers=webhooks.GITHUB.signed(webhooks.GITHUB.body, secret=secret)).status_code
            for secret in (webhooks.SECRET, webhooks.WRONG)
        ]
        assert codes == [503, 401]
        assert httpx.get(f"{said['url']}/health").status_code == 503
        ended = running.ends(signal.SIGTERM)
    assert ended.code == 0
    assert webhooks.SECRET not in ended.out + ended.err
    assert "this version checks events and hands none on: each is answered with 503, so that its sender keeps it" in ended.err


def test_a_secret_that_cannot_be_used_ends_it_at_the_start() -> None:
    ended = commands.ordinaut("gateway", "--port", "0", variables={"TEAMS_WEBHOOK_SECRET": "no base64!"})
    assert ended.code == 2
    assert "TEAMS_WEBHOOK_SECRET is not base64, as its vendor gives it; set it anew where the gateway runs" in ended.err
    assert "no base64!" not in ended.err
