"""The endpoint for Prometheus: where it is, what it shows, and what is said where it cannot be."""

from __future__ import annotations

import re
import socket
import urllib.request

import pytest

from activities import settings
from starter import metrics_server, ports


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


async def test_nothing_is_served_where_no_address_is_set() -> None:
    async with metrics_server.of(settings.Settings.from_mapping({})) as endpoint:
        assert endpoint is None


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
async def test_calls_are_shown_with_the_labels_of_the_dashboards_and_no_others(host: str) -> None:
    async with metrics_server.of(settings.Settings.from_mapping({"ORDINAUT_METRICS_ADDRESS": f"{host}:{ports.free(1)[0]}"})) as endpoint:
        assert endpoint is not None and endpoint.url.startswith(f"http://{host}:")
        endpoint.metrics.record("slack.post_message", 200, 0.2)
        lines = read(endpoint.url).splitlines()
    assert 'orchestrator_external_tool_calls_total{status_code="200",tool_address="slack.post_message"} 1.0' in lines
    assert 'orchestrator_external_tool_duration_seconds_bucket{le="0.25",tool_address="slack.post_message"} 1.0' in lines
    names = {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}
    duration = {f"orchestrator_external_tool_duration_seconds_{ending}" for ending in ("bucket", "count", "sum")}
    assert names == {"orchestrator_external_tool_calls_total", *duration}


async def test_nobody_listens_any_more_after_the_end() -> None:
    async with metrics_server.running("127.0.0.1:0") as endpoint:
        port = int(endpoint.url.removesuffix("/metrics").rpartition(":")[2])
        assert not ports.is_free(port)
    assert ports.is_free(port)


async def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(metrics_server.MetricsAddressError) as caught:
            async with metrics_server.running(address):
                pass
    assert str(caught.value) == (
        f"ORDINAUT_METRICS_ADDRESS: metrics cannot be served at {address}: address already in use; choose another port, or stop what uses this one"
    )


async def test_an_address_of_another_machine_is_said_in_a_sentence() -> None:
    with pytest.raises(metrics_server.MetricsAddressError) as caught:
        async with metrics_server.running("192.0.2.1:9464"):
            pass
    assert str(caught.value) == (
        "ORDINAUT_METRICS_ADDRESS: metrics cannot be served at 192.0.2.1:9464: cannot assign requested address; name an address of this machine"
    )


async def test_up_takes_another_port_where_the_usual_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setattr(metrics_server, "USUAL_PORT", other.getsockname()[1])
        async with metrics_server.local(settings.Settings.from_mapping({})) as endpoint:
            assert not endpoint.url.endswith(f":{other.getsockname()[1]}/metrics")
            assert read(endpoint.url) == ""


async def test_up_takes_the_address_that_is_set() -> None:
    port = ports.free(1)[0]
    async with metrics_server.local(settings.Settings.from_mapping({"ORDINAUT_METRICS_ADDRESS": f"127.0.0.1:{port}"})) as endpoint:
        assert endpoint.url == f"http://127.0.0.1:{port}/metrics"
