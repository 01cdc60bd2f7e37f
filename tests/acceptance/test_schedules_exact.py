"""Schedules are exact on the real server: a sample of the corpus, of which `make bench` compares all."""

from __future__ import annotations

import pytest
from temporalio import client as temporal_client

from tests.schedule_corpus import comparison, rules
from workflows.core import errors, recurrence
from workflows.core.schedules import timing

pytestmark = pytest.mark.server

#: Each so many of a source; 1 is all of them.
EACH = {"RFC 5545": 3, "dateutil": 16, "real life": 4, "cron": 3, "rule sets": 3, "business": 2, "random": 15, "every zone": 40}


@pytest.mark.parametrize("source", EACH)
async def test_the_server_lists_what_the_rules_say(client: temporal_client.Client, source: str) -> None:
    found = [await comparison.compare(client, one) for one in rules.everything()[source][:: EACH[source]]]
    assert [(one.timing.expr, one.timing.timezone, one.status, one.said) for one in found if one.status != comparison.EXACT] == []
    assert sum(one.times for one in found) > 10 * len(found)


async def test_a_schedule_that_is_told_wrongly_is_seen(client: temporal_client.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    right = recurrence.compile
    other = timing.Timing("rrule", "FREQ=DAILY;BYHOUR=8,9", "UTC")
    monkeypatch.setattr(recurrence, "compile", lambda _, anchor, now: right(other, anchor, now))
    found = await comparison.compare(client, timing.Timing("rrule", "FREQ=DAILY;BYHOUR=9,10", "UTC"))
    assert found.status == comparison.WRONG
    assert found.said.startswith("too much: 2026-11-24 08:00:00+00:00, 2026-11-25 08:00:00+00:00")
    assert "missing: 2026-11-23 10:00:00+00:00, 2026-11-24 10:00:00+00:00" in found.said


@pytest.mark.parametrize("one", rules.refused(), ids=lambda one: one.expr.partition("RRULE:")[2])
def test_what_is_no_rule_is_refused(one: timing.Timing) -> None:
    with pytest.raises(errors.ScheduleError) as refused:
        recurrence.compile(one, comparison.ANCHOR, comparison.ANCHOR)
    assert any(words in str(refused.value) for words in ("numbered days", "never fires", "COUNT is at least 1"))
