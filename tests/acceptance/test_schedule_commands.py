"""The commands on applied pipelines on a real server: what they say, and what the service then does."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import io
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, Schedule, ScheduleActionStartWorkflow, ScheduleCalendarSpec, ScheduleRange, ScheduleSpec

from starter import cli, embedded
from tests import commands
from workflows.core import zones

UTC = datetime.UTC


@dataclass
class Place:
    """A folder with pipelines of names that no other test has, applied on the server."""

    folder: Path
    address: str
    client: Client
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:6])

    def name(self, word: str) -> str:
        return f"{word}-{self.mark}"

    def write(self, word: str, **document: Any) -> Path:
        """A pipeline whose one step shows the day it is for."""
        steps = commands.steps(commands.transform("day", "${today}"), timezone="Europe/Chisinau", **document)
        return commands.document(self.folder, f"{self.name(word)}.json", steps)

    async def ordinaut(self, *arguments: str | Path) -> commands.Ended:
        """Runs a command in this process: a second less for each than the console script takes to start."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = await asyncio.to_thread(cli.run, [str(argument) for argument in arguments])
        texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
        assert "mistake in Ordinaut" not in texts[1], texts[1]
        return commands.Ended(code, *texts, 0.0)

    async def applied(self, *paths: Path) -> None:
        ended = await self.ordinaut("apply", *paths)
        assert ended.code == 0, ended.err

    async def rows(self) -> dict[str, dict[str, Any]]:
        """What `schedules` says of our pipelines, by the word."""
        ended = await self.ordinaut("schedules", "--json")
        assert ended.code == 0, ended.err
        suffix = f"-{self.mark}"
        return {row["name"].removesuffix(suffix): row for row in ended.json["schedules"] if row["name"].endswith(suffix)}


