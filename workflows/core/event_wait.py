"""What a run waits for in `system.wait_for_event`: read from the step's arguments; the run and the routers of events ask it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from workflows.core import durations, equalities, errors, event_payload, fragments, template, values

ADDRESS: Final = "system.wait_for_event"
EVENT: Final = "event"  # the name of the candidate's payload in a match
ERROR: Final = "error"
VALUE: Final = "value"
DEFAULT_TIMEOUT: Final = "24h"
DEFAULT_WITHIN: Final = "10m"
MAX_WITHIN: Final = datetime.timedelta(hours=24)
MAX_TYPE_CHARS: Final = 200
MAX_PIN_CHARS: Final = 200  # of the value of a pin, written out

_KEYS: Final = ("event_type", "match", "timeout", "within", "on_timeout")
_TYPE: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_SHOWN_CHARS: Final = 300

#: A member of the payload and the value that it must have: (("issue", "key"), "SHOP-7").
Pin = tuple[tuple[str, ...], Any]


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait for an event. `within` is how far back an event that came before the wait still counts.

    `pins` only filter: an event that does not fit them (see `fits`) is surely none that `takes` accepts.
    """

    name: str  # the step's id
    event_type: str
    timeout: datetime.timedelta
    within: datetime.timedelta
    match_text: str = ""
    pins: tuple[Pin, ...] = ()
    on_timeout: str = ERROR
    instead: Any = None  # the output after a timeout, where on_timeout is VALUE
    match: template.Later | None = field(default=None, compare=False, repr=False)

    def takes(self, payload: Mapping[str, Any]) -> bool:
        """Whether an event of the type is the one. A match that cannot be evaluated on this payload does not hold.

        >>> of_arguments({"event_type": "jira.issue_updated"}, "answer").takes({"issue": {"key": "SHOP-7"}})
        True
        """
        return self.match is None or self.match.holds({EVENT: event_payload.seen(self.event_type, payload)})

    def outcome(self, payload: Mapping[str, Any] | None) -> Any:
        """The step's output: the payload as pipelines read it, or what stands in for it where none came (None).

        Raises:
            errors.ToolError: TIMEOUT, unless the step wants a value then.
        """
        if payload is not None:
            return event_payload.seen(self.event_type, payload)
        if self.on_timeout == VALUE:
            return self.instead
        which = f" for which {_cut(self.match_text)}" if self.match_text else ""
        message = f"{ADDRESS}: no event '{self.event_type}'{which} came within {durations.written(self.timeout)}"
        raise errors.ToolError(errors.TIMEOUT, message, {"tool": ADDRESS, "event_type": self.event_type})


def of_arguments(arguments: Mapping[str, Any], step: str) -> Wait:
    """The wait of a step.

    >>> of_arguments({"event_type": "jira.issue_updated", "within": 0}, "answer").timeout
    datetime.timedelta(days=1)

    Raises:
        errors.ToolError: an argument does not fit; the message names it.
        errors.EvaluationError: the match compares with what cannot be evaluated in this run, so that no event could be the one.
    """
    if unknown := [key for key in arguments if key not in _KEYS]:
        raise invalid(f"there is no argument '{unknown[0]}'; there are {', '.join(_KEYS)}")
    match = arguments.get("match")
    if match is not None and not isinstance(match, template.Later):
        raise invalid(f"'match' is {values.shown(match)}, which a template gave; a match is written in the document")
    on_timeout, instead = _on_timeout(arguments.get("on_timeout"))
    return Wait(
        name=step,
        event_type=_event_type(arguments.get("event_type")),
        timeout=_span(arguments, "timeout", DEFAULT_TIMEOUT, positive=True),
        within=_within(arguments),
        match_text="" if match is None else match.source,
        pins=() if match is None else _pins(match),
        on_timeout=on_timeout,
        instead=instead,
        match=match,
    )


def fits(pins: Iterable[Any], event_type: str, payload: Mapping[str, Any]) -> bool:
    """Whether every pin holds for an event's payload; pins that came as JSON, `[[["issue", "key"], "SHOP-7"]]`, are read too.

    >>> fits([[["issue", "key"], "SHOP-7"]], "jira.issue_updated", {"issue": {"key": "SHOP-7"}})
    True
    """
    seen = event_payload.seen(event_type, payload)
    return all(_has(seen, path, value) for path, value in pins)


def invalid(message: str) -> errors.ToolError:
    """The error for arguments that do not fit."""
    return errors.ToolError(errors.INVALID_INPUT, f"{ADDRESS}: {message}", {"tool": ADDRESS})


def _has(holder: Any, path: Iterable[str], value: Any) -> bool:
    for name in path:
        if not isinstance(holder, Mapping) or name not in holder:
            return False
        holder = holder[name]
    return values.equal(holder, value)


def _event_type(given: Any) -> str:
    if not isinstance(given, str) or len(given) > MAX_TYPE_CHARS or not _TYPE.fullmatch(given):
        what = f"'event_type' is {values.shown(given)}, expected words of letters, digits, _ and - with points between"
        raise invalid(f"{what}, at most {MAX_TYPE_CHARS} characters, such as 'jira.issue_updated'")
    return given


def _span(arguments: Mapping[str, Any], key: str, default: str, *, positive: bool = False) -> datetime.timedelta:
    given = arguments.get(key)
    try:
        return durations.seconds(default if given is None else given, positive=positive)
    except errors.EvaluationError as error:
        raise invalid(f"'{key}': {error}") from None


def _within(arguments: Mapping[str, Any]) -> datetime.timedelta:
    span = _span(arguments, "within", DEFAULT_WITHIN)
    if span > MAX_WITHIN:
        raise invalid(f"'within' is {durations.written(span)}, expected at most {durations.written(MAX_WITHIN)}")
    return span


def _on_timeout(given: Any) -> tuple[str, Any]:
    if given is None or given == ERROR:
        return ERROR, None
    if isinstance(given, dict) and set(given) == {VALUE}:
        return VALUE, given[VALUE]
    what = f"'on_timeout' is {values.shown(given)}"
    raise invalid(what + ', expected "error" or {"value": ...}, the output where no event came')


def _pins(match: template.Later) -> tuple[Pin, ...]:
    """The equalities that a payload must show. One that cannot be evaluated fails the step: its match could never hold."""
    pins: list[Pin] = []
    for equality in equalities.of(match.source, EVENT):
        try:
            value = equality.value(match.names.apart({}))
        except errors.EvaluationError as error:
            raise fragments.located(error, "with.match") from None
        if _is_comparable(value):
            pins.append((equality.path, None if values.is_null(value) else value))
    return tuple(pins)


def _is_comparable(value: Any) -> bool:
    """Whether a router can compare it: a short text that can be written, a number, a boolean, null."""
    match value:
        case str():
            return len(value) <= MAX_PIN_CHARS and value.isprintable()
        case bool():
            return True
        case int():
            return abs(value).bit_length() <= 64
        case Decimal():
            return value.is_finite() and len(value.as_tuple().digits) <= MAX_PIN_CHARS and abs(value.adjusted()) <= MAX_PIN_CHARS
    return values.is_null(value)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}..."
