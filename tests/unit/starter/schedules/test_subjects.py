"""What the arguments of `next` are taken for, and what is refused."""

from __future__ import annotations

import datetime
from pathlib import Path

import click
import pytest

from starter import documents
from starter.schedules import preview, subjects
from tests import commands
from workflows.core import errors

NOW = datetime.datetime(2026, 11, 23, 10, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _nobody_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.chdir(tmp_path)
    commands.document(tmp_path, "daily.json", commands.steps(commands.transform("a", 1), schedule_kind="cron", schedule_expr="0 9 * * *"))
    commands.document(tmp_path, "by-hand.json", commands.steps(commands.transform("a", 1)))
    commands.document(tmp_path, "broken.json", {"payload": {"pipeline": 5}})
    (tmp_path / "folder").mkdir()


@pytest.mark.parametrize(
    ("argument", "kind"),
    [
        ("daily.json", "file"),
        ("folder", "file"),
        ("missing.yaml", "file"),
        ("some/where", "file"),
        ("daily-report", "name"),
        ("9", "name"),
        ("FREQ=DAILY", "rrule"),
        ("RRULE:FREQ=DAILY", "rrule"),
        ("freq=daily", "rrule"),
        ("INTERVAL=2", "rrule"),
        ("DTSTART;TZID=Europe/Chisinau:20261201T090000\nRRULE:FREQ=DAILY", "rrule"),
        ("0 9 * * 1", "cron"),
        ("0 9 * * MON#2", "cron"),
        ("0 9 *", "cron"),
        ("@daily", "cron"),
        ("2026-12-01T09:00", "once"),
        ("2026-12-01", "once"),
        ("2026-12-01 09:00", "once"),
        ("2026-12-01-close", "name"),
    ],
)
def test_an_argument_is_known_by_its_form(argument: str, kind: str) -> None:
    assert subjects.kind_of(argument) == kind


def test_what_has_no_known_form_is_refused_with_what_there_is() -> None:
    with pytest.raises(errors.ScheduleError) as refused:
        subjects.kind_of("every monday")
    assert str(refused.value) == (
        "'every monday' is no file, no applied pipeline and no expression; write a recurrence like 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=9',"
        " a cron expression like '0 9 * * 1', or a time like 2026-12-01T09:00"
    )


def test_cron_that_the_shell_took_apart_is_told() -> None:
    with pytest.raises(click.UsageError) as refused:
        subjects.kind_of("*/5")
    assert refused.value.message == "'*/5' alone is nothing; put a cron expression into quotes: ordinaut next '0 9 * * 1'"


async def one(argument: str, options: subjects.Options | None = None) -> preview.Subject:
    (subject,) = (await subjects.find([argument], options or subjects.Options(), NOW)).subjects
    return subject


async def test_file_is_computed_where_nobody_can_be_asked_and_it_says_so() -> None:
    subject = await one("daily.json")
    assert (subject.name, subject.source, subject.when) == ("daily", "computed", "every day at 09:00")
    assert subject.notes == ["computed here: no Temporal service answers at 127.0.0.1:1"]


async def test_manual_file_has_nothing_to_compute() -> None:
    subject = await one("by-hand.json")
    assert (subject.when, subject.notes) == ("only when triggered", [])


async def test_expression_takes_its_options() -> None:
    options = subjects.Options(
        timezone="Europe/Chisinau", holidays=("MD",), on_holiday="skip", on_weekend="next_business_day", business_day=None
    )
    subject = await one("0 9 20 * *", options)
    given = subject.given
    assert (given.kind, given.timezone, given.holidays, given.on_holiday, given.on_weekend) == (
        *("cron", "Europe/Chisinau", ("MD",), "skip"),
        "next_business_day",
    )


async def test_expression_without_zone_is_in_the_zone_of_the_settings_or_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await one("FREQ=DAILY")).given.timezone == "UTC"
    monkeypatch.setenv("ORDINAUT_TIMEZONE", "Europe/Berlin")
    assert (await one("FREQ=DAILY")).given.timezone == "Europe/Berlin"
    assert (await one("DTSTART;TZID=Asia/Tokyo:20261201T090000\nRRULE:FREQ=DAILY")).given.timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("expr", "counts"),
    [
        ("FREQ=DAILY;INTERVAL=2;BYHOUR=9", True),
        ("FREQ=DAILY;BYHOUR=9;COUNT=3", True),
        ("FREQ=WEEKLY", True),
        ("FREQ=MINUTELY", True),
        ("FREQ=WEEKLY;BYDAY=MO;BYHOUR=9", False),
        ("0 9 * * 1", False),
        ("DTSTART:20261201T090000\\nRRULE:FREQ=DAILY;INTERVAL=2", False),
        ("2026-12-01T09:00", False),
    ],
)
async def test_start_is_told_where_times_depend_on_it(expr: str, counts: bool) -> None:
    said = "without DTSTART it counts from now, Mon 2026-11-23 10:00 +00:00; --dtstart gives another start"
    assert (said in (await one(expr)).notes) == counts


async def test_start_of_the_command_line_becomes_that_of_the_expression() -> None:
    start = subjects.Options(timezone="Europe/Chisinau", dtstart="2026-12-01T09:00")
    assert (await one("FREQ=DAILY", start)).given.expr == "DTSTART:20261201T090000\nFREQ=DAILY"
    assert (await one("0 9 * * *", start)).given.start_at == "2026-12-01T09:00"
    with pytest.raises(click.UsageError, match="--dtstart: the expression has a DTSTART of its own"):
        await one("DTSTART:20261201T090000\nRRULE:FREQ=DAILY", start)


async def test_options_of_expressions_do_not_go_with_a_file() -> None:
    with pytest.raises(click.UsageError) as refused:
        await one("daily.json", subjects.Options(business_day=5))
    assert refused.value.message == "--business-day is for bare expressions; 'daily.json' has its own"


async def test_wrong_expression_zone_or_holiday_is_refused() -> None:
    for argument, options in (
        ("FREQ=DALY", subjects.Options()),
        ("FREQ=DAILY", subjects.Options(timezone="Europe/Chisinow")),
        ("FREQ=DAILY", subjects.Options(timezone="Europe/Chisinow", dtstart="2026-12-01")),
        ("FREQ=DAILY", subjects.Options(holidays=("XX",))),
        ("2026-02-30", subjects.Options()),
    ):
        with pytest.raises(errors.ScheduleError):
            await one(argument, options)


async def test_file_with_errors_is_not_previewed() -> None:
    with pytest.raises(subjects.Broken) as refused:
        await one("broken.json")
    assert refused.value.path == Path("broken.json")


async def test_file_that_is_not_there_is_told() -> None:
    with pytest.raises(documents.CannotOpen):
        await one("missing.yaml")


async def test_each_subject_is_shown_once() -> None:
    found = await subjects.find(["daily.json", "daily.json"], subjects.Options(), NOW)
    assert len(found.subjects) == 1
