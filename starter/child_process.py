"""A child process that never outlives us, for the embedded server: its output goes to a file, and it dies when we are killed."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

STOP_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.02

# The watcher's standard input is a pipe whose other end only we hold: `read` returns when we are gone, however that happened.
# (Linux could signal the child itself, by PR_SET_PDEATHSIG, but it means the death of the *thread* that started the child.)
_WATCHER: Final = """
read -r _
kill -TERM "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$1" 2>/dev/null || exit 0; done
kill -KILL "$1" 2>/dev/null
"""


class ChildProcess:
    """One started program. `stop` asks it to end and waits, `kill` does not ask.

    Child and watcher have sessions of their own: Ctrl-C in the terminal reaches us alone, and we stop things in order.
    """

    def __init__(self, command: Sequence[str], *, log_file: Path, environment: Mapping[str, str], pass_fds: Sequence[int] = ()) -> None:
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(environment),
                start_new_session=True,
                pass_fds=tuple(pass_fds),
            )
        self._watcher = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHER, "watcher", str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal's number."""
        return self._process.poll()

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Asks the child to end (SIGTERM), and kills it after so many seconds."""
        self._process.terminate()
        try:
            async with asyncio.timeout(seconds):
                while self.exit_code is None:
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            pass  # killed below
        finally:  # also when we are cancelled while waiting
            self.kill()

    def kill(self) -> None:
        """Ends the child at once (SIGKILL)."""
        self._process.kill()
        self._process.wait()
        # Only now: had we died before, the watcher would still have done it.
        self._watcher.kill()
        self._watcher.wait()
        if self._watcher.stdin is not None:
            self._watcher.stdin.close()
