"""What a schedule of ours remembers, for apply, the commands on schedules and their maintenance.

Temporal does not change the memo of a schedule (server 1.32: "memo updates are not supported"), but it does change its action. So the
schedule's own memo only says that it is ours; the facts are in the memo of the runs that it starts, which shows them in the Web UI too.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from temporalio import client
from temporalio.api.common.v1 import Payload

from workflows.core import errors
from workflows.core.schedules import timing as timings

KEY: Final = "ordinaut"
FORMAT: Final = 1
_TIMES: Final = ("anchor", "horizon", "applied_at")


@dataclass(frozen=True, slots=True)
class Memo:
    """The facts of one schedule; `as_json` is what is kept."""

    name: str
    timing: timings.Timing
    policies: timings.Policies
    anchor: datetime.datetime  # when it was first applied: what a rule without DTSTART counts from
    file: str = ""  # absolute path of the document
    plan_digest: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    tzdata: str = ""  # version of the time-zone database that it was compiled with
    holidays: str = ""  # version of the package of holidays, where a business calendar counts
    horizon: datetime.datetime | None = None  # from then on it has to be compiled anew
    spec_digest: str = ""  # of what Temporal was told, to see what somebody changed there
    applied_at: datetime.datetime | None = None  # the last apply that changed it
    applied_by: str = ""  # the version of Ordinaut that did

    def as_json(self) -> dict[str, Any]:
        """The facts as JSON; times in ISO 8601."""
        made = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        own = {"timing": self.timing.as_json(), "policies": self.policies.as_json(), "params": dict(self.params)}
        times = {name: time.isoformat() if (time := made[name]) else None for name in _TIMES}
        return {"format": FORMAT, **made, **own, **times}


def marker() -> dict[str, Any]:
    """The memo of the schedule itself: that it is ours."""
    return {KEY: {"format": FORMAT}}


def of_runs(kept: Memo) -> dict[str, Any]:
    """The memo of the runs that it starts, which holds the facts."""
    return {KEY: kept.as_json()}


async def is_ours(found: client.ScheduleDescription | client.ScheduleListDescription) -> bool:
    """Whether `ordinaut apply` made this schedule."""
    return KEY in await found.memo()


async def read(found: client.ScheduleDescription) -> Memo | None:
    """The facts of a schedule; None where it is not ours.

    Raises:
        ToolError: it is ours, but somebody spoilt its facts.
    """
    action = found.schedule.action
    if not await is_ours(found) or not isinstance(action, client.ScheduleActionStartWorkflow):
        return None
    kept = (action.memo or {}).get(KEY)
    if isinstance(kept, Payload):
        (kept,) = await found.data_converter.decode([kept])
    try:
        return _from_json(kept or {})
    except (KeyError, TypeError, ValueError, AttributeError):
        advice = f"delete it (temporal schedule delete --schedule-id {found.id}) and apply its document again"
        raise errors.ToolError(errors.INVALID_INPUT, f"what the schedule '{found.id}' remembers cannot be read; {advice}") from None


def _from_json(kept: Mapping[str, Any]) -> Memo:
    policies = {one.name for one in dataclasses.fields(timings.Policies)}
    known = {one.name for one in dataclasses.fields(Memo)}
    given = {key: value for key, value in kept.items() if key in known}
    given["timing"] = timings.Timing.from_json(kept["timing"])
    given["policies"] = timings.Policies(**{key: value for key, value in kept["policies"].items() if key in policies})
    given |= {name: datetime.datetime.fromisoformat(kept[name]) if kept.get(name) else None for name in _TIMES}
    if given["anchor"] is None:
        raise ValueError("no anchor")
    return Memo(**given)
