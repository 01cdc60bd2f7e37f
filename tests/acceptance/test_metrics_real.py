"""Metrics of a real worker, scraped by a real Prometheus: each metric, alert and panel of docs/metrics.md finds what happened."""

from __future__ import annotations

import asyncio
import json
import math
import re
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from activities import metrics
from starter import embedded, metrics_server, ports
from starter.sandbox import server as sandbox_server
from tests import authorities, commands, prometheus_server, reference_cases

PAGE = (reference_cases.ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
SCRAPING, ALERTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
RULES = {rule["alert"]: rule["expr"] for rule in YAML(typ="safe").load(ALERTS)["groups"][0]["rules"]}
PANELS = dict(re.findall(r"^\| ([A-Z][\w ]+) \| `(.+)` \|$", PAGE, re.MULTILINE))
SCRAPED_SECONDS = 20
SECRET = "not-the-sandbox's-token"
#: Queries of the source document's alerts and dashboard that are PromQL as they stand.
SOURCE = (
    'sum(rate(orchestrator_external_tool_calls_total{status_code=~"2.."}[5m])) / sum(rate(orchestrator_external_tool_calls_total[5m])) * 100',
    'sum(rate(orchestrator_external_tool_calls_total{status_code=~"[45].."}[5m])) by (tool_address, status_code)',
    'sum(rate(orchestrator_external_tool_calls_total{status_code=~"[45].."}[5m])) by (tool_address)'
    " / sum(rate(orchestrator_external_tool_calls_total[5m])) by (tool_address)",
    "integration_rate_limit_remaining / integration_rate_limit_total",
)
STEPS: list[dict[str, Any]] = [
    {"id": "tell", "uses": "slack.post_message", "with": {"channel": "#general", "message": "Good morning"}},
    {
        "id": "support",
        "uses": "zendesk.get_metrics",
        "with": {"period": "week", "metrics": ["satisfaction_score"]},
    },
    {"id": "gate", "uses": "sonarqube.quality_gate", "with": {"project_key": "shop"}},
]
PIPELINE = {"title": "Some calls", "payload": {"pipeline": STEPS}}


class Prometheus:
    """The real one."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, query: str) -> dict[tuple[str, ...], float]:
        """{label values in the order of their names: value}, without what Prometheus adds."""
        with urllib.request.urlopen(f"{self._url}/api/v1/query?{urllib.parse.urlencode({'query': query})}", timeout=10) as answer:
            found = json.load(answer)["data"]["result"]
        own = ("__name__", "instance", "job")
        return {tuple(v for k, v in sorted(one["metric"].items()) if k not in own): float(one["value"][1]) for one in found}

    async def has(self, query: str) -> dict[tuple[str, ...], float]:
        """The same, once there is any."""
        until = time.monotonic() + SCRAPED_SECONDS
        while not (found := await asyncio.to_thread(self.ask, query)):
            assert time.monotonic() < until, f"{query} has no sample"
            await asyncio.sleep(0.1)
        return found


@pytest.fixture(scope="module")
async def scraped(tmp_path_factory: pytest.TempPathFactory, embedded_server: embedded.EmbeddedServer) -> AsyncIterator[Prometheus]:
    """A Prometheus that has seen a run: one call succeeded, one too, one was refused."""
    folder = tmp_path_factory.mktemp("metrics")
    issued = authorities.issue(authorities.authority(), "company", days=20)
    certificate, key = issued.write(folder, "company")
    address = f"127.0.0.1:{ports.free(1)[0]}"
    async with sandbox_server.sandbox_server() as vendors:
        vendors.sandbox.faults.order({"service": "sonarqube", "kind": "refuse", "times": 2}, ["sonarqube"])
        variables = {
            **vendors.variables({}),
            "TEMPORAL_ADDRESS": embedded_server.address,
            "ORDINAUT_METRICS_ADDRESS": address,
            "SONARQUBE_ACCESS_TOKEN": SECRET,
            "MAIB_CERTIFICATE_PATH": certificate,
            "MAIB_PRIVATE_KEY_PATH": key,
        }
        with (
            commands.running(folder / "worker", "worker", variables=variables) as worker,
            prometheus_server.scraping(folder, address) as url,
        ):
            await asyncio.to_thread(worker.says, f"metrics at http://{address}/metrics\n")
            file = commands.document(folder, "calls.json", PIPELINE)
            for number in (1, 2):
                ended = await asyncio.to_thread(commands.ordinaut, "run", file, variables=variables)
                assert ended.code == 1 and "sonarqube.quality_gate, attempt 1: HTTP 422" in ended.out
                found = Prometheus(url)
                await found.has(f'orchestrator_external_tool_calls_total{{status_code="422"}} == {number}')  # a rate needs both
            assert SECRET not in worker.out + worker.err + await asyncio.to_thread(_text, address)
            yield found
            ended = await asyncio.to_thread(worker.ends, signal.SIGINT)
            assert ended.code == 0


def _text(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


async def test_calls_are_counted_by_tool_and_status(scraped: Prometheus) -> None:
    found = await scraped.has('orchestrator_external_tool_calls_total{status_code="422"} == 2')
    assert found == {("422", "sonarqube.quality_gate"): 2}
    assert scraped.ask("orchestrator_external_tool_calls_total") == {
        ("200", "slack.post_message"): 2,
        ("200", "zendesk.get_metrics"): 2,
        ("422", "sonarqube.quality_gate"): 2,
    }


async def test_durations_limits_and_certificates_are_there(scraped: Prometheus) -> None:
    await scraped.has('orchestrator_external_tool_duration_seconds_bucket{tool_address="slack.post_message",le="+Inf"} == 2')
    assert set(scraped.ask("integration_rate_limit_remaining")) == set(scraped.ask("integration_rate_limit_total")) == {("zendesk",)}
    left = scraped.ask("integration_certificate_remaining_seconds")
    assert left == {("maib",): pytest.approx(20 * 86_400, abs=300)}


@pytest.mark.parametrize("query", SOURCE)
async def test_queries_of_the_source_document_find_something(scraped: Prometheus, query: str) -> None:
    assert await scraped.has(query)


@pytest.mark.parametrize("name", PANELS)
async def test_each_panel_shows_something(scraped: Prometheus, name: str) -> None:
    assert await scraped.has(PANELS[name])


@pytest.mark.parametrize("name", RULES)
async def test_each_alert_compares_what_is_there(scraped: Prometheus, name: str) -> None:
    """Its query without the comparison finds series; with it those that are to be told of."""
    compared = re.split(r" [<>=]+ [\d. *]+$", RULES[name])[0]
    assert compared != RULES[name] and await scraped.has(compared)
    fires = {"IntegrationHighErrorRate": {("sonarqube.quality_gate",)}, "IntegrationCertificateEnds": {("maib",)}}
    found = {labels for labels, value in scraped.ask(RULES[name]).items() if not math.isnan(value)}
    assert found == fires.get(name, set())


def test_the_page_names_each_metric_and_prometheus_takes_its_rules(tmp_path: Path) -> None:
    named = set(re.findall(r"^\| `((?:orchestrator|integration)_\w+)` \|", PAGE, re.MULTILINE))
    gauges = {metrics.LIMIT_REMAINING, metrics.LIMIT_TOTAL, metrics.CERTIFICATE}
    assert named == {f"{metrics.CALLS}_total", f"{metrics.DURATION}_bucket", *gauges}
    (tmp_path / "rules.yml").write_text(ALERTS)
    (tmp_path / "prometheus.yml").write_text(SCRAPING + "rule_files: [rules.yml]\n")
    told = subprocess.run(["promtool", "check", "config", tmp_path / "prometheus.yml"], capture_output=True, text=True, check=False)
    assert told.returncode == 0 and f"SUCCESS: {len(RULES)} rules found" in told.stdout, told.stdout + told.stderr


def test_the_page_has_each_status_and_bucket() -> None:
    rows: list[Any] = re.findall(r"^\| (\d{3}) \| `(.+?)` \|", PAGE, re.MULTILINE)
    assert {kind: int(status) for status, kind in rows} == dict(metrics.STATUSES)
    numbers = [f"{bound:g}" for bound in metrics.BUCKETS_SECONDS]
    assert f"buckets end at {', '.join(numbers[:-1])} and {numbers[-1]} s" in PAGE
    assert f":{metrics_server.USUAL_PORT}/metrics" in PAGE


def test_a_port_in_use_ends_the_worker_with_a_sentence(embedded_server: embedded.EmbeddedServer) -> None:
    taken = embedded_server.address
    ended = commands.ordinaut("worker", variables={"TEMPORAL_ADDRESS": taken, "ORDINAUT_METRICS_ADDRESS": taken})
    assert ended.code == 2
    assert ended.err == (
        f"ordinaut: ORDINAUT_METRICS_ADDRESS: metrics cannot be served at {taken}: address already in use; choose another port, or stop what uses this one\n"
    )
