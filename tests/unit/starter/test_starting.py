"""What a run is started with: its id, its input, its search attributes."""

from __future__ import annotations

import datetime
import re

import pytest

from activities import run_attributes
from starter import starting
from tests import plans
from workflows.core import errors

PLAN = plans.plan_of([plans.call("fetch")], name="desk", event_type="desk.opened")
DUE = datetime.datetime(2026, 11, 23, 18, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))


def test_id_holds_pipeline_time_and_something_of_its_own() -> None:
    first, second = starting.run_id("desk", DUE), starting.run_id("desk", DUE)
    assert re.fullmatch(r"desk-manual-20261123T160000Z-[0-9a-f]{4,}", first)
    assert first != second


def test_input_holds_only_what_was_given() -> None:
    assert starting.run_input(PLAN, {}, None, None) == {"plan": PLAN}
    assert starting.run_input(PLAN, {"a": 1}, {}, DUE) == {
        "plan": PLAN,
        "params": {"a": 1},
        "event": {},
        "nominal_time": "2026-11-23T18:00:00+02:00",
    }
    people = starting.run_input(PLAN, {}, None, None, "ion", author="ana")
    assert people == {"plan": PLAN, "started_by": "ion", "author": "ana"}


def test_input_above_the_payload_limit_is_refused() -> None:
    with pytest.raises(errors.ToolError, match=r"^what the run is given \(plan, params, event\) takes 2,\d+,\d+ bytes;") as raised:
        starting.run_input(PLAN, {}, {"text": "x" * 2_000_001}, None)
    assert raised.value.kind == errors.INVALID_INPUT


def test_attributes_say_pipeline_status_tools_and_event_type() -> None:
    pairs = {pair.key.name: pair.value for pair in run_attributes.of(PLAN).search_attributes}
    assert pairs == {
        "OrdinautPipeline": "desk",
        "OrdinautStatus": "running",
        "OrdinautTools": ["desk.tickets"],
        "OrdinautEventType": "desk.opened",
    }
