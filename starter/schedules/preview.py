"""The due times of pipelines and of bare rules, each with where it was moved from and why; for `ordinaut next`."""

from __future__ import annotations

import bisect
import datetime
import itertools
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from temporalio import client

from starter.schedules import clock_words, matching, one, rule_words
from workflows.core import zones
from workflows.core.schedules import business_days, occurrences, timing

SERVER: Final = "server"
COMPUTED: Final = "computed"

#: Skipped times are shown between the others; a rule that is skipped more often than this is no preview any more.
_MOST_SKIPPED: Final = 1_000
_ONE_SECOND: Final = datetime.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A time at which a pipeline is due, or one that its business calendar leaves out (`skipped`). `time` is UTC."""

    name: str
    time: datetime.datetime
    zone: zoneinfo.ZoneInfo
    moved_from: datetime.datetime | None = None
    reason: str = ""
    skipped: bool = False

    @property
    def day(self) -> datetime.date:
        """The local date."""
        return self.time.astimezone(self.zone).date()

    @property
    def remark(self) -> str:
        """`moved from Sat 20 Jun: Saturday`, `skipped: Saturday`, or ""."""
        if self.skipped:
            return f"skipped: {self.reason}"
        if self.moved_from is None:
            return ""
        return f"moved from {clock_words.day(self.moved_from.astimezone(self.zone))}" + (f": {self.reason}" if self.reason else "")

    def as_json(self) -> dict[str, Any]:
        """As `next --json` shows it."""
        return {
            "name": self.name,
            "time": clock_words.iso(self.time, self.zone),
            "moved_from": clock_words.iso(self.moved_from, self.zone) if self.moved_from else None,
            "skipped": self.skipped,
            "reason": self.reason,
        }


@dataclass(slots=True)
class Subject:
    """What is previewed: a pipeline or a rule. Where it is applied, the service is asked and `notes` tell what differs from the file."""

    name: str
    given: timing.Timing
    anchor: datetime.datetime
    applied: one.Applied | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """SERVER where the service says its times, else COMPUTED."""
        return SERVER if self.applied is not None else COMPUTED

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone of its times."""
        return zones.load(self.given.timezone)

    @property
    def when(self) -> str:
        """Its rule in words."""
        return rule_words.of(self.given, self.anchor)

    @property
    def jitter(self) -> int:
        """Seconds that the service adds at most to a time it says."""
        return self.applied.kept.policies.jitter if self.applied is not None else 0


@dataclass(frozen=True, slots=True)
class Span:
    """What part of a calendar is asked for: the first `limit` times in (after, until]. UTC."""

    after: datetime.datetime
    until: datetime.datetime
    limit: int


async def due(subject: Subject, temporal: client.Client | None, span: Span) -> list[Due]:
    """The times of a subject in a span, ascending, with the skipped ones between them.

    Raises:
        ScheduleError: the rule cannot be read.
    """
    if subject.given.kind not in (timing.RRULE, timing.CRON, timing.ONCE):
        return []
    times = await _times(subject, temporal, span)
    found = _explained(subject, times)
    until = times[-1] if len(times) == span.limit else span.until
    return sorted([*found, *skipped(subject, span.after, until)], key=lambda one_due: one_due.time)


async def _times(subject: Subject, temporal: client.Client | None, span: Span) -> list[datetime.datetime]:
    if subject.applied is None or temporal is None:
        found = occurrences.between(subject.given, subject.anchor, span.after, span.until)
        return [occurrence.time for occurrence in itertools.islice(found, span.limit)]
    times = await matching.between(temporal, subject.name, span.after, span.until, span.limit)
    times += _beyond_horizon(subject, span, span.limit - len(times))
    return await _within_remaining(times, subject.applied, temporal, span)


async def _within_remaining(
    times: list[datetime.datetime], applied: one.Applied, temporal: client.Client, span: Span
) -> list[datetime.datetime]:
    """Without those that come when max_runs is used up; what has passed does not count."""
    if applied.remaining is None:
        return times
    now = datetime.datetime.now(datetime.UTC)
    before = await matching.between(temporal, applied.name, now, span.after, applied.remaining) if span.after > now else []
    return times[: bisect.bisect_right(times, now) + applied.remaining - len(before)]


