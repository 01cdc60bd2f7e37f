"""What the arguments of `ordinaut next` name: files, folders, applied pipelines, bare expressions."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from temporalio import client

from activities import settings as settings_module
from starter import connection, documents
from starter.schedules import clock_words, one, preview, together
from workflows import converter
from workflows.core import check, errors, model, recurrence, zones
from workflows.core.schedules import business_days, occurrences, rfc5545, timing, written_times

#: Another month, day of the month, day of the week, hour, minute.
_ANOTHER_TIME: Final = datetime.timedelta(days=40, hours=5, minutes=7)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_LINE: Final = re.compile(r"\s*(?:DTSTART|RRULE|EXRULE|RDATE|EXDATE)\s*[:;=]|[A-Za-z]+\s*=", re.IGNORECASE)
_DATE: Final = re.compile(r"\s*\d{4}-\d\d-\d\d(?![a-z0-9-])")
_CRON_FIELD: Final = re.compile(r"[\d*/,#?LW-]+")
_DOCUMENT_KEYS: Final = {"kind": "schedule_kind", "expr": "schedule_expr"}
_FILE: Final = re.compile(r".*[/\\].*|.*\.(?:json|ya?ml)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says of bare expressions; a pipeline says it itself."""

    timezone: str | None = None
    dtstart: str | None = None
    holidays: tuple[str, ...] = ()
    on_holiday: str | None = None
    on_weekend: str | None = None
    business_day: int | None = None

    @property
    def given(self) -> list[str]:
        """The options that were used, as they are written."""
        names = {"timezone": "--tz"}
        used = (part.name for part in dataclasses.fields(self) if getattr(self, part.name) not in (None, ()))
        return [names.get(name, f"--{name.replace('_', '-')}") for name in used]


@dataclass(slots=True)
class Found:
    """All that was named; `temporal` is None where no service was needed or none answered."""

    subjects: list[preview.Subject]
    temporal: client.Client | None


async def find(arguments: Sequence[str], options: Options, now: datetime.datetime) -> Found:
    """The subjects of a preview, in the order of the arguments, each name once.

    Raises:
        click.UsageError: options that do not go with what is named; an expression without quotes.
        documents.CannotOpen: a file that is not there.
        errors.DocumentError: a pipeline with errors.
        errors.ScheduleError: an expression that cannot be read.
        errors.ToolError: a name that is not applied.
        connection.Unreachable: a name, and no service to ask.
    """
    kinds = [(argument, kind_of(argument)) for argument in arguments]
    _check_options(kinds, options)
    settings = documents.settings()
    files = _files([argument for argument, kind in kinds if kind == "file"], settings)
    names = [argument for argument, kind in kinds if kind == "name"]
    temporal, absent = await _service(bool(names), bool(files))
    subjects = [expression(argument, kind, options, settings.timezone, now) for argument, kind in kinds if kind not in ("file", "name")]
    subjects += await together.ask(lambda file: _of_file(*file, temporal, absent, settings.timezone, now), files)
    if temporal is not None:  # without a service names have raised
        subjects += [_of_applied(applied) for applied in await one.find_all(temporal, names, "next")]
    return Found(_each_once(subjects), temporal)


def kind_of(argument: str) -> str:
    """What an argument is: "file", "name", or the kind of an expression: "rrule", "cron", "once".

    Raises:
        ScheduleError: it is none of them.
        click.UsageError: a part of a cron expression that the shell took apart.
    """
    with contextlib.suppress(OSError, ValueError):  # a text too long for a file's name
        if Path(argument).exists():
            return "file"
    words = argument.split()
    if _LINE.match(argument):
        return timing.RRULE
    if _DATE.match(argument):
        return timing.ONCE
    if argument.startswith("@") or (len(words) > 1 and any(_CRON_FIELD.fullmatch(word) for word in words)):
        return timing.CRON
    if _CRON_FIELD.fullmatch(argument) and not argument.isalnum():
        raise click.UsageError(f"'{argument}' alone is nothing; put a cron expression into quotes: ordinaut next '0 9 * * 1'")
    if _NAME.fullmatch(argument):
        return "name"
    if _FILE.fullmatch(argument):
        return "file"
    raise errors.ScheduleError(
        f"'{argument[:60]}' is no file, no applied pipeline and no expression",
        "write a recurrence like 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=9', a cron expression like '0 9 * * 1', or a time like 2026-12-01T09:00",
    )


def _check_options(kinds: Sequence[tuple[str, str]], options: Options) -> None:
    own = [argument for argument, kind in kinds if kind in ("file", "name")]
    if own and options.given:
        raise click.UsageError(f"{options.given[0]} is for bare expressions; '{own[0]}' has its own")


def _files(arguments: Sequence[str], settings: settings_module.Settings) -> list[tuple[Path, check.Checked]]:
    if not arguments:
        return []
    tools = documents.catalog(settings)
    return [(path, documents.checked(path, tools, settings)) for path in documents.files(arguments)]


async def _service(needed: bool, useful: bool) -> tuple[client.Client | None, str]:
    """The service, and why there is none where one would only have been useful."""
    if not needed and not useful:
        return None, ""
    try:
        return await connection.connect(converter.DATA_CONVERTER), ""
    except connection.Unreachable:
        if needed:
            raise
        return None, f"no Temporal service answers at {connection.target().address}"


