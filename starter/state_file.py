"""What runs on this machine, for the commands that look for it: `up` and `demo` write this file, the others read it."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from workflows.core import errors


class StateFileError(errors.OrdinautError):
    """The state file cannot be written; the message says why and what to do."""

    kind = errors.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class State:
    """One running `up` or `demo`.

    State(address="127.0.0.1:7233", ui_url="http://127.0.0.1:8233", pid=4711, namespace="default",
          sandbox_url="http://127.0.0.1:9000", started="2026-11-23T18:00:00+02:00")
    """

    address: str
    ui_url: str | None
    pid: int  # of `up` or `demo`, not of the server
    namespace: str
    sandbox_url: str | None
    started: str  # ISO 8601 with offset


def path(environment: Mapping[str, str]) -> Path:
    """`$XDG_STATE_HOME/ordinaut/up.json`, by default `~/.local/state/ordinaut/up.json`."""
    folder = environment.get("XDG_STATE_HOME", "")
    # The XDG rules: a path that is not absolute is ignored.
    base = Path(folder) if os.path.isabs(folder) else Path(environment.get("HOME") or Path.home()) / ".local" / "state"
    return base / "ordinaut" / "up.json"


def write(state: State, environment: Mapping[str, str]) -> Path:
    """Writes the file in one piece and gives its path; readers see the old content or the new, never half of it.

    Raises:
        StateFileError: the folder cannot be made or written to.
    """
    target = path(environment)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix="up.", suffix=".tmp")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(state), file, indent=2)
        os.replace(temporary, target)
    except OSError as error:
        raise StateFileError(f"cannot write {target}: {error.strerror}; set XDG_STATE_HOME to a folder that you may write to") from None
    return target


def read(environment: Mapping[str, str]) -> State | None:
    """What runs, or None. A file whose process is gone, or that holds something else, is removed."""
    target = path(environment)
    try:
        content = target.read_bytes()
    except OSError:
        return None
    state = _parse(content)
    if state is not None and _alive(state.pid):
        return state
    with contextlib.suppress(OSError):
        target.unlink()
    return None


def remove(pid: int, environment: Mapping[str, str]) -> None:
    """Removes the file if it is that process's own; another `up` may have written its own since."""
    target = path(environment)
    with contextlib.suppress(OSError):
        state = _parse(target.read_bytes())
        if state is not None and state.pid == pid:
            target.unlink()


_TYPES: dict[str, tuple[type, ...]] = {
    "address": (str,),
    "ui_url": (str, type(None)),
    "pid": (int,),
    "namespace": (str,),
    "sandbox_url": (str, type(None)),
    "started": (str,),
}


def _parse(content: bytes) -> State | None:
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    # Members that a newer version added are passed over.
    if not isinstance(found, dict) or not all(isinstance(found.get(name), kinds) for name, kinds in _TYPES.items()):
        return None
    return State(**{field.name: found[field.name] for field in fields(State)})


def _alive(pid: int) -> bool:
    if pid <= 0:  # would ask for a whole process group
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # another user's
    return True
