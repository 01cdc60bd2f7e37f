"""The whole service in this process: what it starts, whom it tells, what it leaves to the environment."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from temporalio.client import Client

from starter import connection, local_service, state_file
from workflows import converter

pytestmark = pytest.mark.server


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state file of this test's own; nothing else configured."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "ordinaut" / "up.json"


async def test_service_runs_tells_where_it_is_and_stops(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDINAUT_ENDPOINT_SLACK", "http://127.0.0.1:9/own")
    async with local_service.running(with_sandbox=True) as service:
        found = state_file.read(os.environ)
        assert found is not None
        assert (found.address, found.ui_url, found.pid) == (service.server.address, service.server.ui_url, os.getpid())
        assert found.sandbox_url == service.sandbox_url
        assert connection.target().address == service.server.address
        assert service.settings.endpoints["SLACK"] == "http://127.0.0.1:9/own"
        assert service.settings.endpoints["MAIB"] == f"{service.sandbox_url}/maib"
        assert service.settings.rate_limits["MAIB"] is None  # a stand-in has nothing to protect
        assert "SLACK" not in service.settings.rate_limits and "PROMETHEUS" not in service.settings.rate_limits
        assert service.settings.trust_local_approvers
        assert service.database is not None and service.database.exists()
        assert await connection.check_service(service.temporal) == []
        temporal = await connection.connect(converter.DATA_CONVERTER)
        assert isinstance(temporal, Client) and temporal.service_client.config.target_host == service.server.address
        page = connection.web_page(temporal, "a run/1")
        assert page == f"{service.server.ui_url}/namespaces/default/workflows/a%20run%2F1"
    assert not state.exists() and not service.server.running and not service.database.exists()
    assert connection.web_page(temporal, "a") is None


async def test_what_the_environment_configures_is_not_replaced(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDINAUT_DATABASE_URL", f"sqlite:///{tmp_path}/own.db")
    async with local_service.running(with_sandbox=False, database=tmp_path / "runs.db") as service:
        assert (service.sandbox_url, service.database, dict(service.settings.endpoints)) == (None, None, {})
        assert service.settings.database_url is not None
        assert service.settings.database_url.reveal() == f"sqlite:///{tmp_path}/own.db"
    assert (tmp_path / "runs.db").exists()


async def test_a_vendor_with_credentials_is_called_itself_where_that_is_wanted(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    async with local_service.running(with_sandbox=True, real_vendors=True) as service:
        assert "SLACK" not in service.settings.endpoints
        assert "MAIB" in service.settings.endpoints
        found = service.settings.secret("SLACK_BOT_TOKEN")
        assert found is not None and found.reveal() == "xoxb-real"
        assert service.settings.secret("SLACK_ACCESS_TOKEN") is None


async def test_a_demo_never_sends_real_credentials_to_a_stand_in(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_ACCESS_TOKEN", "xoxb-real")
    async with local_service.running(with_sandbox=True) as service:
        assert service.settings.endpoints["SLACK"] == f"{service.sandbox_url}/slack"
        found = service.settings.secret("SLACK_ACCESS_TOKEN")
        assert found is not None and found.reveal() == "sandbox"


def test_sample_rows_are_of_today_where_the_shipped_pipelines_are() -> None:
    today = local_service.today({})
    assert abs(today - datetime.datetime.now(datetime.UTC).date()) <= datetime.timedelta(days=1)


async def test_a_server_that_asks_for_no_credentials_is_stood_in_for_until_its_address_is_there(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_URL", "http://127.0.0.1:9/own")
    async with local_service.running(with_sandbox=True, real_vendors=True) as service:
        assert "PROMETHEUS" not in service.settings.endpoints
    monkeypatch.delenv("PROMETHEUS_URL")
    async with local_service.running(with_sandbox=True, real_vendors=True) as service:
        assert service.settings.endpoints["PROMETHEUS"] == f"{service.sandbox_url}/prometheus"
