"""The connection: where it looks, what it says when there is nothing, and what a service must have."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from google.protobuf import duration_pb2
from temporalio.api.operatorservice import v1 as operator_messages
from temporalio.api.workflowservice import v1 as service_messages
from temporalio.client import Client
from temporalio.converter import DataConverter

from starter import connection, embedded, ports, state_file
from workflows.core import errors


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment that names nothing."""
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path), "TEMPORAL_CONFIG_FILE": str(tmp_path / "temporal.toml")}


def state(address: str, namespace: str = "default") -> state_file.State:
    return state_file.State(address, None, os.getpid(), namespace, None, "2026-11-23T18:00:00+02:00")


def test_nothing_configured_means_the_default(environment: dict[str, str]) -> None:
    found = connection.target(environment)
    assert (found.address, found.namespace) == ("127.0.0.1:7233", "default")


def test_what_up_wrote_is_found(environment: dict[str, str]) -> None:
    state_file.write(state("127.0.0.1:40123", "sales"), environment)
    found = connection.target(environment)
    assert (found.address, found.namespace) == ("127.0.0.1:40123", "sales")


def test_the_environment_goes_before_what_up_wrote(environment: dict[str, str]) -> None:
    state_file.write(state("127.0.0.1:40123", "sales"), environment)
    found = connection.target({**environment, "TEMPORAL_ADDRESS": "temporal.example:7233", "TEMPORAL_NAMESPACE": "finance"})
    assert (found.address, found.namespace) == ("temporal.example:7233", "finance")


def test_a_namespace_alone_keeps_the_address_that_up_wrote(environment: dict[str, str]) -> None:
    state_file.write(state("127.0.0.1:40123"), environment)
    found = connection.target({**environment, "TEMPORAL_NAMESPACE": "finance"})
    assert (found.address, found.namespace) == ("127.0.0.1:40123", "finance")


def test_a_key_is_never_sent_to_what_up_wrote(environment: dict[str, str]) -> None:
    state_file.write(state("127.0.0.1:40123"), environment)
    assert connection.target({**environment, "TEMPORAL_API_KEY": "secret"}).address == "127.0.0.1:7233"


def test_a_profile_of_the_configuration_file_is_read(environment: dict[str, str]) -> None:
    Path(environment["TEMPORAL_CONFIG_FILE"]).write_text('[profile.cloud]\naddress = "cloud.example:7233"\nnamespace = "finance.a1b2c"\n')
    found = connection.target({**environment, "TEMPORAL_PROFILE": "cloud"})
    assert (found.address, found.namespace) == ("cloud.example:7233", "finance.a1b2c")


async def refused(environment: dict[str, str], seconds: float = 5.0) -> errors.OrdinautError:
    with pytest.raises(errors.OrdinautError) as caught:
        await connection.connect(DataConverter.default, seconds, environment=environment)
    return caught.value


