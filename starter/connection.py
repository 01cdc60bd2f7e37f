"""The connection to Temporal, for every command, the worker and the gateway: found as Temporal's own tools find it, tried for 5 s."""

from __future__ import annotations

import asyncio
import os
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from temporalio import converter, envconfig
from temporalio.api.enums import v1 as enums
from temporalio.api.operatorservice import v1 as operator_messages
from temporalio.api.workflowservice import v1 as service_messages
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from starter import state_file
from workflows import contract
from workflows.core import errors

DEFAULT_ADDRESS: Final = "127.0.0.1:7233"
#: People are told within 5 s, the command's own start included.
CONNECT_SECONDS: Final = 3.5
#: A run's id deduplicates events and retries only while the finished run is kept.
SHORTEST_RETENTION_DAYS: Final = 7

_DAY_SECONDS: Final = 86_400


class Unreachable(errors.OrdinautError):
    """No Temporal service answered; the message names the address and how to start one."""

    kind = errors.UNREACHABLE


class BadConfiguration(errors.OrdinautError):
    """Temporal's environment variables or configuration file cannot be used; the message says which and why."""

    kind = errors.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and who said so: `source` is read after "the address comes from"."""

    profile: envconfig.ClientConfigProfile
    source: str

    @property
    def address(self) -> str:
        """`127.0.0.1:7233`."""
        return self.profile.address or DEFAULT_ADDRESS

    @property
    def namespace(self) -> str:
        """`default`."""
        return self.profile.namespace or "default"


def target(environment: Mapping[str, str] | None = None) -> Target:
    """Where to connect: Temporal's environment configuration; if that names no server, what `up` wrote; else 127.0.0.1:7233.

    Raises:
        BadConfiguration: see there.
    """
    environment = os.environ if environment is None else environment
    profile = _profile(environment)
    if profile.address:
        return Target(profile, "Temporal's environment configuration (TEMPORAL_ADDRESS, or the profile in its configuration file)")
    # TLS or a key without an address are meant for a server that `up` did not start.
    if profile.tls is None and profile.api_key is None and (state := state_file.read(environment)) is not None:
        found = replace(profile, address=state.address, namespace=profile.namespace or state.namespace)
        return Target(found, f"{state_file.path(environment)}, written by the `ordinaut up` or `demo` that runs as process {state.pid}")
    return Target(
        replace(profile, address=DEFAULT_ADDRESS), "the default, since neither TEMPORAL_ADDRESS nor a running `ordinaut up` names one"
    )


async def connect(
    data_converter: converter.DataConverter, timeout_seconds: float = CONNECT_SECONDS, *, environment: Mapping[str, str] | None = None
) -> Client:
    """A client of the service that `target` finds.

    Raises:
        BadConfiguration: Temporal's environment variables, its configuration file or TLS files cannot be used.
        Unreachable: no answer within the time, or an answer that is not Temporal's.
    """
    found = target(environment)
    try:
        arguments = found.profile.to_client_connect_config()
        async with asyncio.timeout(timeout_seconds):
            return await Client.connect(data_converter=data_converter, **arguments)
    except TimeoutError:
        raise _unreachable(found, f"no answer within {timeout_seconds:g} s") from None
    except OSError as error:
        raise _unreadable(error) from None
    except ValueError as error:
        raise BadConfiguration(f"TEMPORAL_ADDRESS: found {found.address!r} ({error}); expected HOST:PORT such as 127.0.0.1:7233") from None
    except RuntimeError as error:
        raise _refused(found, str(error)) from None


def web_page(client: Client, run_id: str, environment: Mapping[str, str] | None = None) -> str | None:
    """The run in the Web UI, where the service is the one that `up` started here."""
    state = state_file.read(os.environ if environment is None else environment)
    if state is None or state.ui_url is None or state.address != client.service_client.config.target_host:
        return None
    return f"{state.ui_url}/namespaces/{client.namespace}/workflows/{urllib.parse.quote(run_id, safe='')}"


def has_stand_ins(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the service is that of an `up` or `demo` of this machine whose worker reaches stand-ins for what is not configured."""
    environment = os.environ if environment is None else environment
    state = state_file.read(environment)
    return state is not None and state.sandbox_url is not None and target(environment).address == state.address


def refusal(error: Exception) -> errors.OrdinautError:
    """What the service's refusal of a request means: it is away, lets us not in, or has no such namespace."""
    found = target()
    message = str(error) or "no reason given"
    status = error.status if isinstance(error, RPCError) else None
    if status in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
        return _unreachable(found, f"it went away or does not answer ({message})")
    if status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED):
        return BadConfiguration(
            f"the Temporal service at {found.address} does not let us do this ({message}); check TEMPORAL_API_KEY and TEMPORAL_NAMESPACE"
        )
    if status == RPCStatusCode.NOT_FOUND and "amespace" in message:
        problem = _no_namespace(found.namespace)
        return BadConfiguration(f"{problem.message}; {problem.hint}")
    return errors.ToolError(errors.REJECTED, f"the Temporal service at {found.address} refuses: {message}")


async def check_service(client: Client) -> list[errors.Problem]:
    """What the service lacks that Ordinaut needs; [] when all is well. Errors must be mended first, warnings should be."""
    try:
        return await _check(client)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return [_no_namespace(client.namespace)]
        # Temporal Cloud, for one, does not let every key ask these questions; runs may work all the same.
        return [_unchecked(client.namespace, error)]


