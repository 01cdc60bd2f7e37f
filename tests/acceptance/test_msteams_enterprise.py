"""msteams.enterprise against Graph's stand-in: times, polls, members that cannot be added, a team that takes a moment, and the page about it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio import exceptions

from activities import catalog, settings, tools
from starter.sandbox import app, server
from tests import calls, reference_cases, servers

TOOL = reference_cases.TOOLS["msteams.enterprise"]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "vendors" / "msteams.md"
CHANNEL = {"team_id": "02bd9fd6-8f93-4758-87c3-1fb73740a315", "channel_id": "19:general@thread.tacv2"}


class Teams:
    """The tool, the stand-in, and what that one was asked."""

    def __init__(self, running: server.Running) -> None:
        self.running = running
        variables = {**app.endpoints(running.url), **app.credentials(["msteams"])}
        self.activities = tools.ToolActivities(reference_cases.TOOLS, settings.Settings.from_mapping(variables))

    async def call(self, action: str, **arguments: Any) -> Any:
        given = calls.given(TOOL, {"action": action, **arguments}, effect=TOOL.effect_of(action))
        given["digest"] = TOOL.digest
        return (await calls.environment(timeout=20).run(self.activities.call_tool, given))["output"]

    async def failure(self, action: str, **arguments: Any) -> exceptions.ApplicationError:
        with pytest.raises(exceptions.ApplicationError) as caught:
            await self.call(action, **arguments)
        return caught.value

    @property
    def bodies(self) -> list[Any]:
        return [one.arguments for one in self.running.sandbox.calls.items]


@pytest.fixture
async def teams(sandbox: server.Running) -> AsyncIterator[Teams]:
    made = Teams(sandbox)
    yield made
    await made.activities.close()


@pytest.mark.parametrize(
    ("start", "end", "sent"),
    [
        ("2026-11-27T00:30:00+02:00", "2026-11-27T01:05:09+02:00", ["2026-11-26T22:30:00", "2026-11-26T23:05:09"]),
        ("2026-12-31T23:00:00-05:30", "2027-01-01T00:00:00Z", ["2027-01-01T04:30:00", "2027-01-01T00:00:00"]),
        ("2028-02-29T12:00:00Z", "2028-02-29T12:30:00Z", ["2028-02-29T12:00:00", "2028-02-29T12:30:00"]),
    ],
)
async def test_a_meeting_is_sent_in_utc(teams: Teams, start: str, end: str, sent: list[str]) -> None:
    meeting = {"subject": "Review", "start_time": start, "end_time": end}
    if sent[0] > sent[1]:
        failure = await teams.failure("schedule_meeting", meeting=meeting)
        assert failure.type == "invalid input" and "the end is before the start" in failure.message
    else:
        await teams.call("schedule_meeting", meeting=meeting)
    (body,) = teams.bodies
    assert [body["start"], body["end"]] == [{"dateTime": moment, "timeZone": "UTC"} for moment in sent]
    assert body["attendees"] == [] and re.fullmatch("[0-9a-f]{32}", body["transactionId"])


async def test_a_meeting_without_an_offset_is_refused(teams: Teams) -> None:
    meeting = {"subject": "Review", "start_time": "2026-11-27T15:00:00", "end_time": "2026-11-27T16:00:00+02:00"}
    failure = await teams.failure("schedule_meeting", meeting=meeting)
    assert failure.type == "invalid input" and "meeting.start_time" in failure.message
    assert teams.bodies == []


async def test_the_same_meeting_twice_is_one(teams: Teams) -> None:
    meeting = {"subject": "Review", "start_time": "2026-11-27T15:00:00Z", "end_time": "2026-11-27T16:00:00Z"}
    assert await teams.call("schedule_meeting", meeting=meeting) == await teams.call("schedule_meeting", meeting=meeting)


def card(body: Any) -> Any:
    return json.loads(body["attachments"][0]["content"])


async def test_a_poll_lists_its_choices(teams: Teams) -> None:
    odd = 'Say "yes" \\ {{ no }} ${x}\n2'
    await teams.call("create_poll", **CHANNEL, message="When?", options=["Thursday", odd])
    shown = card(teams.bodies[0])
    texts = [element["text"] for element in shown["body"]]
    assert texts == ["When?", "1\ufe0f\u20e3 Thursday", f"2\ufe0f\u20e3 {odd}", "Answer with the reaction of your choice."]
    assert "actions" not in shown


async def test_a_poll_for_a_bot_holds_a_form(teams: Teams) -> None:
    await teams.call("create_poll", **CHANNEL, message="When?", options=["Thursday", "Friday"], answers="submit", multiple=True)
    shown = card(teams.bodies[0])
    (choices,) = [element for element in shown["body"] if element["type"] == "Input.ChoiceSet"]
    assert choices["choices"] == [{"title": "Thursday", "value": "Thursday"}, {"title": "Friday", "value": "Friday"}]
    assert choices["isMultiSelect"] is True
    assert [action["type"] for action in shown["actions"]] == ["Action.Submit"]


async def test_a_member_that_cannot_be_added_is_named(teams: Teams) -> None:
    failure = await teams.failure("add_members", team_id=CHANNEL["team_id"], users=["ana@company.com", "nobody@company.com"])
    assert (failure.type, failure.non_retryable) == ("rejected by the vendor", True)
    assert "nobody@company.com: Failed to find user" in failure.message and "ana@company.com" not in failure.message


async def test_owners_are_added_as_owners(teams: Teams) -> None:
    added = await teams.call("add_members", team_id=CHANNEL["team_id"], user_id="ana@company.com", role="owner")
    assert added == {"team_id": CHANNEL["team_id"], "status": "added", "count": 1}
    assert teams.bodies[0]["values"][0]["roles"] == ["owner"]


async def test_a_card_that_is_too_large_is_refused_in_the_vendors_words(teams: Teams) -> None:
    body = [{"type": "TextBlock", "text": "x" * 29_000}]
    failure = await teams.failure("send_adaptive_card", **CHANNEL, adaptive_card={"type": "AdaptiveCard", "version": "1.4", "body": body})
    assert "Message size is over the allowed limit." in failure.message and failure.non_retryable


async def test_the_parameters_of_an_activity_of_an_own_app(teams: Teams) -> None:
    await teams.call("send_notification", user_id="ana@company.com", message="m", activity_type="taskCreated", parameters={"task": "12"})
    assert teams.bodies[0]["templateParameters"] == [{"name": "task", "value": "12"}]


async def test_the_workflow_of_the_page_can_be_copied(tmp_path: Path) -> None:
    (block,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "teams-workflow.post_card.json").write_text(block, encoding="utf-8")
    found = catalog.load([tmp_path])
    tool = found["teams-workflow.post_card"]
    async with servers.running() as vendor:
        url = vendor.answer("/workflows/a/triggers/manual/paths/invoke", 202, b"").removesuffix("/invoke")
        given = settings.Settings.from_mapping({"TEAMS_WORKFLOW_URL": url, "TEAMS_WORKFLOW_SIGNATURE": "planted-55"})
        activities = tools.ToolActivities(found, given)
        call = {**calls.given(tool, tool.definition["example"], effect=tool.effect), "digest": tool.digest}
        assert (await calls.environment().run(activities.call_tool, call))["output"] == {"status": "accepted"}
        await activities.close()
    (request,) = vendor.requests
    assert request.target.endswith("/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=planted-55")
    assert request.json["attachments"][0]["content"]["type"] == "AdaptiveCard"


def test_the_page_names_every_action() -> None:
    named = set(re.findall(r"^\| `(\w+)` \| .*\| (\w+)[ :|]", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name for name, _ in named} >= set(TOOL.actions)
