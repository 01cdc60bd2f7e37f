"""Reads RFC 5545 recurrences, DTSTART, RRULE, EXRULE, RDATE and EXDATE, for occurrences, the compiler and the checker."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import zoneinfo
from collections.abc import Sequence
from typing import Final, NoReturn

from workflows.core import errors
from workflows.core.schedules import clock, local_times, rule_lines, rule_parts, rule_times, spec
from workflows.core.schedules import rule as rules

#: Where a rule without a start is looked at, to tell whether it can fire at all: any year will do.
_SOME_START: Final = datetime.datetime(2000, 1, 1)
_END: Final = datetime.datetime(spec.LAST_YEAR, 12, 31, 23, 59, 59)


def parse(text: str, zone: zoneinfo.ZoneInfo) -> rules.RuleSet:
    """What a recurrence says; `zone` is the pipeline's, the clock of all that has no zone of its own.

    >>> parse("FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0", zones.load("Europe/Chisinau"))

    Lower case, folded lines and a bare rule without `RRULE:` are read too. Where DTSTART ends in Z the whole rule is in UTC, as the RFC
    has it. UNTIL has the form that the RFC wants: in UTC; local where DTSTART is local without TZID; a date, that day included, where
    DTSTART is one.

    Raises:
        ScheduleError: the first thing that is wrong; `part` is its text.
    """
    lines = rule_lines.split(text)
    start = _start(lines, zone)
    own_zone = start.zone if start and start.form == rule_times.UTC else zone
    found, warnings = _rules(lines, "RRULE", start, own_zone)
    excluded, more = _rules(lines, "EXRULE", start, own_zone)
    dates = _times(lines, "RDATE", own_zone)
    if not found and not dates:
        _fail("there is no RRULE and no RDATE, so nothing ever fires", 'add a line RRULE:FREQ=..., or set schedule_kind to "once"', text)
    exceptions = _times(lines, "EXDATE", own_zone)
    return rules.RuleSet(
        own_zone.key,
        found,
        excluded,
        _moments(dates),
        _moments([written for written in exceptions if written.form != rule_times.DATE]),
        tuple(sorted({written.wall.date() for written in exceptions if written.form == rule_times.DATE})),
        start.wall if start else None,
        start is not None,
        tuple(dict.fromkeys([*_zone_warning(start, zone), *warnings, *more])),
    )


def zone_named(text: str) -> str | None:
    """The zone that a recurrence brings along: the TZID of its DTSTART, "UTC" where that ends in Z; None where it names none.

    Raises:
        ScheduleError: as parse.
    """
    for line in rule_lines.split(text):
        if line.name == "DTSTART":
            return line.parameters.get("TZID") or ("UTC" if line.value.upper().endswith("Z") else None)
    return None


def _start(lines: Sequence[rule_lines.Line], zone: zoneinfo.ZoneInfo) -> rule_times.Written | None:
    given = [line for line in lines if line.name == "DTSTART"]
    if not given:
        return None
    if len(given) > 1:
        _fail("DTSTART stands twice", "a recurrence starts once: take one out", given[1].text)
    found = rule_times.on_line(given[0], zone)
    start = found[0]
    if len(found) > 1:
        _fail("DTSTART has several times", "write one, and the others as RDATE", given[0].value)
    if start.form == rule_times.ZONED and not clock.same_offsets(start.zone, zone):
        _fail(
            f"DTSTART is in TZID={start.zone.key}, the pipeline in timezone {zone.key}",
            f'write "timezone": "{start.zone.key}", or take the TZID out',
            f"TZID={start.zone.key}",
        )
    if start.form != rule_times.DATE and clock.is_skipped(start.wall, start.zone):
        shifted = clock.shown(start.moment, start.zone)
        _fail(
            f"DTSTART:{start.text} does not exist in {start.zone.key}: the clocks are put forward over it",
            f"write {rule_times.basic(shifted)}, which is where the change moves it",
            f"DTSTART:{start.text}",
        )
    if start.wall.year > spec.LAST_YEAR:
        _fail(f"DTSTART:{start.text} never comes: schedules end with the year {spec.LAST_YEAR}", "write an earlier one", given[0].value)
    return start


def _zone_warning(start: rule_times.Written | None, zone: zoneinfo.ZoneInfo) -> list[str]:
    if start is None or start.form != rule_times.UTC or clock.same_offsets(start.zone, zone):
        return []
    local = rule_times.basic(clock.shown(start.moment, zone))
    return [
        f"DTSTART:{start.text} ends in Z, so the whole rule is in UTC and not in {zone.key}; "
        f"write DTSTART:{local} to let it follow the clocks of {zone.key}"
    ]


def _rules(
    lines: Sequence[rule_lines.Line], name: str, start: rule_times.Written | None, zone: zoneinfo.ZoneInfo
) -> tuple[tuple[rules.Rule, ...], list[str]]:
    """The RRULE or EXRULE lines, each once, and what to warn of."""
    found: list[rules.Rule] = []
    warnings: list[str] = []
    for line in lines:
        if line.name != name:
            continue
        parsed = rule_parts.parse(line.value)
        until = _until(parsed, start, zone) if parsed.until else None
        rule = dataclasses.replace(parsed.rule, until=until)
        if name == "RRULE":
            _check_fires(rule, start, line.value)
        found.append(rule)
        warnings.extend(parsed.warnings)
    return tuple(dict.fromkeys(found)), warnings


def _until(parsed: rule_parts.Parsed, start: rule_times.Written | None, zone: zoneinfo.ZoneInfo) -> datetime.datetime | None:
    """UNTIL as a moment; None where it lies beyond all schedules."""
    until = rule_times.until(parsed.until, zone)
    _check_until_form(until, parsed.rule, start, zone)
    if until.wall.year > spec.LAST_YEAR:
        return None
    moment = clock.instant(rule_times.end_of_day(until), zone) if until.form == rule_times.DATE else until.moment
    if start and moment < start.moment:
        _fail(f"UNTIL={until.text} is before DTSTART:{start.text}, so the rule never fires", "write a later UNTIL", f"UNTIL={until.text}")
    return moment


def _check_until_form(until: rule_times.Written, rule: rules.Rule, start: rule_times.Written | None, zone: zoneinfo.ZoneInfo) -> None:
    """The RFC's rule on the form of UNTIL: a guess would be a run too many or too few."""
    part = f"UNTIL={until.text}"
    last = rule_times.end_of_day(until) if until.form == rule_times.DATE else until.wall
    in_utc = rule_times.basic(clock.instant(last, until.zone)) if until.wall.year <= spec.LAST_YEAR else "21001231T235959Z"
    if start is None or start.form in (rule_times.ZONED, rule_times.UTC):
        if until.form == rule_times.DATE:
            _fail(f"{part} is a date, and the rule has times", f"write UNTIL={in_utc}, the end of that day in {zone.key}", part)
        if until.form == rule_times.LOCAL:
            _fail(f"{part} has no zone", f"write UNTIL={in_utc}, which is that time of {zone.key} in UTC", part)
    elif start.form == rule_times.LOCAL:
        if until.form == rule_times.DATE:
            _fail(f"{part} is a date, and the rule has times", f"write UNTIL={rule_times.basic(last)}, the end of that day", part)
        if until.form == rule_times.UTC:
            local = rule_times.basic(clock.shown(until.moment, zone)) if until.wall.year <= spec.LAST_YEAR else "21001231T235959"
            _fail(f"{part} is in UTC, and DTSTART has no zone", f"write UNTIL={local}, which is that moment in {zone.key}", part)
    elif until.form != rule_times.DATE:
        _fail(f"{part} is a time, and DTSTART is a date", f"write UNTIL={until.text[:8]}; that day counts", part)
    elif rule.names_times or rule.is_sub_daily:
        _fail(
            f"{part} is a date, and the rule has times",
            f"write DTSTART:{rule_times.basic(start.wall)} and UNTIL={rule_times.basic(last)}",
            part,
        )