def _beyond_horizon(subject: Subject, span: Span, count: int) -> list[datetime.datetime]:
    """Times that the service has not been told yet; its schedule is extended long before it comes to them."""
    horizon = subject.applied.kept.horizon if subject.applied is not None else None
    if horizon is None or span.until < horizon or count <= 0:
        return []
    found = occurrences.between(subject.given, subject.anchor, max(span.after, horizon - _ONE_SECOND), span.until)
    times = [occurrence.time for occurrence in itertools.islice(found, count)]
    if times:
        subject.notes.append(f"from {clock_words.local(horizon, subject.zone)} on computed here: the service is told of them in time")
    return times


def _explained(subject: Subject, times: Sequence[datetime.datetime]) -> list[Due]:
    """Each with where the business calendar moved it from. A time with jitter belongs to the last due time before it."""
    if not times or not subject.given.moves:
        return [Due(subject.name, time, subject.zone) for time in times]
    start = times[0] - datetime.timedelta(seconds=subject.jitter + 1)
    known = list(itertools.islice(occurrences.between(subject.given, subject.anchor, start, times[-1]), 2 * len(times) + 2))
    nominal = [occurrence.time for occurrence in known]
    return [_one(subject, time, known, bisect.bisect_right(nominal, time) - 1) for time in times]


def _one(subject: Subject, time: datetime.datetime, known: Sequence[occurrences.Occurrence], index: int) -> Due:
    if index < 0 or time - known[index].time > datetime.timedelta(seconds=subject.jitter):
        return Due(subject.name, time, subject.zone)
    return Due(subject.name, time, subject.zone, known[index].unmoved, known[index].reason)


def skipped(subject: Subject, after: datetime.datetime, until: datetime.datetime) -> list[Due]:
    """The times in (after, until] that the business calendar leaves out."""
    given = subject.given
    if given.business_day is not None or timing.SKIP not in (given.on_holiday, given.on_weekend):
        return []
    calendar = business_days.Calendar.of(given)
    plain = replace(given, on_holiday=timing.RUN, on_weekend=timing.RUN)
    found = []
    for occurrence in occurrences.between(plain, subject.anchor, after, until):
        moved, reason = calendar.moved(occurrence.time.astimezone(subject.zone).date())
        if moved is None:
            found.append(Due(subject.name, occurrence.time, subject.zone, None, reason, skipped=True))
        if len(found) == _MOST_SKIPPED:
            break
    return found


def merged(lists: Sequence[Sequence[Due]], limit: int) -> list[Due]:
    """One calendar of several: the first `limit` times, and the skipped ones up to the last of them."""
    everything = sorted(itertools.chain(*lists), key=lambda one_due: (one_due.time, one_due.name))
    shown: list[Due] = []
    count = 0
    for one_due in everything:
        if count == limit:
            break
        shown.append(one_due)
        count += not one_due.skipped
    return shown


def holidays(subjects: Sequence[Subject], year: int) -> dict[datetime.date, str]:
    """The holidays that the subjects know in a year, with their names."""
    calendars = [business_days.Calendar.of(replace(subject.given, weekend=())) for subject in subjects if subject.given.holidays]
    first = datetime.date(year, 1, 1)
    named = {}
    for day in (first + datetime.timedelta(days=number) for number in range(366)):
        reasons = dict.fromkeys(why for each in calendars if (why := each.why_not(day)))
        if reasons and day.year == year:
            named[day] = " and ".join(reasons)
    return named


def year_span(year: int, zone: zoneinfo.ZoneInfo, limit: int) -> Span:
    """A whole local year."""
    first = datetime.datetime(year, 1, 1, tzinfo=zone).astimezone(datetime.UTC)
    following = datetime.datetime(year + 1, 1, 1, tzinfo=zone).astimezone(datetime.UTC)
    return Span(first - _ONE_SECOND, following - _ONE_SECOND, limit)
