"""Whether the service would run a schedule when its document says: asked after it was created or updated, for apply."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence
from typing import Final

from temporalio import client

from activities.schedules import definition
from starter.schedules import clock_words, matching
from workflows.core import zones
from workflows.core.schedules import occurrences

_TIMES: Final = 10
#: So many schedules are asked about; of more, as many at even distances.
_SCHEDULES: Final = 50


def sample(names: Sequence[str]) -> set[str]:
    """Which of them are asked about.

    >>> len(sample([f"job-{number}" for number in range(1_000)]))
    50
    """
    count = min(len(names), _SCHEDULES)
    return {names[number * len(names) // count] for number in range(count)}


async def difference(temporal: client.Client, made: definition.Definition) -> str:
    """Both first times that differ, in words; "" where the next ten are as they should be."""
    kept = made.kept
    if kept.policies.jitter:  # the service lists its own, moved times
        return ""
    now = datetime.datetime.now(datetime.UTC)
    last = min(kept.horizon - datetime.timedelta(seconds=1), occurrences.LAST) if kept.horizon else occurrences.LAST
    due = itertools.islice(occurrences.between(kept.timing, kept.anchor, now, last), _TIMES)
    ours = [one.time for one in due]
    theirs = await matching.between(temporal, made.name, now, min(last, ours[-1]) if len(ours) == _TIMES else last, _TIMES)
    if ours == theirs:
        return ""
    zone = zones.load(kept.timing.timezone)
    wrong = [clock_words.iso(min(only), zone) if (only := set(one) - set(other)) else "no other" for one, other in _both(ours, theirs)]
    return f"the document has it due at {wrong[0]}, the service at {wrong[1]}"


def _both(ours: list[datetime.datetime], theirs: list[datetime.datetime]) -> list[tuple[list[datetime.datetime], list[datetime.datetime]]]:
    return [(ours, theirs), (theirs, ours)]