def _times(lines: Sequence[rule_lines.Line], name: str, zone: zoneinfo.ZoneInfo) -> list[rule_times.Written]:
    found = [written for line in lines if line.name == name for written in rule_times.on_line(line, zone)]
    for written in found:
        if written.wall.year > spec.LAST_YEAR:
            _fail(f"{name}:{written.text} never comes: schedules end with the year {spec.LAST_YEAR}", "take it out", written.text)
    return found


def _moments(written: Sequence[rule_times.Written]) -> tuple[datetime.datetime, ...]:
    return tuple(sorted({time.moment for time in written}))


def _check_fires(rule: rules.Rule, start: rule_times.Written | None, text: str) -> None:
    """Refuses a rule that has no time at all up to the last year of schedules."""
    if rule.elapsed:
        return
    # Without a start, INTERVAL counts from an anchor that is not known here: each period is looked at.
    looked_at = rule if start else dataclasses.replace(rule, interval=1, count=None)
    wall = start.wall if start else _SOME_START
    if next(local_times.listed(local_times.completed(looked_at, wall), wall, True, wall, _END), None) is None:
        reason = _impossible_day(rule)
        _fail(
            f"the rule never fires{f': {reason}' if reason else ''}",
            f"no time was found up to the year {spec.LAST_YEAR}: correct its BY parts" + (", INTERVAL or DTSTART" if start else ""),
            text,
        )


def _impossible_day(rule: rules.Rule) -> str:
    """Why no month of the rule has its days: "February has no day 30"."""
    longest = {month: calendar.monthrange(2000, month)[1] for month in rule.by_month}
    if not longest or not rule.by_month_day or any(abs(day) <= days for day in rule.by_month_day for days in longest.values()):
        return ""
    # calendar.month_name would follow the machine's locale.
    names = {2: "February", 4: "April", 6: "June", 9: "September", 11: "November"}
    return f"{names[rule.by_month[0]]} has no day {abs(rule.by_month_day[0])}"


def _fail(message: str, hint: str, part: str) -> NoReturn:
    raise errors.ScheduleError(message, hint, part=part if len(part) <= 60 else f"{part[:60]}...")
