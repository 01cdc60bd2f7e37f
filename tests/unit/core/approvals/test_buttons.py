"""Messages with buttons, and what chats send back of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workflows.core import errors
from workflows.core.approvals import buttons
from workflows.core.approvals import request as requests

ASKED = requests.of_arguments({"title": "Pay?", "payload": {"amount": 5}, "quorum": 2}, "ask")


def test_slack_gets_the_message_the_question_and_two_buttons() -> None:
    blocks = buttons.added("slack.enterprise", {"channel": "#finance", "message": "Invoices wait"}, ASKED, "run-1")["blocks"]
    assert [block["type"] for block in blocks] == ["section", "context", "actions"]
    assert blocks[0]["text"] == {"type": "mrkdwn", "text": "Invoices wait"}
    assert blocks[1]["elements"][0]["text"] == f"Pay? (digest {ASKED.digest[:12]}, 2 needed)"
    assert [(one["action_id"], one["style"]) for one in blocks[2]["elements"]] == [
        ("ordinaut:approve", "primary"),
        ("ordinaut:reject", "danger"),
    ]
    assert json.loads(blocks[2]["elements"][0]["value"]) == {"run": "run-1", "step": "ask", "digest": ASKED.digest}


def test_blocks_and_cards_of_the_author_stay() -> None:
    own: list[dict[str, Any]] = [{"type": "divider"}]
    assert buttons.added("slack.enterprise", {"blocks": own}, ASKED, "run-1")["blocks"][0] == {"type": "divider"}
    card = {"type": "AdaptiveCard", "body": [], "actions": [{"type": "Action.OpenUrl"}]}
    actions = buttons.added("msteams.enterprise", {"adaptive_card": card}, ASKED, "run-1")["adaptive_card"]["actions"]
    assert [one["type"] for one in actions] == ["Action.OpenUrl", "Action.Submit", "Action.Submit"]
    assert card["actions"] == [{"type": "Action.OpenUrl"}], "the author's card is not changed"
    pressed = buttons.of_teams({"value": actions[2]["data"]})
    assert pressed == buttons.Pressed("reject", "run-1", "ask", ASKED.digest)


def test_names_longer_than_a_button_holds_are_told() -> None:
    with pytest.raises(errors.ToolError) as raised:
        buttons.added("slack.enterprise", {"message": "x"}, ASKED, "r" * 1_999)
    assert "a button holds 2,000" in str(raised.value)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"type": "view_submission"}, id="another interaction"),
        pytest.param({"type": "block_actions", "actions": []}, id="no action"),
        pytest.param({"type": "block_actions", "actions": [7]}, id="no object"),
        pytest.param({"type": "block_actions", "actions": [{"action_id": 7}]}, id="no text"),
        pytest.param({"type": "block_actions", "actions": [{"action_id": "deploy"}]}, id="another app's"),
    ],
)
def test_other_interactions_are_none_of_ours(payload: dict[str, Any]) -> None:
    assert buttons.of_slack(payload) is None
    assert buttons.of_teams({**payload, "value": {"x": 1}}) is None


@pytest.mark.parametrize("value", ["", "null", "[1]", "{}", '{"run": "", "step": "s", "digest": "d"}', "[" * 100_000, '{"run": 1}'])
def test_a_button_that_somebody_changed_is_refused(value: str) -> None:
    with pytest.raises(errors.ToolError) as raised:
        buttons.of_slack({"type": "block_actions", "actions": [{"action_id": "ordinaut:approve", "value": value}]})
    assert str(raised.value) == "this button is none that Ordinaut sent; 'ordinaut approvals' lists what waits"


def test_only_messages_that_can_hold_them_have_buttons() -> None:
    call = {"uses": "jira.cloud", "with": {"action": "add_comment"}, "buttons": True}
    with pytest.raises(errors.ToolError) as raised:
        requests.of_arguments({"title": "Pay?", "notify": [call]}, "ask")
    assert str(raised.value) == (
        "system.approval: 'notify' has buttons for jira.cloud; buttons are for slack's post_message and msteams' send_adaptive_card"
    )
