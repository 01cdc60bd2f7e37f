"""Times as people say and write them, for the commands on schedules: "Mon 2026-11-23 18:00 +02:00", "in 3 h", `--from 2026-11-01`."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Final

import click

from workflows.core import errors, moments

# strftime's names would follow the machine's locale.
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400
_ONE_SECOND: Final = datetime.timedelta(seconds=1)
_ONE_DAY: Final = datetime.timedelta(days=1)


def local(time: datetime.datetime, zone: datetime.tzinfo) -> str:
    """`Mon 2026-11-23 18:00 +02:00`; seconds where there are any."""
    shown = time.astimezone(zone)
    offset = shown.isoformat()[-6:]
    return f"{DAYS[shown.weekday()]} {shown:%Y-%m-%d} {clock(shown)} {offset}"


def clock(time: datetime.datetime | datetime.time) -> str:
    """`18:00`, `18:00:30`."""
    return f"{time:%H:%M:%S}" if time.second else f"{time:%H:%M}"


def day(date: datetime.date) -> str:
    """`Sat 20 Jun`."""
    return f"{DAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]}"


def iso(time: datetime.datetime, zone: datetime.tzinfo) -> str:
    """`2026-11-23T18:00:00+02:00`, as documents and commands take it."""
    return time.astimezone(zone).isoformat(timespec="seconds")


def relative(time: datetime.datetime, now: datetime.datetime) -> str:
    """How far off, two units at most: "in 3 h 12 min", "5 min ago", "in 12 days"."""
    seconds = round((time - now).total_seconds())
    said = span(abs(seconds))
    return f"in {said}" if seconds >= 0 else f"{said} ago"


def span(seconds: int) -> str:
    """`45 s`, `12 min`, `3 h 12 min`, `12 days`, `5 months`, `3 years`; the larger, the rounder."""
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        minutes = seconds % _HOUR // _MINUTE
        return f"{seconds // _HOUR} h" + (f" {minutes} min" if minutes else "")
    days = seconds // _DAY
    if days < 60:
        return f"{days} days"
    return f"{days * 12 // 365} months" if days < 730 else f"{days // 365} years"


def duration(seconds: int) -> str:
    """Exactly: `90 s`, `90 min`, `2 h`, `7 days`."""
    for size, unit in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}" if (seconds, unit) != (_DAY, "days") else "1 day"
    return f"{seconds} s"


def first_moment(text: str, zone: zoneinfo.ZoneInfo, option: str) -> datetime.datetime:
    """The moment of `--from`, in UTC: a day is its beginning.

    Raises:
        click.UsageError: it is no time.
    """
    return _read(text, zone, option)[0]


def last_moment(text: str, zone: zoneinfo.ZoneInfo, option: str) -> datetime.datetime:
    """The moment of `--to`, in UTC: a day is its last second.

    Raises:
        click.UsageError: it is no time.
    """
    start, is_day = _read(text, zone, option)
    if not is_day:
        return start
    following = start.astimezone(zone).date() + _ONE_DAY
    return datetime.datetime.combine(following, datetime.time(), zone).astimezone(datetime.UTC) - _ONE_SECOND


def _read(text: str, zone: zoneinfo.ZoneInfo, option: str) -> tuple[datetime.datetime, bool]:
    try:
        found = moments.parse(text.strip().replace(" ", "T"), zone)
    except errors.EvaluationError as error:
        raise click.UsageError(f"{option} '{text}': {error}") from None
    if isinstance(found, moments.Moment):
        return _utc(found.local), False
    if found is not None:
        return _utc(datetime.datetime.combine(found.date, datetime.time(), zone)), True
    raise click.UsageError(
        f"{option} '{text[:60]}' is no time; write it like 2026-11-23, 2026-11-23T18:00 (in the pipeline's zone) or 2026-11-23T18:00+02:00"
    )


def _utc(time: datetime.datetime) -> datetime.datetime:
    return time.astimezone(datetime.UTC).replace(microsecond=0)
