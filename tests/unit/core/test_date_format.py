"""The directives of the filter `date`."""

from __future__ import annotations

import datetime

import hypothesis
import pytest
from hypothesis import strategies

from workflows.core import date_format, errors, zones

MONDAY = datetime.datetime(2026, 11, 23, 20, 5, 9)  # day 327 of the year
NEW_YEAR = datetime.datetime(2027, 1, 1, 0, 30)  # a Friday, in week 53 of 2026


@pytest.mark.parametrize(
    ("time", "pattern", "text"),
    [
        pytest.param(MONDAY, "%d.%m.%Y", "23.11.2026", id="european"),
        pytest.param(MONDAY, "%A, %B %-d", "Monday, November 23", id="names"),
        pytest.param(MONDAY, "%a %b %h", "Mon Nov Nov", id="short-names"),
        pytest.param(MONDAY, "%I:%M %p", "08:05 PM", id="twelve-hours"),
        pytest.param(NEW_YEAR, "%I:%M %p", "12:30 AM", id="after-midnight"),
        pytest.param(datetime.datetime(2026, 11, 23, 12), "%I %p", "12 PM", id="noon"),
        pytest.param(MONDAY, "%H:%M:%S|%T|%R|%X", "20:05:09|20:05:09|20:05|20:05:09", id="clock"),
        pytest.param(MONDAY, "%F|%D|%x", "2026-11-23|11/23/26|11/23/26", id="dates"),
        pytest.param(MONDAY, "%c", "Mon Nov 23 20:05:09 2026", id="c"),
        pytest.param(MONDAY, "%r", "08:05:09 PM", id="r"),
        pytest.param(MONDAY, "%j %U %W %G-W%V-%u %w", "327 47 47 2026-W48-1 1", id="weeks"),
        pytest.param(NEW_YEAR, "%j %U %W %G-W%V-%u %w %g", "001 00 00 2026-W53-5 5 26", id="weeks-at-new-year"),
        pytest.param(datetime.datetime(2026, 1, 4), "%U %W %u %w", "01 00 7 0", id="first-sunday"),
        pytest.param(NEW_YEAR, "%e|%-d|%-m|%-H|%-j", " 1|1|1|0|1", id="padding"),
        pytest.param(NEW_YEAR, "%y %C", "27 20", id="century"),
        pytest.param(NEW_YEAR, "100%% %n%t.", "100% \n\t.", id="signs"),
        pytest.param(NEW_YEAR, "%%d", "%d", id="escaped-directive"),
        pytest.param(datetime.datetime(7, 1, 1), "%Y %G", "0007 0007", id="early-year"),
        pytest.param(NEW_YEAR, "", "", id="empty"),
        pytest.param(NEW_YEAR, "în luna ianuarie", "în luna ianuarie", id="only-text"),
    ],
)
def test_directives(time: datetime.datetime, pattern: str, text: str) -> None:
    assert date_format.render(time, pattern) == text


def test_directives_of_the_zone() -> None:
    # 20,780 days from 1970-01-01 to 2026-11-23, and 18 hours: 1,795,456,800 seconds.
    time = datetime.datetime(2026, 11, 23, 20, 0, tzinfo=zones.load("Europe/Chisinau"))
    assert date_format.render(time, "%z %Z %s") == "+0200 EET 1795456800"
    assert date_format.render(time.astimezone(zones.load("America/St_Johns")), "%z %Z") == "-0330 NST"


@pytest.mark.parametrize("directive", sorted("aAbBcdHIjmMpSUwWxXyYGVuFTeDRCgnt%"))
@hypothesis.given(time=strategies.datetimes(min_value=datetime.datetime(1000, 1, 1), max_value=datetime.datetime(9999, 12, 28)))
@hypothesis.settings(max_examples=25)
def test_agrees_with_the_c_library(directive: str, time: datetime.datetime) -> None:
    assert date_format.render(time, f"%{directive}") == time.strftime(f"%{directive}")


ALLOWED = "allowed: %% %A %a %B %b %C %c %D %d %e %F %G %g %H %h %I %j %M %m %n %p %R %r %S %s %T %t %U %u %V %W %w %X %x %Y %y %Z %z"


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        pytest.param("%d.%q", f"unknown directive '%q' in a date format ({ALLOWED})", id="unknown"),
        pytest.param("%f", f"unknown directive '%f' in a date format ({ALLOWED})", id="no-fractions"),
        pytest.param("%-A", f"unknown directive '%-A' in a date format ({ALLOWED})", id="nothing-to-pad"),
        pytest.param("%Ey", f"unknown directive '%E' in a date format ({ALLOWED})", id="locale"),
        pytest.param("100%", f"the date format ends in '%' (a percent sign is written %%; {ALLOWED})", id="lone-percent"),
        pytest.param("%d" * 101, "a date format of more than 200 characters (MAX_PATTERN_CHARS)", id="long"),
        pytest.param("%H %z", "'%z' needs a time zone and the date has none (write its offset: 2026-11-23T10:00:00+02:00)", id="no-zone"),
        pytest.param(7, "the format of a date is a text (for example date('%d.%m.%Y'))", id="no-text"),
    ],
)
def test_a_wrong_pattern_is_answered(pattern: str, message: str) -> None:
    with pytest.raises(errors.EvaluationError) as caught:
        date_format.render(MONDAY, pattern)
    assert str(caught.value) == message
