"""`ordinaut next`: when pipelines and rules are due, as a list or as a year."""

from __future__ import annotations

import asyncio
import datetime
import os
import shutil
import sys
from collections import Counter
from typing import Any, Final

import click

from starter import output
from starter.schedules import clock_words, matching, month_grid, preview, subjects, together
from workflows.core import errors
from workflows.core.schedules import business_days, spec, timing

_DEFAULT_COUNT: Final = 10
#: Where --to says how far, so many are shown without -n.
_MOST: Final = 1_000
#: A year of one pipeline is counted up to this.
_MOST_IN_YEAR: Final = 60_000
_MOST_REMARKS: Final = 40
_MOST_NAMED: Final = 3
_MOST_NAME_CHARS: Final = 64
_MOST_DAY: Final = business_days.MAX_BUSINESS_DAY
_ONE_SECOND: Final = datetime.timedelta(seconds=1)


@click.command(
    "next", epilog="\b\nExample: ordinaut next 'FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=17' --tz Europe/Chisinau --holidays MD --on-holiday skip"
)
@click.argument("what", metavar="WHAT...", nargs=-1, required=True)
@click.option("--tz", "timezone", metavar="ZONE", help="Time zone of an expression; ORDINAUT_TIMEZONE or UTC where left out.")
@click.option("--dtstart", metavar="TIME", help="Start of an expression, from which INTERVAL and COUNT count; now where left out.")
@click.option("-n", "count", type=click.IntRange(1, 10_000), help=f"How many; {_DEFAULT_COUNT} where left out, with --to all.")
@click.option("--from", "from_", metavar="TIME", help="From when, inclusive; from now where left out.")
@click.option("--to", metavar="TIME", help="Up to when, inclusive; a day is all of it.")
@click.option(
    "--year",
    type=click.IntRange(1970, spec.LAST_YEAR),
    is_flag=False,
    flag_value=datetime.datetime.now(datetime.UTC).year,
    metavar="[YYYY]",
    help="A whole year as a grid of months; this year where none is named.",
)
@click.option("--holidays", multiple=True, metavar="CODE|DATE", help="Holidays for an expression: MD, US-CA, 2026-12-31. Repeatable.")
@click.option("--on-holiday", type=click.Choice(timing.MOVES), help="What becomes of a time on a holiday.")
@click.option("--on-weekend", type=click.Choice(timing.MOVES), help="What becomes of a time on a Saturday or Sunday.")
@click.option(
    "--business-day",
    type=click.IntRange(-_MOST_DAY, _MOST_DAY),
    metavar="N",
    help="The N-th business day of each month that the expression names; -1 the last.",
)
@output.json_option
def command(
    what: tuple[str, ...],
    count: int | None,
    from_: str | None,
    to: str | None,
    year: int | None,
    as_json: bool,
    holidays: tuple[str, ...],
    **business: Any,
) -> int:
    """The next times of pipelines (files, folders, names of applied ones) and of expressions (a recurrence, cron, a time).

    What is applied is asked of the service, so that what is shown is what will fire; the rest is computed, and said to be.
    Several become one calendar.
    """
    if business["business_day"] == 0:
        raise click.UsageError("--business-day 0 is none; 1 is the first of a month, -1 the last")
    if year is not None and (count or from_ or to):
        raise click.UsageError("--year shows a whole year; leave -n, --from and --to out")
    listed = tuple(part.strip() for entry in holidays for part in entry.split(",") if part.strip())
    options = subjects.Options(holidays=listed, **business)
    try:
        return asyncio.run(_next(what, options, year, _Window(from_, to, count), as_json))
    except subjects.Broken as broken:
        return _show_broken(broken, as_json)


class _Window:
    """What --from, --to and -n say; times without an offset are in each subject's own zone."""

    def __init__(self, from_: str | None, to: str | None, count: int | None) -> None:
        self._from, self._to = from_, to
        self.limit = count or (_MOST if to else _DEFAULT_COUNT)

    def span(self, subject: preview.Subject, now: datetime.datetime) -> preview.Span:
        """The span to ask for."""
        after = clock_words.first_moment(self._from, subject.zone, "--from") - _ONE_SECOND if self._from else now
        until = clock_words.last_moment(self._to, subject.zone, "--to") if self._to else matching.END
        if until <= after:
            raise click.UsageError(f"--to {self._to} is before {f'--from {self._from}' if self._from else 'now; give --from too'}")
        return preview.Span(after, until, self.limit)


async def _next(what: tuple[str, ...], options: subjects.Options, year: int | None, window: _Window, as_json: bool) -> int:
    now = datetime.datetime.now(datetime.UTC)
    found = await subjects.find(what, options, now)
    if year is not None:
        spans = [preview.year_span(year, subject.zone, _MOST_IN_YEAR) for subject in found.subjects]
    else:
        spans = [window.span(subject, now) for subject in found.subjects]
    pairs = zip(found.subjects, spans, strict=True)
    lists = await together.ask(lambda pair: preview.due(pair[0], found.temporal, pair[1]), pairs)
    if year is not None:
        _note_cut(found.subjects, lists)
        _show_year(found.subjects, lists, year, as_json)
        return 0
    shown = preview.merged(lists, window.limit)
    if as_json:
        times = [one_due.as_json() for one_due in shown]
        output.json_document({"pipelines": [subjects.as_json(subject) for subject in found.subjects], "times": times})
    else:
        _show(found.subjects, shown, now)
    return 0


