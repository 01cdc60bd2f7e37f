"""Buttons that people press in Slack and Teams: a decision of somebody whom the policy knows by their account there, and no event."""

from __future__ import annotations

import asyncio
import datetime
import logging
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from temporalio import client, service

from activities import environment_names as names
from activities import policy_file
from activities import settings as settings_module
from starter.approvals import deciding
from starter.gateway import refusals
from starter.gateway.kinds import base
from workflows.core import errors
from workflows.core.approvals import buttons, policy

_LOG: Final = logging.getLogger("ordinaut.approvals")
_REPLY_HOST: Final = "hooks.slack.com"
_REPLY_SECONDS: Final = 5.0
#: Less than Slack and Teams wait: who is not answered in time is told that nothing was decided, and presses again.
_DECIDE_SECONDS: Final = 2.5


async def post(url: str, content: dict[str, Any]) -> None:
    """Answers at the address that Slack gives for it.

    Raises:
        httpx.HTTPError: it was not taken.
    """
    async with httpx.AsyncClient(timeout=_REPLY_SECONDS, follow_redirects=False) as http:
        (await http.post(url, json=content)).raise_for_status()


@dataclass(frozen=True)
class Decisions:
    """Takes what buttons say. `clock` gives seconds since 1970, `send` posts an answer to Slack."""

    settings: settings_module.Settings
    temporal: client.Client
    clock: Callable[[], float]
    send: Callable[[str, dict[str, Any]], Awaitable[None]] = post
    _answers: set[asyncio.Task[None]] = field(default_factory=set)

    async def taken(self, kind: str, payload: Mapping[str, Any]) -> base.Reply | None:
        """What the chat is answered; None where this is no button of ours, but an event.

        Raises:
            Refused: 503, nothing was decided for now; the chat tells its user.
        """
        try:
            pressed = _PRESSED[kind](payload) if kind in _PRESSED else None
        except errors.ToolError as error:
            return self._answer(kind, payload, str(error), over=False)
        if pressed is None:
            return None
        try:
            person = self._person(kind, payload)
            stands = await self._decide(pressed, person)
        except errors.OrdinautError as error:
            if isinstance(error, refusals.Refused) or error.kind == errors.UNREACHABLE:
                raise refusals.Refused(refusals.UNDELIVERED, "nothing was decided; press again in a moment") from None
            _LOG.warning("a button in %s did not count for %s %s: %s", kind, pressed.run_id, pressed.name, error)
            return self._answer(kind, payload, str(error), over=False)
        _LOG.info("%s: %s %s by a button in %s, %s", person.who, pressed.verb, pressed.run_id, kind, stands["status"])
        return self._answer(kind, payload, _said(stands, person, pressed), over=stands["status"] != "waiting")

    async def _decide(self, pressed: buttons.Pressed, person: deciding.Person) -> dict[str, Any]:
        now = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC)
        try:
            async with asyncio.timeout(_DECIDE_SECONDS):
                return await deciding.decide(
                    self.temporal,
                    run_id=pressed.run_id,
                    name=pressed.name,
                    verb=pressed.verb,
                    digest=pressed.digest,
                    comment="",
                    person=person,
                    key=deciding.gateway_key(self.settings),
                    now=now,
                )
        except (TimeoutError, service.RPCError):
            raise refusals.Refused(refusals.UNDELIVERED, "no answer in time") from None

    def _person(self, kind: str, payload: Mapping[str, Any]) -> deciding.Person:
        """Whom the policy knows by this account.

        Raises:
            errors.ToolError: nobody.
            policy.PolicyError: it cannot be used.
        """
        account = _ACCOUNTS[kind](payload)
        known = policy_file.read(self.settings)
        who = known.by_account(kind, account) if known is not None else None
        if who is None:
            where = f"the file that {names.POLICY} names" if known is not None else f"a policy file ({names.POLICY})"
            raise errors.ToolError(
                errors.INVALID_INPUT,
                f"nothing was decided: nobody is known by this account; {where} has to say whose it is: people.NAME.{kind}: {account}",
            )
        return deciding.Person(who, (), kind)

    def _answer(self, kind: str, payload: Mapping[str, Any], text: str, *, over: bool) -> base.Reply:
        """Tells the person: in Teams by the answer itself, in Slack at its `response_url`. What is decided for good loses its buttons."""
        if kind == policy.MSTEAMS:
            return base.Reply({"type": "message", "text": text})
        url = payload.get("response_url")
        if isinstance(url, str) and urllib.parse.urlsplit(url)[:2] == ("https", _REPLY_HOST):
            original = payload.get("message")
            before = original.get("text") if isinstance(original, Mapping) else None
            content = {"replace_original": True, "text": f"{before}\n{text}" if before else text} if over else _only_for_them(text)
            task = asyncio.create_task(self._told(url, content))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)
        return base.Reply()

    async def _told(self, url: str, content: dict[str, Any]) -> None:
        try:
            await self.send(url, content)
        except httpx.HTTPError as error:  # it is decided all the same; the address itself is a secret
            _LOG.warning("Slack did not take the answer to a button: %s", type(error).__name__)


def _only_for_them(text: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "replace_original": False, "text": text}


def _said(stands: Mapping[str, Any], person: deciding.Person, pressed: buttons.Pressed) -> str:
    if stands["status"] == "waiting":
        return f"Counted: {stands['approvals']} of {stands['quorum']} approvals of '{pressed.name}'."
    return f"'{pressed.name}' of {pressed.run_id}: {stands['status']}, last by {person.who}."


def _slack_account(payload: Mapping[str, Any]) -> str:
    user, team = payload.get("user"), payload.get("team")
    user = user if isinstance(user, Mapping) else {}
    team_id = team.get("id") if isinstance(team, Mapping) else user.get("team_id")
    return f"{team_id}/{user.get('id')}"


def _teams_account(payload: Mapping[str, Any]) -> str:
    sender = payload.get("from")
    return str(sender.get("aadObjectId") if isinstance(sender, Mapping) else None)


_PRESSED: Final[dict[str, Callable[[Mapping[str, Any]], buttons.Pressed | None]]] = {
    policy.SLACK: buttons.of_slack,
    policy.MSTEAMS: buttons.of_teams,
}
_ACCOUNTS: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {policy.SLACK: _slack_account, policy.MSTEAMS: _teams_account}
