"""Runs on a real service from the command line: `up`, `worker`, `demo`, `run`, `runs`, `show`, `cancel`, as real processes."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from starter import embedded, ports, state_file
from starter.sandbox import server as sandbox_server
from tests import commands, reference_cases

pytestmark = pytest.mark.server

RECONCILIATION = reference_cases.ROOT / "pipelines" / "daily-financial-reconciliation.json"
BALANCE = {"id": "balance", "uses": "maib.banking", "with": {"action": "get_balance", "account_number": "MD24AG000000022951234567"}}
STEP_KEYS = ["id", "uses", "status", "with", "output", "error", "attempts"]


@dataclass(frozen=True)
class Up:
    """A running `ordinaut up`, and what it says of itself."""

    background: commands.Background
    facts: dict[str, Any]
    variables: dict[str, str]
    database: Path

    def ordinaut(self, *arguments: str | Path) -> commands.Ended:
        """A command that finds this `up` by its state file."""
        return commands.ordinaut(*arguments, variables=self.variables)


def start_up(folder: Path, *options: str, variables: dict[str, str] | None = None) -> Up:
    """Starts `up --json`; its state is in the folder."""
    mark = {"XDG_STATE_HOME": str(folder / "state"), **(variables or {})}
    database = folder / "runs.db"
    background = commands.Background(folder / uuid.uuid4().hex, "up", "--json", "--db", database, *options, variables=mark)
    background.says("\n")
    return Up(background, json.loads(background.out), mark, database)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One `up` on free ports for the tests of this file."""
    port, ui_port = ports.free(2)
    running = start_up(tmp_path_factory.mktemp("up"), "--port", str(port), "--ui-port", str(ui_port))
    assert running.facts["address"] == f"127.0.0.1:{port}" and running.facts["ui_url"] == f"http://127.0.0.1:{ui_port}"
    yield running
    ended = running.background.ends(signal.SIGINT)
    assert ended.code == 0 and ended.out.count("\n") == 1
    assert ended.err.splitlines()[-2:] == ["stopping", "stopped"]


def test_up_shows_metrics_of_its_worker_s_calls(up: Up) -> None:
    assert up.ordinaut("run", RECONCILIATION).code == 0
    with urllib.request.urlopen(up.facts["metrics_url"], timeout=5) as answer:
        text = answer.read().decode()
    assert 'orchestrator_external_tool_calls_total{status_code="200",tool_address="maib.banking"}' in text


def test_run_shows_each_step_as_it_changes_and_then_how_it_ended(up: Up) -> None:
    ended = up.ordinaut("run", RECONCILIATION)
    assert ended.code == 0
    started, page, *progress = ended.err.splitlines()  # no warning of missing credentials: stand-ins need none
    run_id = started.removeprefix("started ")
    assert re.fullmatch(r"daily-financial-reconciliation-manual-\d{8}T\d{6}Z-[0-9a-f]{4}", run_id)
    assert page == f"  {up.facts['ui_url']}/namespaces/default/workflows/{run_id}"
    words = [line.split() for line in progress]
    for step, tool in [
        ("get_bank_transactions", "maib.banking get_transactions"),
        ("get_system_transactions", "database.query"),
        ("reconcile_transactions", "openai-chatgpt.analyze"),
        ("create_discrepancy_tickets", "jira.enterprise bulk_import"),
        ("send_finance_report", "msteams.enterprise send_adaptive_card"),
    ]:
        assert words.index(["✓", step, *tool.split(), "completed"]) > words.index(["→", step, *tool.split(), "running"])
    assert [line.split()[1] for line in progress if line.startswith("  ✓")] == [
        "get_bank_transactions",
        "get_system_transactions",
        "reconcile_transactions",
        "create_discrepancy_tickets",
        "find_large_discrepancies",
        "send_finance_report",
    ]
    assert re.fullmatch(rf"{run_id}  completed  due \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[23]:00  \(6 completed, 1 skipped\)\n", ended.out)


