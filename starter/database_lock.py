"""One server a database file, for the embedded server: two on one file would destroy each other's data."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workflows.core import errors


class DatabaseFileError(errors.OrdinautError):
    """The file cannot hold the server's data; the message says why and what to do."""

    kind = errors.INVALID_INPUT


@contextlib.contextmanager
def held(database: Path, holder: dict[str, Any]) -> Iterator[int]:
    """Takes the lock of a database file and gives the descriptor to hand to the server.

    The lock lives in `FILE.lock` and lasts until the last process with that descriptor ends, so it goes with the server,
    not with us. `holder` tells others who has it: {"address": "127.0.0.1:7233", "pid": 4711}.

    Raises:
        DatabaseFileError: in use, no SQLite file, or not writable.
    """
    _check(database)
    lock = database.with_name(f"{database.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise DatabaseFileError(f"cannot write {lock}: {error.strerror}; choose a file in a folder that you may write to") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseFileError(f"{database} is in use by {_holder(lock)}; stop that one first, or choose another file") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _check(database: Path) -> None:
    if not database.parent.is_dir():
        raise DatabaseFileError(f"cannot keep data in {database}: the folder {database.parent} does not exist; create it first")
    if database.is_dir():
        raise DatabaseFileError(f"cannot keep data in {database}: it is a folder; name a file, such as {database / 'ordinaut.db'}")
    if not database.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise DatabaseFileError(f"cannot keep data in {database}: {error}; name a new file, or one that an earlier `up` made") from None


def _holder(lock: Path) -> str:
    try:
        found = json.loads(lock.read_text(encoding="utf-8"))
        return f"the server at {found['address']} (process {found['pid']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another server"
