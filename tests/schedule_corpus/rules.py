"""The corpus: timings of RFC 5545, of dateutil's tests, of real life, crons, business calendars, rule sets, and random ones."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from typing import Any, Final

from workflows.core import zones
from workflows.core.schedules import timing

HERE: Final = Path(__file__).parent
ZONES: Final = (
    "UTC", "Europe/Chisinau", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu",
)  # fmt: skip
RANDOM_RULES: Final = 300

LIFE: Final = (
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=17;BYMINUTE=0", "FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=23;BYMINUTE=59", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1;BYHOUR=18",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=10", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYHOUR=15;BYMINUTE=30", "FREQ=MINUTELY;INTERVAL=90", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9",
    "FREQ=DAILY;BYHOUR=18;BYMINUTE=0", "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=DAILY;BYHOUR=1;BYMINUTE=30", "FREQ=DAILY;BYHOUR=0;BYMINUTE=0", "FREQ=DAILY;BYHOUR=3;BYMINUTE=59",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=0", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=15", "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=12", "FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=14",
    "FREQ=MONTHLY;BYMONTHDAY=1,15;BYHOUR=8", "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=17", "FREQ=MONTHLY;BYDAY=2TU;BYHOUR=11", "FREQ=MONTHLY;BYDAY=1MO,3MO;BYHOUR=9;BYMINUTE=15",
    "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=10;BYHOUR=9", "FREQ=MONTHLY;INTERVAL=5;BYDAY=2MO;BYHOUR=9", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=5", "FREQ=YEARLY;BYDAY=20MO;BYHOUR=9",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR;BYHOUR=12", "FREQ=YEARLY;BYYEARDAY=100,-1;BYHOUR=7", "FREQ=DAILY;INTERVAL=3;BYHOUR=6", "FREQ=DAILY;INTERVAL=10;BYHOUR=2;BYMINUTE=20", "FREQ=HOURLY", "FREQ=HOURLY;INTERVAL=6",
    "FREQ=HOURLY;BYMINUTE=5,35", "FREQ=HOURLY;INTERVAL=2;BYDAY=MO,WE,FR;BYMINUTE=0", "FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10,11,12,13,14,15,16;BYDAY=MO,TU,WE,TH,FR", "FREQ=MINUTELY;INTERVAL=20;BYHOUR=1,2,3,4",
    "FREQ=MINUTELY;INTERVAL=7", "FREQ=SECONDLY;INTERVAL=30", "FREQ=SECONDLY;BYSECOND=0,20,40;BYMINUTE=0,30;BYHOUR=2,3", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5;BYHOUR=9", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;BYHOUR=9",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;BYHOUR=13",
)  # fmt: skip
CRONS: Final = (
    "0 18 * * *", "30 2 * * *", "*/20 * * * *", "0 9 * * MON-FRI", "0 9 13 * 5", "0 0 1 1 *", "15,45 8-18/2 * * 1-5", "0 22-2 * * *", "0 3 * * FRI-MON", "@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@every 90m",
    "59 23 28-31 * *", "0 0 29 2 *", "5 4 * * 7", "0 12 */2 * *", "30 1 * 3,10 SUN",
)  # fmt: skip
SETS: Final = (
    "DTSTART:20260105T090000\nRRULE:FREQ=DAILY\nEXDATE:20261224T090000,20270328T090000", "DTSTART:20260105T023000\nRRULE:FREQ=DAILY\nEXDATE:20270328T023000",
    "RRULE:FREQ=DAILY;BYHOUR=9\nEXRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9", "RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9", "RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9\nRDATE:20270105T120000,20270328T033000",
    "DTSTART:20260105T090000\nRRULE:FREQ=DAILY;UNTIL=20270301T000000\nRRULE:FREQ=WEEKLY;BYDAY=SA;UNTIL=20280101T000000", "DTSTART:20260105T090000\nRRULE:FREQ=DAILY;COUNT=900", "DTSTART:20260105T090000\nRRULE:FREQ=WEEKLY;COUNT=30\nEXDATE;VALUE=DATE:20260202",
    "DTSTART:20260105T000000\nRRULE:FREQ=HOURLY\nEXDATE:20261224T100000", "DTSTART:20260901T090000\nRRULE:FREQ=MONTHLY;BYDAY=1MO,1TU;COUNT=400", "RRULE:FREQ=DAILY;BYHOUR=9\nEXRULE:FREQ=DAILY;INTERVAL=3;BYHOUR=9", "DTSTART:20240229T120000\nRRULE:FREQ=YEARLY",
)  # fmt: skip
BUSINESS: Final[tuple[dict[str, Any], ...]] = tuple(
    {"kind": "rrule", "timezone": "Europe/Chisinau", "holidays": ("MD",), **one}
    for one in (
        {"expr": "FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=14", "on_holiday": "previous_business_day", "on_weekend": "previous_business_day"}, {"expr": "FREQ=MONTHLY;BYMONTHDAY=25;BYHOUR=9", "on_holiday": "next_business_day", "on_weekend": "next_business_day"},
        {"expr": "FREQ=DAILY;BYHOUR=9", "on_holiday": "skip", "on_weekend": "skip"}, {"expr": "FREQ=MONTHLY;BYHOUR=9", "business_day": 5}, {"expr": "FREQ=MONTHLY;BYHOUR=17", "business_day": -1}, {"expr": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "on_weekend": "next_business_day"},
        {"expr": "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=8", "on_holiday": "skip", "on_weekend": "run"}, {"expr": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31;BYHOUR=12", "on_holiday": "previous_business_day", "on_weekend": "previous_business_day", "holidays": ("MD", "2027-12-31")},
        {"kind": "cron", "expr": "0 10 1 * *", "on_weekend": "next_business_day", "on_holiday": "next_business_day"}, {"expr": "FREQ=MINUTELY;INTERVAL=30;BYHOUR=9,10,11", "on_holiday": "skip", "on_weekend": "skip"},
    )
)  # fmt: skip


def rfc5545() -> list[timing.Timing]:
    """The examples of the RFC, thirty years later, since Temporal's calendars begin with the year 2000."""
    file = HERE.parent / "unit" / "core" / "schedules" / "test_rfc5545_examples.py"
    found = importlib.util.spec_from_file_location("rfc5545_examples", file)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    lines = [(row[0], row[1]) for table in (module.ENDING, module.ENDLESS) for row in table.values()] + [
        ("19970902", row[0]) for row in module.WITHIN_A_DAY.values()
    ]
    return [
        timing.Timing("rrule", _later(f"DTSTART;TZID=America/New_York:{start}T090000\n{_ruled(rule)}"), "America/New_York")
        for start, rule in lines
    ]


