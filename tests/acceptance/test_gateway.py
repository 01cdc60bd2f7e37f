"""`ordinaut gateway` as a process: it says who may send, checks what comes, and ends by a signal."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx

from starter import embedded
from tests import commands, webhooks

VARIABLES = {"GITHUB_WEBHOOK_SECRET": webhooks.SECRET, "ORDINAUT_EVENTS_TOKEN": "a long random text"}


def test_the_gateway_checks_who_sends_and_hands_the_event_to_temporal(tmp_path: Path, embedded_server: embedded.EmbeddedServer) -> None:
    variables = {**VARIABLES, "TEMPORAL_ADDRESS": embedded_server.address}
    with commands.running(tmp_path, "gateway", "--port", "0", "--json", variables=variables) as running:
        running.says("\n")
        said = json.loads(running.out)
        assert said["senders"] == {"github": ["GITHUB_WEBHOOK_SECRET"], "events": ["ORDINAUT_EVENTS_TOKEN"]}
        url = f"{said['url']}/webhooks/github/main"
        codes = [
            httpx.post(url, content=webhooks.GITHUB.body, headers=webhooks.GITHUB.signed(webhooks.GITHUB.body, secret=secret)).status_code
            for secret in (webhooks.SECRET, webhooks.WRONG)
        ]
        assert codes == [200, 401]
        again = httpx.post(url, content=webhooks.GITHUB.body, headers=webhooks.GITHUB.signed(webhooks.GITHUB.body))
        assert again.json()["duplicate"] is True
        listed = commands.ordinaut("events", "--type", webhooks.GITHUB.event_type, "--json", variables=variables).json["events"]
        assert [one["status"] for one in listed if one["event_id"] == again.json()["event_id"]] == ["received"], "no worker is there"
        assert httpx.get(f"{said['url']}/health").json() == {"ok": True, "temporal": "reached"}
        ended = running.ends(signal.SIGTERM)
    assert ended.code == 0
    assert webhooks.SECRET not in ended.out + ended.err


def test_a_gateway_whose_temporal_goes_away_says_so_and_lets_the_sender_keep_the_event(tmp_path: Path) -> None:
    with commands.running(tmp_path / "up", "up", "--port", "0", "--json", variables={"XDG_STATE_HOME": str(tmp_path)}) as up:
        up.says("\n")
        variables = {**VARIABLES, "TEMPORAL_ADDRESS": json.loads(up.out)["address"]}
        with commands.running(tmp_path / "gateway", "gateway", "--port", "0", "--json", variables=variables) as running:
            running.says("\n")
            url = json.loads(running.out)["url"]
            up.ends(signal.SIGINT)
            answer = httpx.post(
                f"{url}/webhooks/github/main",
                content=webhooks.GITHUB.body,
                headers=webhooks.GITHUB.signed(webhooks.GITHUB.body),
                timeout=20,
            )
            assert (answer.status_code, answer.json()["error"]["type"]) == (503, "undelivered")
            assert httpx.get(f"{url}/health").json() == {"ok": False, "temporal": "not reached"}


def test_without_a_service_the_gateway_says_so_at_once() -> None:
    ended = commands.ordinaut("gateway", "--port", "0", variables={"TEMPORAL_ADDRESS": "127.0.0.1:1"})
    assert ended.code == 3
    assert "127.0.0.1:1" in ended.err


def test_a_secret_that_cannot_be_used_ends_it_at_the_start() -> None:
    ended = commands.ordinaut("gateway", "--port", "0", variables={"TEAMS_WEBHOOK_SECRET": "no base64!"})
    assert ended.code == 2
    assert "TEAMS_WEBHOOK_SECRET is not base64, as its vendor gives it; set it anew where the gateway runs" in ended.err
    assert "no base64!" not in ended.err
