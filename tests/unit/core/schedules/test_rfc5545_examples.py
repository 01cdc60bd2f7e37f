"""Every example of RFC 5545 section 3.8.5.3, with the times that the RFC prints."""

from __future__ import annotations

import datetime
import itertools
import re

import pytest

from workflows.core.schedules import occurrences, timing

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
OFFSETS = {"EDT": -4, "EST": -5}
LONG_AGO = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)
FAR = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def printed(text: str, clocks: str = "9:00") -> list[str]:
    """`1997 EDT Sep 2-4; Oct 1 | 1997 EST Nov 2` at these times of day, as UTC."""
    found = []
    for block in text.split("|"):
        year, offset, days = re.fullmatch(r"\s*(\d{4}) (E[DS]T) (.*?)\s*", block).groups()
        zone = datetime.timezone(datetime.timedelta(hours=OFFSETS[offset]))
        for part in days.split(";"):
            month, numbers = part.split()
            for number in numbers.split(","):
                first, _, last = number.partition("-")
                for day in range(int(first), int(last or first) + 1):
                    for clock in clocks.split(","):
                        hour, minute = map(int, clock.split(":"))
                        time = datetime.datetime(int(year), MONTHS.index(month) + 1, day, hour, minute, tzinfo=zone)
                        found.append(time.astimezone(datetime.UTC).isoformat())
    return found


def times(start: str, lines: str, count: int) -> list[str]:
    given = timing.Timing(timing.RRULE, f"DTSTART;TZID=America/New_York:{start}T090000\n{lines}", "America/New_York")
    found = occurrences.between(given, LONG_AGO, LONG_AGO, FAR)
    return [occurrence.time.isoformat() for occurrence in itertools.islice(found, count)]


