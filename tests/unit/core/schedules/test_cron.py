from __future__ import annotations

import pytest

from workflows.core import errors, zones
from workflows.core.schedules import cron

FORM = "crontab has 5: minute, hour, day of month, month, day of week"


def texts(expression: str) -> list[str]:
    return [rule.text.removesuffix(";BYSECOND=0") for rule in cron.parse(expression).rules]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("0 9 * * *", ["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"], id="daily"),
        pytest.param("  30   9 * * MON-FRI ", ["FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=30"], id="names and spaces"),
        pytest.param("0 9 * jan,JUL *", ["FREQ=DAILY;BYMONTH=1,7;BYHOUR=9;BYMINUTE=0"], id="months by name"),
        pytest.param("*/20 9-11 * * *", ["FREQ=DAILY;BYHOUR=9,10,11;BYMINUTE=0,20,40"], id="step and range"),
        pytest.param("5-50/15 0 * * *", ["FREQ=DAILY;BYHOUR=0;BYMINUTE=5,20,35,50"], id="range with a step"),
        pytest.param("40/10 0 * * *", ["FREQ=DAILY;BYHOUR=0;BYMINUTE=40,50"], id="from a value on"),
        pytest.param("0 0 * * 0", ["FREQ=DAILY;BYDAY=SU;BYHOUR=0;BYMINUTE=0"], id="0 is Sunday"),
        pytest.param("0 0 * * 7", ["FREQ=DAILY;BYDAY=SU;BYHOUR=0;BYMINUTE=0"], id="7 is Sunday"),
        pytest.param("0 0 * * 5-7", ["FREQ=DAILY;BYDAY=FR,SA,SU;BYHOUR=0;BYMINUTE=0"], id="range up to 7"),
        pytest.param("0 0 * * 0-7", ["FREQ=DAILY;BYHOUR=0;BYMINUTE=0"], id="the whole week"),
        pytest.param("0 0 * * FRI-MON", ["FREQ=DAILY;BYDAY=MO,FR,SA,SU;BYHOUR=0;BYMINUTE=0"], id="around the week"),
        pytest.param("0 0 * * SAT-SUN", ["FREQ=DAILY;BYDAY=SA,SU;BYHOUR=0;BYMINUTE=0"], id="Saturday to Sunday"),
        pytest.param("0 22-2 * * *", ["FREQ=DAILY;BYHOUR=0,1,2,22,23;BYMINUTE=0"], id="around midnight"),
        pytest.param("50-10/5 0 * * *", ["FREQ=DAILY;BYHOUR=0;BYMINUTE=0,5,10,50,55"], id="around the hour with a step"),
        pytest.param("0 0 1 NOV-FEB *", ["FREQ=DAILY;BYMONTH=1,2,11,12;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=0"], id="around the year"),
        pytest.param(
            "0 9 13 * FRI",
            ["FREQ=DAILY;BYMONTHDAY=13;BYHOUR=9;BYMINUTE=0", "FREQ=DAILY;BYDAY=FR;BYHOUR=9;BYMINUTE=0"],
            id="both days restricted: either",
        ),
        pytest.param(
            "0 9 */10 * FRI",
            ["FREQ=DAILY;BYDAY=FR;BYMONTHDAY=1,11,21,31;BYHOUR=9;BYMINUTE=0"],
            id="a star with a step does not restrict, as in crontab: both",
        ),
        pytest.param("0 9 30 2 FRI", ["FREQ=DAILY;BYDAY=FR;BYMONTH=2;BYHOUR=9;BYMINUTE=0"], id="an impossible day beside a possible one"),
        pytest.param("@yearly", ["FREQ=DAILY;BYMONTH=1;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=0"], id="@yearly"),
        pytest.param("@annually", ["FREQ=DAILY;BYMONTH=1;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=0"], id="@annually"),
        pytest.param("@monthly", ["FREQ=DAILY;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=0"], id="@monthly"),
        pytest.param("@weekly", ["FREQ=DAILY;BYDAY=SU;BYHOUR=0;BYMINUTE=0"], id="@weekly"),
        pytest.param("@Daily", ["FREQ=DAILY;BYHOUR=0;BYMINUTE=0"], id="@Daily"),
        pytest.param("@midnight", ["FREQ=DAILY;BYHOUR=0;BYMINUTE=0"], id="@midnight"),
        pytest.param("@hourly", ["FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0"], id="@hourly"),
        pytest.param("@every 90m", ["FREQ=MINUTELY;INTERVAL=90"], id="@every minutes"),
        pytest.param("@every 2h", ["FREQ=HOURLY;INTERVAL=2"], id="@every hours"),
        pytest.param("@every 1m30s", ["FREQ=SECONDLY;INTERVAL=90"], id="@every seconds"),
    ],
)
def test_expressions(expression: str, expected: list[str]) -> None:
    assert texts(expression) == expected