def _show(found: list[preview.Subject], shown: list[preview.Due], now: datetime.datetime) -> None:
    _heading(found)
    width = min(max((len(one_due.name) for one_due in shown), default=0), _MOST_NAME_CHARS) if len(found) > 1 else 0
    for one_due in shown:
        output.say(_line(one_due, width, now))
    if not shown:
        output.say("  no time" if len(found) == 1 else "no times")
    _notes(found)


def _heading(found: list[preview.Subject]) -> None:
    if len(found) == 1:
        subject = found[0]
        zone = "" if subject.given.is_timeless else f", {subject.given.timezone}"
        output.say(f"{click.style(subject.name, bold=True)}  {subject.when}{zone}")


def _line(one_due: preview.Due, width: int, now: datetime.datetime) -> str:
    """`  Mon 2026-11-23 18:00 +02:00  in 3 h 12 min  daily-report  moved from Sun 22 Nov: Sunday`."""
    name = f"  {one_due.name[:width]:<{width}}" if width else ""
    remark = f"  {one_due.remark}" if one_due.remark else ""
    time = clock_words.local(one_due.time, one_due.zone)
    line = f"{'-' if one_due.skipped else ' '} {time}  {clock_words.relative(one_due.time, now):<14}{name}{remark}".rstrip()
    if one_due.skipped:
        return click.style(line, dim=True)
    return line if one_due.moved_from is None else line.removesuffix(remark) + click.style(remark, fg="yellow")


def _notes(found: list[preview.Subject]) -> None:
    """What holds of the times shown: of one subject without its name, notes that all share once."""
    by_note: dict[str, list[str]] = {}
    for subject in found:
        for note in [*_source(subject), *subject.notes]:
            by_note.setdefault(note, []).append(subject.name)
    for note, names in by_note.items():
        who = ", ".join(names) if len(names) <= _MOST_NAMED else f"{len(names)} of these"
        whose = "" if len(names) == len(found) else f"{who}: "
        output.say(f"{whose}{note}")


def _source(subject: preview.Subject) -> list[str]:
    kind = subject.given.kind
    if kind in (timing.MANUAL, timing.EVENT):
        return [f"it runs {subject.when}" + (f" {subject.given.expr}" if kind == timing.EVENT else "")]
    return ["asked of the service: what is shown is what fires"] if subject.source == preview.SERVER else []


def _note_cut(found: list[preview.Subject], lists: list[list[preview.Due]]) -> None:
    for subject, times in zip(found, lists, strict=True):
        if sum(not one_due.skipped for one_due in times) == _MOST_IN_YEAR:
            last = clock_words.local(times[-1].time, subject.zone)
            subject.notes.append(f"only its first {_MOST_IN_YEAR:,} times are counted, up to {last}")


def _show_year(found: list[preview.Subject], lists: list[list[preview.Due]], year: int, as_json: bool) -> None:
    everything = preview.merged(lists, sum(map(len, lists)))
    holidays = preview.holidays(found, year)
    if as_json:
        days = _days_json(everything, holidays)
        output.json_document({"year": year, "pipelines": [subjects.as_json(subject) for subject in found], "days": days})
        return
    _heading(found)
    weekend = frozenset(timing.WEEKDAYS.index(code) for subject in found for code in subject.given.weekend)
    grid = month_grid.Year(
        number=year,
        runs=Counter(one_due.day for one_due in everything if not one_due.skipped),
        skipped=frozenset(one_due.day for one_due in everything if one_due.skipped),
        holidays=holidays,
        weekend=weekend,
        today=datetime.datetime.now(found[0].zone).date(),
    )
    for line in month_grid.draw(grid, shutil.get_terminal_size().columns, _colours()):
        output.say(line)
    _remarks([one_due for one_due in everything if one_due.remark], several=len(found) > 1)
    _notes(found)


def _colours() -> bool:
    """Whether the terminal shows them: https://no-color.org."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _remarks(remarked: list[preview.Due], several: bool) -> None:
    """What was moved and skipped, below the grid."""
    for one_due in remarked[:_MOST_REMARKS]:
        name = f"  {one_due.name}" if several else ""
        output.say(f"{clock_words.day(one_due.day)} {clock_words.clock(one_due.time.astimezone(one_due.zone))}{name}  {one_due.remark}")
    if len(remarked) > _MOST_REMARKS:
        output.say(f"... and {len(remarked) - _MOST_REMARKS:,} more: --json has all")


def _days_json(everything: list[preview.Due], holidays: dict[datetime.date, str]) -> list[dict[str, Any]]:
    """The days with times or a holiday."""
    days: dict[datetime.date, dict[str, Any]] = {}
    for day in sorted({*holidays, *(one_due.day for one_due in everything)}):
        days[day] = {"date": day.isoformat(), "runs": 0, "skipped": 0, "holiday": holidays.get(day), "pipelines": []}
    for one_due in everything:
        entry = days[one_due.day]
        entry["skipped" if one_due.skipped else "runs"] += 1
        if not one_due.skipped and one_due.name not in entry["pipelines"]:
            entry["pipelines"].append(one_due.name)
    return list(days.values())


def _show_broken(broken: subjects.Broken, as_json: bool) -> int:
    """A file with errors, as `run` shows it."""
    problems: tuple[errors.Problem, ...] = broken.checked.problems
    for problem in problems:
        output.note(output.problem_line(str(broken.path), problem))
    if as_json:
        file = {"path": str(broken.path), "ok": False, "problems": [output.problem_json(problem) for problem in problems]}
        output.json_document({"ok": False, "files": [file]})
    return 1
