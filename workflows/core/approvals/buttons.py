"""Buttons to approve and reject in a chat: put into the message that an approval sends, and read from what the chat sends back.

A button says which approval of which run it decides, and the digest of what was shown. Who pressed it, it does not prove.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.core import errors
from workflows.core.approvals import digest as digests
from workflows.core.approvals import request as requests

PREFIX: Final = "ordinaut:"  # of Slack's action ids; the member of a Teams card's data is the word without the colon
MEMBER: Final = "ordinaut"
MAX_VALUE_CHARS: Final = 2_000  # Slack's limit for what a button carries
_MAX_TEXT_CHARS: Final = 3_000  # Slack's limit for a section
_LABELS: Final = {requests.APPROVE: "Approve", requests.REJECT: "Reject"}
_STYLES: Final = {requests.APPROVE: "primary", requests.REJECT: "danger"}
_CARD_STYLES: Final = {requests.APPROVE: "positive", requests.REJECT: "destructive"}


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button says: `Pressed("approve", "vendor-payments-...", "pay", "9f2c...")`."""

    verb: str
    run_id: str
    name: str
    digest: str


def added(address: str, arguments: Mapping[str, Any], asked: requests.Request, run_id: str) -> dict[str, Any]:
    """The arguments of a message with buttons behind what its author wrote: Slack's blocks, or an Adaptive Card's actions.

    >>> added("slack.enterprise", {"channel": "#finance", "message": "Pay?"}, asked, "run-1")["blocks"][-1]["type"]
    'actions'

    Raises:
        errors.ToolError: the names of run and step are longer than a button holds.
    """
    if _chat(address) == "slack":
        given = arguments.get("blocks") or [_section(str(arguments.get("message", "")))]
        return {**arguments, "blocks": [*given, _context(asked), _slack(asked, run_id)]}
    card = arguments.get("adaptive_card")
    if not isinstance(card, Mapping):
        raise requests.invalid("'notify' with buttons needs an 'adaptive_card' that they are added to")
    return {**arguments, "adaptive_card": {**card, "actions": [*(card.get("actions") or []), *_teams(asked, run_id)]}}


def of_slack(payload: Mapping[str, Any]) -> Pressed | None:
    """The button of ours that Slack says was pressed; None for every other interaction.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload/
    """
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], Mapping) else {}
    word = first.get("action_id")
    if payload.get("type") != "block_actions" or not isinstance(word, str) or not word.startswith(PREFIX):
        return None
    try:
        said = json.loads(first.get("value") or "")
    except (TypeError, ValueError, RecursionError):
        said = None
    return _pressed(word.removeprefix(PREFIX), said)


def of_teams(payload: Mapping[str, Any]) -> Pressed | None:
    """The same of what a Teams card's Action.Submit sends."""
    said = payload.get("value")
    if not isinstance(said, Mapping) or MEMBER not in said:
        return None
    return _pressed(said.get(MEMBER), said)


def _pressed(verb: Any, said: Any) -> Pressed:
    """Raises: errors.ToolError: somebody changed the button."""
    facts = [said.get(key) for key in ("run", "step", "digest")] if isinstance(said, Mapping) else []
    if verb not in _LABELS or len(facts) != 3 or not all(isinstance(one, str) and 0 < len(one) <= MAX_VALUE_CHARS for one in facts):
        raise errors.ToolError(errors.INVALID_INPUT, "this button is none that Ordinaut sent; 'ordinaut approvals' lists what waits")
    return Pressed(str(verb), *map(str, facts))


def _facts(asked: requests.Request, run_id: str) -> dict[str, str]:
    return {"run": run_id, "step": asked.name, "digest": asked.digest}


def _slack(asked: requests.Request, run_id: str) -> dict[str, Any]:
    value = json.dumps(_facts(asked, run_id), ensure_ascii=False, separators=(",", ":"))
    if len(value) > MAX_VALUE_CHARS:
        raise requests.invalid(f"the names of run and step take {len(value):,} characters, and a button holds {MAX_VALUE_CHARS:,}")
    buttons = [
        {
            "type": "button",
            "action_id": f"{PREFIX}{verb}",
            "text": {"type": "plain_text", "text": label},
            "style": _STYLES[verb],
            "value": value,
        }
        for verb, label in _LABELS.items()
    ]
    return {"type": "actions", "elements": buttons}


def _teams(asked: requests.Request, run_id: str) -> list[dict[str, Any]]:
    facts = _facts(asked, run_id)
    return [
        {"type": "Action.Submit", "title": label, "style": _CARD_STYLES[verb], "data": {MEMBER: verb, **facts}}
        for verb, label in _LABELS.items()
    ]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:_MAX_TEXT_CHARS]}}


def _context(asked: requests.Request) -> dict[str, Any]:
    quorum = f", {asked.quorum} needed" if asked.quorum > 1 else ""
    text = f"{asked.title[:150]} (digest {digests.shown(asked.digest)}{quorum})"
    return {"type": "context", "elements": [{"type": "plain_text", "text": text}]}


def _chat(address: str) -> str:
    return address.partition(".")[0]