ENDING = {
    "daily for 10 occurrences": ("19970902", "FREQ=DAILY;COUNT=10", "1997 EDT Sep 2-11"),
    "daily until December 24": (
        "19970902",
        "FREQ=DAILY;UNTIL=19971224T000000Z",
        "1997 EDT Sep 2-30; Oct 1-25 | 1997 EST Oct 26-31; Nov 1-30; Dec 1-23",
    ),
    "every 10 days, 5 occurrences": ("19970902", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997 EDT Sep 2,12,22; Oct 2,12"),
    "every day in January for 3 years, yearly": (
        "19980101",
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "1998 EST Jan 1-31 | 1999 EST Jan 1-31 | 2000 EST Jan 1-31",
    ),
    "every day in January for 3 years, daily": (
        "19980101",
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
        "1998 EST Jan 1-31 | 1999 EST Jan 1-31 | 2000 EST Jan 1-31",
    ),
    "weekly for 10 occurrences": ("19970902", "FREQ=WEEKLY;COUNT=10", "1997 EDT Sep 2,9,16,23,30; Oct 7,14,21 | 1997 EST Oct 28; Nov 4"),
    "weekly until December 24": (
        "19970902",
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997 EDT Sep 2,9,16,23,30; Oct 7,14,21 | 1997 EST Oct 28; Nov 4,11,18,25; Dec 2,9,16,23",
    ),
    "Tuesday and Thursday for five weeks, UNTIL": (
        "19970902",
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        "1997 EDT Sep 2,4,9,11,16,18,23,25,30; Oct 2",
    ),
    "Tuesday and Thursday for five weeks, COUNT": (
        "19970902",
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "1997 EDT Sep 2,4,9,11,16,18,23,25,30; Oct 2",
    ),
    "every other week on three days until December 24": (
        "19970901",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997 EDT Sep 1,3,5,15,17,19,29; Oct 1,3,13,15,17 | 1997 EST Oct 27,29,31; Nov 10,12,14,24,26,28; Dec 8,10,12,22",
    ),
    "every other week on Tuesday and Thursday": (
        "19970902",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997 EDT Sep 2,4,16,18,30; Oct 2,14,16",
    ),
    "monthly on the first Friday": (
        "19970905",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997 EDT Sep 5; Oct 3 | 1997 EST Nov 7; Dec 5 | 1998 EST Jan 2; Feb 6; Mar 6; Apr 3 | 1998 EDT May 1; Jun 5",
    ),
    "monthly on the first Friday until December 24": (
        "19970905",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997 EDT Sep 5; Oct 3 | 1997 EST Nov 7; Dec 5",
    ),
    "every other month on the first and last Sunday": (
        "19970907",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997 EDT Sep 7,28 | 1997 EST Nov 2,30 | 1998 EST Jan 4,25; Mar 1,29 | 1998 EDT May 3,31",
    ),
    "monthly on the second-to-last Monday": (
        "19970922",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997 EDT Sep 22; Oct 20 | 1997 EST Nov 17; Dec 22 | 1998 EST Jan 19; Feb 16",
    ),
    "monthly on the 2nd and 15th": (
        "19970902",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997 EDT Sep 2,15; Oct 2,15 | 1997 EST Nov 2,15; Dec 2,15 | 1998 EST Jan 2,15",
    ),
    "monthly on the first and last day": (
        "19970930",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997 EDT Sep 30; Oct 1 | 1997 EST Oct 31; Nov 1,30; Dec 1,31 | 1998 EST Jan 1,31; Feb 1",
    ),
    "every 18 months on the 10th to 15th": (
        "19970910",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997 EDT Sep 10-15 | 1999 EST Mar 10-13",
    ),
    "yearly in June and July": (
        "19970610",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997 EDT Jun 10; Jul 10 | 1998 EDT Jun 10; Jul 10 | 1999 EDT Jun 10; Jul 10 | 2000 EDT Jun 10; Jul 10 | 2001 EDT Jun 10; Jul 10",
    ),
    "every other year in January, February and March": (
        "19970310",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "1997 EST Mar 10 | 1999 EST Jan 10; Feb 10; Mar 10 | 2001 EST Jan 10; Feb 10; Mar 10 | 2003 EST Jan 10; Feb 10; Mar 10",
    ),
    "every third year on the 1st, 100th and 200th day": (
        "19970101",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997 EST Jan 1 | 1997 EDT Apr 10; Jul 19 | 2000 EST Jan 1 | 2000 EDT Apr 9; Jul 18"
        " | 2003 EST Jan 1 | 2003 EDT Apr 10; Jul 19 | 2006 EST Jan 1",
    ),
    "the third of Tuesday, Wednesday and Thursday": (
        "19970904",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        "1997 EDT Sep 4; Oct 7 | 1997 EST Nov 6",
    ),
    "WKST=MO": ("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997 EDT Aug 5,10,19,24"),
    "WKST=SU": ("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997 EDT Aug 5,17,19,31"),
    "an invalid date is left out": (
        "20070115",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "2007 EST Jan 15,30; Feb 15 | 2007 EDT Mar 15,30",
    ),
}


@pytest.mark.parametrize(("start", "rule", "expected"), ENDING.values(), ids=list(ENDING))
def test_examples_that_end(start: str, rule: str, expected: str) -> None:
    assert times(start, f"RRULE:{rule}", 1_000) == printed(expected)


ENDLESS = {
    "every other day": (
        "19970902",
        "RRULE:FREQ=DAILY;INTERVAL=2",
        "1997 EDT Sep 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30; Oct 2,4,6,8,10,12,14,16,18,20,22,24"
        " | 1997 EST Oct 26,28,30; Nov 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29; Dec 1,3",
    ),
    "every other week": (
        "19970902",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997 EDT Sep 2,16,30; Oct 14 | 1997 EST Oct 28; Nov 11,25; Dec 9,23 | 1998 EST Jan 6,20; Feb 3,17",
    ),
    "third-to-last day of the month": (
        "19970928",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997 EDT Sep 28 | 1997 EST Oct 29; Nov 28; Dec 29 | 1998 EST Jan 29; Feb 26",
    ),
    "every Tuesday, every other month": (
        "19970902",
        "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997 EDT Sep 2,9,16,23,30 | 1997 EST Nov 4,11,18,25 | 1998 EST Jan 6,13,20,27; Mar 3,10,17,24,31",
    ),
    "every 20th Monday of the year": ("19970519", "RRULE:FREQ=YEARLY;BYDAY=20MO", "1997 EDT May 19 | 1998 EDT May 18 | 1999 EDT May 17"),
    "Monday of week 20": (
        "19970512",
        "RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "1997 EDT May 12 | 1998 EDT May 11 | 1999 EDT May 17",
    ),
    "every Thursday in March": (
        "19970313",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997 EST Mar 13,20,27 | 1998 EST Mar 5,12,19,26 | 1999 EST Mar 4,11,18,25",
    ),
    "every Thursday in summer": (
        "19970605",
        "RRULE:FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997 EDT Jun 5,12,19,26; Jul 3,10,17,24,31; Aug 7,14,21,28 | 1998 EDT Jun 4,11,18,25; Jul 2,9,16,23,30; Aug 6,13,20,27"
        " | 1999 EDT Jun 3,10,17,24; Jul 1,8,15,22,29; Aug 5,12,19,26",
    ),
    "Friday the 13th": (
        "19970902",
        "EXDATE;TZID=America/New_York:19970902T090000\nRRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1998 EST Feb 13; Mar 13; Nov 13 | 1999 EDT Aug 13 | 2000 EDT Oct 13",
    ),
    "the first Saturday after the first Sunday": (
        "19970913",
        "RRULE:FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997 EDT Sep 13; Oct 11 | 1997 EST Nov 8; Dec 13 | 1998 EST Jan 10; Feb 7; Mar 7 | 1998 EDT Apr 11; May 9; Jun 13",
    ),
    "election day": (
        "19961105",
        "RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996 EST Nov 5 | 2000 EST Nov 7 | 2004 EST Nov 2",
    ),
    "second-to-last weekday of the month": (
        "19970929",
        "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "1997 EDT Sep 29 | 1997 EST Oct 30; Nov 27; Dec 30 | 1998 EST Jan 29; Feb 26; Mar 30",
    ),
}


@pytest.mark.parametrize(("start", "lines", "expected"), ENDLESS.values(), ids=list(ENDLESS))
def test_examples_without_an_end(start: str, lines: str, expected: str) -> None:
    wanted = printed(expected)
    assert times(start, lines, len(wanted)) == wanted


WITHIN_A_DAY = {
    # The RFC prints 15:00 too, but 17:00Z is 13:00 EDT: its erratum 3883 says UNTIL=19970902T210000Z.
    "every 3 hours, UNTIL as printed": ("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", "9:00,12:00"),
    "every 3 hours, UNTIL as corrected": ("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "9:00,12:00,15:00"),
    "every 15 minutes": ("FREQ=MINUTELY;INTERVAL=15;COUNT=6", "9:00,9:15,9:30,9:45,10:00,10:15"),
    "every hour and a half": ("FREQ=MINUTELY;INTERVAL=90;COUNT=4", "9:00,10:30,12:00,13:30"),
}


@pytest.mark.parametrize(("rule", "clocks"), WITHIN_A_DAY.values(), ids=list(WITHIN_A_DAY))
def test_examples_within_a_day(rule: str, clocks: str) -> None:
    assert times("19970902", f"RRULE:{rule}", 100) == printed("1997 EDT Sep 2", clocks)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16"],
)
def test_every_20_minutes_from_9_to_16_40(rule: str) -> None:
    clocks = ",".join(f"{hour}:{minute:02}" for hour in range(9, 17) for minute in (0, 20, 40))
    assert times("19970902", f"RRULE:{rule}", 48) == printed("1997 EDT Sep 2,3", clocks)