async def _check(client: Client) -> list[errors.Problem]:
    described = await client.workflow_service.describe_namespace(service_messages.DescribeNamespaceRequest(namespace=client.namespace))
    known = await client.operator_service.list_search_attributes(operator_messages.ListSearchAttributesRequest(namespace=client.namespace))
    found = {name: _type_name(kind) for name, kind in known.custom_attributes.items()}
    problems = _attribute_problems(found, client)
    retention = described.config.workflow_execution_retention_ttl.seconds
    if retention < SHORTEST_RETENTION_DAYS * _DAY_SECONDS:
        problems.append(_short_retention(retention, client.namespace))
    return problems


def _profile(environment: Mapping[str, str]) -> envconfig.ClientConfigProfile:
    try:
        return envconfig.ClientConfigProfile.load(override_env_vars=dict(environment))
    except OSError as error:
        raise _unreadable(error) from None
    except RuntimeError as error:
        # The reader's own words name line and column; its picture of the place would break a one-line message.
        said = re.sub(r"\s+", " ", re.sub(r"\n[^\n]*\|[^\n]*", "", str(error))).strip()
        file = environment.get("TEMPORAL_CONFIG_FILE", "temporal.toml in Temporal's folder of settings")
        raise BadConfiguration(
            f"Temporal's configuration cannot be used: {said} (file: {file}, profile: {environment.get('TEMPORAL_PROFILE', 'default')})"
        ) from None


def _unreadable(error: OSError) -> BadConfiguration:
    return BadConfiguration(
        f"cannot read {error.filename}, which Temporal's configuration names: {error.strerror};"
        " see TEMPORAL_CONFIG_FILE and TEMPORAL_TLS_..._PATH"
    )


def _refused(found: Target, said: str) -> errors.OrdinautError:
    """What the SDK's connection error means, in people's words."""
    if "ParseError" in said or "InvalidCertificate" in said or "KeyMismatch" in said:
        return BadConfiguration(
            f"the TLS files of Temporal's configuration cannot be used ({_inner(said)});"
            " expected PEM text: see TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH and TEMPORAL_TLS_SERVER_CA_CERT_PATH"
        )
    if "Connection refused" in said:
        return _unreachable(found, "the connection was refused")
    if "dns error" in said:
        return _unreachable(found, "there is no host of that name")
    if "Unauthenticated" in said or "PermissionDenied" in said:
        return BadConfiguration(
            f"the Temporal service at {found.address} does not let us in ({_inner(said)});"
            " check TEMPORAL_API_KEY, TEMPORAL_NAMESPACE and the client certificate"
        )
    if "after connection" in said:
        return _unreachable(found, f"something answers there, but not as Temporal does ({_inner(said)})")
    return _unreachable(found, _inner(said))


def _inner(said: str) -> str:
    """The telling part of the SDK's nested message, in one line."""
    quoted = re.findall(r'message: "([^"]*)"', said) or re.findall(r"transport::Error\(Transport, (.*)\)$", said, re.DOTALL)
    return " ".join((quoted[0] if quoted else said.removeprefix("Failed client connect: ")).split())[:300]


def _unreachable(found: Target, reason: str) -> Unreachable:
    return Unreachable(
        f"no Temporal service at {found.address}: {reason}; the address comes from {found.source}."
        " Start a service with `ordinaut up`, or set TEMPORAL_ADDRESS to one that runs"
    )


def _no_namespace(namespace: str) -> errors.Problem:
    return errors.Problem(
        "no-namespace",
        f'the service has no namespace "{namespace}"',
        hint=f"set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace {namespace} --retention 30d",
    )


def _unchecked(namespace: str, error: RPCError) -> errors.Problem:
    return errors.Problem(
        "unchecked-service",
        f'the service does not tell about the namespace "{namespace}": {error.message}',
        hint=f"make sure that it has the search attributes {', '.join(contract.SEARCH_ATTRIBUTES)}",
        severity="warning",
    )


def _attribute_problems(found: Mapping[str, str], client: Client) -> list[errors.Problem]:
    problems = []
    if missing := [name for name in contract.SEARCH_ATTRIBUTES if name not in found]:
        problems.append(
            errors.Problem(
                "no-search-attribute",
                f'the namespace "{client.namespace}" lacks the search attributes {", ".join(missing)}',
                hint=f"add them: {_create_command(missing, client)}",
            )
        )
    for name, kind in contract.SEARCH_ATTRIBUTES.items():
        if name in found and found[name] != kind:
            problems.append(
                errors.Problem(
                    "wrong-search-attribute",
                    f'the search attribute {name} of the namespace "{client.namespace}" is a {found[name]}, expected a {kind}',
                    hint="its type cannot be changed: use a namespace of its own for Ordinaut",
                )
            )
    return problems


def _create_command(missing: list[str], client: Client) -> str:
    """One shell line. Each name needs a type of its own: of several names with one type the tool adds the first alone, and says nothing."""
    pairs = " ".join(f"--name {name} --type {contract.SEARCH_ATTRIBUTES[name]}" for name in missing)
    address = client.service_client.config.target_host
    return f"temporal operator search-attribute create --address {address} --namespace {client.namespace} {pairs}"


def _short_retention(seconds: int, namespace: str) -> errors.Problem:
    return errors.Problem(
        "short-retention",
        f'the namespace "{namespace}" keeps finished runs for {seconds / _DAY_SECONDS:g} days;'
        f" events and retries are recognised only that long, expected at least {SHORTEST_RETENTION_DAYS}",
        hint=f"temporal operator namespace update --namespace {namespace} --retention 30d",
        severity="warning",
    )


def _type_name(kind: enums.IndexedValueType.ValueType) -> str:
    """`KeywordList` for INDEXED_VALUE_TYPE_KEYWORD_LIST."""
    return enums.IndexedValueType.Name(kind).removeprefix("INDEXED_VALUE_TYPE_").title().replace("_", "")
