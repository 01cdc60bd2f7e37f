"""What an apply changes in a schedule, field by field in the document's words, for people to read before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from temporalio import client

from activities import json_text
from activities.schedules import definition, memo
from workflows import converter

_MOST_CHARS: Final = 80
_NOTHING: Final = "(none)"
_HEAD: Final = ("title", "description", "timezone")
#: The memo's names, and the document's where they differ.
_DOCUMENT_NAMES: Final = {"kind": "schedule_kind", "expr": "schedule_expr"}


async def changes(present: definition.Present, wanted: definition.Definition) -> list[str]:
    """`schedule_expr: FREQ=DAILY -> FREQ=WEEKLY`, a line a change; [] where the schedule is as it should be."""
    before, after = present.kept, wanted.kept
    found = [*_fields(before.timing.as_json(), after.timing.as_json()), *_fields(before.policies.as_json(), after.policies.as_json())]
    if before.plan_digest != after.plan_digest:
        found += plan_changes(await _plan(present.schedule), wanted.given["plan"])
    found += _fields(dict(before.params), dict(after.params), "params.")
    found += _fields(_versions(before), _versions(after))
    return found or list(_by_hand(present.schedule, definition.schedule(wanted, present)))


def _versions(kept: memo.Memo) -> dict[str, Any]:
    horizon = kept.horizon.date().isoformat() if kept.horizon else None
    return {"file": kept.file, "time-zone database": kept.tzdata, "package of holidays": kept.holidays, "told up to": horizon}


def _fields(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield f"{prefix}{_DOCUMENT_NAMES.get(name, name)}: {_shown(old)} -> {_shown(new)}"


def plan_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two plans: their title, params, and each step by its id."""
    found = list(_fields({key: before.get(key) for key in _HEAD}, {key: after.get(key) for key in _HEAD}))
    found += [f"payload.params: {line}" for line in _fields(before.get("params", {}), after.get("params", {}))]
    old, new = ({step["id"]: step for step in plan.get("steps", ())} for plan in (before, after))
    found += [f"step {name}: removed" for name in old if name not in new]
    found += [f"step {name}: added, {new[name]['uses']}" for name in new if name not in old]
    for name in (name for name in new if name in old and new[name] != old[name]):
        keys = [key for key in dict.fromkeys([*old[name], *new[name]]) if old[name].get(key) != new[name].get(key)]
        found.append(f"step {name}: changed in {', '.join(keys)}")
    if [name for name in old if name in new] != [name for name in new if name in old]:
        found.append("steps: in another order")
    changed = [name for name, facts in after.get("tools", {}).items() if before.get("tools", {}).get(name, facts) != facts]
    found += [f"tool {name}: its definition in the catalog changed" for name in changed]
    return found or ["plan: changed"]


async def _plan(present: client.Schedule) -> Mapping[str, Any]:
    action = present.action
    assert isinstance(action, client.ScheduleActionStartWorkflow)
    (given,) = await converter.DATA_CONVERTER.decode(list(action.args))
    plan: Mapping[str, Any] = given["plan"]
    return plan


def _by_hand(present: client.Schedule, wanted: client.Schedule) -> Iterator[str]:
    """What somebody changed at Temporal without us."""
    pairs: dict[str, tuple[Any, Any]] = {
        "overlap": (present.policy.overlap.name.lower(), wanted.policy.overlap.name.lower()),
        "catchup_window": (present.policy.catchup_window, wanted.policy.catchup_window),
        "pause_on_failure": (present.policy.pause_on_failure, wanted.policy.pause_on_failure),
        "calendars": (len(present.spec.calendars), len(wanted.spec.calendars)),
        "intervals": (len(present.spec.intervals), len(wanted.spec.intervals)),
        "time zone": (present.spec.time_zone_name or "UTC", wanted.spec.time_zone_name or "UTC"),
        "starts at": (present.spec.start_at, wanted.spec.start_at),
        "ends at": (present.spec.end_at, wanted.spec.end_at),
    }
    for name, (old, new) in pairs.items():
        if old != new:
            yield f"{name}, changed at Temporal by somebody else: {_shown(old)} -> {_shown(new)}"


def _shown(value: Any) -> str:
    if value is None or value == "" or value == [] or value == ():
        return _NOTHING
    try:
        text = value if isinstance(value, str) else json_text.encode(value).decode()
    except TypeError:
        text = str(value)
    text = text.replace("\n", " | ")
    return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}..."