@pytest.fixture
async def place(
    tmp_path: Path, embedded_server: embedded.EmbeddedServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    """A place to be in; what it applied is deleted at the end."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", embedded_server.address)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    made = Place(tmp_path, embedded_server.address, client)
    yield made
    async for entry in await client.list_schedules():
        if entry.id.endswith(made.mark):
            await client.get_schedule_handle(entry.id).delete()


DAILY = {"schedule_kind": "rrule", "schedule_expr": "FREQ=DAILY;BYHOUR=18;BYMINUTE=0"}
MONTHLY = {"schedule_kind": "rrule", "schedule_expr": "FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=9"}
MOVED = {**MONTHLY, "holidays": "MD", "on_holiday": "next_business_day", "on_weekend": "next_business_day"}


async def test_schedules_lists_each_kind_with_its_state(place: Place) -> None:
    soon = datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(seconds=4)
    await place.applied(
        place.write("daily", **DAILY, overlap="skip", note="the books", max_runs=3),
        place.write("manual"),
        place.write("spent", schedule_kind="once", schedule_expr=soon.isoformat()),
        place.write("cron", schedule_kind="cron", schedule_expr="*/15 * * * *"),
    )
    await place.ordinaut("pause", place.name("cron"), "--note", "too often")
    assert (await place.rows())["spent"]["next"] == soon.astimezone(zones.load("Europe/Chisinau")).isoformat()
    while not (await place.client.get_schedule_handle(place.name("spent")).describe()).info.recent_actions:
        await asyncio.sleep(0.1)
    rows = await place.rows()
    assert {word: row["state"] for word, row in rows.items()} == {"cron": "paused", "daily": "active", "manual": "manual", "spent": "done"}
    daily = rows["daily"]
    assert (daily["when"], daily["overlap"], daily["remaining_runs"], daily["note"]) == ("every day at 18:00", "skip", 3, "the books")
    following = datetime.datetime.fromisoformat(daily["next"])
    assert following.hour == 18 and datetime.timedelta() < following - datetime.datetime.now(UTC) <= datetime.timedelta(days=1, hours=1)
    assert (rows["manual"]["next"], rows["spent"]["next"]) == (None, None)  # the placeholder of 2100 is not shown
    assert rows["cron"]["note"] == "too often"
    assert rows["spent"]["last"] == {
        "run_id": f"{place.name('spent')}-{soon:%Y-%m-%dT%H:%M:%SZ}",
        "nominal_time": soon.astimezone(zones.load("Europe/Chisinau")).isoformat(),
        "status": "running",  # no worker is there
    }
    ended = await place.ordinaut("schedules")
    assert ended.code == 0
    lines = [line.strip() for line in ended.out.splitlines()]
    assert f"{place.name('daily')}   every day at 18:00, Europe/Chisinau".split() in [line.split() for line in lines]
    assert any(line.startswith("next  none: paused since ") and line.endswith(": too often") for line in lines)
    assert "next  none: done" in lines
    assert "overlap skip, 3 runs left, the books" in lines
    await place.ordinaut("pause", place.name("daily"))
    assert (await place.rows())["daily"]["note"] == "the books"


async def test_next_shows_what_the_service_will_fire_with_what_was_moved(place: Place) -> None:
    file = place.write("report", **MOVED)
    await place.applied(file)
    for argument in (file, place.name("report")):
        ended = await place.ordinaut("next", argument, "--from", "2026-06-01", "--to", "2026-12-31", "--json")
        assert ended.code == 0, ended.err
        (pipeline,) = ended.json["pipelines"]
        assert (pipeline["source"], pipeline["notes"]) == ("server", [])
        assert [(time["time"][:10], (time["moved_from"] or "")[:10], time["reason"]) for time in ended.json["times"]] == [
            ("2026-06-22", "2026-06-20", "Saturday"),
            ("2026-07-20", "", ""),
            ("2026-08-20", "", ""),
            ("2026-09-21", "2026-09-20", "Sunday"),
            ("2026-10-20", "", ""),
            ("2026-11-20", "", ""),
            ("2026-12-21", "2026-12-20", "Sunday"),
        ]
    ended = await place.ordinaut("next", place.name("report"), "--from", "2026-06-01", "-n", "2")
    assert ended.out.splitlines()[1].startswith("  Mon 2026-06-22 09:00 +03:00  ")
    assert ended.out.splitlines()[1].endswith("  moved from Sat 20 Jun: Saturday")
    assert ended.out.splitlines()[-1] == "asked of the service: what is shown is what fires"


async def test_next_says_where_a_file_differs_from_what_is_applied(place: Place) -> None:
    file = place.write("daily", **DAILY)
    await place.applied(file)
    file = place.write("daily", schedule_kind="rrule", schedule_expr="FREQ=DAILY;BYHOUR=19", jitter="5m")
    ended = await place.ordinaut("next", file.name, "-n", "1", "--json")
    assert ended.json["pipelines"][0]["notes"] == [
        f"{file.name} says another schedule_expr, jitter than what is applied; shown are the applied times; to change them: ordinaut apply {file.name}"
    ]
    assert ended.json["times"][0]["time"][11:16] == "18:00"


async def test_next_of_a_folder_is_one_calendar_and_makes_nothing_on_the_service(place: Place) -> None:
    daily = place.write("daily", **DAILY)
    place.write("weekly", schedule_kind="cron", schedule_expr="0 18 * * 1")
    await place.applied(daily)
    ended = await place.ordinaut("next", ".", "--from", "2027-01-01", "--to", "2027-01-05", "--json")
    assert ended.code == 0, ended.err
    sources = {pipeline["name"].partition("-")[0]: pipeline["source"] for pipeline in ended.json["pipelines"]}
    assert sources == {"daily": "server", "weekly": "computed"}
    assert [(time["name"].partition("-")[0], time["time"][8:10]) for time in ended.json["times"]] == [
        *(("daily", "01"), ("daily", "02"), ("daily", "03"), ("daily", "04"), ("weekly", "04")),
        ("daily", "05"),
    ]
    assert list(await place.rows()) == ["daily"]


async def test_next_ends_with_max_runs_and_tells_of_a_pause(place: Place) -> None:
    await place.applied(place.write("few", **DAILY, max_runs=2))
    await place.ordinaut("pause", place.name("few"), "--note", "audit")
    ended = await place.ordinaut("next", place.name("few"))
    assert len([line for line in ended.out.splitlines() if "18:00" in line and line.startswith("  ")]) == 2
    assert ended.out.splitlines()[-2:] == [
        f"paused (audit): these times pass without a run until: ordinaut resume {place.name('few')}",
        "max_runs leaves 2 runs",
    ]
    ended = await place.ordinaut("next", place.name("few"), "--from", "2030-01-01", "--json")
    assert ended.json["times"] == []  # they are used up long before


async def test_year_is_a_grid_for_people_and_days_for_scripts(place: Place) -> None:
    await place.applied(place.write("report", **MOVED))
    grid = await place.ordinaut("next", place.name("report"), "--year", "2026")
    assert "2026: 12 times on 12 days" in grid.out
    assert "22•" in grid.out and "25'" in grid.out and "\x1b" not in grid.out
    assert "Mon 22 Jun 09:00  moved from Sat 20 Jun: Saturday" in grid.out.splitlines()
    this_year = await place.ordinaut("next", place.name("report"), "--year", "--json")
    assert this_year.json["year"] == datetime.datetime.now(datetime.UTC).year
    days = {day["date"]: day for day in (await place.ordinaut("next", place.name("report"), "--year", "2026", "--json")).json["days"]}
    assert days["2026-06-22"] == {"date": "2026-06-22", "runs": 1, "skipped": 0, "holiday": None, "pipelines": [place.name("report")]}
    assert days["2026-12-25"]["runs"] == 0 and days["2026-12-25"]["holiday"].startswith("Christmas Day")


async def test_pause_loses_times_and_resume_says_which_and_how_to_run_them(place: Place) -> None:
    name = place.name("often")
    await place.applied(place.write("often", schedule_kind="rrule", schedule_expr="FREQ=SECONDLY;INTERVAL=1", overlap="allow_all"))
    paused = await place.ordinaut("pause", name, "--note", "a break", "--json")
    assert (paused.code, paused.json) == (0, {"schedules": [{"name": name, "paused": True, "was_paused": False, "note": "a break"}]})
    again = await place.ordinaut("pause", name)
    assert again.out == f"{name}  was paused already: a break\n"
    before = (await place.client.get_schedule_handle(name).describe()).info.num_actions
    await asyncio.sleep(2.1)
    assert (await place.client.get_schedule_handle(name).describe()).info.num_actions == before
    ended = await place.ordinaut("resume", name, "--json")
    (resumed,) = ended.json["schedules"]
    assert resumed["was_paused"] and len(resumed["lost"]) >= 2
    assert resumed["backfill"] == f"ordinaut backfill {name} --from {resumed['lost'][0]} --to {resumed['lost'][-1]}"
    await place.ordinaut("pause", name)  # not more of them than needed
    filled = await place.ordinaut(*resumed["backfill"].split()[1:], "--json")
    assert [run["nominal_time"] for run in filled.json["runs"]] == resumed["lost"]


async def test_resume_after_a_pause_of_others_counts_from_the_last_run(place: Place) -> None:
    name = place.name("often")
    await place.applied(place.write("often", schedule_kind="rrule", schedule_expr="FREQ=SECONDLY;INTERVAL=1", overlap="allow_all"))
    handle = place.client.get_schedule_handle(name)
    while not (await handle.describe()).info.recent_actions:
        await asyncio.sleep(0.1)
    await handle.pause(note="by the Web UI")
    last = (await handle.describe()).info.recent_actions[-1].scheduled_at
    await asyncio.sleep(1.1)
    ended = await place.ordinaut("resume", name)
    assert ended.code == 0 and "passed without a run since its last run:" in ended.out
    first = datetime.datetime.fromisoformat(ended.out.split(" --from ")[1].split()[0])
    assert first == last + datetime.timedelta(seconds=1)
    await handle.pause()


async def test_trigger_starts_a_run_now_and_obeys_overlap(place: Place) -> None:
    name = place.name("by-hand")
    await place.applied(place.write("by-hand", overlap="skip"))
    ended = await place.ordinaut("trigger", name, "--json")
    assert (ended.code, ended.json["status"], ended.json["name"]) == (0, "started", name)
    nominal = datetime.datetime.fromisoformat(ended.json["nominal_time"])
    assert abs(datetime.datetime.now(UTC) - nominal) < datetime.timedelta(seconds=30)
    assert ended.json["run_id"] == f"{name}-{nominal.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    run = await place.client.get_workflow_handle(ended.json["run_id"]).describe()
    assert run.status is not None and run.status.name == "RUNNING"  # no worker is there
    skipped = await place.ordinaut("trigger", name)
    assert (skipped.code, skipped.out) == (
        1,
        f"{name}  nothing was started: a run is under way, and overlap is skip; to start one beside it: ordinaut trigger {name} --overlap allow_all\n",
    )
    waiting = await place.ordinaut("trigger", name, "--overlap", "buffer_all", "--json")
    assert (waiting.code, waiting.json["status"], waiting.json["run_id"]) == (0, "waiting", None)
    beside = await place.ordinaut("trigger", name, "--overlap", "allow_all")
    assert beside.code == 0 and beside.out.startswith(f"{name}-2")


async def test_backfill_runs_the_due_times_of_the_past_with_their_dates(place: Place) -> None:
    name = place.name("daily")
    await place.applied(place.write("daily", **DAILY))
    await place.ordinaut("pause", name)  # also then
    ended = await place.ordinaut("backfill", name, "--from", "2026-07-01T18:00", "--to", "2026-07-03T18:00+03:00")
    ids = [f"{name}-2026-07-0{day}T15:00:00Z" for day in (1, 2, 3)]
    assert (ended.code, ended.out.splitlines()) == (0, ids)
    assert ended.err.splitlines() == [
        f"{name}: 3 times, overlap buffer_all",
        "  Wed 2026-07-01 18:00 +03:00",
        "  Thu 2026-07-02 18:00 +03:00",
        "  Fri 2026-07-03 18:00 +03:00",
    ]
    with commands.running(place.folder / "worker", "worker", variables={"TEMPORAL_ADDRESS": place.address}):
        for number, run_id in enumerate(ids, 1):
            while not [run async for run in place.client.list_workflows(f"WorkflowId = '{run_id}'")]:
                await asyncio.sleep(0.1)
            await place.client.get_workflow_handle(run_id).result()
            shown = (await place.ordinaut("show", run_id, "--json")).json
            assert (shown["nominal_time"], shown["steps"][0]["output"]) == (f"2026-07-0{number}T18:00:00+03:00", f"2026-07-0{number}")
    again = await place.ordinaut("backfill", name, "--from", "2026-07-03", "--to", "2026-07-04", "--json")
    assert [(run["run_id"], run["earlier_run"]) for run in again.json["runs"]] == [
        (ids[2], "completed"),
        (f"{name}-2026-07-04T15:00:00Z", None),
    ]


async def test_jitter_delays_what_next_shows_and_not_what_a_backfill_is_for(place: Place) -> None:
    name = place.name("late")
    await place.applied(place.write("late", **MOVED, jitter="1h", overlap="allow_all"))
    shown = await place.ordinaut("next", name, "--from", "2026-06-01", "--to", "2026-06-30", "--json")
    (time,) = shown.json["times"]
    delay = datetime.datetime.fromisoformat(time["time"]) - datetime.datetime.fromisoformat("2026-06-22T09:00:00+03:00")
    assert datetime.timedelta() < delay <= datetime.timedelta(hours=1)
    assert (time["moved_from"], time["reason"]) == ("2026-06-20T09:00:00+03:00", "Saturday")
    assert shown.json["pipelines"][0]["notes"] == ["each time has its own delay in it, of at most 1 h (jitter)"]
    ended = await place.ordinaut("backfill", name, "--from", "2026-06-22T09:00", "--to", "2026-07-20T09:00", "--overlap", "allow_all")
    ids = [f"{name}-2026-06-22T06:00:00Z", f"{name}-2026-07-20T06:00:00Z"]
    assert (ended.code, ended.out.splitlines()) == (0, ids)
    handle = place.client.get_schedule_handle(name)
    while (await handle.describe()).info.num_actions < 2:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    actions = (await handle.describe()).info.recent_actions
    assert sorted(action.action.workflow_id for action in actions) == ids  # type: ignore[attr-defined]


async def test_backfill_of_many_runs_wants_a_yes(place: Place) -> None:
    name = place.name("daily")
    await place.applied(place.write("daily", **DAILY))
    window = ("backfill", name, "--from", "2026-01-01", "--to", "2026-04-11")
    ended = await place.ordinaut(*window)
    assert ended.code == 2
    assert ended.err.splitlines()[-1] == f"Error: Start 101 runs of {name}? Nobody can be asked here: say so with --yes"
    assert (await place.client.get_schedule_handle(name).describe()).info.num_actions == 0
    assert (await place.ordinaut(*window, "--yes", "--overlap", "skip")).out.count("\n") == 101


async def test_backfill_without_a_due_time_names_the_nearest(place: Place) -> None:
    name = place.name("report")
    await place.applied(place.write("report", **MOVED), place.write("manual"))
    ended = await place.ordinaut("backfill", name, "--from", "2026-06-01", "--to", "2026-06-21", "--json")
    assert (ended.code, ended.json["error"]["message"]) == (
        1,
        f"'{name}' was not due from Mon 2026-06-01 00:00 +03:00 to Sun 2026-06-21 23:59:59 +03:00;"
        " the nearest times are before it Wed 2026-05-20 09:00 +03:00 and after it Mon 2026-06-22 09:00 +03:00",
    )
    manual = place.name("manual")
    ended = await place.ordinaut("backfill", manual, "--from", "2026-06-01", "--to", "2026-06-21")
    assert (ended.code, ended.err) == (
        1,
        f"ordinaut: '{manual}' is manual, so it has no due times; start a run with: ordinaut trigger {manual}\n",
    )
    for window, said in (
        (("2026-06-02", "2026-06-01"), "Error: --from 2026-06-02 is after --to 2026-06-01"),
        (("2099-06-02", "2099-07-01"), "Error: --from 2099-06-02 is in the future; those times come by themselves"),
    ):
        ended = await place.ordinaut("backfill", name, "--from", window[0], "--to", window[1])
        assert (ended.code, ended.err.splitlines()[-1]) == (2, said)


async def test_delete_asks_and_leaves_runs_alone(place: Place) -> None:
    name = place.name("by-hand")
    await place.applied(place.write("by-hand"))
    await place.ordinaut("trigger", name)
    ended = await place.ordinaut("delete", name)
    assert (ended.code, ended.err.splitlines()[-1]) == (
        2,
        f"Error: Delete the schedule of {name}? Nobody can be asked here: say so with --yes",
    )
    assert list(await place.rows()) == ["by-hand"]
    ended = await place.ordinaut("delete", name, "--yes")
    assert (ended.code, ended.out) == (0, f"{name}  deleted; 1 run under way goes on\n")
    assert await place.rows() == {}


async def test_name_that_is_not_applied_changes_nothing_and_a_near_one_is_named(place: Place) -> None:
    name = place.name("weekly-report")
    await place.applied(place.write("weekly-report", **DAILY))
    wrong = place.name("weekly-reprot")
    for arguments in (("pause", name, wrong), ("resume", wrong), ("trigger", wrong), ("delete", name, wrong, "--yes"), ("next", wrong)):
        ended = await place.ordinaut(*arguments, "--json")
        assert (ended.code, ended.json["error"]["message"]) == (1, f"no applied pipeline '{wrong}' here; did you mean '{name}'?")
    assert (await place.rows())["weekly-report"]["state"] == "active"


async def test_schedule_of_others_is_neither_listed_nor_touched(place: Place) -> None:
    name = place.name("foreign")
    spec = ScheduleSpec(calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(9)])])
    await place.client.create_schedule(name, Schedule(ScheduleActionStartWorkflow("Other", id="other", task_queue="others"), spec))
    assert await place.rows() == {}
    for arguments, tool in (
        (("delete", name, "--yes"), "delete"),
        (("pause", name), "toggle --pause"),
        (("trigger", name), "trigger"),
    ):
        ended = await place.ordinaut(*arguments)
        assert (ended.code, ended.err) == (
            1,
            f"ordinaut: '{name}' is a schedule of this namespace, but `ordinaut apply` did not make it, so it is left alone;"
            f" Temporal's own tool handles it: temporal schedule {tool} --schedule-id {name}\n",
        )
    description = await place.client.get_schedule_handle(name).describe()
    assert not description.schedule.state.paused and description.info.num_actions == 0


def test_commands_say_within_5_seconds_that_the_service_is_not_there(tmp_path: Path) -> None:
    for arguments in (("schedules",), ("next", "x"), ("pause", "x")):
        ended = commands.ordinaut(*arguments, "--json", folder=tmp_path, variables={"TEMPORAL_ADDRESS": "127.0.0.1:1"})
        assert ended.code == 3 and ended.seconds < 5
        assert ended.json["error"]["message"].startswith("no Temporal service at 127.0.0.1:1: the connection was refused; ")


def test_next_without_a_service_computes_and_says_so(tmp_path: Path) -> None:
    commands.document(tmp_path, "daily.json", commands.steps(commands.transform("a", 1), **DAILY))
    variables = {"TEMPORAL_ADDRESS": "127.0.0.1:1"}
    ended = commands.ordinaut("next", "daily.json", "-n", "2", folder=tmp_path, variables=variables)
    assert ended.code == 0
    assert ended.out.splitlines()[0] == "daily  every day at 18:00, Europe/Chisinau"
    assert len(ended.out.splitlines()) == 4
    assert ended.out.splitlines()[-1] == "computed here: no Temporal service answers at 127.0.0.1:1"
    ended = commands.ordinaut("next", "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=17", "--from", "2027-01-01", "--json", variables=variables)
    assert [time["time"] for time in ended.json["times"]][:2] == ["2027-01-29T17:00:00+00:00", "2027-02-26T17:00:00+00:00"]
    assert ended.json["pipelines"][0]["notes"] == ["computed here: an expression is not on the service"]


async def test_next_of_a_broken_file_answers_as_check_does(place: Place) -> None:
    file = commands.document(place.folder, "broken.json", {"payload": {"pipeline": 5}})
    ended = await place.ordinaut("next", file, "--json")
    assert (ended.code, ended.json) == (1, (await place.ordinaut("check", file, "--json")).json)
    assert ended.json["ok"] is False
