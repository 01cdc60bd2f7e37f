"""Dates and times as RFC 5545 writes them, 20270101T090000, for its reader: what was written, and the moment it is in a zone."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from dataclasses import dataclass
from typing import Final, NoReturn

from workflows.core import errors, iso_text, zones
from workflows.core.schedules import clock, rule_lines

DATE: Final = "date"
LOCAL: Final = "local"
ZONED: Final = "zoned"  # local with TZID
UTC: Final = "utc"

FIRST_YEAR: Final = 1900
_FORM: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?")
_END_OF_DAY: Final = datetime.time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Written:
    """A date or time: `form` is DATE, LOCAL, ZONED or UTC, `wall` what is written, `zone` the clock it is meant on."""

    form: str
    wall: datetime.datetime
    zone: zoneinfo.ZoneInfo
    text: str

    @property
    def moment(self) -> datetime.datetime:
        """In UTC; a date is its 00:00."""
        return clock.instant(self.wall, self.zone)


def on_line(line: rule_lines.Line, zone: zoneinfo.ZoneInfo) -> list[Written]:
    """The dates and times of a DTSTART, RDATE or EXDATE line; those without a zone of their own are on the clock of `zone`.

    Raises:
        ScheduleError: one that cannot be read, that does not fit VALUE, or an unknown TZID.
    """
    kind = line.parameters.get("VALUE", "")
    if kind == "PERIOD" or "/" in line.value:
        start = line.value.split("/")[0].split(",")[0]
        _fail(
            f"{line.name} with a period: it says how long an event lasts, and a run has no length", f"write {line.name}:{start}", line.value
        )
    if kind not in ("", "DATE", "DATE-TIME"):
        _fail(f"{line.name} with VALUE={kind}: no such kind of value", "allowed are VALUE=DATE and VALUE=DATE-TIME", f"VALUE={kind}")
    named = _named_zone(line)
    found = [_written(line.name, item.strip(), named or zone, named is not None) for item in line.value.upper().split(",")]
    for written in found:
        if kind and (kind == "DATE") != (written.form == DATE):
            is_date = "a date" if written.form == DATE else "a time"
            _fail(f"{line.name} with VALUE={kind}: {written.text} is {is_date}", f"leave VALUE={kind} out", written.text)
    return found


def until(text: str, zone: zoneinfo.ZoneInfo) -> Written:
    """The value of UNTIL.

    Raises:
        ScheduleError: it cannot be read.
    """
    return _written("UNTIL", text, zone, False, separator="=")


def end_of_day(written: Written) -> datetime.datetime:
    """The last second of a date, local."""
    return datetime.datetime.combine(written.wall.date(), _END_OF_DAY)


def basic(time: datetime.datetime) -> str:
    """How the RFC writes a time: 20270101T090000, with Z where it is in UTC."""
    return time.strftime("%Y%m%dT%H%M%S") + ("Z" if time.tzinfo else "")


def _named_zone(line: rule_lines.Line) -> zoneinfo.ZoneInfo | None:
    name = line.parameters.get("TZID")
    if name is None:
        return None
    try:
        return zones.load(name.removeprefix("/"))
    except errors.EvaluationError as unknown:
        raise errors.ScheduleError(f"{line.name} with TZID={name[:60]}: {unknown.message}", part=f"TZID={name[:60]}") from None


def _written(name: str, text: str, zone: zoneinfo.ZoneInfo, named: bool, separator: str = ":") -> Written:
    shown = f"{name}{separator}{text[:40]}"
    match = _FORM.fullmatch(text)
    if match is None:
        _fail(f"{shown} is no date or time", _until_hint(text, zone) if name == "UNTIL" else _form_hint(name, text, separator), shown)
    try:
        wall = datetime.datetime(*(int(part or 0) for part in match.groups()[:6]))  # type: ignore[arg-type]
    except ValueError as error:
        _fail(f"{shown} is no date or time: {error}", "", shown)
    if wall.year < FIRST_YEAR:
        _fail(f"{shown} is too long ago", f"years from {FIRST_YEAR} are read", shown)
    if match[4] is None:
        return Written(DATE, wall, zone, text)
    if match[7]:
        if named:
            _fail(f"{shown} ends in Z, which is UTC, and has a TZID", "take the Z or the TZID out", shown)
        return Written(UTC, wall, zones.load("UTC"), text)
    return Written(ZONED if named else LOCAL, wall, zone, text)


def _until_hint(text: str, zone: zoneinfo.ZoneInfo) -> str:
    """UNTIL in UTC, the form that it nearly always has, for a date or time written as ISO 8601."""
    read = iso_text.read(text)
    if read is None:
        return "write it in UTC, like UNTIL=20270131T090000Z"
    if not isinstance(read, datetime.datetime):
        return f"write UNTIL={basic(clock.instant(datetime.datetime.combine(read, _END_OF_DAY), zone))}, the end of that day in {zone.key}"
    return f"write UNTIL={basic(read.astimezone(datetime.UTC) if read.tzinfo else clock.instant(read, zone))}"


def _form_hint(name: str, text: str, separator: str) -> str:
    """The same time as the RFC writes it, where it was written as ISO 8601 with its signs."""
    if any(f"{other}:" in text for other in rule_lines.NAMES):
        return "each of the lines stands on its own: put a line break before it"
    read = iso_text.read(text)
    if read is None:
        return f"write {name}{separator}20270131, {name}{separator}20270131T090000 or {name}{separator}20270131T090000Z"
    if not isinstance(read, datetime.datetime):
        return f"write {name}{separator}{read.strftime('%Y%m%d')}"
    return f"write {name}{separator}{basic(read.astimezone(datetime.UTC) if read.tzinfo else read)}"


def _fail(message: str, hint: str, part: str) -> NoReturn:
    raise errors.ScheduleError(message, hint, part=part[:60])
