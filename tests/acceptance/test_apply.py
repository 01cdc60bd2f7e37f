"""`ordinaut apply` on a real server: created, updated, unchanged, pruned; nothing at all where one file is broken."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from temporalio import client as temporal_client
from temporalio import service

from activities.schedules import memo
from starter import embedded
from tests import commands

DAILY = "FREQ=DAILY;BYHOUR=18;BYMINUTE=0"


@dataclass
class Place:
    """A folder of pipelines whose names no other test has."""

    folder: Path
    variables: dict[str, str]
    client: temporal_client.Client
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:6])

    def name(self, word: str) -> str:
        return f"{word}-{self.mark}"

    def write(self, word: str, expr: str = DAILY, **document: Any) -> Path:
        made = {
            "title": word,
            "schedule_kind": "rrule",
            "schedule_expr": expr,
            "timezone": "Europe/Chisinau",
            "payload": {"pipeline": [{"id": "day", "uses": "system.transform", "with": {"template": "${today}"}}]},
            **document,
        }
        file = self.folder / f"{self.name(word)}.json"
        file.write_text(json.dumps({key: value for key, value in made.items() if value is not None}), encoding="utf-8")
        return file

    def apply(self, *arguments: str | Path) -> commands.Ended:
        return commands.ordinaut("apply", *arguments, variables=self.variables)

    def statuses(self, *arguments: str | Path) -> dict[str, str]:
        """What `apply --json` says of each pipeline, by the word."""
        ended = self.apply(*arguments, "--json")
        assert ended.code == 0, ended.out + ended.err
        return {one["name"].removesuffix(f"-{self.mark}"): one["status"] for one in ended.json["applied"]}

    async def described(self, word: str) -> temporal_client.ScheduleDescription:
        return await self.client.get_schedule_handle(self.name(word)).describe()

    async def ours(self) -> set[str]:
        return {one.id async for one in await self.client.list_schedules() if one.id.endswith(self.mark)}


@pytest.fixture
async def place(tmp_path: Path, embedded_server: embedded.EmbeddedServer, client: temporal_client.Client) -> AsyncIterator[Place]:
    made = Place(tmp_path, {"TEMPORAL_ADDRESS": embedded_server.address}, client)
    yield made
    for name in await made.ours():
        with contextlib.suppress(service.RPCError):
            await client.get_schedule_handle(name).delete()


async def test_the_second_apply_changes_nothing(place: Place) -> None:
    place.write("daily")
    place.write("weekly", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9")
    assert place.statuses(place.folder) == {"daily": "created", "weekly": "created"}
    before = (await place.described("daily")).info.last_updated_at
    assert place.statuses(place.folder) == {"daily": "unchanged", "weekly": "unchanged"}
    assert (await place.described("daily")).info.last_updated_at == before


async def test_a_change_is_told_field_by_field(place: Place) -> None:
    place.write("report", params=None)
    place.apply(place.folder)
    steps = [
        {"id": "day", "uses": "system.transform", "with": {"template": "${yesterday}"}},
        {"id": "pause", "uses": "system.sleep", "with": {"duration_seconds": 1}},
    ]
    place.write("report", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9", overlap="skip", note="for the board", payload={"pipeline": steps})
    ended = place.apply(place.folder)
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [
        f"{place.name('report'):<44} updated",
        "    schedule_expr: FREQ=DAILY;BYHOUR=18;BYMINUTE=0 -> FREQ=WEEKLY;BYDAY=MO;BYHOUR=9",
        "    overlap: buffer_all -> skip",
        "    note: (none) -> for the board",
        "    step pause: added, system.sleep",
        "    step day: changed in with",
        "1 updated",
    ]
    schedule = (await place.described("report")).schedule
    assert schedule.policy.overlap == temporal_client.ScheduleOverlapPolicy.SKIP
    assert schedule.state.note == "for the board"


async def test_one_broken_file_among_many_changes_nothing_at_all(place: Place) -> None:
    place.write("good")
    place.apply(place.folder)
    place.write("good", "FREQ=DAILY;BYHOUR=7")
    place.write("new")
    place.write("broken", "FREQ=DAILY;BYHOUR=25")
    (place.folder / "torn.json").write_text('{"title": ')
    ended = place.apply(place.folder)
    assert ended.code == 1
    assert "BYHOUR=25" in ended.out and "torn.json:1:" in ended.out
    assert "nothing was changed" in ended.err
    assert await place.ours() == {place.name("good")}
    kept = await memo.read(await place.described("good"))
    assert kept is not None and kept.timing.expr == DAILY


async def test_two_pipelines_of_one_name_are_refused(place: Place) -> None:
    place.write("one", name=place.name("same"))
    place.write("two", name=place.name("same"))
    ended = place.apply(place.folder)
    assert ended.code == 1
    assert "[duplicate-name]" in ended.out
    assert await place.ours() == set()


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(place: Place) -> None:
    place.write("daily")
    ended = place.apply(place.folder, "--dry-run")
    assert ended.out.splitlines() == [f"{place.name('daily'):<44} created", "1 created; nothing was changed: --dry-run"]
    assert await place.ours() == set()


async def test_prune_deletes_only_what_was_applied_from_the_folder(place: Place) -> None:
    elsewhere = place.folder / "elsewhere"
    elsewhere.mkdir()
    inside = place.folder / "inside"
    inside.mkdir()
    for word, folder in (("stays", inside), ("goes", inside), ("other", elsewhere)):
        place.write(word).rename(folder / f"{place.name(word)}.json")
    place.apply(inside, elsewhere)
    await place.client.create_schedule(
        place.name("theirs"),
        temporal_client.Schedule(
            temporal_client.ScheduleActionStartWorkflow("Nothing", id="nothing", task_queue="nothing"), temporal_client.ScheduleSpec()
        ),
    )
    (inside / f"{place.name('goes')}.json").unlink()
    assert place.statuses(inside, "--prune", "--dry-run") == {"stays": "unchanged", "goes": "deleted"}
    assert place.statuses(inside, "--prune") == {"stays": "unchanged", "goes": "deleted"}
    assert await place.ours() == {place.name(word) for word in ("stays", "other", "theirs")}


async def test_a_schedule_of_somebody_else_is_not_taken_over(place: Place) -> None:
    place.write("theirs")
    action = temporal_client.ScheduleActionStartWorkflow("Nothing", id="nothing", task_queue="nothing")
    await place.client.create_schedule(place.name("theirs"), temporal_client.Schedule(action, temporal_client.ScheduleSpec()))
    ended = place.apply(place.folder)
    assert ended.code == 1
    assert "did not make" in ended.out and f"temporal schedule delete --schedule-id {place.name('theirs')}" in ended.out


async def test_a_pause_and_the_anchor_outlive_an_update(place: Place) -> None:
    place.write("every-three", "FREQ=DAILY;INTERVAL=3;BYHOUR=9")
    place.apply(place.folder)
    first = await memo.read(await place.described("every-three"))
    await place.client.get_schedule_handle(place.name("every-three")).pause(note="audit")
    place.write("every-three", "FREQ=DAILY;INTERVAL=3;BYHOUR=10")
    assert place.statuses(place.folder) == {"every-three": "updated"}
    described = await place.described("every-three")
    kept = await memo.read(described)
    assert first is not None and kept is not None and kept.anchor == first.anchor
    assert described.schedule.state.paused and described.schedule.state.note == "audit"


async def test_params_are_kept_in_the_schedule(place: Place) -> None:
    place.write("with-params")
    ended = place.apply(place.folder, "--params", "who=ana", "--params", "limit:=5")
    assert ended.code == 0, ended.err
    kept = await memo.read(await place.described("with-params"))
    assert kept is not None and dict(kept.params) == {"who": "ana", "limit": 5}
    ended = place.apply(place.folder, "--params", "who=ion", "--params", "limit:=5")
    assert "    params.who: ana -> ion" in ended.out.splitlines()


async def test_what_somebody_changed_at_temporal_is_told_and_put_right(place: Place) -> None:
    place.write("changed")
    place.apply(place.folder)

    def by_hand(given: temporal_client.ScheduleUpdateInput) -> temporal_client.ScheduleUpdate:
        schedule = given.description.schedule
        schedule.policy.overlap = temporal_client.ScheduleOverlapPolicy.ALLOW_ALL
        return temporal_client.ScheduleUpdate(schedule)

    await place.client.get_schedule_handle(place.name("changed")).update(by_hand)
    ended = place.apply(place.folder)
    assert "    overlap, changed at Temporal by somebody else: allow_all -> buffer_all" in ended.out.splitlines()
    assert (await place.described("changed")).schedule.policy.overlap == temporal_client.ScheduleOverlapPolicy.BUFFER_ALL
    assert place.statuses(place.folder) == {"changed": "unchanged"}


async def test_the_script_to_copy_makes_the_schedule_that_apply_makes(place: Place) -> None:
    file = place.write("by-code")
    ended = subprocess.run(
        [sys.executable, "-m", "starter.create_one_schedule", file],
        env={**os.environ, **place.variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (0, f"{place.name('by-code')}\n"), ended.stderr
    by_code = (await place.described("by-code")).schedule
    await place.client.get_schedule_handle(place.name("by-code")).delete()
    place.apply(file)
    applied = (await place.described("by-code")).schedule
    assert (by_code.policy, by_code.state, by_code.spec.calendars) == (applied.policy, applied.state, applied.spec.calendars)


async def test_a_new_schedule_whose_times_are_all_past_is_refused(place: Place) -> None:
    place.write("past", "2020-01-01T09:00:00", schedule_kind="once")
    ended = place.apply(place.folder)
    assert ended.code == 1
    assert "past" in ended.out
    assert await place.ours() == set()


async def test_a_manual_pipeline_is_a_paused_schedule_that_is_never_due(place: Place) -> None:
    place.write("by-hand", None, schedule_kind="manual", schedule_expr=None)  # type: ignore[arg-type]
    assert place.statuses(place.folder) == {"by-hand": "created"}
    described = await place.described("by-hand")
    assert described.schedule.state.paused
    assert [due.year for due in described.info.next_action_times] == [2100]


async def test_a_pipeline_on_events_is_subscribed_and_its_schedule_is_never_due_nor_paused(place: Place) -> None:
    event_type = f"desk.opened-{place.mark}"
    place.write("on-event", None, schedule_kind="event", schedule_expr=None, event_type=event_type)  # type: ignore[arg-type]
    assert place.statuses(place.folder) == {"on-event": "created"}
    assert place.statuses(place.folder) == {"on-event": "unchanged"}
    described = await place.described("on-event")
    assert not described.schedule.state.paused
    assert [due.year for due in described.info.next_action_times] == [2100]
    assert await _signals(place, event_type) == ["subscribe", "subscribe"]


async def test_another_event_type_ends_the_subscription_to_the_first(place: Place) -> None:
    first, second = f"desk.opened-{place.mark}", f"desk.closed-{place.mark}"
    file = place.write("on-event", None, schedule_kind="event", schedule_expr=None, event_type=first)  # type: ignore[arg-type]
    place.apply(file)
    place.write("on-event", None, schedule_kind="event", schedule_expr=None, event_type=second)  # type: ignore[arg-type]
    ended = place.apply(file)
    assert f"event_type: {first} -> {second}" in ended.out
    assert await _signals(place, first) == ["subscribe", "unsubscribe"]
    assert await _signals(place, second) == ["subscribe"]
    file.unlink()
    place.write("other")
    assert place.statuses(place.folder, "--prune") == {"other": "created", "on-event": "deleted"}
    assert await _signals(place, second) == ["subscribe", "unsubscribe"]


async def _signals(place: Place, event_type: str) -> list[str]:
    """What a type's router was told; it needs no worker for that."""
    history = await place.client.get_workflow_handle(f"events:{event_type}").fetch_history()
    told = [event.workflow_execution_signaled_event_attributes for event in history.events]
    return [one.signal_name for one in told if one.signal_name]


async def test_without_a_service_the_exit_code_is_three(tmp_path: Path) -> None:
    file = Place(tmp_path, {}, None).write("daily")  # type: ignore[arg-type]
    ended = commands.ordinaut("apply", file, variables={"TEMPORAL_ADDRESS": "127.0.0.1:1"})
    assert ended.code == 3
    assert "127.0.0.1:1" in ended.err and ended.seconds < 8


async def test_an_apply_killed_in_the_middle_is_finished_by_the_next(place: Place, tmp_path: Path) -> None:
    for number in range(150):
        place.write(f"job-{number}", f"FREQ=DAILY;BYHOUR={number % 24};BYMINUTE={number % 60}")
    running = commands.Background(tmp_path / "log", "apply", place.folder, variables=place.variables)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not await place.ours():
        time.sleep(0.05)
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    done = len(await place.ours())
    assert 0 < done <= 150
    statuses = place.statuses(place.folder)
    assert set(statuses.values()) <= {"created", "unchanged"}
    assert len(statuses) == 150
    while time.monotonic() < deadline and len(await place.ours()) < 150:  # the service's list lags behind
        time.sleep(0.1)
    assert len(await place.ours()) == 150
    assert place.statuses(place.folder) == dict.fromkeys(statuses, "unchanged")