async def test_nobody_listens_there(environment: dict[str, str]) -> None:
    (port,) = ports.free(1)
    error = await refused({**environment, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"})
    assert isinstance(error, connection.Unreachable)
    assert str(error) == (
        f"no Temporal service at 127.0.0.1:{port}: the connection was refused; the address comes from Temporal's environment configuration"
        " (TEMPORAL_ADDRESS, or the profile in its configuration file)."
        " Start a service with `ordinaut up`, or set TEMPORAL_ADDRESS to one that runs"
    )


async def test_the_message_names_the_state_file_where_the_address_comes_from_it(environment: dict[str, str]) -> None:
    (port,) = ports.free(1)
    state_file.write(state(f"127.0.0.1:{port}"), environment)
    assert str(await refused(environment)) == (
        f"no Temporal service at 127.0.0.1:{port}: the connection was refused; the address comes from {state_file.path(environment)},"
        f" written by the `ordinaut up` or `demo` that runs as process {os.getpid()}."
        " Start a service with `ordinaut up`, or set TEMPORAL_ADDRESS to one that runs"
    )


@asynccontextmanager
async def listening(answer: bytes) -> AsyncIterator[int]:
    """Something that is no Temporal service: answers these bytes, or nothing at all."""
    done = asyncio.Event()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await done.wait()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        done.set()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize("tls", [{}, {"TEMPORAL_TLS": "true"}], ids=["plain", "TLS"])
async def test_silence_ends_after_the_time_given(environment: dict[str, str], tls: dict[str, str]) -> None:
    async with listening(b"") as port:
        begin = time.monotonic()
        error = await refused({**environment, **tls, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}, seconds=0.5)
        assert time.monotonic() - begin < 2
    assert isinstance(error, connection.Unreachable)
    assert str(error).startswith(f"no Temporal service at 127.0.0.1:{port}: no answer within 0.5 s; the address comes from ")


async def test_another_kind_of_server_is_told_from_temporal(environment: dict[str, str]) -> None:
    async with listening(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n") as port:
        error = await refused({**environment, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}, seconds=1)
    assert isinstance(error, connection.Unreachable)
    assert str(error).startswith(f"no Temporal service at 127.0.0.1:{port}: ")


async def test_an_unknown_host(environment: dict[str, str]) -> None:
    error = await refused({**environment, "TEMPORAL_ADDRESS": "no-such-host.invalid:7233"})
    assert isinstance(error, connection.Unreachable)
    assert str(error).startswith("no Temporal service at no-such-host.invalid:7233: there is no host of that name; the address comes from ")


async def test_an_address_that_is_none(environment: dict[str, str]) -> None:
    error = await refused({**environment, "TEMPORAL_ADDRESS": "host:port:7233"})
    assert isinstance(error, connection.BadConfiguration)
    assert str(error) == (
        "TEMPORAL_ADDRESS: found 'host:port:7233' (invalid target URL: invalid port number); expected HOST:PORT such as 127.0.0.1:7233"
    )


async def test_a_missing_certificate_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    files = {"TEMPORAL_TLS_CLIENT_CERT_PATH": f"{tmp_path}/none.pem", "TEMPORAL_TLS_CLIENT_KEY_PATH": f"{tmp_path}/none.key"}
    error = await refused({**environment, **files, "TEMPORAL_ADDRESS": "127.0.0.1:7233"})
    assert isinstance(error, connection.BadConfiguration)
    assert str(error) == (
        f"cannot read {tmp_path}/none.pem, which Temporal's configuration names: No such file or directory;"
        " see TEMPORAL_CONFIG_FILE and TEMPORAL_TLS_..._PATH"
    )


async def test_a_broken_certificate_is_said(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "client.pem").write_text("not PEM")
    files = {"TEMPORAL_TLS_CLIENT_CERT_PATH": f"{tmp_path}/client.pem", "TEMPORAL_TLS_CLIENT_KEY_PATH": f"{tmp_path}/client.pem"}
    error = await refused({**environment, **files, "TEMPORAL_ADDRESS": "127.0.0.1:7233"})
    assert isinstance(error, connection.BadConfiguration)
    assert str(error) == (
        "the TLS files of Temporal's configuration cannot be used (PrivateKeyParseError);"
        " expected PEM text: see TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH and TEMPORAL_TLS_SERVER_CA_CERT_PATH"
    )


def test_a_broken_configuration_file_is_named(environment: dict[str, str]) -> None:
    file = Path(environment["TEMPORAL_CONFIG_FILE"])
    file.write_text("[profile.default\naddress = 3\n")
    with pytest.raises(connection.BadConfiguration) as caught:
        connection.target(environment)
    assert str(caught.value) == (
        "Temporal's configuration cannot be used: Configuration loading error: TOML parse error at line 1, column 17"
        f" unclosed table, expected `]` (file: {file}, profile: default)"
    )


def test_an_unknown_profile_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(connection.BadConfiguration) as caught:
        connection.target({**environment, "TEMPORAL_PROFILE": "cloud"})
    assert str(caught.value) == (
        f"Temporal's configuration cannot be used: Profile 'cloud' not found (file: {environment['TEMPORAL_CONFIG_FILE']}, profile: cloud)"
    )


async def test_it_connects_to_what_up_wrote(environment: dict[str, str], embedded_server: embedded.EmbeddedServer) -> None:
    state_file.write(state(embedded_server.address), environment)
    client = await connection.connect(DataConverter.default, environment=environment)
    assert client.namespace == "default"
    assert await connection.check_service(client) == []


async def namespace(client: Client, days: int) -> Client:
    """A client of a new namespace without search attributes."""
    name = f"bare-{uuid.uuid4()}"
    await client.workflow_service.register_namespace(
        service_messages.RegisterNamespaceRequest(
            namespace=name, workflow_execution_retention_period=duration_pb2.Duration(seconds=days * 86_400)
        )
    )
    return await Client.connect(client.service_client.config.target_host, namespace=name)


async def until_known(client: Client) -> None:
    """Namespaces are cached by the server for some seconds."""
    while True:
        try:
            await client.operator_service.list_search_attributes(operator_messages.ListSearchAttributesRequest(namespace=client.namespace))
            return
        except Exception:
            await asyncio.sleep(0.2)


async def test_missing_search_attributes_are_told_with_a_command_that_adds_them(client: Client) -> None:
    bare = await namespace(client, days=30)
    await until_known(bare)
    (problem,) = await connection.check_service(bare)
    address = client.service_client.config.target_host
    assert problem == errors.Problem(
        "no-search-attribute",
        f'the namespace "{bare.namespace}" lacks the search attributes'
        " OrdinautPipeline, OrdinautStatus, OrdinautStep, OrdinautEventType, OrdinautTools",
        hint=f"add them: temporal operator search-attribute create --address {address} --namespace {bare.namespace}"
        " --name OrdinautPipeline --type Keyword --name OrdinautStatus --type Keyword --name OrdinautStep --type Keyword"
        " --name OrdinautEventType --type Keyword --name OrdinautTools --type KeywordList",
    )
    command = problem.hint.removeprefix("add them: ").replace("temporal operator", f"{embedded.find_binary()} operator")
    subprocess.run(["sh", "-c", command], check=True, capture_output=True, timeout=30)
    async with asyncio.timeout(30):
        while await connection.check_service(bare):
            await asyncio.sleep(0.2)


async def test_a_short_retention_is_a_warning(client: Client) -> None:
    bare = await namespace(client, days=3)
    await until_known(bare)
    problems = await connection.check_service(bare)
    assert problems[-1] == errors.Problem(
        "short-retention",
        f'the namespace "{bare.namespace}" keeps finished runs for 3 days;'
        " events and retries are recognised only that long, expected at least 7",
        hint=f"temporal operator namespace update --namespace {bare.namespace} --retention 30d",
        severity="warning",
    )


async def test_a_missing_namespace_is_told(client: Client) -> None:
    lost = await Client.connect(client.service_client.config.target_host, namespace="nowhere")
    assert await connection.check_service(lost) == [
        errors.Problem(
            "no-namespace",
            'the service has no namespace "nowhere"',
            hint="set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace nowhere --retention 30d",
        )
    ]


@pytest.mark.parametrize(
    ("sandbox_url", "variables", "expected"),
    [
        ("http://127.0.0.1:9000", {}, True),
        (None, {}, False),
        ("http://127.0.0.1:9000", {"TEMPORAL_ADDRESS": "temporal.example.com:7233"}, False),
    ],
    ids=["up", "up without stand-ins", "another service"],
)
def test_whether_stand_ins_are_there(tmp_path: Path, sandbox_url: str | None, variables: dict[str, str], expected: bool) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path), **variables}
    assert not connection.has_stand_ins(environment)
    state = state_file.State("127.0.0.1:7299", None, os.getpid(), "default", sandbox_url, "2026-11-23T18:00:00+02:00")
    state_file.write(state, environment)
    assert connection.has_stand_ins(environment) is expected
