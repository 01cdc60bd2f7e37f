"""What the tools of a plan lack in this process's environment, for `run` and `apply`: said before anything starts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from activities import authentication, certificates, endpoints
from activities import catalog as catalog_module
from activities import settings as settings_module
from activities.transports import redis
from starter import connection, output
from workflows.core import errors, model


def warn(addresses: Iterable[str], tools: catalog_module.Catalog, settings: settings_module.Settings) -> None:
    """Says on stderr what is missing. It is no error: the worker may run elsewhere, with an environment of its own.

    Nothing is said where the service is that of an `up` of this machine with stand-ins: its worker lacks nothing.
    """
    if connection.has_stand_ins():
        return
    for sentence in lacking(addresses, tools, settings):
        output.note(f"warning: {sentence}")


def lacking(addresses: Iterable[str], tools: catalog_module.Catalog, settings: settings_module.Settings) -> list[str]:
    """A sentence for each service whose tools lack something here, and for each certificate near its end; never a value.

    Bridges are left out, since they have the credentials themselves.
    """
    used = [tools[address] for address in dict.fromkeys(addresses) if address in tools]
    door = authentication.Door(settings)
    found: dict[str, None] = {}
    for tool in used:
        if missing := [*_addresses(tool, settings), *_credentials(tool, door, settings)]:
            found[f"{tool.service} needs {' and '.join(missing)}, not set here: its calls fail unless the worker has it"] = None
    days = door.days_left([tool for tool in used if tool.transport == "rest"], datetime.datetime.now(datetime.UTC))
    return [*found, *(_certificate(service, left) for service, left in days.items() if left < certificates.WARNING_DAYS)]


def _addresses(tool: model.Tool, settings: settings_module.Settings) -> list[str]:
    """The variable of the tool's address, where it has one that is needed and not set."""
    if tool.transport != "rest":
        return []
    try:
        endpoints.resolve(tool, settings)
    except errors.ToolError:
        return [str(tool.definition.get("endpoint_setting", "an endpoint"))]
    return []


def _credentials(tool: model.Tool, door: authentication.Door, settings: settings_module.Settings) -> list[str]:
    if tool.transport == "database":
        return [] if settings.database_url is not None else ["ORDINAUT_DATABASE_URL"]
    if tool.transport == "redis":
        return [] if settings.secret(redis.URL_SETTING) is not None else [redis.URL_SETTING]
    if tool.transport == "stdio":
        return [name for name in tool.definition.get("program_environment", []) if settings.secret(name) is None]
    return door.missing(tool) if tool.transport in ("rest", "mcp", "websocket") else []


def _certificate(service: str, left: int) -> str:
    if left < 0:
        return f"the certificate of {service} is over: its calls fail"
    return f"the certificate of {service} ends in {left} days: have it renewed"
