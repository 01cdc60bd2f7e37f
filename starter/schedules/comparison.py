"""What an apply changes in a schedule, field by field in the document's words, for people to read before and after."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Final

from temporalio import client

from activities import json_text
from activities.schedules import definition, extending, memo, temporal_spec
from workflows import converter
from workflows.core.schedules import timing

_MOST_CHARS: Final = 80
_BEFORE_CHARS: Final = 20  # of what two long texts have in common, before the difference
_NOTHING: Final = "(none)"
_SOMEBODY: Final = "changed at Temporal by somebody else"
_HEAD: Final = ("title", "description", "timezone")
#: The memo's names, and the document's where they differ.
_DOCUMENT_NAMES: Final = {"kind": "schedule_kind", "expr": "schedule_expr"}


async def changes(present: definition.Present, wanted: definition.Definition, now: datetime.datetime) -> list[str]:
    """`schedule_expr: FREQ=DAILY -> FREQ=WEEKLY`, a line a change; [] where the schedule is as it should be."""
    before, after = present.kept, wanted.kept
    found = [*_fields(_timing(before), _timing(after)), *_fields(before.policies.as_json(), after.policies.as_json())]
    given = await _given(present.schedule)
    plan = given.get("plan", {})
    if "author" not in given:  # applied by an earlier version; another author of the same is no change
        found += _fields({}, {"author": wanted.given.get("author")})
    if plan.get("digest") != wanted.given["plan"]["digest"]:
        found += plan_changes(plan, wanted.given["plan"])
    found += _fields(dict(before.params), dict(after.params), "params.")
    found += _fields(_versions(before), _versions(after))
    if before.spec_digest != after.spec_digest:  # else nothing follows from another version
        found += _fields({"Ordinaut": before.applied_by}, {"Ordinaut": after.applied_by})
    if extending.is_due(before, now) and extending.is_worth_it(after, before, now):
        found += _fields({"told up to": _day(before.horizon)}, {"told up to": _day(after.horizon)})
    found += _by_hand(present, definition.schedule(wanted, present)) if not found else ()
    return list(dict.fromkeys(found))


def _timing(kept: memo.Memo) -> dict[str, Any]:
    found = kept.timing.as_json()
    return found if kept.timing.kind != timing.EVENT else {"event_type": found.pop("expr"), **found}


def _versions(kept: memo.Memo) -> dict[str, Any]:
    return {"file": kept.file, "time-zone database": kept.tzdata, "package of holidays": kept.holidays}


def _day(moment: datetime.datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None


def _fields(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield f"{prefix}{_DOCUMENT_NAMES.get(name, name)}: {' -> '.join(_both_shown(_text(old), _text(new)))}"


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


async def _given(present: client.Schedule) -> Mapping[str, Any]:
    """What its runs are given; {} where somebody took that away."""
    arguments = present.action.args if isinstance(present.action, client.ScheduleActionStartWorkflow) else ()
    given = await converter.DATA_CONVERTER.decode(list(arguments))
    found: Mapping[str, Any] = given[0] if len(given) == 1 and isinstance(given[0], dict) and "plan" in given[0] else {}
    return found


def _by_hand(present: definition.Present, wanted: client.Schedule) -> Iterator[str]:
    """What somebody changed at Temporal without us."""
    there, action, ours = present.schedule, present.schedule.action, wanted.action
    assert isinstance(action, client.ScheduleActionStartWorkflow) and isinstance(ours, client.ScheduleActionStartWorkflow)
    pairs: dict[str, tuple[Any, Any]] = {
        "overlap": (there.policy.overlap.name.lower(), wanted.policy.overlap.name.lower()),
        "catchup_window": (there.policy.catchup_window, wanted.policy.catchup_window),
        "pause_on_failure": (there.policy.pause_on_failure, wanted.policy.pause_on_failure),
        "jitter": (there.spec.jitter or None, wanted.spec.jitter),
        "max_runs": (there.state.limited_actions, wanted.state.limited_actions),
        "paused": (there.state.paused, wanted.state.paused),
        "timeout": (action.execution_timeout or None, ours.execution_timeout),
        "workflow": (action.workflow, ours.workflow),
        "workflow id": (action.id, ours.id),
        "task queue": (action.task_queue, ours.task_queue),
    }
    for name, (old, new) in pairs.items():
        if old != new:
            yield f"{name}, {_SOMEBODY}: {_shown(old)} -> {_shown(new)}"
    if present.kept.spec_digest and temporal_spec.digest(there.spec) != present.kept.spec_digest:
        yield f"times, {_SOMEBODY}: put back to those of the document"


def _both_shown(old: str, new: str) -> tuple[str, str]:
    """Two texts, cut so that what differs is seen."""
    pairs = enumerate(zip(old, new, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), min(len(old), len(new)))
    first = max(0, same - _BEFORE_CHARS) if max(len(old), len(new)) > _MOST_CHARS else 0
    return _cut(old, first), _cut(new, first)


def _cut(text: str, first: int = 0) -> str:
    last = first + _MOST_CHARS
    return ("..." if first else "") + text[first:last] + ("..." if last < len(text) else "")


def _shown(value: Any) -> str:
    return _cut(_text(value))


def _text(value: Any) -> str:
    if value is None or value == "" or value == [] or value == ():
        return _NOTHING
    try:
        text = value if isinstance(value, str) else json_text.encode(value).decode()
    except TypeError:
        text = str(value)
    return text.replace("\n", " | ")