def _ruled(lines: str) -> str:
    return lines if lines.startswith(("RRULE", "EX", "RDATE")) else f"RRULE:{lines}"


def _later(text: str) -> str:
    for year in range(2010, 1996, -1):
        text = text.replace(f"{year}0", f"{year + 30}0").replace(f"{year}1", f"{year + 30}1")
    return text


def dateutil() -> list[timing.Timing]:
    """dateutil's rules with their COUNT and, the same, without end."""
    rules = _lines("dateutil.txt")
    endless = dict.fromkeys(";".join(part for part in rule.split(";") if not part.startswith("COUNT=")) for rule in rules)
    start = "DTSTART:20260902T090000\nRRULE:"
    return [timing.Timing("rrule", start + rule, ZONES[number % len(ZONES)]) for number, rule in enumerate([*rules, *endless])]


def refused() -> list[timing.Timing]:
    """What dateutil's tests hold that is no rule: numbered days where there are none to count, and rules that never fire."""
    return [timing.Timing("rrule", f"DTSTART:20260902T090000\nRRULE:{rule}", "Europe/Chisinau") for rule in _lines("dateutil_refused.txt")]


def _lines(file: str) -> list[str]:
    return [line for line in (HERE / file).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def every_zone() -> list[timing.Timing]:
    """A rule that meets each change of clocks at midnight and in the night, in every zone there is."""
    names = sorted(zones.names())
    return [timing.Timing("rrule", "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,30", name) for name in names]


def life() -> list[timing.Timing]:
    """Forty rules as companies have them."""
    return [timing.Timing("rrule", rule, ZONES[number % len(ZONES)]) for number, rule in enumerate(LIFE)]


def crons() -> list[timing.Timing]:
    """Cron expressions."""
    return [timing.Timing("cron", expr, ZONES[1 + number % 6]) for number, expr in enumerate(CRONS)]


def sets() -> list[timing.Timing]:
    """Several lines; single times; limits of the document."""
    ruled = [timing.Timing("rrule", lines, zone) for lines in SETS for zone in ("Europe/Chisinau", "America/New_York")]
    limited = timing.Timing("rrule", "FREQ=DAILY;BYHOUR=9", "Europe/Chisinau", start_at="2027-01-10T00:00:00", end_at="2028-03-05T09:00:00")
    return [
        *ruled,
        limited,
        timing.Timing("once", "2026-12-24T18:00:00", "Europe/Chisinau"),
        timing.Timing("once", "2060-03-28T03:30:00", "Europe/London"),
    ]


def business() -> list[timing.Timing]:
    """Business calendars."""
    return [timing.Timing(**facts) for facts in BUSINESS]


def random_rules(count: int = RANDOM_RULES, seed: int = 5545) -> list[timing.Timing]:
    """Rules of every frequency with parts that the RFC allows together."""
    chance = random.Random(seed)
    return [timing.Timing("rrule", _random_rule(chance), chance.choice(ZONES)) for _ in range(count)]


def _some(chance: random.Random, numbers: range, most: int = 3) -> str:
    return ",".join(map(str, sorted(chance.sample(numbers, chance.randint(1, most)))))


def _random_rule(chance: random.Random) -> str:
    frequency = chance.choices(("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"), (4, 6, 6, 5, 3, 2, 1))[0]
    parts = [f"FREQ={frequency}"]
    sub_daily = frequency in ("HOURLY", "MINUTELY", "SECONDLY")
    if chance.random() < 0.35:
        parts.append(f"INTERVAL={chance.choice((2, 3, 4, 6, 12, 15, 30)) if sub_daily else chance.randint(2, 5)}")
    months = _some(chance, range(1, 13)) if chance.random() < 0.25 else ""
    days = chance.sample(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), chance.randint(1, 4))
    if frequency in ("MONTHLY", "YEARLY") and chance.random() < 0.4:
        numbers = (1, 2, -1) if frequency == "MONTHLY" or months else (1, 10, 20, -1, -5)
        parts.append("BYDAY=" + ",".join(f"{chance.choice(numbers)}{day}" for day in days[:2]))
    elif chance.random() < 0.4:
        parts.append("BYDAY=" + ",".join(days))
    elif frequency in ("MONTHLY", "YEARLY", "DAILY"):
        parts.append(f"BYMONTHDAY={_some(chance, range(1, 29))}" if chance.random() < 0.7 else "BYMONTHDAY=-1")
    if months:
        parts.append(f"BYMONTH={months}")
    if not sub_daily or (frequency != "HOURLY" and chance.random() < 0.5):
        parts.append(f"BYHOUR={_some(chance, range(0, 24), 2)}")
    if frequency not in ("MINUTELY", "SECONDLY"):
        parts.append(f"BYMINUTE={_some(chance, range(0, 60), 2)}")
    if frequency in ("MONTHLY", "YEARLY", "WEEKLY") and chance.random() < 0.2 and "BYDAY" in "".join(parts):
        parts.append(f"BYSETPOS={chance.choice((1, -1))}")
    if chance.random() < 0.1:
        parts.append(f"COUNT={chance.randint(1, 400)}")
    return ";".join(parts)


def everything() -> dict[str, list[timing.Timing]]:
    """All of it by its source."""
    return {
        "RFC 5545": rfc5545(), "dateutil": dateutil(), "real life": life(), "cron": crons(), "rule sets": sets(), "business": business(), "random": random_rules(),
        "every zone": every_zone(),
    }  # fmt: skip
