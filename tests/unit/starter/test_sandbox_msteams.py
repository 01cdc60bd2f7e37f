"""Graph in the sandbox: its form of errors, and what Graph refuses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from starter.sandbox import server

CARD = {"type": "AdaptiveCard", "version": "1.4", "body": []}
MEMBER = {
    "@odata.type": "#microsoft.graph.aadUserConversationMember",
    "roles": [],
    "user@odata.bind": "https://graph.microsoft.com/v1.0/users('ana@company.com')",
}
START, END = ({"dateTime": f"2026-11-27T{hour}:00:00", "timeZone": "UTC"} for hour in (13, 14))


@pytest.fixture
async def http(sandbox: server.Running) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": "Bearer sandbox"}
    async with httpx.AsyncClient(base_url=f"{sandbox.url}/msteams/v1.0", trust_env=False, timeout=5, headers=headers) as found:
        yield found


def posted(content: str = '<attachment id="a"></attachment>', card: Any = CARD, identity: str = "a") -> dict[str, Any]:
    text = card if isinstance(card, str) else json.dumps(card)
    attachment = {"id": identity, "contentType": "application/vnd.microsoft.card.adaptive", "content": text}
    return {"body": {"contentType": "html", "content": content}, "attachments": [attachment]}


async def test_cards_are_listed_in_their_channel_the_last_first(http: httpx.AsyncClient) -> None:
    for content in ("first", "second"):
        assert (await http.post("/teams/t/channels/c/messages", json={"body": {"content": content}})).status_code == 201
    listed = (await http.get("/teams/t/channels/c/messages?$top=50")).json()["value"]
    assert [message["body"]["content"] for message in listed] == ["second", "first"]
    assert listed[0]["channelIdentity"] == {"teamId": "t", "channelId": "c"}
    assert (await http.get("/teams/t/channels/other/messages")).json() == {"value": []}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        pytest.param("/chats/c/messages", {}, "`body` is missing", id="no body"),
        pytest.param("/chats/c/messages", {"body": {"content": "a", "contentType": "octopus"}}, "Invalid contentType.", id="content type"),
        pytest.param("/chats/c/messages", posted(content="no mark"), "Each attachment has its", id="attachment that is not placed"),
        pytest.param("/chats/c/messages", posted(card="{"), "the card is not JSON", id="card that is no JSON"),
        pytest.param("/chats/c/messages", posted(card={"type": "Card"}), "The attachment is no Adaptive Card", id="no card"),
        pytest.param("/me/events", {"subject": "a", "start": END, "end": START}, "the end is before the start", id="meeting backwards"),
        pytest.param("/me/events", {"subject": "a", "start": START}, "`end` is missing", id="meeting without an end"),
        pytest.param("/teams", {"displayName": "a"}, "`template@odata.bind` is missing", id="team without a template"),
        pytest.param("/teams/t/members/add", {"values": []}, "Between 1 and 200 members", id="no members"),
        pytest.param("/teams/t/members/add", {"values": [{**MEMBER, "user@odata.bind": "ana"}]}, "user@odata.bind", id="no user"),
        pytest.param(
            "/users/u/teamwork/sendActivityNotification",
            {"topic": {"source": "text", "value": "a"}, "activityType": "systemDefault"},
            "Topic.webUrl must be a Teams link",
            id="notification without a link",
        ),
    ],
)
async def test_what_graph_refuses(http: httpx.AsyncClient, path: str, body: Any, said: str) -> None:
    answer = await http.post(path, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
    assert said in answer.json()["error"]["message"] and "innerError" in answer.json()["error"]


async def test_some_members_only_is_status_207(http: httpx.AsyncClient) -> None:
    nobody = {**MEMBER, "user@odata.bind": "https://graph.microsoft.com/v1.0/users/nobody"}
    answer = await http.post("/teams/t/members/add", json={"values": [MEMBER, nobody]})
    assert answer.status_code == 207
    assert [(part["userId"], part["error"] is None) for part in answer.json()["value"]] == [("ana@company.com", True), ("nobody", False)]


async def test_a_team_is_an_operation_that_goes_on(http: httpx.AsyncClient) -> None:
    answer = await http.post("/teams", json={"displayName": "a", "template@odata.bind": "standard"})
    assert (answer.status_code, answer.content) == (202, b"")
    states = [(await http.get(answer.headers["location"])).json() for _ in range(2)]
    assert [state["status"] for state in states] == ["inProgress", "succeeded"]
    assert f"/teams('{states[0]['targetResourceId']}')" == answer.headers["content-location"]
