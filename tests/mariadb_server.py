"""The real MariaDB for tests: one server for the session, in a folder that goes with it."""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pymysql

from tests import servers

USER = "mysql"
#: mariadbd is in a folder that is not on everybody's PATH.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


class MariadbMissing(Exception):
    """MariaDB's programs are not installed."""


def program() -> str:
    """The server's program.

    Raises:
        MariadbMissing: with what to install.
    """
    found = shutil.which("mariadbd", path=PATH)
    if found is None or shutil.which("mariadb-install-db", path=PATH) is None:
        raise MariadbMissing("these tests need mariadbd and mariadb-install-db; install them: apt-get install mariadb-server")
    return found


@contextlib.contextmanager
def running() -> Iterator[str]:
    """A fresh server on 127.0.0.1 that knows the zones of the tests; gives the URL of its database `books`."""
    server, port = program(), servers.free_port()
    data = pathlib.Path(tempfile.mkdtemp(prefix="ordinaut-mariadb-"))
    account = ["--user", USER] if os.geteuid() == 0 else []  # it refuses to run as root
    if account:
        os.chown(data, pwd.getpwnam(USER).pw_uid, pwd.getpwnam(USER).pw_gid)
    try:
        install = shutil.which("mariadb-install-db", path=PATH)
        options = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        _run(str(install), "--no-defaults", *account, f"--datadir={data}", *options)
        quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M", "--skip-log-bin"]
        command = [server, "--no-defaults", *account, f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", *quick]
        with subprocess.Popen([*command, f"--socket={data}/s.sock"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait(port)
                _prepare(data)
                yield f"mysql://app:app-pa55@127.0.0.1:{port}/books"
            finally:
                process.kill()
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextlib.contextmanager
def connected(url: str) -> Iterator[Any]:
    """A cursor of a connection of its own, each statement for itself."""
    parts = urllib.parse.urlsplit(url)
    with contextlib.closing(
        pymysql.connect(
            host=parts.hostname, port=parts.port or 0, user=parts.username, password=parts.password or "", database="books", autocommit=True
        )
    ) as connection:
        yield connection.cursor()


def _prepare(data: pathlib.Path) -> None:
    zones = ("Europe/Chisinau", "America/New_York")
    loaded = [
        subprocess.run(["mariadb-tzinfo-to-sql", f"/usr/share/zoneinfo/{zone}", zone], capture_output=True, check=True) for zone in zones
    ]
    statements = [one.stdout.decode() for one in loaded] + [
        "CREATE DATABASE books CHARACTER SET utf8mb4;",
        "CREATE USER app@'127.0.0.1' IDENTIFIED BY 'app-pa55'; GRANT ALL ON books.* TO app@'127.0.0.1';",
        "GRANT CONNECTION ADMIN ON *.* TO app@'127.0.0.1';",
    ]
    subprocess.run(
        ["mariadb", "--no-defaults", f"--socket={data}/s.sock", "-u", "root", "mysql"], input="\n".join(statements).encode(), check=True
    )


def _wait(port: int) -> None:
    for _ in range(1_500):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise MariadbMissing(f"mariadbd does not listen on 127.0.0.1:{port}")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
