"""The real PostgreSQL for tests: one server for the session, in a folder that goes with it."""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Final

from tests import servers

USER: Final = "postgres"
_FOLDERS: Final = (*sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), pathlib.Path("/usr/bin"))


class PostgresMissing(Exception):
    """PostgreSQL's programs are not installed."""


def programs() -> pathlib.Path:
    """The folder of initdb and pg_ctl.

    Raises:
        PostgresMissing: with what to install.
    """
    for folder in _FOLDERS:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise PostgresMissing("these tests need PostgreSQL's initdb and pg_ctl; install them: apt-get install postgresql")


@contextlib.contextmanager
def running() -> Iterator[str]:
    """A fresh server on 127.0.0.1; gives the URL of its database `postgres`."""
    folder, port = programs(), servers.free_port()
    data = pathlib.Path(tempfile.mkdtemp(prefix="ordinaut-postgres-"))
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam(USER)
        os.chown(data, account.pw_uid, account.pw_gid)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c deadlock_timeout=200ms"
    try:
        _run(folder / "initdb", "-D", str(data), "-A", "trust", "-U", "app", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        _run(folder / "pg_ctl", "-D", str(data), "-w", "-l", str(data / "log"), "-o", options, "start")
        try:
            yield f"postgresql://app@127.0.0.1:{port}/postgres"
        finally:
            _run(folder / "pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _run(program: pathlib.Path, *arguments: str) -> None:
    command = [str(program), *arguments]
    if os.geteuid() == 0:
        command = ["runuser", "-u", USER, "--", *command]
    subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