def test_the_zone_of_the_document_may_be_repeated() -> None:
    chisinau = zones.load("Europe/Chisinau")
    assert cron.parse("CRON_TZ=Europe/Chisinau 0 9 * * *", chisinau) == cron.parse("0 9 * * *", chisinau)
    assert cron.parse("0 9 * * *", chisinau).zone == "Europe/Chisinau"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "cron: the expression is empty; write '0 9 * * MON' for Mondays at 9:00"),
        ("0 9 *", f"cron: '0 9 *' has 3 fields; {FORM}; write '0 9 * * MON' for Mondays at 9:00"),
        ("0 0 9 * * MON", f"cron: '0 0 9 * * MON' has 6 fields; {FORM}; if the first is the second, leave it out: '0 9 * * MON'"),
        (
            "15 0 9 ? * MON",
            f"cron: '15 0 9 ? * MON' has 6 fields; {FORM}; if the first is the second, the RRULE is FREQ=DAILY;BYDAY=MO;BYHOUR=9;BYMINUTE=0;BYSECOND=15",
        ),
        (
            "*/30 * * * * *",
            f"cron: '*/30 * * * * *' has 6 fields; {FORM}; if the first is the second, the RRULE is FREQ=MINUTELY;BYSECOND=0,30",
        ),
        (
            "0 9 1 1 * 2027",
            f"cron: '0 9 1 1 * 2027' has 6 fields; {FORM}; if the last is the year, write '0 9 1 1 *' and \"start_at\" and \"end_at\" for the year",
        ),
        ("1 2 3 4 5 6 7 8", f"cron: '1 2 3 4 5 6 7 8' has 8 fields; {FORM}; write one expression without a comment"),
        ("60 * * * *", "cron: '60' as minute: it goes from 0 to 59; the full hour is 0"),
        ("0 24 * * *", "cron: '24' as hour: it goes from 0 to 23; midnight is 0"),
        ("0 9 0 * *", "cron: '0' as day of month: it goes from 1 to 31"),
        ("0 9 * 13 *", "cron: '13' as month: it goes from 1 to 12 or JAN to DEC"),
        ("0 9 * JAM *", "cron: 'JAM' as month: it goes from 1 to 12 or JAN to DEC; did you mean JAN?"),
        ("0 9 * MON *", "cron: 'MON' as month: MON is a day of week; day of week is field 5 of 5"),
        ("0 9 * * MONDAY", "cron: 'MONDAY' as day of week: it goes from 0 to 7 or SUN to SAT; did you mean MON?"),
        ("*/0 * * * *", "cron: '*/0' as minute: a step is at least 1; write */5 for every fifth, or leave /0 out"),
        ("*/90 * * * *", "cron: '*/90' as minute: a step is at most 59: it begins anew each hour; every 90 minutes is @every 90m"),
        ("/15 * * * *", "cron: '/15' as minute: the step lacks what it steps through; write */15"),
        ("15/* * * * *", "cron: '15/*' as minute: the step stands behind the slash; write */15"),
        ("1,,2 * * * *", "cron: '1,,2' as minute: a value is missing beside a comma; take the comma out"),
        ("*-5 * * * *", "cron: '*-5' as minute: * is all of them and begins no range; write 0-5"),
        ("0 9 L * *", "cron: 'L': L is not in crontab; the RRULE is FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9;BYMINUTE=0"),
        (
            "0 9 LW * *",
            "cron: 'LW': L and W are not in crontab; the RRULE is FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=9;BYMINUTE=0",
        ),
        (
            "0 9 15W 3 *",
            'cron: \'15W\': W is not in crontab; the RRULE is FREQ=MONTHLY;BYMONTHDAY=15;BYMONTH=3;BYHOUR=9;BYMINUTE=0, with "on_weekend": "next_business_day"',
        ),
        ("0 9 ? * MON", "cron: '?' is not in crontab; write * for any day"),
        ("0 9 * * MON#2", "cron: 'MON#2': # is not in crontab; the RRULE is FREQ=MONTHLY;BYDAY=2MO;BYHOUR=9;BYMINUTE=0"),
        ("0 9 * * 5L", "cron: '5L': L is not in crontab; the RRULE is FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0"),
        ("@reboot", "cron: @reboot is no time: a schedule knows of no machine that starts; run the pipeline by hand, or on an event"),
        ("@dayly", "cron: there is no @dayly; did you mean @daily?"),
        ("@every 1x", "cron: @every 1x names no length of time; write a length like 90m, 1h30m or 2d"),
        ("@every 1.5s", "cron: @every 1.5s: schedules count whole seconds; write a longer length"),
        ("@every 90m/15m", "cron: @every 90m/15m: a phase behind / is not read; @every 90m counts from the first apply"),
        (
            "CRON_TZ=Europe/London 0 9 * * *",
            'cron: CRON_TZ=Europe/London does not stand in the expression; write "timezone": "Europe/London" in the document',
        ),
        ("0 0 30 2 *", "cron: '0 0 30 2 *' never fires: month 2 has no day 30; correct the day or the month"),
        ("FREQ=DAILY", "cron: 'FREQ=DAILY' is a rule of RFC 5545; set schedule_kind to \"rrule\""),
    ],
)
def test_wrong_expressions(expression: str, message: str) -> None:
    with pytest.raises(errors.ScheduleError) as raised:
        cron.parse(expression)
    assert str(raised.value) == message
    assert raised.value.key == "schedule_expr"