def expression(text: str, kind: str, options: Options, timezone: str, now: datetime.datetime) -> preview.Subject:
    """A bare expression as a subject; it is refused where `apply` would refuse it.

    Raises:
        ScheduleError: see there.
    """
    written = text.replace("\\n", "\n") if kind == timing.RRULE else text
    zone = options.timezone or _own_zone(written, kind) or timezone
    written = written.strip().replace(" ", "T") if kind == timing.ONCE else written
    written, start_at = _with_start(written, kind, options.dtstart, zone)
    given = timing.Timing(
        kind=kind,
        expr=written,
        timezone=zone,
        holidays=options.holidays,
        on_holiday=options.on_holiday or timing.RUN,
        on_weekend=options.on_weekend or timing.RUN,
        business_day=options.business_day,
        start_at=start_at,
    )
    business_days.Calendar.of(given)
    recurrence.compile(given, now, now)
    notes = ["computed here: an expression is not on the service"]
    if _counts_from_anchor(given, now):
        notes.append(f"without DTSTART it counts from now, {clock_words.local(now, zones.load(zone))}; --dtstart gives another start")
    return preview.Subject(" ".join(text.split()), given, now, None, notes)


def _counts_from_anchor(given: timing.Timing, now: datetime.datetime) -> bool:
    """Whether the times would be others if the rule had been written at another time."""
    found, later = occurrences.rule_set(given, now), occurrences.rule_set(given, now + _ANOTHER_TIME)
    steps = any(rule.interval > 1 or rule.count is not None or rule.elapsed for rule in found.rules)
    return not found.start_is_written and (steps or found.rules != later.rules)


def _own_zone(text: str, kind: str) -> str | None:
    return rfc5545.zone_named(text) if kind == timing.RRULE else None


def _with_start(text: str, kind: str, dtstart: str | None, zone: str) -> tuple[str, str]:
    """The expression with its DTSTART, and start_at: of cron and once it is the same thing."""
    if dtstart is None:
        return text, ""
    if kind != timing.RRULE:
        return text, dtstart
    if "DTSTART" in text.upper():
        raise click.UsageError("--dtstart: the expression has a DTSTART of its own")
    try:
        loaded = zones.load(zone)
    except errors.EvaluationError as unknown:
        raise errors.ScheduleError(str(unknown), key="timezone", part=zone[:60]) from None
    start = written_times.moment(dtstart, loaded, "--dtstart").astimezone(loaded)
    return f"DTSTART:{start:%Y%m%dT%H%M%S}\n{text}", ""


async def _of_file(
    path: Path, checked: check.Checked, temporal: client.Client | None, absent: str, timezone: str, now: datetime.datetime
) -> preview.Subject:
    if not checked.ok or checked.pipeline is None:
        raise Broken(path, checked)
    pipeline = checked.pipeline
    given = _timing(pipeline, timezone)
    applied = await one.look(temporal, pipeline.name) if temporal is not None else None
    if isinstance(applied, one.Applied):
        subject = _of_applied(applied)
        subject.notes += _differences(path, checked, given, applied)
        return subject
    note = f"computed here: {absent or 'it is not applied'}"
    return preview.Subject(pipeline.name, given, now, None, [] if given.is_timeless else [note])


def _timing(pipeline: model.Pipeline, timezone: str) -> timing.Timing:
    return pipeline.timing or timing.Timing(timing.EVENT, pipeline.event_type or "", pipeline.timezone or timezone)


def _of_applied(applied: one.Applied) -> preview.Subject:
    subject = preview.Subject(applied.name, applied.timing, applied.kept.anchor, applied)
    if applied.paused:
        why = f" ({applied.note})" if applied.note else ""
        subject.notes.append(f"paused{why}: these times pass without a run until: ordinaut resume {applied.name}")
    if applied.kept.policies.jitter:
        subject.notes.append(f"each time has its own delay in it, of at most {clock_words.duration(applied.kept.policies.jitter)} (jitter)")
    if applied.remaining is not None:
        left = f"{applied.remaining} {'run' if applied.remaining == 1 else 'runs'}"
        subject.notes.append(f"max_runs leaves {left}")
    return subject


def _differences(path: Path, checked: check.Checked, given: timing.Timing, applied: one.Applied) -> list[str]:
    """What the file says otherwise, by the document's keys."""
    assert checked.pipeline is not None and checked.plan is not None
    ours = given.as_json() | checked.pipeline.policies.as_json()
    theirs = applied.timing.as_json() | applied.kept.policies.as_json()
    differ = [_DOCUMENT_KEYS.get(key, key) for key, value in ours.items() if theirs.get(key) != value]
    if checked.plan["digest"] != applied.kept.plan_digest:
        differ.append("payload")
    what = ", ".join(differ)
    said = f"{path} says another {what} than what is applied; shown are the applied times; to change them: ordinaut apply {path}"
    return [said] if differ else []


def _each_once(subjects: Sequence[preview.Subject]) -> list[preview.Subject]:
    return list({(subject.name, subject.applied is not None): subject for subject in subjects}.values())


class Broken(errors.DocumentError):
    """A file with errors: its problems are shown as `check` shows them."""

    def __init__(self, path: Path, checked: check.Checked) -> None:
        self.path = path
        self.checked = checked
        super().__init__(checked.problems)


def as_json(subject: preview.Subject) -> dict[str, Any]:
    """A subject as `next --json` shows it."""
    return {
        "name": subject.name,
        "kind": subject.given.kind,
        "expr": subject.given.expr,
        "timezone": subject.given.timezone,
        "when": subject.when,
        "source": subject.source,
        "paused": subject.applied is not None and subject.applied.paused,
        "notes": subject.notes,
    }