def test_run_gives_exactly_the_result_of_the_contract(up: Up, tmp_path: Path) -> None:
    template = {"params": "${params}", "event": "${event}", "due": "${now}"}
    pipeline = commands.document(
        tmp_path, "echo.json", commands.steps(BALANCE, commands.transform("shown", template), params={"who": "nobody", "two": "${1 + 1}"})
    )
    commands.document(tmp_path, "event.json", '{"amount": 12.50}')
    ended = up.ordinaut(
        *("run", pipeline, "--json", "--at", "2026-11-23T18:00:00+02:00", "--event", f"@{tmp_path}/event.json"),
        *("--params", "who=ana", "--params", "marks:=[1, null, true]"),
    )
    assert ended.code == 0
    result = ended.json
    assert list(result) == ["run_id", "status", "nominal_time", "steps", "error", "warnings"]
    assert all(list(step) == STEP_KEYS for step in result["steps"])
    balance, shown = result["steps"]
    assert (balance["status"], balance["attempts"], balance["with"]["action"]) == ("completed", 1, "get_balance")
    given = {
        "params": {"who": "ana", "two": 2, "marks": [1, None, True]},
        "event": {"amount": reference_cases.converter.decode(b"12.50")},
        "due": "2026-11-23T18:00:00+02:00",
    }
    assert shown["output"] == given and shown["with"] == {"template": given}
    assert (result["status"], result["error"], result["warnings"]) == ("completed", None, [])
    assert result["nominal_time"] == "2026-11-23T18:00:00+02:00"
    shown_again = up.ordinaut("show", result["run_id"], "--json")
    assert (shown_again.code, shown_again.json) == (0, result)


def test_failed_run_ends_with_1_and_says_why(up: Up, tmp_path: Path) -> None:
    order = json.dumps({"service": "maib", "action": "GET /v1/accounts", "kind": "refuse"}).encode()
    urllib.request.urlopen(f"{up.facts['sandbox_url']}/_sandbox/faults", order, timeout=10).close()
    pipeline = commands.document(tmp_path, "refused.json", commands.steps(BALANCE, commands.transform("never", 1)))
    ended = up.ordinaut("run", pipeline, "--json")
    assert (ended.code, ended.json["status"]) == (1, "failed")
    error = ended.json["error"]
    assert (error["type"], error["step"]) == ("rejected by the vendor", "balance")
    assert "refused_as_ordered" in error["message"]
    assert [step["status"] for step in ended.json["steps"]] == ["failed", "pending"]
    assert f"WARNING {ended.json['run_id']}: rejected by the vendor: {error['message']}\n" in up.background.err
    told = up.ordinaut("show", ended.json["run_id"])
    assert told.code == 0  # showing it is what was asked for
    assert error["message"].startswith("step balance: maib.banking get_balance, attempt 1: HTTP 403: ")
    assert f"      rejected by the vendor: {error['message'].removeprefix('step balance: ')}" in told.out.splitlines()
    listed = up.ordinaut("runs", "--status", "failed", "--pipeline", "refused", "--json")
    assert [one["run_id"] for one in listed.json["runs"]] == [ended.json["run_id"]]


