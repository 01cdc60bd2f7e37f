"""The schedule settings of a document: what is read, what stands for what is left out, and each wrong value with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workflows.core import errors, model, parse, problems, source
from workflows.core.schedules import timing

FILES = {"closed-days.txt": b"2026-12-31 stocktaking\n", "closed.json": b'["2027-01-04"]', "broken.txt": b"soon"}


def read_file(name: str) -> bytes:
    if name not in FILES:
        raise errors.ScheduleError(
            f"cannot open '{name}' beside the document: No such file or directory", "did you mean 'closed-days.txt'?", "holidays"
        )
    return FILES[name]


def parsed(settings: dict[str, Any] | str) -> tuple[model.Pipeline, problems.Gathered]:
    document = (
        settings
        if isinstance(settings, str)
        else json.dumps({"schedule_kind": "cron", "schedule_expr": "0 9 * * *", **settings, "payload": {"pipeline": []}})
    )
    made, gathered = parse.parse(source.read_document(document.encode(), "x.json"), "x", "Europe/Chisinau", read_file)
    assert made is not None
    return made, gathered


def when(**settings: Any) -> timing.Timing:
    made, gathered = parsed(settings)
    assert gathered.problems == []
    assert made.timing is not None
    return made.timing


def how(**settings: Any) -> timing.Policies:
    made, gathered = parsed(settings)
    assert gathered.problems == []
    return made.policies


def test_what_is_left_out_has_its_default() -> None:
    assert when() == timing.Timing("cron", "0 9 * * *", "Europe/Chisinau")
    assert how() == timing.Policies(
        overlap="buffer_all", catchup_window=604_800, jitter=0, pause_on_failure=False, max_runs=None, timeout=None, note=""
    )


def test_null_is_as_good_as_left_out() -> None:
    keys = ("holidays", "on_holiday", "on_weekend", "weekend", "business_day", "start_at", "end_at")
    assert when(**dict.fromkeys(keys)) == when()
    keys = ("overlap", "catchup_window", "jitter", "pause_on_failure", "max_runs", "timeout", "note")
    assert how(**dict.fromkeys(keys)) == how()


def test_the_document_s_zone_comes_before_the_one_of_the_settings() -> None:
    assert when(timezone="America/New_York").timezone == "America/New_York"


@pytest.mark.parametrize(
    ("kind", "expected"), [("rrule", "rrule"), ("cron", "cron"), ("once", "once"), ("manual", "manual"), ("event", None), ("weekly", None)]
)
def test_events_and_unknown_kinds_have_no_due_times(kind: str, expected: str | None) -> None:
    made, _ = parsed({"schedule_kind": kind, "event_type": "a.b"})
    assert (made.timing.kind if made.timing else None) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("MD", ("MD",), id="a country"),
        pytest.param(["MD", "2026-12-31"], ("MD", "2026-12-31"), id="a list"),
        pytest.param("2026-12-31", ("2026-12-31",), id="a date"),
        pytest.param({"file": "closed-days.txt"}, ("2026-12-31",), id="a file"),
        pytest.param(["US-CA", {"file": "closed-days.txt"}, {"file": "closed.json"}], ("US-CA", "2026-12-31", "2027-01-04"), id="files in a list"),
        pytest.param(["MD", "2026-12-31", "MD", {"file": "closed-days.txt"}], ("MD", "2026-12-31"), id="each once"),
        pytest.param([], (), id="none"),
    ],
)  # fmt: skip
def test_holidays(given: Any, expected: tuple[str, ...]) -> None:
    assert when(holidays=given).holidays == expected


def test_the_other_keys_of_a_timing() -> None:
    made = when(on_holiday="skip", on_weekend="next_business_day", weekend=["FR", "SA", "FR"], business_day=-1)
    assert (made.on_holiday, made.on_weekend, made.weekend, made.business_day) == ("skip", "next_business_day", ("FR", "SA"), -1)


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("start_at", "2026-12-30", "2026-12-30T00:00:00"),
        ("end_at", "2026-12-30", "2026-12-30T23:59:59"),
        ("start_at", "2026-12-30 09:00", "2026-12-30T09:00:00"),
        ("end_at", "2026-12-30T09:00:00+02:00", "2026-12-30T09:00:00+02:00"),
        ("end_at", "2026-12-30T09:00:00Z", "2026-12-30T09:00:00+00:00"),
    ],
)
def test_bounds(key: str, text: str, expected: str) -> None:
    assert getattr(when(**{key: text}), key) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"overlap": "cancel_other"}, {"overlap": "cancel_other"}),
        ({"catchup_window": "1h30m"}, {"catchup_window": 5_400}),
        ({"catchup_window": 10}, {"catchup_window": 10}),
        ({"jitter": "PT5M"}, {"jitter": 300}),
        ({"jitter": 0}, {"jitter": 0}),
        ({"timeout": "2d"}, {"timeout": 172_800}),
        ({"pause_on_failure": True}, {"pause_on_failure": True}),
        ({"max_runs": 52}, {"max_runs": 52}),
        ({"note": "x" * 1_000}, {"note": "x" * 1_000}),
    ],
)
def test_policies(settings: dict[str, Any], expected: dict[str, Any]) -> None:
    assert how(**settings) == timing.Policies(**expected)


DURATION = 'give a number of seconds (90), "90s", "1h30m", "2d", "1w" or "PT1H30M"'
CODE = 'a code ("MD"), a date ("2026-12-31") or {"file": "closed-days.txt"}'


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"holidays": 5}, ("wrong-type", "holidays", f"expected {CODE}, found the number 5", "")),
        ({"holidays": ["MD", None]}, ("wrong-type", "holidays[1]", f"expected {CODE}, found null", "")),
        ({"holidays": "${params.country}"}, ("wrong-type", "holidays", f"expected {CODE}, found a template", "")),
        ({"holidays": ["MD", "md"]}, ("wrong-holidays", "holidays[1]", "no holidays are known for 'md'", "did you mean 'MD'?")),
        ({"holidays": ["2026-13-01"]}, ("wrong-holidays", "holidays[0]", "'2026-13-01' is no date: month must be in 1..12", "")),
        ({"holidays": {"file": "close.txt"}}, ("wrong-holidays", "holidays", "cannot open 'close.txt' beside the document: No such file or directory", "did you mean 'closed-days.txt'?")),
        ({"holidays": {"file": "broken.txt"}}, ("wrong-holidays", "holidays", "'broken.txt', line 1: 'soon' is no date", "write it as 2026-12-31")),
        ({"holidays": {"fil": "x"}}, ("wrong-type", "holidays", 'expected {"file": "closed-days.txt"}, found an object with fil', "")),
        ({"holidays": {}}, ("wrong-type", "holidays", 'expected {"file": "closed-days.txt"}, found an object', "")),
        ({"holidays": {"file": 5}}, ("wrong-type", "holidays", 'expected {"file": "closed-days.txt"}, found an object with file', "")),
        ({"on_holiday": "later"}, ("wrong-value", "on_holiday", "on_holiday is 'later'", "one of: run, skip, next_business_day, previous_business_day")),
        ({"on_weekend": "next"}, ("wrong-value", "on_weekend", "on_weekend is 'next'", "did you mean 'next_business_day'?")),
        ({"on_weekend": True}, ("wrong-type", "on_weekend", "expected text, found true", "")),
        ({"on_weekend": "${x}"}, ("wrong-type", "on_weekend", "'on_weekend' takes plain text, no templates", "")),
        ({"weekend": "SA"}, ("wrong-type", "weekend", 'expected a list of days like ["SA", "SU"], found text "SA"', "")),
        ({"weekend": ["SA", 7]}, ("wrong-type", "weekend", 'expected a day like "SA", found the number 7', "")),
        ({"weekend": ["SAT"]}, ("wrong-value", "weekend", "'SAT' is no day of the week", "did you mean 'SA'?")),
        ({"business_day": 0}, ("wrong-value", "business_day", "business_day is 0", "1 to 23 from the start of the month, -1 (the last) to -23 from its end")),
        ({"business_day": 24}, ("wrong-value", "business_day", "business_day is 24", "1 to 23 from the start of the month, -1 (the last) to -23 from its end")),
        ({"business_day": "5"}, ("wrong-type", "business_day", 'expected a whole number from 1 to 23, or from -1 (the last) to -23, found text "5"', "")),
        ({"business_day": True}, ("wrong-type", "business_day", "expected a whole number from 1 to 23, or from -1 (the last) to -23, found true", "")),
        ({"start_at": "tomorrow"}, ("wrong-time", "start_at", "'tomorrow' is no time", "write 2026-11-23, 2026-11-23T18:00:00 (in the pipeline's time zone) or 2026-11-23T18:00:00+02:00")),
        ({"end_at": "2026-02-30"}, ("wrong-time", "end_at", "'2026-02-30' is no time", "write 2026-11-23, 2026-11-23T18:00:00 (in the pipeline's time zone) or 2026-11-23T18:00:00+02:00")),
        ({"end_at": 2026}, ("wrong-type", "end_at", "expected text, found the number 2026", "")),
        ({"overlap": "BufferOne"}, ("wrong-value", "overlap", "overlap is 'BufferOne'", "did you mean 'buffer_one'?")),
        ({"overlap": "cancel"}, ("wrong-value", "overlap", "overlap is 'cancel'", "did you mean 'cancel_other'?")),
        ({"overlap": "never"}, ("wrong-value", "overlap", "overlap is 'never'", "one of: skip, buffer_one, buffer_all, cancel_other, terminate_other, allow_all")),
        ({"catchup_window": "5s"}, ("wrong-value", "catchup_window", "a catchup_window of 5 s is shorter than 10 s, the least that Temporal takes", "with 10s, what comes due while the server is down is lost")),
        ({"catchup_window": "soon"}, ("wrong-duration", "catchup_window", 'no duration: text "soon"', DURATION)),
        ({"catchup_window": "2 weeks"}, ("wrong-duration", "catchup_window", 'no duration: text "2 weeks"', "did you mean '2w'?")),
        ({"jitter": -5}, ("wrong-duration", "jitter", "a duration cannot be negative: the number -5", DURATION)),
        ({"jitter": "1.5s"}, ("wrong-duration", "jitter", "'jitter' counts whole seconds", "schedules know no fractions of a second")),
        ({"jitter": False}, ("wrong-type", "jitter", 'expected a duration like 90, "90s", "1h30m" or "2d", found false', "")),
        ({"timeout": 0}, ("wrong-duration", "timeout", "the duration must be longer than 0 seconds: the number 0", DURATION)),
        ({"timeout": []}, ("wrong-type", "timeout", 'expected a duration like 90, "90s", "1h30m" or "2d", found a list', "")),
        ({"pause_on_failure": "yes"}, ("wrong-type", "pause_on_failure", 'expected true or false, found text "yes"', "")),
        ({"max_runs": 0}, ("wrong-value", "max_runs", "max_runs is 0", "leave it out for no limit; schedule_kind 'manual' never runs by itself")),
        ({"max_runs": 1.5}, ("wrong-type", "max_runs", "expected a whole number, found the number 1.5", "")),
        ({"note": "x" * 1_001}, ("too-large", "note", "the note has 1,001 characters; at most 1,000 are kept (MAX_NOTE_CHARS)", "longer words belong into 'description'")),
        ({"note": ["x"]}, ("wrong-type", "note", "expected text, found a list", "")),
        ({"catchup_windw": "1d"}, ("unknown-key", "catchup_windw", "unknown key 'catchup_windw'", "did you mean 'catchup_window'?")),
        ({"timeout_seconds": 5}, ("unknown-key", "timeout_seconds", "unknown key 'timeout_seconds'", "the time of a whole run is 'timeout'; timeout_seconds stands in a step")),
    ],
)  # fmt: skip
def test_wrong_settings(settings: dict[str, Any], expected: tuple[str, str, str, str]) -> None:
    made, gathered = parsed(settings)
    assert [(one.code, one.path, one.message, one.hint) for one in gathered.sorted()] == [expected]
    kept = {key: value for key, value in settings.items() if key == "holidays"}
    if not kept:
        assert (made.timing, made.policies) == (when(), how()), "the default stands for what is wrong"


def test_a_file_needs_somebody_who_reads_it() -> None:
    document = '{"schedule_kind": "manual", "holidays": {"file": "a.txt"}, "payload": {"pipeline": []}}'
    _, gathered = parse.parse(source.read_document(document.encode(), "x.json"), "x")
    assert [(one.code, one.message) for one in gathered.problems] == [
        ("wrong-holidays", "'a.txt' cannot be read here: the document has no folder")
    ]


def test_places_are_those_of_the_keys_and_of_the_items() -> None:
    document = '{"payload": {"pipeline": []},\n "schedule_kind": "manual",\n "jitter": -1,\n "holidays": ["MD",\n   "XX", "2026-02-30"]}'
    _, gathered = parsed(document)
    assert [(one.path, one.line, one.column) for one in gathered.sorted()] == [
        ("jitter", 3, 2),
        ("holidays[1]", 5, 4),
        ("holidays[2]", 5, 10),
    ]


def test_yaml_is_read_alike() -> None:
    text = "schedule_kind: cron\nschedule_expr: 0 9 * * *\nholidays: [MD, '2026-12-31']\nweekend: [FR, SA]\njitter: 5m\npayload: {pipeline: []}\n"
    made, gathered = parse.parse(source.read_document(text.encode(), "x.yaml"), "x")
    assert gathered.problems == [] and made is not None and made.timing is not None
    assert (made.timing.holidays, made.timing.weekend, made.policies.jitter) == (("MD", "2026-12-31"), ("FR", "SA"), 300)
