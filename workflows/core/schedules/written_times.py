"""Times that stand in a document as ISO 8601, for occurrences and the compiler: the time of `once`, start_at and end_at."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import NoReturn

from workflows.core import errors, iso_text
from workflows.core.schedules import clock, spec

_FIRST_YEAR = 1900
_END_OF_DAY = datetime.time(23, 59, 59)


def moment(text: str, zone: zoneinfo.ZoneInfo, key: str, whole_day: bool = False) -> datetime.datetime:
    """The moment, in UTC and to the second, that a text says; without an offset it is on the clock of the zone.

    A date alone is its 00:00, or its last second where the `whole_day` counts. Of a time that comes twice the first copy is taken;
    an offset chooses the other.

    >>> moment("2026-12-01T09:00", zones.load("Europe/Chisinau"), "schedule_expr")
    datetime.datetime(2026, 12, 1, 7, 0, tzinfo=datetime.timezone.utc)

    Raises:
        ScheduleError: it says none, a fraction of a second, a time that a change of the clocks skips, or a year that schedules do not have.
    """
    read = iso_text.read(text.strip())
    if read is None:
        _fail(
            f"{key}: '{text[:60]}' is no time", "write it as 2026-12-31T09:00:00, or with an offset, 2026-12-31T09:00:00+02:00", key, text
        )
    if not _FIRST_YEAR <= read.year <= spec.LAST_YEAR:
        _fail(f"{key}: the year {read.year} is not on any schedule", f"years go from {_FIRST_YEAR} to {spec.LAST_YEAR}", key, text)
    if not isinstance(read, datetime.datetime):
        return clock.instant(datetime.datetime.combine(read, _END_OF_DAY if whole_day else datetime.time()), zone)
    if read.microsecond:
        _fail(f"{key}: '{text[:60]}' has a fraction of a second", f"write {read.replace(microsecond=0).isoformat()}", key, text)
    if read.tzinfo is not None:
        return read.astimezone(datetime.UTC)
    if clock.is_skipped(read, zone):
        shifted = clock.shown(clock.instant(read, zone), zone).isoformat()
        _fail(
            f"{key}: {text.strip()} does not exist in {zone.key}: the clocks are put forward over it",
            f"write {shifted}, which is where the change moves it",
            key,
            text,
        )
    return clock.instant(read, zone)


def _fail(message: str, hint: str, key: str, text: str) -> NoReturn:
    raise errors.ScheduleError(message, hint, key, text[:60])
