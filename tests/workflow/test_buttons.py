"""Buttons in chats against a real run: a signed click of somebody whom the policy knows decides, any other one does not."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
import urllib.parse
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from temporalio import client as temporal_client

from activities import settings as settings_module
from starter.approvals import signing, waiting
from starter.gateway import app, decisions
from tests import plans, runs, webhooks

KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PEOPLE = {
    "ana@company.com": {"roles": ["finance"], "slack": "T1/UANA", "msteams": "aad-ana"},
    "ion@company.com": {"roles": ["finance"], "slack": "T1/UION"},
    "vera@company.com": {"roles": ["sales"], "slack": "T1/UVERA"},
}


@dataclass
class Chat:
    """A gateway with its policy, a run that asks by messages with buttons, and what Slack was told."""

    temporal: temporal_client.Client
    http: httpx.AsyncClient
    run: temporal_client.WorkflowHandle[Any, Any]
    tools: runs.Tools
    events: webhooks.Kept
    told: list[dict[str, Any]] = field(default_factory=list)

    async def message(self, address: str) -> dict[str, Any]:
        """What the approval sent to a chat."""
        async with asyncio.timeout(runs.SECONDS):
            while True:
                for _, _, given in self.tools.calls:
                    if given["tool"] == address:
                        arguments: dict[str, Any] = given["arguments"]
                        return arguments
                await asyncio.sleep(0.02)

    async def click(self, user: str, word: str = "approve", **changed: Any) -> httpx.Response:
        """Somebody presses a button of the message in Slack."""
        blocks = (await self.message("slack.enterprise"))["blocks"]
        (button,) = [one for one in blocks[-1]["elements"] if one["action_id"] == f"ordinaut:{word}"]
        payload = {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": user, "team_id": "T1"},
            "actions": [{"type": "button", "action_id": button["action_id"], "value": button["value"], **changed}],
            "response_url": "https://hooks.slack.com/actions/T1/1/abc",
            "message": {"text": "Pay?"},
        }
        body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
        headers = {**webhooks.slack(body, time.time(), webhooks.SECRET), "Content-Type": "application/x-www-form-urlencoded"}
        return await self.http.post("/webhooks/slack/main", content=body, headers=headers)

    async def submit(self, account: str) -> httpx.Response:
        """Somebody presses Approve on the card in Teams."""
        card = (await self.message("msteams.enterprise"))["adaptive_card"]
        data = next(one["data"] for one in card["actions"] if one.get("title") == "Approve")
        body = json.dumps({"type": "message", "value": data, "from": {"aadObjectId": account}}).encode()
        secret = base64.b64encode(b"k" * 32).decode()
        return await self.http.post("/webhooks/msteams/main", content=body, headers=webhooks.msteams(body, 0, secret))


@pytest.fixture
async def chat(client: temporal_client.Client, tmp_path: Path) -> AsyncIterator[Chat]:
    """The run waits for two of finance; its worker believes the gateway's key and nobody else."""
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"people": PEOPLE, "gateway_keys": [signing.public_key(KEY)]}))
    variables = {
        "ORDINAUT_POLICY": str(policy),
        "ORDINAUT_GATEWAY_KEY": base64.b64encode(bytes(range(32))).decode(),
        "SLACK_SIGNING_SECRET": webhooks.SECRET,
        "TEAMS_WEBHOOK_SECRET": base64.b64encode(b"k" * 32).decode(),
    }
    settings, tools, kept = settings_module.Settings.from_mapping(variables), runs.Tools(), webhooks.Kept()
    async with runs.worker(client, tools, environment={"ORDINAUT_POLICY": str(policy)}) as queue:
        handle = await runs.started(client, plans.plan_of([_asks(), plans.call("after")], tools=plans.CHATS), queue)
        told: list[dict[str, Any]] = []

        async def send(url: str, content: dict[str, Any]) -> None:
            assert url == "https://hooks.slack.com/actions/T1/1/abc"
            told.append(content)

        buttons = decisions.Decisions(settings, client, time.time, send)
        async with webhooks.http(app.made(settings, kept, buttons=buttons)) as http:
            yield Chat(client, http, handle, tools, kept, told)
        with contextlib.suppress(Exception):
            await handle.cancel()


def _asks() -> dict[str, Any]:
    slack = {"uses": "slack.enterprise", "buttons": True, "with": {"action": "post_message", "channel": "#finance", "message": "Pay?"}}
    card = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "Pay?"}]}
    teams_with = {"action": "send_adaptive_card", "team_id": "t", "channel_id": "c", "adaptive_card": card}
    teams = {"uses": "msteams.enterprise", "buttons": True, "with": teams_with}
    with_ = {"title": "Pay 3 invoices?", "payload": {"amount": 5}, "approvers": ["finance"], "quorum": 2, "notify": [slack, teams]}
    return {"id": "ask", "uses": "system.approval", "with": with_}


