"""What a run asks people: read from the arguments of a `system.approval` step, or made from a rule of the catalog."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workflows.core import durations, errors, values
from workflows.core.approvals import digest

ADDRESS: Final = "system.approval"
REJECT: Final = "reject"
APPROVE: Final = "approve"
ERROR: Final = "error"
VALUE: Final = "value"
DEFAULT_TIMEOUT: Final = "3d"
MAX_QUORUM: Final = 20
MIN_REMIND_SECONDS: Final = 60
#: Escalation comes after this part of the timeout where the step does not say when.
_ESCALATE_AFTER: Final = 2

#: The chats whose messages hold buttons, each with the action that sends such a message.
_WITH_BUTTONS: Final = {"slack": "post_message", "msteams": "send_adaptive_card"}
BUTTONS_HINT: Final = "buttons are for slack's post_message and msteams' send_adaptive_card"

_KEYS: Final = (
    "title",
    "details",
    "payload",
    "approvers",
    "quorum",
    "timeout",
    "on_timeout",
    "on_reject",
    "remind_every",
    "escalate_to",
    "escalate_after",
    "notify",
    "exclude",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One question to people. `name` is what they call it by: the step's id, or the path of the call that waits for it."""

    name: str
    step: str
    title: str
    payload: Any
    details: str = ""
    approvers: tuple[str, ...] = ()  # people and roles; () stands for those whom the policy names for approvals
    quorum: int = 1
    timeout: datetime.timedelta = datetime.timedelta(days=3)
    on_timeout: str = REJECT
    on_reject: str = ERROR
    remind_every: datetime.timedelta | None = None
    escalate_to: tuple[str, ...] = ()
    escalate_after: datetime.timedelta | None = None
    notify: tuple[Mapping[str, Any], ...] = ()  # {"uses": ADDRESS, "with": arguments}
    exclude: tuple[str, ...] = ()
    #: The call that waits: {"tool", "arguments"}; None for a step of its own.
    call: Mapping[str, Any] | None = field(default=None)

    @property
    def digest(self) -> str:
        """Of the payload: the exact arguments of the call that is approved."""
        return digest.of(self.payload)


def of_arguments(arguments: Mapping[str, Any], step: str) -> Request:
    """The question of a `system.approval` step.

    >>> of_arguments({"title": "Pay?", "approvers": ["finance"], "quorum": 2}, "ask").quorum
    2

    Raises:
        errors.ToolError: an argument does not fit; the message names it.
    """
    if unknown := [key for key in arguments if key not in _KEYS]:
        raise invalid(f"there is no argument '{unknown[0]}'; there are {', '.join(_KEYS)}")
    title = arguments.get("title")
    if not isinstance(title, str) or not title.strip():
        raise invalid(f"'title' is {values.shown(title)}, expected the question in a few words")
    timeout = _span(arguments, "timeout", DEFAULT_TIMEOUT)
    assert timeout is not None
    approvers = _names(arguments, "approvers")
    escalate_to = _names(arguments, "escalate_to")
    return Request(
        name=step,
        step=step,
        title=title,
        details=_text(arguments, "details"),
        payload=arguments.get("payload"),
        approvers=approvers,
        quorum=quorum_of(arguments.get("quorum", 1)),
        timeout=timeout,
        on_timeout=_choice(arguments, "on_timeout", (REJECT, APPROVE)),
        on_reject=_choice(arguments, "on_reject", (ERROR, VALUE)),
        remind_every=_reminder(arguments),
        escalate_to=escalate_to,
        escalate_after=_span(arguments, "escalate_after", None) or (timeout / _ESCALATE_AFTER if escalate_to else None),
        notify=_notify(arguments.get("notify")),
        exclude=_names(arguments, "exclude"),
    )


def quorum_of(given: Any) -> int:
    """How many people must approve.

    Raises:
        errors.ToolError: it is no number from 1 to MAX_QUORUM.
    """
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MAX_QUORUM:
        raise invalid(f"'quorum' is {values.shown(given)}, expected a number from 1 to {MAX_QUORUM}")
    return given


def invalid(message: str) -> errors.ToolError:
    """The error for arguments that do not fit."""
    return errors.ToolError(errors.INVALID_INPUT, f"{ADDRESS}: {message}", {"tool": ADDRESS})


def _text(arguments: Mapping[str, Any], key: str) -> str:
    given = arguments.get(key)
    if given is None:
        return ""
    if not isinstance(given, str):
        raise invalid(f"'{key}' is {values.shown(given)}, expected text")
    return given


def _names(arguments: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """People and roles; one alone may stand without its list, null leaves them out."""
    given = arguments.get(key)
    listed = [] if given is None else given if isinstance(given, list) else [given]
    wrong = next((one for one in listed if not isinstance(one, str) or not one.strip()), None)
    if wrong is not None or (isinstance(given, list) and "" in given):
        raise invalid(f"'{key}' holds {values.shown(wrong)}, expected names of people and roles")
    return tuple(dict.fromkeys(one.strip() for one in listed))


def _choice(arguments: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> str:
    given = arguments.get(key)
    if given is None:
        return choices[0]
    if given not in choices:
        raise invalid(f"'{key}' is {values.shown(given)}, expected {' or '.join(repr(one) for one in choices)}")
    return str(given)


def _span(arguments: Mapping[str, Any], key: str, default: str | None) -> datetime.timedelta | None:
    given = arguments.get(key, default)
    if given is None:
        return durations.seconds(default) if default else None
    try:
        return durations.seconds(given, positive=True)
    except errors.EvaluationError as error:
        raise invalid(f"'{key}': {error}") from None


def _reminder(arguments: Mapping[str, Any]) -> datetime.timedelta | None:
    every = _span(arguments, "remind_every", None)
    if every is not None and every.total_seconds() < MIN_REMIND_SECONDS:
        raise invalid(f"'remind_every' is {every.total_seconds():g} s, expected at least {MIN_REMIND_SECONDS} s")
    return every


def takes_buttons(address: str, action: Any) -> bool:
    """Whether the messages of a tool's action can hold buttons: Slack's and Teams'.

    >>> takes_buttons("slack.enterprise", "post_message")
    True
    """
    return bool(action) and _WITH_BUTTONS.get(address.partition(".")[0]) == action


def _notify(given: Any) -> tuple[Mapping[str, Any], ...]:
    listed = [] if given is None else given if isinstance(given, list) else [given]
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("uses"), str) or not isinstance(one.get("with", {}), dict):
            raise invalid(f"'notify' holds {values.shown(one)}, expected calls of tools, {{'uses': ADDRESS, 'with': {{...}}}}")
        if one.get("buttons") and not takes_buttons(one["uses"], one.get("with", {}).get("action")):
            raise invalid(f"'notify' has buttons for {one['uses']}; {BUTTONS_HINT}")
    return tuple(listed)
