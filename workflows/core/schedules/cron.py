"""Reads cron expressions as rules, for occurrences, the compiler and the checker: crontab's five fields and its macros, no dialect."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import difflib
import re
import zoneinfo
from typing import Final, NoReturn

from workflows.core import durations, errors
from workflows.core.schedules import cron_field
from workflows.core.schedules import rule as rules

_MACROS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_FORM: Final = "minute, hour, day of month, month, day of week"
_EXAMPLE: Final = "write '0 9 * * MON' for Mondays at 9:00"
_ZONE: Final = re.compile(r"(CRON_TZ|TZ)=(\S*)\s*", re.IGNORECASE)
_NTH: Final = re.compile(r"(SUN|MON|TUE|WED|THU|FRI|SAT|[0-7])#([1-5])", re.IGNORECASE)
_LAST: Final = re.compile(r"(SUN|MON|TUE|WED|THU|FRI|SAT|[0-7])L", re.IGNORECASE)
_CODES: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_MAX_EXPRESSION_CHARS: Final = 1_000
_ALL_WEEKDAYS: Final = tuple(range(7))


def parse(text: str, zone: zoneinfo.ZoneInfo | None = None) -> rules.RuleSet:
    """The rules of a cron expression: five fields, @yearly to @hourly, or @every 90m.

    Names, lists, steps and ranges are read, ranges that wrap around too (22-2, FRI-MON); 0 and 7 are Sunday. Where both days are
    restricted either one will do, as in crontab: `0 9 13 * FRI` is each 13th and each Friday.

    >>> [rule.text for rule in parse("0 9 * * MON-FRI").rules]
    ['FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0;BYSECOND=0']

    Raises:
        ScheduleError: the first thing that is wrong; for what other crons add (seconds, years, #, L, W, ?) with the RRULE that says it.
    """
    expression = _without_zone(text[: _MAX_EXPRESSION_CHARS + 1].strip(), zone)
    name = zone.key if zone else "UTC"
    if len(text) > _MAX_EXPRESSION_CHARS:
        _fail(f"cron: the expression has more than {_MAX_EXPRESSION_CHARS:,} characters", "use ranges and steps", text)
    if not expression:
        _fail("cron: the expression is empty", _EXAMPLE, "")
    if expression.startswith("@"):
        if expression.lower().startswith("@every"):
            return rules.RuleSet(name, (_every(expression),))
        expression = _macro(expression)
    fields = expression.split()
    if len(fields) != len(cron_field.FIELDS):
        _wrong_count(expression, fields)
    return rules.RuleSet(name, _rules(fields))


def _without_zone(text: str, zone: zoneinfo.ZoneInfo | None) -> str:
    match = _ZONE.match(text)
    if match is None:
        return text
    if zone is None or match[2] != zone.key:
        _fail(
            f"cron: {match[1]}={match[2][:40]} does not stand in the expression",
            f'write "timezone": "{match[2][:40] or "Europe/Chisinau"}" in the document',
            match[0].strip(),
        )
    return text[match.end() :]


def _macro(expression: str) -> str:
    name = expression.lower()
    if name in _MACROS:
        return _MACROS[name]
    if name == "@reboot":
        _fail(
            "cron: @reboot is no time: a schedule knows of no machine that starts", "run the pipeline by hand, or on an event", expression
        )
    near = difflib.get_close_matches(name, _MACROS, 1, 0.6)
    _fail(
        f"cron: there is no {expression[:40]}",
        f"did you mean {near[0]}?" if near else f"allowed are {', '.join(_MACROS)} and @every 90m",
        expression,
    )


def _every(expression: str) -> rules.Rule:
    """`@every 90m`: elapsed time from the start."""
    written = expression[len("@every") :].strip()
    if "/" in written:
        length = written.split("/")[0].strip()
        _fail(f"cron: {expression[:40]}: a phase behind / is not read", f"@every {length} counts from the first apply", expression)
    try:
        length_of = durations.seconds(written, positive=True)
    except errors.EvaluationError:
        _fail(f"cron: {expression[:40]} names no length of time", "write a length like 90m, 1h30m or 2d", expression)
    seconds, rest = divmod(length_of, datetime.timedelta(seconds=1))
    if rest:
        _fail(f"cron: {expression[:40]}: schedules count whole seconds", "write a longer length", expression)
    for frequency, step in rules.STEP_SECONDS.items():
        if seconds % step == 0:
            return rules.Rule(frequency, seconds // step)
    raise AssertionError("each whole number of seconds is SECONDLY")


def _rules(fields: list[str]) -> tuple[rules.Rule, ...]:
    for text, field in zip(fields, cron_field.FIELDS, strict=True):
        _refuse_dialect(text, field, fields)
    minutes, hours, days, months, weekdays = (cron_field.values(text, field) for text, field in zip(fields, cron_field.FIELDS, strict=True))
    at = rules.Rule("DAILY", by_month=months if len(months) < 12 else (), by_hour=hours, by_minute=minutes, by_second=(0,))
    # 0 is Sunday in cron and the last day of the week in rules.
    by_week = dataclasses.replace(at, by_day=tuple(sorted(rules.Weekday((day - 1) % 7) for day in weekdays)))
    by_month = dataclasses.replace(at, by_month_day=days) if len(days) < 31 else at
    never = not any(day <= calendar.monthrange(2000, month)[1] for day in days for month in months)
    if cron_field.is_restricted(fields[2]) and cron_field.is_restricted(fields[4]):
        return (by_week,) if never else (by_month, by_week)
    if never:
        _fail(
            f"cron: '{' '.join(fields)}' never fires: month {fields[3]} has no day {fields[2]}", "correct the day or the month", fields[2]
        )
    return (dataclasses.replace(by_month, by_day=by_week.by_day if weekdays != _ALL_WEEKDAYS else ()),)


def _refuse_dialect(text: str, field: cron_field.Field, fields: list[str]) -> None:
    """Tells what Quartz and others add to cron, with the RRULE that says it."""
    part = text.upper()
    if part == "?":
        _fail("cron: '?' is not in crontab", "write * for any day", text)
    if field is cron_field.DAY_OF_WEEK and (nth := _NTH.fullmatch(part)):
        day = cron_field.values(nth[1], field)[0]
        _fail(f"cron: '{text}': # is not in crontab", f"the RRULE is {_monthly(f'BYDAY={nth[2]}{_CODES[day]}', fields)}", text)
    if field is cron_field.DAY_OF_WEEK and (last := _LAST.fullmatch(part)):
        day = cron_field.values(last[1], field)[0]
        _fail(f"cron: '{text}': L is not in crontab", f"the RRULE is {_monthly(f'BYDAY=-1{_CODES[day]}', fields)}", text)
    if field is cron_field.DAY_OF_MONTH and part in ("L", "LW", "WL"):
        said = "BYMONTHDAY=-1" if part == "L" else "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"
        _fail(
            f"cron: '{text}': {' and '.join(part)} {'are' if len(part) > 1 else 'is'} not in crontab",
            f"the RRULE is {_monthly(said, fields)}",
            text,
        )
    if field is cron_field.DAY_OF_MONTH and re.fullmatch(r"\d{1,2}W", part):
        rule = _monthly(f"BYMONTHDAY={int(part[:-1])}", fields)
        _fail(f"cron: '{text}': W is not in crontab", f'the RRULE is {rule}, with "on_weekend": "next_business_day"', text)
    if "#" in part:
        _fail(f"cron: '{text}': # is not in crontab", "an RRULE has numbered days: FREQ=MONTHLY;BYDAY=2MO", text)


def _monthly(said: str, fields: list[str]) -> str:
    """FREQ=MONTHLY with a part and the expression's months and times, BYSETPOS last; without times that cannot be read."""
    try:
        minutes, hours, months = (cron_field.values(fields[at], cron_field.FIELDS[at]) for at in (0, 1, 3))
    except errors.ScheduleError:
        return f"FREQ=MONTHLY;{said}"
    named = {"BYMONTH": months if len(months) < 12 else (), "BYHOUR": hours, "BYMINUTE": minutes}
    if "BYSETPOS" in said and (len(hours) > 1 or len(minutes) > 1):
        return f"FREQ=MONTHLY;{said}"  # positions count the times of a day too
    return ";".join(["FREQ=MONTHLY", said, *(f"{name}={','.join(map(str, numbers))}" for name, numbers in named.items() if numbers)])


def _wrong_count(expression: str, fields: list[str]) -> NoReturn:
    if "FREQ=" in expression.upper():
        _fail(f"cron: '{expression[:40]}' is a rule of RFC 5545", 'set schedule_kind to "rrule"', expression)
    count = len(fields)
    found = f"cron: '{expression[:40]}' has {count} field{'s' if count > 1 else ''}; crontab has 5: {_FORM}"
    if count < 5:
        _fail(found, _EXAMPLE, expression)
    if count in (6, 7):
        _fail(found, _hint_for_more(fields), expression)
    _fail(found, "write one expression without a comment", expression)


def _hint_for_more(fields: list[str]) -> str:
    """Six fields: Quartz and others put seconds first, some put the year last; seven have both."""
    if len(fields) == 6 and re.fullmatch(r"(19|20)\d\d(-\d+)?", fields[5]):
        return f'if the last is the year, write \'{" ".join(fields[:5])}\' and "start_at" and "end_at" for the year'
    if fields[0] in ("0", "00") and (len(fields) == 6 or fields[6] in ("*", "?")):
        return f"if the first is the second, leave it out: '{' '.join(fields[1:6]).replace('?', '*')}'"
    try:
        # Seconds are read like minutes: both go from 0 to 59.
        seconds = cron_field.values(fields[0], cron_field.MINUTE)
        at = _rules([field.replace("?", "*") for field in fields[1:6]])
        said = [_short(dataclasses.replace(rule, by_second=seconds)).text for rule in at]
    except errors.ScheduleError:
        return "crontab knows no seconds and no years; an RRULE has BYSECOND, start_at and end_at are for years"
    return f"if the first is the second, the RRULE is {' and '.join(said)}"


def _short(rule: rules.Rule) -> rules.Rule:
    """The same rule without lists of all hours and all minutes."""
    if len(rule.by_hour) < 24:
        return rule
    if len(rule.by_minute) < 60:
        return dataclasses.replace(rule, frequency=rules.HOURLY, by_hour=())
    return dataclasses.replace(rule, frequency=rules.MINUTELY, by_hour=(), by_minute=())


def _fail(message: str, hint: str, part: str) -> NoReturn:
    raise errors.ScheduleError(message, hint, part=part if len(part) <= 60 else f"{part[:60]}...")
