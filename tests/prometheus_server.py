"""A real Prometheus that scrapes a real push gateway, on 127.0.0.1, for the tests of the two tools."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests import servers

#: Program and its Debian package.
PROGRAMS: Final = {"prometheus": "prometheus", "prometheus-pushgateway": "prometheus-pushgateway"}
_READY_SECONDS: Final = 20
_CONFIGURATION: Final = """
global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
scrape_configs:
  - job_name: pushed
    honor_labels: true
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
_SCRAPING: Final = """
global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
scrape_configs:
  - job_name: ordinaut
    static_configs: [{{targets: ["{target}"]}}]
"""


class PrometheusMissing(Exception):
    """There is no Prometheus or no push gateway; the message says how to install it."""


@dataclass(frozen=True)
class Servers:
    """Where they are."""

    prometheus: str
    gateway: str


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Servers]:
    """Both servers, fresh, with their files in the folder, until the block ends."""
    port, gateway_port = servers.free_port(), servers.free_port()
    configuration = folder / "prometheus.yml"
    configuration.write_text(_CONFIGURATION.format(port=gateway_port), encoding="utf-8")
    data, listen = f"--storage.tsdb.path={folder / 'data'}", "--web.listen-address=127.0.0.1:"
    with (
        _process("prometheus-pushgateway", f"{listen}{gateway_port}"),
        _process("prometheus", f"--config.file={configuration}", data, f"{listen}{port}"),
    ):
        found = Servers(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{gateway_port}")
        for url in (found.prometheus, found.gateway):
            _wait(f"{url}/-/ready")
        yield found


@contextlib.contextmanager
def scraping(folder: Path, target: str) -> Iterator[str]:
    """A Prometheus that reads the metrics at `127.0.0.1:9464` four times a second, as the job `ordinaut`; gives its URL."""
    port = servers.free_port()
    configuration = folder / "prometheus.yml"
    configuration.write_text(_SCRAPING.format(target=target), encoding="utf-8")
    arguments = (f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}")
    with _process("prometheus", *arguments):
        _wait(f"http://127.0.0.1:{port}/-/ready")
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def _process(program: str, *arguments: str) -> Iterator[None]:
    path = shutil.which(program)
    if path is None:
        raise PrometheusMissing(f"these tests need {program}; install it: apt-get install {PROGRAMS[program]}")
    with subprocess.Popen([path, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def _wait(url: str) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.02)
    raise PrometheusMissing(f"{url} does not answer within {_READY_SECONDS} s")
