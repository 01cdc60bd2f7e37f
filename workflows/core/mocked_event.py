"""Events in a mock run: the step's entry in the mock file is the event that it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workflows.core import errors, event_wait

_ERROR: Final = "$error"
_CALLS: Final = "$calls"


def payload(wait: event_wait.Wait, outputs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The event of the file, {"answer": {"issue": {"key": "SHOP-7"}}}; None for {"answer": {"$error": {"type": "timeout"}}}.

    Raises:
        errors.MockError: the file holds none, or one that the wait would not take.
    """
    if wait.name not in outputs:
        raise _wrong(wait, f"holds no event for step '{wait.name}' ({event_wait.ADDRESS}); add \"{wait.name}\": {{...}}, its payload")
    recorded = outputs[wait.name]
    if isinstance(recorded, dict) and set(recorded) == {_ERROR}:
        _check_times_out(wait, recorded[_ERROR])
        return None
    if not isinstance(recorded, dict) or set(recorded) == {_CALLS}:
        raise _wrong(wait, f"'{wait.name}' is the event that the step waits for; expected its payload, one object")
    if not wait.takes(recorded):
        raise _wrong(wait, f"'{wait.name}' is not the event that the step waits for: its match, {wait.match_text}, is not true for it")
    return recorded


def made_up(wait: event_wait.Wait) -> dict[str, Any]:
    """A payload with the members that the match demands, as far as it names them.

    >>> made_up(event_wait.Wait("answer", "jira.issue_updated", timeout, within, pins=((("issue", "key"), "SHOP-7"),)))
    {'issue': {'key': 'SHOP-7'}}
    """
    made: dict[str, Any] = {}
    for path, value in wait.pins:
        holder = made
        for name in path[:-1]:
            inner = holder.setdefault(name, {})
            holder = inner if isinstance(inner, dict) else {}  # two pins that exclude each other
        holder[path[-1]] = value
    return made


def _check_times_out(wait: event_wait.Wait, recorded: Any) -> None:
    kind = recorded.get("type") if isinstance(recorded, dict) else recorded
    if kind != errors.TIMEOUT:
        raise _wrong(wait, f"'{wait.name}' has the $error '{str(kind)[:60]}'; a wait for an event ends only with '{errors.TIMEOUT}'")


def _wrong(wait: event_wait.Wait, what: str) -> errors.MockError:
    return errors.MockError(f"the mock file{' ' if what.startswith('holds') else chr(39) + 's '}{what}")
