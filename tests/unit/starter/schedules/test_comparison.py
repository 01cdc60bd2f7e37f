"""What an apply changes: who applied is learnt once, and another person of the same changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio import client

from activities.schedules import definition
from starter.schedules import comparison
from tests import plans
from workflows import converter
from workflows.core.schedules import timing

NOW = datetime.datetime(2026, 11, 23, 18, tzinfo=datetime.UTC)
DAILY = timing.Timing("rrule", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "UTC")
PLAN = plans.plan_of([plans.call("fetch")], name="desk")


def compiled(**given: Any) -> definition.Definition:
    """A daily pipeline whose runs are given this too."""
    return definition.compiled("desk", DAILY, timing.Policies(), {"plan": PLAN, **given}, NOW, NOW)


async def present(made: definition.Definition) -> definition.Present:
    """The schedule as the service holds it."""
    schedule = definition.schedule(made)
    action = schedule.action
    assert isinstance(action, client.ScheduleActionStartWorkflow)
    arguments: Sequence[Any] = action.args
    action.args = await converter.DATA_CONVERTER.encode(arguments)
    return definition.Present(schedule, made.kept)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({}, {"author": "ana"}, ["author: (none) -> ana"], id="applied by an earlier version"),
        pytest.param({"author": "ana"}, {"author": "ion"}, [], id="applied by somebody else, unchanged"),
        pytest.param({"author": "ana", "triggers": [{"who": "ion"}]}, {"author": "ana"}, [], id="triggered meanwhile"),
        pytest.param({}, {}, [], id="nobody known"),
    ],
)
async def test_who_applied_is_learnt_once(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    assert await comparison.changes(await present(compiled(**before)), compiled(**after), NOW) == expected