async def test_two_people_approve_by_buttons_in_slack_and_teams(chat: Chat) -> None:
    assert (await chat.click("UANA")).status_code == 200
    assert (await _told(chat))["text"] == "Counted: 1 of 2 approvals of 'ask'."
    assert (await chat.click("UANA")).status_code == 200
    second = await _told(chat)
    assert second["response_type"] == "ephemeral" and "ana@company.com" in second["text"]
    assert len((await waiting.of_run(chat.temporal, chat.run.id))[0]["decisions"]) == 1, "nobody counts twice"
    assert (await chat.click("UION")).status_code == 200
    assert await _told(chat) == {
        "replace_original": True,
        "text": f"Pay?\n'ask' of {chat.run.id}: approved, last by ion@company.com.",
    }
    ended = await runs.ended(chat.temporal, chat.run)
    decided = ended.steps["ask"]["output"]["decisions"]
    assert [(one["who"], one["identified"], one["method"]) for one in decided] == [
        ("ana@company.com", "gateway", "slack"),
        ("ion@company.com", "gateway", "slack"),
    ]
    assert chat.events.events == [], "a button is no event"


async def test_a_card_in_teams_is_answered_with_what_became_of_it(chat: Chat) -> None:
    assert (await chat.submit("aad-ana")).json() == {"type": "message", "text": "Counted: 1 of 2 approvals of 'ask'."}
    unknown = (await chat.submit("aad-else")).json()["text"]
    assert unknown == (
        "nothing was decided: nobody is known by this account; the file that ORDINAUT_POLICY names has to say whose it is:"
        " people.NAME.msteams: aad-else"
    )


@pytest.mark.parametrize(
    ("user", "changed", "said"),
    [
        pytest.param("UELSE", {}, "people.NAME.slack: T1/UELSE", id="nobody's account"),
        pytest.param("UVERA", {}, "vera@company.com", id="of no such role"),
        pytest.param("UANA", {"value": "{"}, "this button is none that Ordinaut sent", id="value that is no JSON"),
        pytest.param("UANA", {"value": '{"run": 7}'}, "this button is none that Ordinaut sent", id="members"),
        pytest.param("UANA", {"action_id": "ordinaut:delete"}, "this button is none that Ordinaut sent", id="another verb"),
        pytest.param(
            "UANA",
            {"value": json.dumps({"run": "no-such-run", "step": "ask", "digest": "ab" * 32})},
            "no run 'no-such-run'",
            id="another run",
        ),
    ],
)
async def test_a_click_that_does_not_count_is_told_to_its_person_alone(chat: Chat, user: str, changed: dict[str, Any], said: str) -> None:
    assert (await chat.click(user, **changed)).status_code == 200
    told = await _told(chat)
    assert (told["response_type"], told["replace_original"]) == ("ephemeral", False)
    assert said in told["text"]
    assert (await waiting.of_run(chat.temporal, chat.run.id))[0]["decisions"] == []


async def test_another_digest_is_refused_and_other_buttons_stay_events(chat: Chat) -> None:
    value = json.dumps({"run": chat.run.id, "step": "ask", "digest": "ab" * 32})
    await chat.click("UANA", value=value)
    assert "it is not what was seen" in (await _told(chat))["text"]
    await chat.click("UANA", action_id="deploy", value="7")
    assert [event.event_type for event in chat.events.events] == ["slack.block_actions"]


async def test_an_answer_goes_to_slack_only(chat: Chat) -> None:
    buttons = decisions.Decisions(webhooks.settings(), chat.temporal, time.time, chat_send := _Refusing())
    for url in ("http://hooks.slack.com/x", "https://evil.example/x", "https://hooks.slack.com.evil.example/x", 7):
        payload = {"type": "block_actions", "actions": [{"action_id": "ordinaut:wave", "value": "{}"}], "response_url": url}
        assert await buttons.taken("slack", payload) is not None
    await asyncio.sleep(0)
    assert chat_send.urls == []


@dataclass
class _Refusing:
    urls: list[str] = field(default_factory=list)

    async def __call__(self, url: str, content: dict[str, Any]) -> None:
        self.urls.append(url)


async def _told(chat: Chat) -> dict[str, Any]:
    """The next answer to Slack."""
    async with asyncio.timeout(10):
        while not chat.told:
            await asyncio.sleep(0.01)
    return chat.told.pop(0)
