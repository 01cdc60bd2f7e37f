"""Local times and moments, for the schedules: a time in a gap is shifted by the gap, one that comes twice is its first copy."""

from __future__ import annotations

import datetime
import zoneinfo


def instant(local: datetime.datetime, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """The moment, in UTC, when clocks in the zone show `local` (without tzinfo).

    >>> instant(datetime.datetime(2027, 3, 14, 2, 30), zones.load("America/New_York"))  # a gap: clocks go from 2:00 to 3:00
    datetime.datetime(2027, 3, 14, 7, 30, tzinfo=datetime.timezone.utc)
    """
    # fold=0 stands for the offset before a gap and for the first copy in an overlap (PEP 495).
    return local.replace(tzinfo=zone, fold=0).astimezone(datetime.UTC)


def shown(moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """What clocks in the zone show at a moment, without tzinfo."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def is_skipped(local: datetime.datetime, zone: zoneinfo.ZoneInfo) -> bool:
    """Whether no clock in the zone ever shows `local`: it lies in a gap."""
    return shown(instant(local, zone), zone) != local


def same_offsets(one: zoneinfo.ZoneInfo, other: zoneinfo.ZoneInfo) -> bool:
    """Whether two zones show the same time from 1970 to 2100: one is a link to the other, like US/Eastern to America/New_York."""
    if one.key == other.key:
        return True
    noons = (datetime.datetime(1970, 1, 1, 12, tzinfo=datetime.UTC) + datetime.timedelta(days=days) for days in range(0, 131 * 366, 5))
    return all(noon.astimezone(one).utcoffset() == noon.astimezone(other).utcoffset() for noon in noons)
