"""What all tests share: an environment without our settings, the embedded server, a client of it, the vendor sandbox."""

from __future__ import annotations

import os

# Before anything else is imported: settings of the developer's own must not reach a test.
for _name in [name for name in os.environ if name.startswith(("ORDINAUT_", "TEMPORAL_"))]:
    del os.environ[_name]

from collections.abc import AsyncIterator, Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from temporalio import runtime  # noqa: E402
from temporalio.client import Client  # noqa: E402

from starter import embedded  # noqa: E402
from starter.sandbox import server as sandbox_module  # noqa: E402
from workflows import converter  # noqa: E402

# Tests break connections and kill workers all day; the SDK's warnings about it would bury what pytest says.
runtime.Runtime.set_default(
    runtime.Runtime(
        telemetry=runtime.TelemetryConfig(
            logging=runtime.LoggingConfig(filter=runtime.TelemetryFilter(core_level="ERROR", other_level="ERROR"))
        )
    ),
    error_if_already_set=False,
)

#: Fixtures that need the embedded server; a test that uses one of them is marked `server` by itself.
_SERVER_FIXTURES = frozenset({"embedded_server", "client"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that use the server, so that `-m "not server"` leaves the quick ones."""
    for item in items:
        if _SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """State and configuration of the developer's own are neither read nor written."""
    folder: Path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("TEMPORAL_CONFIG_FILE", str(folder / "temporal.toml"))
        yield


@pytest.fixture(scope="session")
async def embedded_server() -> AsyncIterator[embedded.EmbeddedServer]:
    """One server in memory, without Web UI, for all tests of this process."""
    async with embedded.EmbeddedServer(headless=True) as server:
        yield server


@pytest.fixture(scope="session")
async def client(embedded_server: embedded.EmbeddedServer) -> Client:
    """A client with our data converter."""
    return await Client.connect(embedded_server.address, data_converter=converter.DATA_CONVERTER)


@pytest.fixture
async def sandbox() -> AsyncIterator[sandbox_module.Running]:
    """A vendor sandbox that has not been called yet."""
    async with sandbox_module.sandbox_server() as running:
        yield running
