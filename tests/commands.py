"""The console script as a real process, for the acceptance tests of the command line."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

PROGRAM: Final = Path(sys.executable).parent / "ordinaut"
SECONDS: Final = 60.0


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self) -> Any:
        """The one document on stdout; non-integers are exact."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        return json.loads(lines[0], parse_float=Decimal)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a command sees: this process's environment (without settings, see tests/conftest.py) and `more`."""
    return {**os.environ, **(more or {})}


def ordinaut(
    *arguments: str | Path, variables: Mapping[str, str] | None = None, folder: Path | None = None, text: str | None = None
) -> Ended:
    """Runs a command to its end. Whatever it does, it never shows a traceback."""
    started = time.monotonic()
    ended = subprocess.run(
        [str(PROGRAM), *map(str, arguments)],
        env=environment(variables),
        cwd=folder,
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert "Traceback" not in ended.stderr + ended.stdout, ended.stderr
    return Ended(ended.returncode, ended.stdout, ended.stderr, time.monotonic() - started)


class Background:
    """A command that goes on beside the test; its output is kept in files of `folder`."""

    def __init__(self, folder: Path, *arguments: str | Path, variables: Mapping[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._out, self._err = folder / "out", folder / "err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [str(PROGRAM), *map(str, arguments)], env=environment(variables), stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )

    @property
    def out(self) -> str:
        """What it said on stdout so far."""
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it said on stderr so far."""
        return self._err.read_text(encoding="utf-8")

    def says(self, words: str) -> None:
        """Waits until the words stand on stdout or stderr."""
        until = time.monotonic() + SECONDS
        while words not in self.out + self.err:
            assert self.process.poll() is None, self.out + self.err
            assert time.monotonic() < until, self.out + self.err
            time.sleep(0.05)

    def ends(self, number: int | None = None) -> Ended:
        """Sends it a signal, if one is given, and waits for its end."""
        started = time.monotonic()
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(SECONDS)
        assert "Traceback" not in self.out + self.err, self.err
        return Ended(code, self.out, self.err, time.monotonic() - started)


@contextlib.contextmanager
def running(folder: Path, *arguments: str | Path, variables: Mapping[str, str] | None = None) -> Iterator[Background]:
    """A command beside the block; it is ended with Ctrl-C where it still runs then."""
    background = Background(folder, *arguments, variables=variables)
    try:
        yield background
    finally:
        if background.process.poll() is None:
            background.process.send_signal(signal.SIGINT)
            background.process.wait(SECONDS)


def survivors(mark: str) -> list[str]:
    """The command lines of processes that have `mark` in their environment, us aside."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if mark.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def gone(mark: str, seconds: float = 15.0) -> list[str]:
    """Who is still there after so many seconds; [] as soon as nobody is."""
    until = time.monotonic() + seconds
    while (left := survivors(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def document(folder: Path, name: str, content: Any) -> Path:
    """A pipeline file: text as it is, anything else as JSON."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def steps(*steps_: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A document of these steps; `params` go into the payload, the rest beside it."""
    payload: dict[str, Any] = {"pipeline": list(steps_)}
    if "params" in more:
        payload["params"] = more.pop("params")
    return {"title": "A test", "timezone": "Europe/Chisinau", **more, "payload": payload}


def transform(step: str, template: Any, **more: Any) -> dict[str, Any]:
    """A step that computes."""
    return {"id": step, "uses": "system.transform", "with": {"template": template}, "save_as": step, **more}