@pytest.fixture(scope="module")
def sleeper(up: Up, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline that sleeps for an hour."""
    nap = {"id": "nap", "uses": "system.sleep", "with": {"duration_seconds": 3600}}
    return commands.document(
        tmp_path_factory.mktemp("sleeper"), "sleeper.json", commands.steps(BALANCE, nap, commands.transform("after", 1))
    )


def test_run_that_sleeps_is_started_listed_shown_and_cancelled(up: Up, sleeper: Path) -> None:
    started = up.ordinaut("run", sleeper, "--no-wait", "--json")
    run_id = started.json["run_id"]
    assert (started.code, started.json["status"], started.json["error"]) == (0, "running", None)
    until = time.monotonic() + 30
    while (shown := up.ordinaut("show", run_id, "--json")).json["steps"][1]["status"] != "waiting":
        assert time.monotonic() < until, shown.out
    assert [step["status"] for step in shown.json["steps"]] == ["completed", "waiting", "pending"]
    listed = up.ordinaut("runs", "--status", "running", "--pipeline", "sleeper", "--json").json["runs"]
    assert [(one["run_id"], one["status"], one["pipeline"], one["ended"]) for one in listed] == [(run_id, "running", "sleeper", None)]
    cancelled = up.ordinaut("cancel", run_id, "--json")
    assert (cancelled.code, cancelled.json) == (0, {"run_id": run_id, "status": "cancelled"})
    again = up.ordinaut("cancel", run_id, "--json")  # what is asked for is so already
    assert (again.code, again.json) == (0, cancelled.json)
    shown = up.ordinaut("show", run_id, "--json")
    assert shown.json["status"] == "cancelled"
    assert [step["status"] for step in shown.json["steps"]] == ["completed", "failed", "pending"]
    assert shown.json["steps"][1]["error"] == {"type": "cancelled", "message": "the run was cancelled while this step was under way"}


def test_run_that_has_ended_cannot_be_cancelled(up: Up, tmp_path: Path) -> None:
    pipeline = commands.document(tmp_path, "short.json", commands.steps(commands.transform("a", 1)))
    run_id = up.ordinaut("run", pipeline, "--json").json["run_id"]
    ended = up.ordinaut("cancel", run_id)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"ordinaut: '{run_id}' has ended already (completed); there is nothing to cancel\n"
    listed = up.ordinaut("runs", "--pipeline", "short").out
    assert re.fullmatch(rf"{run_id} +completed +\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00\n", listed)


def test_ctrl_c_ends_the_watching_and_not_the_run(up: Up, sleeper: Path, tmp_path: Path) -> None:
    watching = commands.Background(tmp_path, "run", sleeper, "--json", variables=up.variables)
    watching.says("started ")
    run_id = next(line for line in watching.err.splitlines() if line.startswith("started ")).removeprefix("started ")
    time.sleep(0.5)
    ended = watching.ends(signal.SIGINT)
    message = f"no longer watching; the run goes on: ordinaut show {run_id}"
    assert (ended.code, ended.err.splitlines()[-1]) == (1, f"ordinaut: {message}")
    assert ended.json == {"ok": False, "error": {"type": "cancelled", "message": message}}
    assert up.ordinaut("cancel", run_id).out == f"{run_id}  cancelled\n"


@pytest.mark.parametrize("command", ["show", "cancel"])
def test_run_that_nobody_knows_is_told(up: Up, command: str) -> None:
    ended = up.ordinaut(command, "no-such-run", "--json")
    message = "no run 'no-such-run' here; 'ordinaut runs' lists them"
    assert (ended.code, ended.json) == (1, {"ok": False, "error": {"type": "invalid input", "message": message}})


def test_second_up_on_the_same_file_is_refused_in_words(up: Up) -> None:
    ended = up.ordinaut("up", "--db", up.database)
    pid = up.facts["pid"]
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"ordinaut: {up.database} is in use by the server at {up.facts['address']} (process {pid}); stop that one first, or choose another file\n"
    )


def test_port_that_is_asked_for_and_taken_is_told(up: Up) -> None:
    port = up.facts["address"].partition(":")[2]
    ended = commands.ordinaut("up", "--json", "--port", port, variables=up.variables)
    message = f"port {port} of 127.0.0.1 is in use by another program; name another one, or none to take a free one"
    assert (ended.code, ended.json) == (2, {"ok": False, "error": {"type": "invalid input", "message": message}})


def test_namespace_that_is_not_there_is_told(up: Up) -> None:
    ended = commands.ordinaut("runs", "--json", variables={**up.variables, "TEMPORAL_NAMESPACE": "other"})
    assert ended.code == 2
    assert ended.json["error"]["message"] == (
        'the service has no namespace "other"; set TEMPORAL_NAMESPACE, or create it:'
        " temporal operator namespace create --namespace other --retention 30d"
    )


def test_killed_up_leaves_nothing_behind_and_the_same_file_goes_on(tmp_path: Path) -> None:
    mark = f"ordinaut-test-{uuid.uuid4()}"
    with socket.socket() as held:  # so that the usual port is taken, if it was not already
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ports.is_free(embedded.PORT):
            held.bind(("127.0.0.1", embedded.PORT))
            held.listen()
        first = start_up(tmp_path, variables={"TEST_MARK": mark})
        assert not first.facts["address"].endswith(f":{embedded.PORT}")
    pipeline = commands.document(tmp_path, "kept.json", commands.steps(commands.transform("a", "${1 + 1}")))
    run_id = first.ordinaut("run", pipeline, "--json").json["run_id"]
    assert commands.survivors(mark)
    first.background.ends(signal.SIGKILL)
    assert first.ordinaut("show", run_id).code in (1, 3)  # 1 where somebody else's service is at the usual port
    assert not state_file.path(first.variables).exists()  # it told of a process that is gone
    assert commands.gone(mark) == []
    ended = commands.ordinaut("runs", variables={"TEMPORAL_ADDRESS": first.facts["address"]})
    assert ended.code == 3 and "Start a service with `ordinaut up`" in ended.err
    second = start_up(tmp_path)
    try:
        assert [one["run_id"] for one in second.ordinaut("runs", "--json").json["runs"]] == [run_id]
        assert second.ordinaut("show", run_id, "--json").json["steps"][0]["output"] == 2
    finally:
        assert second.background.ends(signal.SIGTERM).code == 0
    assert not state_file.path(second.variables).exists()


async def test_show_runs_and_cancel_need_no_worker_and_a_worker_takes_up_what_waits(
    embedded_server: embedded.EmbeddedServer, sandbox: sandbox_server.Running, tmp_path: Path
) -> None:
    variables = {"TEMPORAL_ADDRESS": embedded_server.address}

    async def ordinaut(*arguments: str | Path) -> commands.Ended:
        return await asyncio.to_thread(commands.ordinaut, *arguments, variables=variables)

    name = f"waits-{uuid.uuid4().hex[:8]}"
    pipeline = commands.document(tmp_path, "waits.json", commands.steps(BALANCE, name=name))
    started = await ordinaut("run", pipeline, "--no-wait", "--json")
    run_id = started.json["run_id"]
    warning = "warning: no worker polls the task queues pipelines, tools.maib: what is to run there waits; start one: ordinaut worker"
    assert [line for line in started.err.splitlines() if "polls" in line] == [
        f"{warning} (ORDINAUT_TASK_QUEUES, where it is set, must name them)"
    ]
    applied = await ordinaut("apply", pipeline)
    assert (applied.code, applied.err.count("no worker polls")) == (0, 1)
    assert (await ordinaut("delete", name, "--yes")).code == 0
    assert (started.json["status"], [step["status"] for step in started.json["steps"]]) == ("running", ["running"])
    to_cancel = (await ordinaut("run", pipeline, "--no-wait", "--json")).json["run_id"]
    cancelled = await ordinaut("cancel", to_cancel)
    assert (cancelled.code, cancelled.out) == (0, f"{to_cancel}  cancelling\n")
    assert cancelled.err == "no worker has taken it up yet; it is cancelled as soon as one runs: ordinaut worker\n"
    assert (await ordinaut("show", run_id, "--json")).json == started.json
    bank = {"MAIB_TOKEN": "sandbox", "MAIB_CONSENT_ID": "consent-1"}
    worker = commands.Background(tmp_path / "worker", "worker", variables={**variables, **sandbox.endpoints, **bank})
    try:
        await asyncio.to_thread(worker.says, "worker on")
        assert worker.err == f"worker on {embedded_server.address}, task queues 'pipelines' and 15 of services; Ctrl-C ends it\n"
        until = time.monotonic() + 30
        while (shown := (await ordinaut("show", run_id, "--json")).json)["status"] == "running":
            assert time.monotonic() < until
        assert (shown["status"], shown["steps"][0]["output"]["currency"]) == ("completed", "MDL")
        listed = (await ordinaut("runs", "--pipeline", name, "--json")).json["runs"]
        assert {one["run_id"]: one["status"] for one in listed} == {run_id: "completed", to_cancel: "cancelled"}
    finally:  # it would take the work of other tests
        ended = await asyncio.to_thread(worker.ends, signal.SIGTERM)
    assert ended.code == 0


def test_demo_runs_the_reconciliation_says_what_to_look_at_and_leaves_nothing(tmp_path: Path) -> None:
    marks = [f"ordinaut-test-{uuid.uuid4()}" for _ in range(2)]
    people, script = (
        commands.Background(
            tmp_path / mark, "demo", *options, variables={"XDG_STATE_HOME": str(tmp_path / mark / "state"), "TEST_MARK": mark}
        )
        for mark, options in zip(marks, ([], ["--json"]), strict=True)
    )
    told, answered = people.ends(), script.ends()
    assert (told.code, answered.code) == (0, 0)
    assert max(told.seconds, answered.seconds) < 60
    assert [commands.gone(mark) for mark in marks] == [[], []]
    assert not list(tmp_path.rglob("up.json"))
    result = answered.json
    assert (result["status"], [step["status"] for step in result["steps"]]) == (
        "completed",
        [*["completed"] * 5, "skipped", "completed"],  # no discrepancy is large enough to be asked about
    )
    assert answered.err.startswith("Starting Temporal, a worker, stand-ins for the vendors and a sample database on this machine ...\n")
    lines = told.out.splitlines()
    assert "  bank          7 transactions, from the maib stand-in over HTTP" in lines
    assert "                amount-mismatch: 90.00 MDL, INV-" in told.out
    assert "  tickets       3 made by the Jira stand-in: FIN-1, FIN-2, FIN-3" in lines
    where = lines.index("Where to look")
    assert re.findall(r"ordinaut (\w+)", "\n".join(lines[where:])) == ["up", "run"]
    for path in re.findall(r"\S+\.(?:json|md)", "\n".join(lines[where:])):
        assert Path(path).is_file()
