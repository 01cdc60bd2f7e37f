"""What the tools of a plan lack in this process's environment, for `run` and `apply`: said before anything starts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from activities import authentication, certificates, configuration
from activities import catalog as catalog_module
from activities import settings as settings_module
from starter import connection, output


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
        of_actions = configuration.in_words(configuration.missing_of_actions(tool, settings))
        if missing := [*configuration.missing(tool, settings, door), *of_actions]:
            found[f"{tool.service} needs {' and '.join(missing)}, not set here: its calls fail unless the worker has it"] = None
    days = door.days_left([tool for tool in used if tool.transport == "rest"], datetime.datetime.now(datetime.UTC))
    return [*found, *(_certificate(service, left) for service, left in days.items() if left < certificates.WARNING_DAYS)]


def _certificate(service: str, left: int) -> str:
    if left < 0:
        return f"the certificate of {service} is over: its calls fail"
    return f"the certificate of {service} ends in {left} days: have it renewed"
